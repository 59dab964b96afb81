import { expect } from '@jest/globals';
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

const holdAgainstRoute = (method: string, path: string, { status, headers, body, text }: Answer): void => {
  const type = headers.get('content-type');
  if (type === 'application/problem+json') {
    expect(problemAnswer.safeParse(body).error?.issues).toBeUndefined();
    expect(body['status']).toBe(status);
    expect(body['requestId']).toBe(headers.get('x-request-id'));
    return;
  }
  const route = routes.find((one) => one.method === method && patternOf(one.path).test(path));
  if (route === undefined) return;
  const schema = route.responses[status];
  if (schema === 'no body') expect(text).toBe('');
  else
    expect(schema?.safeParse(body).error?.issues ?? (schema === undefined ? `no ${String(status)}` : [])).toEqual([]);
};

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
