import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { z } from 'zod';
import { answerHeaders } from '../headers.ts';
import type { AnswerHeader } from '../headers.ts';
import { problemKinds } from '../problems.ts';
import type { ProblemCode } from '../problems.ts';
import type { Content, RouteDescription } from '../route.ts';
import { problemsOf } from './problems-of.ts';

/** All that a route answers: what it was asked for, and its problems by their status. */
export const responsesOf = (route: RouteDescription): ZodOpenApiResponsesObject => {
  const problems = Object.groupBy(problemsOf(route), (code) => String(problemKinds[code].status));
  const statuses = [...new Set([...Object.keys(route.responses), ...Object.keys(problems)])].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const own = route.responses[Number(status)];
      const parts = [
        ...(own === undefined ? [] : [ownResponse(status, own, route)]),
        ...(problems[status] === undefined ? [] : [problemResponse(problems[status], route)]),
      ];
      return [status, parts.reduce(merged)];
    }),
  );
};

type Response = Omit<ZodOpenApiResponseObject, 'headers'> & { readonly headers?: z.ZodObject };

const merged = (a: Response, b: Response): Response => ({
  description: `${a.description}, or: ${b.description}`,
  content: { ...a.content, ...b.content },
  headers: z.object({ ...a.headers?.shape, ...b.headers?.shape }),
});

const ownResponse = (
  status: string,
  content: Content,
  { summary, answerHeaders: names = [] }: RouteDescription,
): Response => ({
  description: status === '304' ? 'It is as the client knows it' : summary,
  ...contentOf(content),
  headers: headersOf(names),
});

const contentOf = (content: Content): Pick<Response, 'content'> => {
  if (content === 'no body') return {};
  return content instanceof z.ZodType
    ? { content: { 'application/json': { schema: content } } }
    : { content: { [content.mediaType]: { schema: { type: 'string' } } } };
};

const problemResponse = (codes: readonly ProblemCode[], { purchase }: RouteDescription): Response => ({
  description: codes.map((code) => problemKinds[code].title).join(', or: '),
  content: {
    'application/problem+json': {
      schema: {
        allOf: [
          { $ref: '#/components/schemas/Problem' },
          {
            type: 'object',
            properties: { code: { enum: [...codes] } },
            ...(purchase === undefined ? {} : { required: ['purchase'] }),
          },
        ],
      },
    },
  },
  headers: headersOf(problemHeaders.filter(([, of]) => of(codes)).map(([name]) => name)),
});

const isOneOf =
  (...some: readonly number[]) =>
  (codes: readonly ProblemCode[]): boolean =>
    codes.some((code) => some.includes(problemKinds[code].status));

const problemHeaders: readonly (readonly [AnswerHeader, (codes: readonly ProblemCode[]) => boolean])[] = [
  ['WWW-Authenticate', isOneOf(401, 403)],
  ['ETag', isOneOf(412)],
  ['Accept', isOneOf(415)],
  ['Retry-After', isOneOf(429, 503)],
  ['Connection', isOneOf(503)],
];

const headersOf = (names: readonly AnswerHeader[]): z.ZodObject =>
  z.object(Object.fromEntries(names.map((name) => [name, answerHeaders[name].exactOptional()])));
