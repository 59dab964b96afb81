import type { CreateAnswer, Fetched, ReadAnswer, Submission } from '../../../application/ports/amilon.ts';
import type { Log } from '../../../application/ports/log.ts';
import type { Ms } from '../../../domain/shared/instant.ts';
import type { Held, Outcome } from './caller.ts';
import { createFailure, detailOf, fetchFailure, isKnownCode, readFailure } from './classify.ts';
import type { NoteDrift } from './drift.ts';
import { type Fault, isHtml, readFault } from './errors.ts';
import { readOrder } from './orders.ts';
import type { Reading } from './shapes.ts';
import type { Answered, Endpoint } from './transport.ts';
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
  const { log, drift } = listeners;
  if (!isSuccess(outcome)) return createFailure(outcome, faultOf('create', outcome, listeners));
  const order = readOrder(bodyOf(outcome), submission, drift);
  if (order.ok) return { is: 'done', order: order.value };
  // Whoever answers 2xx may have bought, whatever stands in the body (amilon.md trap 11).
  const { externalOrderId } = submission;
  log.error({ endpoint: 'create', externalOrderId, field: order.field }, 'Amilon: an answer that cannot be read');
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
  const { externalOrderId } = submission;
  const fields = { endpoint: 'read', externalOrderId, field: order.field };
  listeners.log.error(fields, 'Amilon: an answer that cannot be read');
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
  listeners.log.error({ endpoint, field: value.field }, 'Amilon: an answer that cannot be read');
  return { is: 'failed', why: 'unreadable', detail: `unreadable: ${value.field}` };
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
      return { why: fetchWhy[outcome.why], detail: outcome.why, retryAfter: outcome.retryAfter };
    case 'stale_token':
      return { why: 'unauthorized', detail: outcome.is, retryAfter: 0 };
    case 'too_late':
      return { why: 'not_sent', detail: outcome.is };
    case 'not_sent':
    case 'timeout':
    case 'reset':
      return { why: outcome.is, detail: outcome.is };
  }
};

type Mapped = 'not_sent' | 'unauthorized' | 'rate_limited';

const fetchWhy: { readonly [W in Held['why']]: Mapped } = {
  no_token: 'not_sent',
  circuit_open: 'not_sent',
  unauthorized: 'unauthorized',
  rate_limited: 'rate_limited',
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
