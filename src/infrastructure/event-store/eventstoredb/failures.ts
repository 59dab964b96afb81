import { ErrorType } from '@eventstore/db-client';
import { BrokenChain, Unavailable } from '../../../application/ports/errors.ts';

export const PART = 'event store';

/** The adapter's own deadline: the client has none for batch appends and reads. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
  }
}

/** What an error of the client means. `passing`: nobody knows whether it was done, the same again may succeed. */
export type Failure = 'conflict' | 'absent' | 'too large' | 'denied' | 'deleted' | 'invalid' | 'passing';

const byType: { readonly [type: string]: Failure } = {
  [ErrorType.WRONG_EXPECTED_VERSION]: 'conflict',
  [ErrorType.STREAM_NOT_FOUND]: 'absent',
  [ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED]: 'too large',
  [ErrorType.ACCESS_DENIED]: 'denied',
  [ErrorType.STREAM_DELETED]: 'deleted',
};

// gRPC status: invalid argument, permission denied, unauthenticated.
const byCode: { readonly [code: number]: Failure } = { 3: 'invalid', 7: 'denied', 16: 'denied' };
// Cancelled, deadline exceeded, aborted, unavailable: the client gets over these by itself.
const ordinary: readonly unknown[] = [1, 4, 10, 14];

// Errors of the client's hidden first call, of discovery and of gRPC itself have no type.
const partsOf = (error: unknown): { readonly type?: unknown; readonly code?: unknown } =>
  typeof error === 'object' && error !== null ? error : {};

export const failureOf = (error: unknown): Failure => {
  if (error instanceof BrokenChain) return 'deleted';
  const { type, code } = partsOf(error);
  // "Server Is Not Ready" comes as an unknown type without a code, and passes.
  return byType[String(type)] ?? byCode[Number(code)] ?? 'passing';
};

/**
 * Whether the client stays broken after this error: it keeps a failed answer about the server's features for ever,
 * and goes on writing to a batch stream that nobody answers.
 */
export const spoilsClient = (error: unknown): boolean => {
  const { type, code } = partsOf(error);
  return error instanceof NoAnswer || (type === undefined && typeof code === 'number' && !ordinary.includes(code));
};

/** The port's error for what the client threw. Errors of ours stay what they are. */
export const portError = (error: unknown): unknown => {
  if (error instanceof BrokenChain || error instanceof Unavailable) return error;
  switch (failureOf(error)) {
    case 'denied':
      return new Unavailable(PART, { cause: error, detail: 'it refuses the user of EVENTSTORE_URL' });
    case 'deleted':
      return new BrokenChain('a stream was deleted: order streams are never deleted', { cause: error });
    case 'too large':
      return new RangeError('the events are larger than the event store takes at once', { cause: error });
    case 'conflict':
    case 'absent':
    case 'invalid':
    case 'passing':
      return new Unavailable(PART, { cause: error });
  }
};
