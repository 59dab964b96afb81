import { loadEvents } from '../command-handling.ts';
import type { Decoded, EventCodec } from '../ports/codec.ts';
import type { EventStore, StreamId } from '../ports/event-store.ts';
import type { Evolution } from '../ports/order-documents.ts';

export interface FoldDeps {
  readonly store: EventStore;
  readonly codec: EventCodec;
}

/** Which events of a stream count: up to a version, and while `goOn` says so. */
export interface Prefix {
  readonly version?: number;
  readonly goOn?: (event: Decoded) => boolean;
}

/**
 * The documents of one stream as they were after a prefix of it, by key. Reads its own writes (design 8).
 * @throws Undecodable, BrokenChain, Unavailable
 */
export const foldDocuments = async <Doc>(
  deps: FoldDeps,
  stream: StreamId,
  evolution: Evolution<Doc>,
  { version, goOn = always }: Prefix = {},
): Promise<ReadonlyMap<string, Doc>> => {
  const docs = new Map<string, Doc>();
  for await (const event of loadEvents(deps, stream, version)) {
    if (!goOn(event)) break;
    for (const key of evolution.keys(event)) {
      const doc = evolution.evolve(docs.get(key), event, key);
      if (doc !== undefined) docs.set(key, doc);
    }
  }
  return docs;
};

const always = (): boolean => true;
