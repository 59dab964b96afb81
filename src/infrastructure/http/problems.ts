import type { OrderRefusal } from '../../domain/order/commands.ts';
import type { Purchase } from '../../domain/order/values.ts';
import { assertNever } from '../../domain/shared/decider.ts';
import type { AnswerHeaders } from './headers.ts';

interface Kind {
  readonly status: number;
  readonly title: string;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
}

const kind = (status: number, title: string): Kind => ({ status, title, retryable: false });
const passing = (status: number, title: string): Kind => ({ status, title, retryable: true });

/** Every way a request can fail, and the only place that knows its HTTP number (RFC 9457). */
export const problemKinds = {
  malformed_request: kind(400, 'The request is malformed'),
  malformed_json: kind(400, 'The body is not JSON'),
  invalid_query: kind(400, 'The query is not valid'),
  invalid_cursor: kind(400, 'The cursor is not one of this list'),
  idempotency_key_missing: kind(400, 'The Idempotency-Key header is missing'),
  idempotency_key_invalid: kind(400, 'The Idempotency-Key header is not valid'),
  unauthorized: kind(401, 'A valid API key is required'),
  invalid_signature: kind(401, 'The signature is not valid'),
  insufficient_scope: kind(403, 'The API key lacks the scope'),
  not_found: kind(404, 'Nothing is here'),
  order_not_found: kind(404, 'There is no such order'),
  voucher_not_found: kind(404, 'There is no such voucher'),
  product_not_found: kind(404, 'There is no such product'),
  version_not_reached: kind(404, 'There is no such version yet'),
  not_known_then: kind(404, 'Nothing was known then'),
  sync_not_found: kind(404, 'There is no such sync'),
  merchant_not_found: kind(404, 'There is no such merchant'),
  not_parked: kind(404, 'Nothing is parked under this id'),
  method_not_allowed: kind(405, 'The method is not allowed here'),
  not_acceptable: kind(406, 'Nothing that is accepted can be answered'),
  not_cancellable: kind(409, 'The order cannot be cancelled any more'),
  not_resolvable: kind(409, 'There is nothing to resolve'),
  nothing_to_reconcile: kind(409, 'There is nothing at Amilon to read'),
  attempt_in_flight: passing(409, 'An attempt is still in flight'),
  order_erased: kind(410, 'The secrets of the order were erased'),
  cursor_gone: kind(410, 'The cursor belongs to another store'),
  version_mismatch: kind(412, 'The order has changed'),
  body_too_large: kind(413, 'The body is too large'),
  unsupported_media_type: kind(415, 'The body is not application/json'),
  validation_failed: kind(422, 'The request is not valid'),
  not_orderable: kind(422, 'This cannot be ordered'),
  idempotency_key_reused: kind(422, 'The Idempotency-Key was used for another order'),
  internal_error: kind(500, 'Something went wrong here'),
  outcome_unknown: passing(503, 'The outcome is unknown'),
  temporarily_unavailable: passing(503, 'A part of the service is not available'),
  catalog_not_ready: passing(503, 'The catalogue is not ready yet'),
  contract_not_valid: passing(503, 'The contract with Amilon is not valid'),
  stopping: passing(503, 'This instance is stopping'),
} as const satisfies Readonly<Record<string, Kind>>;

export type ProblemCode = keyof typeof problemKinds;

/** What exactly is wrong: in the body (a JSON Pointer), or in a parameter or header by its name. */
export interface ProblemDetail {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly code: string;
  readonly detail: string;
}

interface Particulars {
  readonly detail?: string;
  readonly purchase?: Purchase;
  readonly errors?: readonly ProblemDetail[];
  readonly headers?: AnswerHeaders;
}

/** Thrown by whatever answers a request; the one error that is told to the client as it is. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly particulars: Particulars;
  constructor(code: ProblemCode, particulars: Particulars = {}) {
    super(problemKinds[code].title);
    this.code = code;
    this.particulars = particulars;
  }
}

export const statusOf = ({ code }: Problem): number => problemKinds[code].status;

export interface ProblemView {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly requestId: string;
  readonly retryable: boolean;
  readonly purchase?: Purchase;
  readonly errors?: readonly ProblemDetail[];
}

interface Told {
  readonly instance: string;
  readonly requestId: string;
  /** What is told of the purchase where the problem knows nothing better. */
  readonly purchase: Purchase | undefined;
}

export const problemView = (problem: Problem, { instance, requestId, purchase: unlessKnown }: Told): ProblemView => {
  const { status, title, retryable } = problemKinds[problem.code];
  const { detail, purchase = unlessKnown, errors } = problem.particulars;
  return {
    type: `urn:voucher-orders:problem:${problem.code}`,
    title,
    status,
    detail: detail ?? title,
    instance,
    code: problem.code,
    requestId,
    retryable,
    ...(purchase === undefined ? {} : { purchase }),
    ...(errors === undefined ? {} : { errors }),
  };
};

/** What a refused command is to its caller. */
export const refusalProblem = (refusal: OrderRefusal): Problem => {
  switch (refusal.reason) {
    case 'order_not_found':
    case 'voucher_not_found':
    case 'idempotency_key_reused':
    case 'order_erased':
      return new Problem(refusal.reason);
    case 'not_cancellable':
    case 'not_resolvable':
    case 'nothing_to_reconcile':
      return new Problem(refusal.reason, { detail: `The order is ${refusal.status}.` });
    case 'attempt_in_flight':
      return new Problem(refusal.reason, { detail: `Its outcome may still come until ${refusal.until}.` });
    case 'not_submittable':
    case 'not_final':
      throw new TypeError(`no request asks for what was refused: ${refusal.reason}`);
    default:
      return assertNever(refusal);
  }
};
