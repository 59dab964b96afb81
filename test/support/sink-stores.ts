import { noProgress } from '../../src/application/ports/consumers.ts';
import type { DueOrder, OpenDueOrders } from '../../src/application/ports/due-orders.ts';
import type { ReadModelDefinition, ReadModels, Versioned, Write } from '../../src/application/ports/read-models.ts';
import { noOrder } from '../../src/domain/order/state.ts';
import type { Result, SinkFactory, SinkStore } from '../contracts/sink.contract.ts';

/** Makes a new, empty store, and answers how to connect to it, now or after a restart. */
type Connect<Store> = (leaseMs: number) => Promise<() => Promise<Store>>;

const results = (name: string): ReadModelDefinition<Result> => ({
  name,
  schema: 1,
  fields: { version: (doc) => doc.version },
  sort: { field: 'version', direction: 'asc' },
});

/** The sinks of read models, for the contract of sinks. */
export const readModelSinks = (connect: Connect<ReadModels>): SinkFactory<Versioned<Result>, Write<Result>> => {
  const storeOf = async (again: () => Promise<ReadModels>): Promise<SinkStore<Versioned<Result>, Write<Result>>> => {
    const models = await again();
    return {
      consumer: async (name) => {
        const { model, sink } = await models.open(results(name));
        return {
          sink,
          makeOut: ({ order, version }) => ({ key: order, version, doc: { order, version } }),
          observe: async () => {
            const seen: Result[] = [];
            for await (const { json } of model.scan()) seen.push(JSON.parse(json) as Result);
            return seen;
          },
        };
      },
      reopen: () => storeOf(again),
      close: () => models.close(),
    };
  };
  return { open: async (leaseMs) => storeOf(await connect(leaseMs)) };
};

/** The sink of due orders; `connect` gets a name because there is one queue in a store. */
export const dueOrderSinks = (
  connect: (leaseMs: number) => Promise<(name: string) => Promise<OpenDueOrders>>,
): SinkFactory<Versioned<DueOrder>, Write<DueOrder>> => {
  const storeOf = (
    again: (name: string) => Promise<OpenDueOrders>,
    made: Set<string>,
  ): SinkStore<Versioned<DueOrder>, Write<DueOrder>> => {
    const opened: OpenDueOrders[] = [];
    return {
      consumer: async (name) => {
        const queue = await again(name);
        opened.push(queue);
        return {
          sink: queue.sink,
          makeOut: ({ order, version }) => {
            made.add(order);
            return { key: order, version, doc: { order: noOrder, nextAt: 'never' } };
          },
          observe: async () => {
            const loaded = await queue.sink.load({ consumer: name, epoch: 0, progress: noProgress }, [...made]);
            return [...loaded].map(([order, { version }]) => ({ order, version }));
          },
        };
      },
      reopen: async () => storeOf(again, made),
      close: async () => {
        for (const queue of opened) await queue.close();
      },
    };
  };
  return { open: async (leaseMs) => storeOf(await connect(leaseMs), new Set()) };
};
