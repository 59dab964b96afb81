import { hash } from 'node:crypto';
import type { Stored } from '../../application/ports/read-models.ts';

/** UTF-8 has at most so many bytes for a unit of a JavaScript text. */
const MOST_BYTES = 3;

/** Where each document is written out in its turn; larger once one needs it. */
let room = Buffer.alloc(64 * 1_024);

/** The first 128 bits of the SHA-256 of a document with its key and version. */
export const fingerprint = ({ key, version, json }: Stored): bigint => {
  const known = `${key} ${String(version)} `;
  const most = MOST_BYTES * (known.length + json.length);
  if (most > room.length) room = Buffer.alloc(most);
  const begin = room.write(known);
  const end = begin + room.write(json, begin);
  const bytes = hash('sha256', room.subarray(0, end), 'buffer');
  return (bytes.readBigUInt64BE(0) << 64n) | bytes.readBigUInt64BE(8);
};
