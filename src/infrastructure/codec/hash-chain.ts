import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { BrokenChain } from '../../application/ports/errors.ts';
import type { Envelope, Hash, NewEvent, Recorded } from '../../application/ports/event-store.ts';

/** What the first event of a stream is chained to. */
export const genesis = '0'.repeat(64) as Hash;

/** An event without its hash. */
export type Unsealed = Omit<NewEvent, 'envelope'> & { readonly envelope: Omit<Envelope, 'hash'> };

/** SHA-256 of the event's canonical JSON (RFC 8785). */
export const hashOf = ({ stream, version, id, type, schema, envelope, data }: Unsealed): Hash => {
  const canonical = canonicalize({ stream, version, id, type, schema, envelope, data });
  return createHash('sha256').update(String(canonical)).digest('hex') as Hash;
};

/** @throws BrokenChain when the event is not what was sealed, or does not follow `prevHash`. */
export const verify = (recorded: Recorded, prevHash: Hash): void => {
  const where = `${recorded.stream} version ${recorded.version}`;
  // Whatever the store gave: a damaged envelope may be anything.
  const { hash, ...envelope } = { ...recorded.envelope };
  if (envelope.prevHash !== prevHash) throw new BrokenChain(`${where} does not follow the event before it`);
  if (hashOf({ ...recorded, envelope }) !== hash) throw new BrokenChain(`${where} is not what was written`);
};
