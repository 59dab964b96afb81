import { expect } from '@jest/globals';
import { expectDescribed } from '../support/described.ts';

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

/** A client whose every answer is held against the OpenAPI document. */
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
    expectDescribed(method, new URL(path, url).pathname, answer);
    if (answer.headers.get('content-type') === 'application/problem+json' && text !== '') holdAgainstProblem(answer);
    return answer;
  };

const jsonOf = (text: string): Record<string, unknown> =>
  text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);

const holdAgainstProblem = ({ status, headers, body }: Answer): void => {
  expect([body['status'], body['requestId']]).toEqual([status, headers.get('x-request-id')]);
};
