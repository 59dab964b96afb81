import type { IncomingMessage } from 'node:http';
import express from 'express';
import type { Request, RequestHandler, Response } from 'express';
import { Problem } from './problems.ts';

/** Bodies of more than this are refused unread. */
const LIMIT = '100kb';
const DEEPEST = 32;

const received = new WeakMap<IncomingMessage, Buffer>();

const readJson: RequestHandler = express.json({
  limit: LIMIT,
  strict: true,
  type: 'application/json',
  verify: (request, _response, bytes) => {
    received.set(request, bytes);
  },
});

/**
 * The JSON body as received; `undefined` where the request has none.
 * @throws Problem for another media type, what is no JSON, and what JSON cannot say again.
 */
export const jsonBody = async (request: Request, response: Response): Promise<unknown> => {
  if (!hasBody(request)) return undefined;
  if (request.is('application/json') === false)
    throw new Problem('unsupported_media_type', { headers: { Accept: 'application/json' } });
  await new Promise<void>((resolve, reject) => {
    readJson(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(bodyProblem(error));
    });
  });
  const body: unknown = request.body;
  if (!isSayable(body, DEEPEST)) {
    throw new Problem('malformed_json', {
      detail: 'A number is too large, a text is not Unicode, or it nests too deep.',
    });
  }
  return body;
};

/** The bytes of the body that was read; none where none came. */
export const bytesOf = (request: IncomingMessage): Buffer => received.get(request) ?? Buffer.alloc(0);

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const problemsOfParser: Readonly<Record<string, Problem>> = {
  'entity.too.large': new Problem('body_too_large', { detail: 'A body has at most 100 kB.' }),
  'entity.parse.failed': new Problem('malformed_json'),
  'charset.unsupported': new Problem('unsupported_media_type', { detail: 'JSON is sent in UTF-8.' }),
  'encoding.unsupported': new Problem('unsupported_media_type', { detail: 'The Content-Encoding is not known.' }),
};

// What the parser says quotes the body, so it is never passed on.
const bodyProblem = (error: unknown): Problem => {
  const type = typeof error === 'object' && error !== null && 'type' in error ? String(error.type) : 'unknown';
  return problemsOfParser[type] ?? new Problem('malformed_request');
};

/** Whether the value can be written in canonical JSON (RFC 8785): its keyed hash tells replays apart. */
const isSayable = (value: unknown, depth: number): boolean => {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isSayable(item, depth - 1));
  return Object.entries(value).every(([key, item]) => key.isWellFormed() && isSayable(item, depth - 1));
};
