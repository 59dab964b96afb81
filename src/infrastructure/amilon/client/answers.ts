import type { CreateAnswer, Fetched, ReadAnswer, Submission } from '../../../application/ports/amilon.ts';
import type { Log } from '../../../application/ports/log.ts';
import type { Ms } from '../../../domain/shared/instant.ts';
import type { Held, Outcome } from './caller.ts';
import { createFailure, fetchFailure, isKnownCode, readFailure } from './classify.ts';
import type { NoteDrift } from './drift.ts';
import { type Fault, detailOf, isHtml, readFault } from './errors.ts';
import { readOrder } from './orders.ts';
import type { Reading } from './shapes.ts';
import { type Answered, type Endpoint, unansweredWords } from './transport.ts';
import { type Wire, parseWire } from './wire.ts';

/** Who is told, besides the caller, about what Amilon answered. */
export interface Listeners {
  readonly log: Log;
  readonly drift: NoteDrift;
}

type Unanswered = Exclude<Outcome, Answered>;

/** What a create came to (retry matrix of amilon.md section 3). */
export const createAnswer = (outcome: Outcome, submission: Submission, listeners: Listeners): CreateAnswer => {
  if (outcome.is !== 'answered') return unansweredCreate(outcome);
  if (!isSuccess(outcome)) return createFailure(outcome, faultOf('create', outcome, listeners));
  const order = readOrder(bodyOf(outcome), submission, listeners.drift);
  if (order.ok) return { is: 'done', order: order.value };
  // Whoever answers 2xx may have bought, whatever stands in the body (amilon.md trap 11).
  noteUnreadable('create', order.field, { ...submission, ...listeners });
  return { is: 'unknown', why: 'unreadable' };
};

const unansweredCreate = (outcome: Unanswered): CreateAnswer => {
  switch (outcome.is) {
    case 'too_late':
    case 'not_sent':
      return { is: 'not_bought', why: outcome.is };
    case 'timeout':
    case 'reset':
      return { is: 'unknown', why: outcome.is };
    case 'stale_token':
      return { is: 'not_bought', why: 'unauthorized', retryAfter: 0 };
    case 'held':
      return { is: 'not_bought', why: createWhy[outcome.why], retryAfter: outcome.retryAfter };
  }
};

const createWhy = {
  no_token: 'not_sent',
  circuit_open: 'not_sent',
  unauthorized: 'unauthorized',
  rate_limited: 'rate_limited',
} as const satisfies { readonly [W in Held['why']]: string };

export const readAnswer = (outcome: Outcome, submission: Submission, listeners: Listeners): ReadAnswer => {
  if (outcome.is !== 'answered') {
    const { why, retryAfter } = unasked(outcome);
    return { is: 'unavailable', why, ...(retryAfter === undefined ? {} : { retryAfter }) };
  }
  if (!isSuccess(outcome)) return readFailure(outcome, faultOf('read', outcome, listeners));
  const order = readOrder(bodyOf(outcome), submission, listeners.drift);
  if (order.ok) return { is: 'found', order: order.value };
  noteUnreadable('read', order.field, { ...submission, ...listeners });
  return { is: 'unavailable', why: `unreadable: ${order.field}` };
};

type FetchEndpoint = Extract<Endpoint, 'contract' | 'products' | 'merchants' | 'categories'>;

/** What a question that buys nothing came to; `read` makes the value of a body. */
export const fetchAnswer = <T>(
  endpoint: FetchEndpoint,
  outcome: Outcome,
  read: (wire: Wire | undefined) => Reading<Omit<Extract<Fetched<T>, { is: 'ok' }>, 'is'>>,
  listeners: Listeners,
): Fetched<T> => {
  if (outcome.is !== 'answered') return { is: 'failed', ...unasked(outcome) };
  if (!isSuccess(outcome)) return fetchFailure(outcome, faultOf(endpoint, outcome, listeners));
  const value = read(bodyOf(outcome));
  if (value.ok) return { is: 'ok', ...value.value };
  noteUnreadable(endpoint, value.field, listeners);
  const page = isHtml(outcome.body, outcome.contentType) ? 'html' : value.field;
  return { is: 'failed', why: 'unreadable', detail: `unreadable: ${page}` };
};

const unasked = (
  outcome: Unanswered,
): {
  readonly why: Exclude<Unanswered['is'], 'held' | 'too_late' | 'stale_token'> | Mapped;
  readonly detail: string;
} & {
  readonly retryAfter?: Ms;
} => {
  switch (outcome.is) {
    case 'held':
      return { why: fetchWhy[outcome.why], detail: outcome.detail ?? outcome.why, retryAfter: outcome.retryAfter };
    case 'stale_token':
      return { why: 'unauthorized', detail: outcome.is, retryAfter: 0 };
    case 'too_late':
      return { why: 'not_sent', detail: outcome.is };
    case 'not_sent':
    case 'timeout':
    case 'reset':
      return { why: outcome.is, detail: unansweredWords(outcome) };
  }
};

type Mapped = 'not_sent' | 'unauthorized' | 'rate_limited';

const fetchWhy: { readonly [W in Held['why']]: Mapped } = {
  no_token: 'not_sent',
  circuit_open: 'not_sent',
  unauthorized: 'unauthorized',
  rate_limited: 'rate_limited',
};

const noteUnreadable = (
  endpoint: Endpoint,
  field: string,
  { log, drift, externalOrderId }: Listeners & Partial<Pick<Submission, 'externalOrderId'>>,
): void => {
  drift({ kind: 'unreadable_answer', where: endpoint, what: field });
  log.error({ endpoint, externalOrderId, field }, 'Amilon: an answer that cannot be read');
};

const isSuccess = ({ status }: Answered): boolean => status >= 200 && status < 300;

const bodyOf = ({ body, contentType }: Answered): Wire | undefined =>
  isHtml(body, contentType) ? undefined : parseWire(body);

const faultOf = (endpoint: Endpoint, answer: Answered, { log, drift }: Listeners): Fault => {
  const fault = readFault(answer.body, answer.contentType);
  if (fault.code !== undefined && !isKnownCode(fault.code)) {
    drift({ kind: 'unknown_code', where: endpoint, what: fault.code.slice(0, 40) });
  }
  const fields = { endpoint, status: answer.status, upstream: detailOf(answer, fault) };
  if (answer.status >= 500) log.error(fields, 'Amilon failed');
  // An order that is not visible yet is asked for again and again.
  else if (endpoint === 'read' && answer.status === 404) log.debug(fields, 'Amilon does not know the order');
  else log.warn(fields, 'Amilon refused');
  return fault;
};
