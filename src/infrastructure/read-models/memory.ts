import type { Sink } from '../../application/ports/consumers.ts';
import { Unavailable } from '../../application/ports/errors.ts';
import type { Found, Query, ReadModel, ReadModelDefinition, ReadModels } from '../../application/ports/read-models.ts';
import type { Sort, Versioned, Write } from '../../application/ports/read-models.ts';
import { soleHolder } from '../checkpoints/checkpoint.ts';
import type { Checkpoint, Lease } from '../checkpoints/checkpoint.ts';
import { createMemoryCheckpoint } from '../checkpoints/memory.ts';
import type { MemoryProgress } from '../checkpoints/memory.ts';
import { compareValues, filtersOf, listName, listOrder, rowsOf, schemaOf, stretchOf, writeOf } from './documents.ts';
import type { Placed, Row } from './documents.ts';

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
    return list(definition, [...rows.values()], query);
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

const list = <Doc>(definition: ReadModelDefinition<Doc>, rows: readonly Row[], query: Query): readonly Found<Doc>[] => {
  const { sort, part, filters } = filtersOf(definition, query);
  const order = listOrder(sort);
  const all = listName(definition, sort.field);
  const passes = (row: Row): boolean =>
    row.part === part &&
    filters.every(({ field, values }) => {
      const asked = listName(definition, sort.field, field);
      return row.entries.some((entry) => entry.list === asked && values.includes(entry.value));
    });
  return rows
    .filter(passes)
    .flatMap((row) =>
      row.entries.filter((entry) => entry.list === all).map((entry) => ({ row, sort: entry.sort, key: row.key })),
    )
    .filter(within(sort, query))
    .toSorted(order)
    .slice(0, query.limit)
    .map((found) => ({ ...writeOf<Doc>(found.row), sort: found.sort }));
};

const within = (sort: Sort, query: Query): ((place: Placed) => boolean) => {
  const order = listOrder(sort);
  const { begin, last } = stretchOf(sort, query);
  return (place) => {
    const ends = last === undefined || order(place, { ...place, sort: last }) <= 0;
    if (begin === undefined) return ends;
    return (
      ends && ('behind' in begin ? order(place, begin.behind) > 0 : order(place, { ...place, sort: begin.at }) >= 0)
    );
  };
};
