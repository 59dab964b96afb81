import express from 'express';
import type { Request, RequestHandler, Response } from 'express';
import { jsonBreaksAt } from './json-position.ts';
import { Problem } from './problems.ts';

/** Bodies of more than this are refused unread. */
const LIMIT = '100kb';
const DEEPEST = 32;

const readBytes: RequestHandler = express.raw({ limit: LIMIT, type: 'application/json' });

export interface Body {
  /** As received: a signature is about them. */
  readonly bytes: Buffer;
  /** `undefined` where the request has no body. */
  readonly body: unknown;
}

export const noBody: Body = { bytes: Buffer.alloc(0), body: undefined };

/**
 * The JSON body of a request.
 * @throws Problem for another media type, what is no JSON in UTF-8, and what JSON cannot say again.
 */
export const jsonBody = async (request: Request, response: Response): Promise<Body> => {
  if (!hasBody(request)) return noBody;
  if (request.is('application/json') === false || !isUtf8(request.get('content-type')))
    throw new Problem('unsupported_media_type', {
      detail: 'Send JSON in UTF-8 as Content-Type: application/json.',
      headers: { Accept: 'application/json' },
    });
  await new Promise<void>((resolve, reject) => {
    readBytes(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(bodyProblem(error));
    });
  });
  const bytes: unknown = request.body;
  return Buffer.isBuffer(bytes) && bytes.length > 0 ? { bytes, body: jsonOf(textOf(bytes)) } : noBody;
};

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const isUtf8 = (contentType = ''): boolean => {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType)?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
};

const textOf = (bytes: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem('malformed_json', { detail: 'The body is not UTF-8.' });
  }
};

const jsonOf = (text: string): unknown => {
  const body = parsed(text);
  if (isSayable(body, DEEPEST)) return body;
  throw new Problem('malformed_json', {
    detail: 'A number is too large, a text is not Unicode, or it nests too deep.',
  });
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('malformed_json', { detail: `The JSON breaks ${jsonBreaksAt(text, error)}.` });
  }
};

const problemsOfReading: Readonly<Record<string, Problem>> = {
  'entity.too.large': new Problem('body_too_large', { detail: 'A body has at most 100 kB.' }),
  'encoding.unsupported': new Problem('unsupported_media_type', { detail: 'The Content-Encoding is not known.' }),
};

// What the reader says may quote the body, so it is never passed on.
const bodyProblem = (error: unknown): Problem => {
  const type = typeof error === 'object' && error !== null && 'type' in error ? String(error.type) : 'unknown';
  return problemsOfReading[type] ?? new Problem('malformed_request', { detail: 'The body cannot be read.' });
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
