import { setTimeout as pause } from 'node:timers/promises';
import { expectDescribed } from '../support/described.ts';
import type { ServiceProcess } from './process.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

export interface OrderAnswer {
  readonly id: string;
  readonly externalOrderId: string;
  readonly status: string;
  readonly purchase: string;
  readonly version: number;
}

/** A client of the running service: each answer is held against the OpenAPI document, and kept, to be searched. */
export const createClient = ({ url, key }: Pick<ServiceProcess, 'url' | 'key'>, kept: string[] = []) => {
  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    if (options.secret !== true) kept.push(text, JSON.stringify([...response.headers]));
    const answer = { status: response.status, headers: response.headers, body: parsed(text), text };
    expectDescribed(method, new URL(path, url).pathname, answer);
    return answer;
  };
  return {
    call,
    order: (idempotencyKey: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      call('POST', '/v1/orders', { body, headers: { 'idempotency-key': idempotencyKey, ...headers } }),
    /** Long polls until the order is final. */
    untilFinal: async (id: string): Promise<Answer> => {
      for (let answer = await call('GET', `/v1/orders/${id}`); ;) {
        if (['completed', 'failed', 'cancelled'].includes(String(answer.body['status']))) return answer;
        const headers = { 'if-none-match': answer.headers.get('etag') ?? '', prefer: 'wait=10' };
        const next = await call('GET', `/v1/orders/${id}`, { headers });
        answer = next.status === 304 ? answer : next;
      }
    },
  };
};

interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer carries secrets on purpose: a reveal. */
  readonly secret?: boolean;
}

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
};

/** Asks again until the answer satisfies; fails with the last one after the limit. */
export const eventually = async <T>(
  ask: () => Promise<T>,
  holds: (value: T) => boolean,
  limit = 30_000,
): Promise<T> => {
  const end = performance.now() + limit;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (performance.now() > end) throw new Error(`still not so: ${JSON.stringify(value)}`);
    await pause(25);
  }
};
