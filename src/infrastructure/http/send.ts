import type { ServerResponse } from 'node:http';
import type { Conversation } from './conversation.ts';
import { problemView, statusOf } from './problems.ts';
import type { Problem } from './problems.ts';
import type { Answer } from './route.ts';

const always: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'private, no-cache',
};

/** Writes an answer whole; after the client went away it goes nowhere. */
export const send = (response: ServerResponse, { status, headers, body }: Answer, type = 'application/json'): void => {
  response.statusCode = status;
  for (const [name, value] of Object.entries({ ...always, ...headers })) response.setHeader(name, value);
  if (body === undefined) {
    response.end();
    return;
  }
  const bytes = Buffer.from(JSON.stringify(body));
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
};

export const sendProblem = (
  response: ServerResponse,
  problem: Problem,
  { instance, requestId }: Pick<Conversation, 'instance' | 'requestId'>,
): void => {
  const headers = { 'Cache-Control': 'no-store', ...problem.particulars.headers };
  const body = problemView(problem, instance, requestId);
  send(response, { status: statusOf(problem), headers, body }, 'application/problem+json');
};
