import type { Owner } from '../../application/ports/consumers.ts';
import type { Evolution } from '../../application/ports/order-documents.ts';
import type { ReadModel } from '../../application/ports/read-models.ts';
import type { Projection } from '../../projections/projection.ts';
import { createMemoryReadModels } from '../read-models/memory.ts';

/** A read model of a past, held in memory for one request: filtered and sorted by the rules of the live one. */
export const pastModel = <Doc>(
  projection: Projection<Doc>,
): {
  readonly evolution: Evolution<Doc>;
  readonly hold: (docs: ReadonlyMap<string, Doc>) => Promise<ReadModel<Doc>>;
} => ({
  evolution: projection,
  hold: async (docs) => {
    const { model, sink } = await createMemoryReadModels().open(projection.definition);
    const hold = await sink.hold('past' as Owner);
    if (hold === 'held') throw new TypeError('a model of its own is held by another');
    const writes = [...docs].map(([key, doc]) => ({ key, version: 1, doc }));
    await sink.keep(hold, hold.progress, writes);
    return model;
  },
});
