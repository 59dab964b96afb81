import type { Owner, Sink } from '../../application/ports/consumers.ts';
import type { DueOrder, DueOrders, OpenDueOrders } from '../../application/ports/due-orders.ts';
import { Unavailable } from '../../application/ports/errors.ts';
import type { Versioned, Write } from '../../application/ports/read-models.ts';
import type { OrderId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import { soleHolder } from '../checkpoints/checkpoint.ts';
import type { Checkpoint, Lease } from '../checkpoints/checkpoint.ts';
import { createMemoryCheckpoint } from '../checkpoints/memory.ts';
import type { MemoryProgress } from '../checkpoints/memory.ts';

interface Row {
  readonly version: number;
  /** What was kept, as JSON; `nextAt` below moves on its own. */
  readonly json: string;
  readonly nextAt: Instant | 'never';
  readonly owner?: Owner;
}

/** The rows, as long as the store is open. */
type Rows = () => Map<string, Row>;

/**
 * Due orders for tests and simulations.
 * @param kept the progress of the consumer that fills them
 */
export const createMemoryDueOrders = (lease: Lease = soleHolder, kept: MemoryProgress = new Map()): OpenDueOrders => {
  const all = new Map<string, Row>();
  const checkpoint = createMemoryCheckpoint('due-orders', lease);
  kept.set('due-orders', checkpoint.progress);
  let closed = false;
  const rows: Rows = () => {
    if (closed) throw new Unavailable('due orders', { detail: 'closed' });
    return all;
  };
  return {
    dueOrders: queueOf(rows),
    sink: sinkOf(rows, checkpoint),
    close: async () => {
      closed = true;
    },
  };
};

const queueOf = (rows: Rows): DueOrders => {
  const change = (id: OrderId, to: (row: Row) => Row): void => {
    const row = rows().get(id);
    if (row !== undefined) rows().set(id, to(row));
  };
  return {
    claim: async (max, now, until, owner) => {
      const due = inOrder(rows()).filter(({ nextAt }) => nextAt <= now);
      const taken = due.slice(0, max).map(({ id }) => id);
      for (const id of taken) change(id, (row) => ({ ...row, nextAt: until, owner }));
      return taken;
    },
    postpone: async (id, owner, to) => change(id, (row) => (row.owner === owner ? unclaimed(row, to) : row)),
    wake: async (id, now) => change(id, (row) => unclaimed(row, now)),
    earliest: async () => inOrder(rows())[0]?.nextAt,
  };
};

const unclaimed = ({ version, json }: Row, nextAt: Instant | 'never'): Row => ({ version, json, nextAt });

/** What is ever due, the earliest first. */
const inOrder = (rows: Map<string, Row>): readonly { readonly id: OrderId; readonly nextAt: Instant }[] =>
  [...rows]
    .flatMap(([id, { nextAt }]) => (nextAt === 'never' ? [] : [{ id: id as OrderId, nextAt }]))
    .toSorted((a, b) => (a.nextAt + a.id < b.nextAt + b.id ? -1 : 1));

const sinkOf = (rows: Rows, checkpoint: Checkpoint): Sink<Versioned<DueOrder>, Write<DueOrder>> => {
  const load = (key: string): readonly (readonly [string, Versioned<DueOrder>])[] => {
    const row = rows().get(key);
    return row === undefined ? [] : [[key, { version: row.version, doc: JSON.parse(row.json) as DueOrder }]];
  };
  const write = ({ key, version, doc }: Write<DueOrder>): void => {
    if ((rows().get(key)?.version ?? -1) >= version) return;
    rows().set(key, { version, json: JSON.stringify(doc), nextAt: doc.nextAt });
  };
  return {
    hold: async (owner) => {
      rows();
      return checkpoint.hold(owner);
    },
    load: async (_hold, keys) => new Map(keys.flatMap(load)),
    keep: async (hold, next, writes) => {
      rows();
      return checkpoint.keep(hold, next, () => writes.forEach(write));
    },
    release: async (hold) => {
      rows();
      checkpoint.release(hold);
    },
  };
};
