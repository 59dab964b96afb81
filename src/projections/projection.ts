import type { Decoded } from '../application/ports/codec.ts';
import type { Consumer } from '../application/ports/consumers.ts';
import { VersionGap } from '../application/ports/errors.ts';
import type { Evolution } from '../application/ports/order-documents.ts';
import type { ReadModelDefinition, Versioned, Write } from '../application/ports/read-models.ts';

/** How one read model follows from events. Pure. */
export interface Projection<Doc> extends Evolution<Doc> {
  readonly definition: ReadModelDefinition<Doc>;
  /** The category of the streams that it follows from. */
  readonly category: 'order' | 'catalog' | 'contract';
  /** Every event of a stream changes the same document, so that a missing one is seen (design 12). */
  readonly gapless?: boolean;
  /** Every document follows from one stream alone, so that streams may be folded apart from each other. */
  readonly apart?: boolean;
}

/** A projection as a consumer of the feed: what it has seen already changes nothing. */
export const projectionConsumer = <Doc>(projection: Projection<Doc>): Consumer<Versioned<Doc>, Write<Doc>> => ({
  name: projection.definition.name,
  category: projection.category,
  keys: (event) => {
    const keys = projection.keys(event);
    return keys.length === 0 ? undefined : keys;
  },
  // Every event of a stream changes the same document, so the first one makes it.
  ...(projection.gapless === true && { creates: ({ recorded }) => recorded.version === 1 }),
  apply: (docs, event, keys) => {
    const { version } = event.recorded;
    const changed: Write<Doc>[] = [];
    for (const key of keys) {
      const known = docs.get(key);
      if (known !== undefined && known.version >= version) continue;
      if (projection.gapless === true) refuseGap(projection, event, known);
      const doc = projection.evolve(known?.doc, event, key);
      if (doc !== undefined) changed.push({ key, version, doc });
    }
    for (const { key, doc } of changed) docs.set(key, { version, doc });
    return changed;
  },
});

const refuseGap = <Doc>(projection: Projection<Doc>, { recorded }: Decoded, known?: Versioned<unknown>): void => {
  const at = known === undefined ? 0 : known.version;
  if (at === recorded.version - 1) return;
  const { stream, version } = recorded;
  throw new VersionGap(`${projection.definition.name}: ${stream} is at ${String(at)}, met ${String(version)}`);
};
