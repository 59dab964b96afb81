import { hash } from 'node:crypto';
import type { Stored } from '../../application/ports/read-models.ts';

/** Where each document is written out in its turn; larger once one needs it. */
let room = Buffer.alloc(64 * 1_024);

/** The first 128 bits of the SHA-256 of a document with its key and version. In UTF-16: written out by mere copying. */
export const fingerprint = ({ key, version, json }: Stored): bigint => {
  const known = `${key} ${String(version)} `;
  const bytes = 2 * (known.length + json.length);
  if (bytes > room.length) room = Buffer.alloc(bytes);
  room.write(json, room.write(known, 'utf16le'), 'utf16le');
  const digest = hash('sha256', room.subarray(0, bytes), 'buffer');
  return (digest.readBigUInt64BE(0) << 64n) | digest.readBigUInt64BE(8);
};
