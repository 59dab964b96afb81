import type { Sink } from '../../application/ports/consumers.ts';
import { Unavailable } from '../../application/ports/errors.ts';
import type { Query, ReadModel, ReadModelDefinition, ReadModels } from '../../application/ports/read-models.ts';
import type { Versioned, Write } from '../../application/ports/read-models.ts';
import { soleHolder } from '../checkpoints/checkpoint.ts';
import type { Checkpoint, Lease } from '../checkpoints/checkpoint.ts';
import { createMemoryCheckpoint } from '../checkpoints/memory.ts';
import type { MemoryProgress } from '../checkpoints/memory.ts';
import { compareValues, filtersOf, listOrder, rowsOf, schemaOf, valueOf, writeOf } from './documents.ts';
import type { Row } from './documents.ts';

interface Table {
  readonly schema: string;
  readonly rows: Map<string, Row>;
  readonly checkpoint: Checkpoint;
}

/**
 * Read models for tests and simulations: opening one again finds what was kept.
 * @param kept the progress of the consumers that fill them
 */
export const createMemoryReadModels = (lease: Lease = soleHolder, kept: MemoryProgress = new Map()): ReadModels => {
  const tables = new Map<string, Table>();
  let closed = false;
  const reach = (): void => {
    if (closed) throw new Unavailable('read models', { detail: 'closed' });
  };

  const tableOf = <Doc>(definition: ReadModelDefinition<Doc>): Table => {
    const schema = schemaOf(definition);
    const known = tables.get(definition.name);
    if (known?.schema === schema) return known;
    kept.delete(definition.name);
    const checkpoint = createMemoryCheckpoint(definition.name, lease, kept);
    const table = { schema, rows: new Map<string, Row>(), checkpoint };
    tables.set(definition.name, table);
    return table;
  };

  return {
    open: async (definition) => {
      reach();
      const table = tableOf(definition);
      const served = (): boolean => {
        reach();
        return tables.get(definition.name) === table;
      };
      return { model: modelOf(definition, table, reach), sink: sinkOf(definition, table, served) };
    },
    close: async () => {
      closed = true;
    },
  };
};

const modelOf = <Doc>(definition: ReadModelDefinition<Doc>, { rows }: Table, reach: () => void): ReadModel<Doc> => ({
  get: async (key) => {
    reach();
    const row = rows.get(key);
    return row === undefined ? undefined : versioned(row);
  },
  find: async (query) => {
    reach();
    const chosen = [...rows.values()].filter(choice(definition, query)).toSorted(listOrder(definition));
    return chosen.slice(0, query.limit).map((row) => writeOf(row));
  },
  scan: async function* () {
    reach();
    for (const row of [...rows.values()].toSorted((a, b) => compareValues(a.key, b.key))) yield writeOf(row);
  },
});

/** @param served whether the model still has this table; another schema took over where not. */
const sinkOf = <Doc>(
  definition: ReadModelDefinition<Doc>,
  { rows, checkpoint }: Table,
  served: () => boolean,
): Sink<Versioned<Doc>, Write<Doc>> => ({
  hold: async (owner) => (served() ? checkpoint.hold(owner) : 'held'),
  load: async (_hold, keys) => {
    served();
    const found = keys.map((key) => rows.get(key)).filter((row) => row !== undefined);
    return new Map(found.map((row) => [row.key, versioned<Doc>(row)]));
  },
  keep: async (hold, next, writes) => {
    if (!served()) return 'fenced';
    const fresh = rowsOf(definition, writes);
    return checkpoint.keep(hold, next, () => {
      for (const row of fresh) if ((rows.get(row.key)?.version ?? -1) < row.version) rows.set(row.key, row);
    });
  },
  release: async (hold) => {
    if (served()) checkpoint.release(hold);
  },
});

const versioned = <Doc>(row: Row) => {
  const { version, doc } = writeOf<Doc>(row);
  return { version, doc };
};

const choice = <Doc>(definition: ReadModelDefinition<Doc>, query: Query): ((row: Row) => boolean) => {
  const { part, filters } = filtersOf(definition, query.where);
  const order = listOrder(definition);
  const after = query.after === undefined ? undefined : { sort: valueOf(query.after.sort), key: query.after.key };
  const { from, to } = query;
  return (row) =>
    row.part === part &&
    (from === undefined || compareValues(row.sort, valueOf(from)) >= 0) &&
    (to === undefined || compareValues(row.sort, valueOf(to)) <= 0) &&
    (after === undefined || order(row, after) > 0) &&
    filters.every(({ field, values }) =>
      row.entries.some((entry) => entry.field === field && values.includes(entry.value)),
    );
};
