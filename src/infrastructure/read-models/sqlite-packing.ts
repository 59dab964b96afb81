import type { Sink } from '../../application/ports/consumers.ts';
import type { ReadModelDefinition, Versioned, Write } from '../../application/ports/read-models.ts';
import { openDocuments } from '../checkpoints/sqlite.ts';
import { orUnavailable } from '../sqlite/sqlite.ts';
import { newestOf } from './documents.ts';
import { createLoad } from './sqlite-load.ts';
import { packed } from './sqlite-parcel.ts';
import type { Parcel } from './sqlite-parcel.ts';
import { tableNames } from './sqlite-tables.ts';
import { createUnlistedOf } from './sqlite-unlisted.ts';

/** Makes of what has changed what the thread that fills shadows is sent. @throws TypeError as `listingOf` */
type Pack<Doc> = (writes: readonly Write<Doc>[]) => Parcel;

export const createPack = <Doc>(definition: ReadModelDefinition<Doc>): Pack<Doc> => {
  const unlistedOf = createUnlistedOf(definition);
  return (writes) => packed(newestOf(writes).map(unlistedOf));
};

/** A shadow without lists for a thread that folds for it: it loads there, and packs what it sends to the one who keeps. */
export const openPacking = <Doc>(
  file: string,
  definition: ReadModelDefinition<Doc>,
  generation: number,
): { readonly sink: Pick<Sink<Versioned<Doc>, Write<Doc>>, 'load'>; readonly pack: Pack<Doc> } => {
  const load = createLoad<Doc>(openDocuments(file), tableNames(definition.name, generation));
  return {
    sink: { load: async (_hold, keys) => orUnavailable('read models', () => load.all(keys)) },
    pack: createPack(definition),
  };
};
