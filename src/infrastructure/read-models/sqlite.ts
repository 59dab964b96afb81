import type { DatabaseSync } from 'node:sqlite';
import type { Hold, Progress, Sink } from '../../application/ports/consumers.ts';
import { NoSuchModel } from '../../application/ports/errors.ts';
import type {
  OpenReadModel,
  ReadModel,
  ReadModelDefinition,
  ReadModels,
  Shadow,
  Versioned,
  Write,
} from '../../application/ports/read-models.ts';
import { soleHolder } from '../checkpoints/checkpoint.ts';
import type { Checkpoint, Lease } from '../checkpoints/checkpoint.ts';
import { createSqliteCheckpoint, openDocuments, openGeneration, shadowOf } from '../checkpoints/sqlite.ts';
import { createPointer, dropShadow, openShadow, rollBack, serveShadow } from '../checkpoints/sqlite-shadow.ts';
import { orUnavailable, whenFree } from '../sqlite/sqlite.ts';
import { filtersOf, newestOf, schemaOf } from './documents.ts';
import { following } from './following.ts';
import { compareGenerations } from './sqlite-compare.ts';
import { createFilling } from './sqlite-filling.ts';
import type { Filling } from './sqlite-filling.ts';
import { createFind } from './sqlite-find.ts';
import { createLoad } from './sqlite-load.ts';
import { createPack } from './sqlite-packing.ts';
import type { Parcel } from './sqlite-parcel.ts';
import { createListed, createWriter, tableNames, tablesOf } from './sqlite-tables.ts';
import type { TableNames } from './sqlite-tables.ts';
import { shadowTablesOf, sortedLists } from './sqlite-unlisted.ts';

export interface SqliteShadow<Doc> extends Shadow<Doc> {
  /** For threads that fold for it: what they have packed is kept as by `sink`. Absent where there are lists already. */
  readonly packed?: {
    readonly generation: number;
    readonly keep: (hold: Hold, next: Progress, parcels: readonly Parcel[]) => Promise<'kept' | 'fenced'>;
  };
}

export interface SqliteReadModels extends ReadModels {
  shadow<Doc>(definition: ReadModelDefinition<Doc>): Promise<SqliteShadow<Doc>>;
}

/** The read models in one SQLite file, made if absent. */
export const openSqliteReadModels = (
  file: string,
  { lease = soleHolder }: { readonly lease?: Lease } = {},
): SqliteReadModels => {
  const db = openDocuments(file);
  const filling = createFilling(file);
  return {
    open: (definition) =>
      free(() => {
        const { name } = definition;
        openGeneration(db, { name, schema: schemaOf(definition) }, tablesOf(db, name));
        return servedOf(db, definition, lease);
      }),
    existing: async (definition) =>
      reach(() => (pointerOf(db, definition)() === undefined ? undefined : servedOf(db, definition, lease).model)),
    shadow: (definition) => free(() => openSqliteShadow({ db, filling }, definition)),
    rollBack: (definition) => free(() => rollBack(db, { name: definition.name, schema: schemaOf(definition) })),
    close: async () => {
      await filling.close();
      if (db.isOpen) db.close();
    },
  };
};

const pointerOf = <Doc>(db: DatabaseSync, definition: ReadModelDefinition<Doc>) =>
  createPointer(db, { name: definition.name, schema: schemaOf(definition) });

/** @throws TypeError where no generation of this schema is served. */
const servedOf = <Doc>(db: DatabaseSync, definition: ReadModelDefinition<Doc>, lease: Lease): OpenReadModel<Doc> => {
  const { name } = definition;
  const pointer = pointerOf(db, definition);
  let known = pointer();
  const at = async (): Promise<number> => {
    known = reach(pointer) ?? known;
    if (known === undefined) throw new NoSuchModel(name);
    return known;
  };
  return following({ fresh: at, recent: at }, (generation) => {
    const names = tableNames(name, generation);
    const checkpoint = createSqliteCheckpoint(db, { name, generation }, lease);
    return { model: modelOf(db, definition, names), sink: sinkOf(db, definition, { names, checkpoint }) };
  });
};

/** The newer of two rebuilds takes over at once, and fences the other off. */
const openSqliteShadow = <Doc>(
  { db, filling }: { readonly db: DatabaseSync; readonly filling: Filling },
  definition: ReadModelDefinition<Doc>,
): SqliteShadow<Doc> => {
  const { name } = definition;
  const tables = shadowTablesOf(db, definition);
  const served = pointerOf(db, definition);
  if (served() === undefined) throw new NoSuchModel(name);
  const generation = openShadow(db, { name, schema: schemaOf(definition) }, tables);
  const names = tableNames(name, generation);
  const checkpoint = createSqliteCheckpoint(db, { name: shadowOf(name), generation }, soleHolder);
  const sink = sinkOf(db, definition, { names, checkpoint });
  const listed = createListed(db, names);
  const pack = createPack(definition);
  const place = { name, generation };
  const list = async (hold: Hold): Promise<'listed' | 'fenced'> => {
    if (reach(listed)) return 'listed';
    return filling.list({ ...place, hold, lists: sortedLists(definition, names) });
  };
  return {
    model: modelOf(db, definition, names),
    sink: {
      ...sink,
      keep: async (hold, next, writes) => {
        if (reach(listed)) return sink.keep(hold, next, writes);
        return filling.keep({ ...place, hold, next, parcels: [pack(writes)] });
      },
    },
    ...(!reach(listed) && {
      packed: { generation, keep: (hold, next, parcels) => filling.keep({ ...place, hold, next, parcels }) },
    }),
    list,
    serve: async (hold, passed) => {
      if ((await list(hold)) === 'fenced') return 'fenced';
      const done = await free(() => serveShadow(db, place, hold, passed));
      if (done === 'served') await filling.rest();
      return done;
    },
    compare: async function* () {
      const live = reach(served);
      if (live === undefined) throw new NoSuchModel(name);
      yield* compareGenerations(db, { live: tableNames(name, live), shadow: names });
    },
    discard: (hold) => free(() => dropShadow(db, place, tables, hold)),
  };
};

const reach = <T>(work: () => T): T => orUnavailable('read models', work);
const free = <T>(work: () => T): Promise<T> => whenFree('read models', work);

/** Documents read at a time by a scan. */
const SCAN_PAGE = 500;

const modelOf = <Doc>(db: DatabaseSync, definition: ReadModelDefinition<Doc>, names: TableNames): ReadModel<Doc> => {
  const load = createLoad<Doc>(db, names);
  const find = createFind(db, definition, names);
  const page = db.prepare(
    `SELECT key, version, json FROM ${names.documents} WHERE key > ? ORDER BY key LIMIT ${String(SCAN_PAGE)}`,
  );
  page.setReturnArrays(true);
  return {
    get: async (key) => reach(() => load.one(key)),
    find: async (query) => {
      const filters = filtersOf(definition, query);
      return reach(() => find(query, filters));
    },
    scan: async function* () {
      let last: string | undefined = '';
      while (last !== undefined) {
        const after: string = last;
        const rows = reach(() => page.all(after)) as unknown as readonly (readonly [string, number, string])[];
        for (const [key, version, json] of rows) yield { key, version, json };
        last = rows.at(-1)?.[0];
      }
    },
  };
};

const sinkOf = <Doc>(
  db: DatabaseSync,
  definition: ReadModelDefinition<Doc>,
  { names, checkpoint }: { readonly names: TableNames; readonly checkpoint: Checkpoint },
): Sink<Versioned<Doc>, Write<Doc>> => {
  const load = createLoad<Doc>(db, names);
  let prepare: ReturnType<typeof createWriter<Doc>> | undefined;
  return {
    hold: (owner) => free(() => checkpoint.hold(owner)),
    load: async (_hold, keys) => reach(() => load.all(keys)),
    keep: async (hold, next, writes) => {
      // A shadow has no lists yet.
      prepare ??= reach(() => createWriter(db, definition, names));
      const prepared = prepare(newestOf(writes));
      return free(() => checkpoint.keep(hold, next, prepared));
    },
    release: (hold) => free(() => checkpoint.release(hold)),
  };
};
