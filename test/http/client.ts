import { expect } from '@jest/globals';
import type { Route } from '../../src/infrastructure/http/route.ts';
import { routes } from '../../src/infrastructure/http/routes.ts';
import { problemAnswer } from '../../src/infrastructure/http/schemas/answers.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON of the body; an empty object without one. */
  readonly body: Record<string, unknown>;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
  readonly key?: string;
}

/** A client whose every answer is held against what the route says that it answers. */
export const createClient =
  (url: string, key: string) =>
  async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const { body } = options;
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${options.key ?? key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = { status: response.status, headers: response.headers, text, body: jsonOf(text) };
    holdAgainstRoute(method, new URL(path, url).pathname, answer);
    return answer;
  };

const jsonOf = (text: string): Record<string, unknown> =>
  text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);

const holdAgainstRoute = (method: string, path: string, answer: Answer): void => {
  if (answer.headers.get('content-type') === 'application/problem+json') holdAgainstProblem(answer);
  else {
    const route = routes.find((one) => one.method === method && patternOf(one.path).test(path));
    if (route !== undefined) expect(differences(route.responses[answer.status], answer)).toEqual([]);
  }
};

const holdAgainstProblem = ({ status, headers, body }: Answer): void => {
  expect(problemAnswer.safeParse(body).error?.issues).toBeUndefined();
  expect([body['status'], body['requestId']]).toEqual([status, headers.get('x-request-id')]);
};

const differences = (schema: Route['responses'][number] | undefined, { status, text, body }: Answer): unknown => {
  if (schema === undefined) return `the route does not answer ${String(status)}`;
  if (schema === 'no body') return text === '' ? [] : text;
  return schema.safeParse(body).error?.issues ?? [];
};

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
