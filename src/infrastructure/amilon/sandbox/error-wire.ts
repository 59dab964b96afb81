import { type Answer, type Reply, type WireForm, coded, json } from './calls.ts';

/** Amilon's codes of what the report writes as words (amilon.md section 2). */
const codes: ReadonlyMap<string, string> = new Map([
  ['Contract not found', '0100'],
  ['Insufficient funds', '0105'],
  ['Invalid product', '0106'],
  ['Duplicate order', '0400'],
  ['Order not found', '0403'],
]);

/** An error in the form that the wire has: as the report writes it, or with Amilon's code, else as RFC 7807. */
export const errorIn = (wire: WireForm, reply: Reply): Reply => {
  if (wire === 'report' || reply.is !== 'answer' || reply.status < 400) return reply;
  const words = messageOf(reply);
  if (words === undefined) return reply;
  const { status, retryAfterSeconds } = reply;
  const code = codes.get(words);
  const written = code === undefined ? problemDetails(status, words) : coded(status, code, words);
  return retryAfterSeconds === undefined ? written : { ...written, retryAfterSeconds };
};

const messageOf = ({ contentType, body }: Answer): string | undefined => {
  if (!contentType.startsWith('application/json')) return undefined;
  const { message } = JSON.parse(body) as { readonly message?: unknown };
  return typeof message === 'string' ? message : undefined;
};

const problemDetails = (status: number, title: string): Answer => ({
  ...json(status, { type: 'about:blank', title, status }),
  contentType: 'application/problem+json; charset=utf-8',
});
