import { createHash } from 'node:crypto';
import type { Answer, Incoming } from './route.ts';

/** The answer with a tag of its content; 304 where the client has it already. */
export const conditional = (answer: Answer, asked: Incoming): Answer => {
  const tag = `W/"${createHash('sha256').update(JSON.stringify(answer.body)).digest('base64url').slice(0, 22)}"`;
  const headers = { ...answer.headers, ETag: tag };
  const known = asked
    .header('If-None-Match')
    ?.split(',')
    .map((one) => one.trim());
  return known?.some((one) => one === tag || one === '*') === true ? { status: 304, headers } : { ...answer, headers };
};
