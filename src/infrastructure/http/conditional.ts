import { createHash } from 'node:crypto';
import { tagsOf } from './etag.ts';
import type { Answer, Incoming } from './route.ts';

/** The answer with a tag of its content; 304 where the client has it already. */
export const conditional = (answer: Answer, asked: Incoming): Answer => {
  const tag = `"${createHash('sha256').update(JSON.stringify(answer.body)).digest('base64url').slice(0, 22)}"`;
  const headers = { ...answer.headers, ETag: `W/${tag}` };
  const known = tagsOf(asked.header('If-None-Match') ?? '');
  return known.includes(tag) || known.includes('*') ? { status: 304, headers } : { ...answer, headers };
};
