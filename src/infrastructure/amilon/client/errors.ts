import type { Answered } from './transport.ts';
import { type Wire, isWireObject, parseWire } from './wire.ts';

/** What an error body says. */
export interface Fault {
  readonly form: 'oauth' | 'amilon' | 'problem' | 'html' | 'text';
  /** Amilon's ErrorCode exactly as written: `0400` is not `400` (amilon.md section 2). */
  readonly code?: string;
  /** OAuth's `error`. */
  readonly error?: string;
  /** All that it says in words, in lower case. */
  readonly words: string;
}

/** Reads an error body of any of the four forms, or as plain text. Never fails. */
export const readFault = (body: string, contentType: string): Fault => {
  if (isHtml(body, contentType)) return { form: 'html', words: '' };
  const wire = parseWire(body);
  if (wire === undefined) return { form: 'text', words: body.slice(0, MOST_WORDS).toLowerCase() };
  const words = textsOf(wire, 0).join(' | ').slice(0, MOST_WORDS).toLowerCase();
  if (!isWireObject(wire)) return { form: 'text', words };
  const { errorcode, error, title, type } = wire;
  if (typeof errorcode === 'string') return { form: 'amilon', code: errorcode.trim(), words };
  if (typeof error === 'string') return { form: 'oauth', error, words };
  return { form: title !== undefined || type !== undefined ? 'problem' : 'text', words };
};

export const isHtml = (body: string, contentType: string): boolean =>
  /\bx?html\b/i.test(contentType) || /^\s*</.test(body);

const MOST_WORDS = 500;
const DEEPEST = 5;

// ModelErrors and the errors of a problem nest their texts differently; all that counts is what they say.
const textsOf = (wire: Wire, depth: number): readonly string[] => {
  if (typeof wire === 'string') return [wire];
  if (wire === null || typeof wire === 'boolean' || depth > DEEPEST) return [];
  return Object.values(wire).flatMap((inner: Wire) => textsOf(inner, depth + 1));
};

/** For logs and people. */
export const detailOf = ({ status }: Answered, { form, code, error }: Fault): string =>
  `status ${String(status)}, ${form}${code === undefined ? '' : ` ${code}`}${error === undefined ? '' : ` ${error}`}`.slice(
    0,
    200,
  );
