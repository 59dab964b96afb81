import type { Request } from 'express';
import { Unavailable } from '../../application/ports/errors.ts';
import { conversationOf } from './conversation.ts';
import { Problem } from './problems.ts';
import type { HttpServices } from './services.ts';

/** What the client is told of an error: nothing of what went wrong inside, which is for the log. */
export const problemOf = (error: unknown, request: Request, { log }: Pick<HttpServices, 'log'>): Problem => {
  if (error instanceof Problem) return error;
  // Express refuses what it cannot decode, such as %E0 in a path.
  if (error instanceof URIError) return new Problem('malformed_request', { detail: 'The path is not valid.' });
  const { requestId } = conversationOf(request);
  if (error instanceof Unavailable) {
    log.warn({ requestId, part: error.part, err: error }, 'request met a part that is not available');
    return temporarilyUnavailable(error);
  }
  log.error({ requestId, err: error }, 'request failed');
  return new Problem('internal_error', { detail: 'The failure is in the log under the requestId.' });
};

const temporarilyUnavailable = ({ part }: Unavailable): Problem =>
  new Problem('temporarily_unavailable', {
    detail: `Not available at the moment: ${part}.`,
    headers: { 'Retry-After': '2' },
  });
