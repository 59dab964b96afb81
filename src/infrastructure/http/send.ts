import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Conversation } from './conversation.ts';
import { problemView, statusOf } from './problems.ts';
import type { Problem } from './problems.ts';
import type { Answer, Content, RouteDescription } from './route.ts';

const always: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'private, no-cache',
};

const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';

/** Writes a route's answer whole; after the client went away it goes nowhere. */
export const send = (response: ServerResponse, answer: Answer, { responses }: RouteDescription): void => {
  write(response, answer, mediaTypeOf(responses[answer.status] ?? 'no body'));
};

export const sendProblem = (
  response: ServerResponse,
  problem: Problem,
  { instance, requestId, route }: Pick<Conversation, 'instance' | 'requestId' | 'route'>,
): void => {
  const headers = { 'Cache-Control': 'no-store', ...problem.particulars.headers };
  const body = problemView(problem, { instance, requestId, purchase: route?.purchase });
  write(response, { status: statusOf(problem), headers, body }, PROBLEM_TYPE);
};

const write = (response: ServerResponse, { status, headers, body }: Answer, type: string): void => {
  response.statusCode = status;
  for (const [name, value] of Object.entries({ ...always, ...headers })) response.setHeader(name, value);
  if (body === undefined) {
    response.end();
    return;
  }
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
};

const mediaTypeOf = (content: Content): string =>
  content === 'no body' || content instanceof z.ZodType ? JSON_TYPE : content.mediaType;

/** The media types that a route may answer with. */
export const mediaTypesOf = ({ responses }: RouteDescription): string[] => [
  ...new Set([...Object.values(responses).map(mediaTypeOf), PROBLEM_TYPE]),
];
