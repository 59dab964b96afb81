import type { Hold, Sink } from '../../application/ports/consumers.ts';
import { NoSuchModel, Unavailable } from '../../application/ports/errors.ts';
import type {
  OpenReadModel,
  ReadModel,
  ReadModelDefinition,
  ReadModels,
  Versioned,
  Write,
} from '../../application/ports/read-models.ts';
import { soleHolder } from '../checkpoints/checkpoint.ts';
import type { Lease } from '../checkpoints/checkpoint.ts';
import { createMemoryCheckpoint } from '../checkpoints/memory.ts';
import type { MemoryCheckpoint, MemoryProgress } from '../checkpoints/memory.ts';
import { compareValues, rowsOf, schemaOf, writeOf } from './documents.ts';
import type { Row } from './documents.ts';
import { following } from './following.ts';
import { listOf } from './memory-list.ts';
import { sideBySide } from './side-by-side.ts';

interface Table {
  readonly rows: Map<string, Row>;
  readonly checkpoint: MemoryCheckpoint;
}

/** A model's generations: the one that is served, the one before, and the one that a rebuild fills. */
interface Model {
  readonly schema: string;
  readonly tables: Map<number, Table>;
  served: number;
  before?: number;
  shadow?: number;
}

/**
 * Read models for tests and simulations: opening one again finds what was kept.
 * @param kept the progress of the consumers that fill them
 */
export const createMemoryReadModels = (lease: Lease = soleHolder, kept: MemoryProgress = new Map()): ReadModels => {
  const models = new Map<string, Model>();
  let closed = false;
  const reach = (): void => {
    if (closed) throw new Unavailable('read models', { detail: 'closed' });
  };
  const begin = (name: string, { tables }: Pick<Model, 'tables'>, of: Lease): number => {
    const generation = 1 + Math.max(0, ...tables.keys());
    tables.set(generation, { rows: new Map(), checkpoint: createMemoryCheckpoint(name, of) });
    return generation;
  };
  const known = <Doc>(definition: ReadModelDefinition<Doc>): Model | undefined => {
    reach();
    const model = models.get(definition.name);
    return model?.schema === schemaOf(definition) ? model : undefined;
  };
  const made = <Doc>(definition: ReadModelDefinition<Doc>): Model => {
    const tables = new Map<number, Table>();
    const model: Model = { schema: schemaOf(definition), tables, served: begin(definition.name, { tables }, lease) };
    models.set(definition.name, model);
    kept.set(definition.name, () => tableOf(model, model.served).checkpoint.progress());
    return model;
  };
  const served = <Doc>(definition: ReadModelDefinition<Doc>, model: Model): OpenReadModel<Doc> => {
    const at = async (): Promise<number> => {
      reach();
      return model.served;
    };
    return following({ fresh: at, recent: at }, (generation) => {
      const table = tableOf(model, generation);
      const isServed = () => {
        reach();
        return models.get(definition.name) === model && model.served === generation;
      };
      return { model: modelOf(definition, table, reach), sink: sinkOf(definition, table, isServed) };
    });
  };
  return {
    open: async (definition) => {
      reach();
      return served(definition, known(definition) ?? made(definition));
    },
    existing: async (definition) => {
      const model = known(definition);
      return model === undefined ? undefined : served(definition, model).model;
    },
    shadow: async (definition) => {
      const model = known(definition);
      if (model === undefined) throw new NoSuchModel(definition.name);
      const generation = (model.shadow ??= begin(definition.name, model, soleHolder));
      const table = tableOf(model, generation);
      const isShadow = () => {
        reach();
        return models.get(definition.name) === model && model.shadow === generation;
      };
      const isMine = (hold: Hold) => isShadow() && hold.epoch === table.checkpoint.epoch();
      const filled = modelOf(definition, table, reach);
      return {
        model: filled,
        sink: sinkOf(definition, table, isShadow),
        list: async (hold) => (isMine(hold) ? 'listed' : 'fenced'),
        serve: async (hold, passed) => {
          if (!isMine(hold)) return 'fenced';
          if (!passed.has(tableOf(model, model.served).checkpoint.progress().at)) return 'ahead';
          [model.before, model.served] = [model.served, generation];
          delete model.shadow;
          return 'served';
        },
        compare: async function* () {
          if (known(definition) !== model) throw new NoSuchModel(definition.name);
          yield* sideBySide(modelOf(definition, tableOf(model, model.served), reach).scan(), filled.scan());
        },
        discard: async (hold) => {
          if (!isMine(hold)) return 'fenced';
          delete model.shadow;
          return 'discarded';
        },
      };
    },
    rollBack: async (definition) => {
      const model = known(definition);
      if (model?.before === undefined) return false;
      [model.before, model.served] = [model.served, model.before];
      return true;
    },
    close: async () => {
      closed = true;
    },
  };
};

const tableOf = ({ tables }: Model, generation: number): Table => {
  const table = tables.get(generation);
  if (table === undefined) throw new TypeError(`no generation ${String(generation)}`);
  return table;
};

const modelOf = <Doc>(definition: ReadModelDefinition<Doc>, { rows }: Table, reach: () => void): ReadModel<Doc> => ({
  get: async (key) => {
    reach();
    const row = rows.get(key);
    return row === undefined ? undefined : versioned(row);
  },
  find: async (query) => {
    reach();
    return listOf(definition, [...rows.values()], query);
  },
  scan: async function* () {
    reach();
    for (const row of [...rows.values()].toSorted((a, b) => compareValues(a.key, b.key)))
      yield { key: row.key, version: row.version, json: row.json };
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
