import { setImmediate } from 'node:timers/promises';
import type { FulfilmentPolicy } from '../../domain/order/policy.ts';
import { BATCH, startConsumer } from '../../application/consumer-runner.ts';
import type { ConsumerDeps, RunningConsumer } from '../../application/consumer-runner.ts';
import type { Consumer, Sink } from '../../application/ports/consumers.ts';
import type { ReadModel, ReadModelDefinition } from '../../application/ports/read-models.ts';
import { dueOrdersProjection } from '../../projections/due-orders.ts';
import { projectionConsumer } from '../../projections/projection.ts';
import type { Projection } from '../../projections/projection.ts';
import type { OpenPorts } from './open-ports.ts';
import { RELAY } from '../../application/public-messages/relay.ts';
import { fillFirst } from '../../application/rebuild/first-fill.ts';
import type { FirstFilling } from '../../application/rebuild/first-fill.ts';
import { projections } from './projections.ts';
import { fingerprint } from './fingerprint.ts';

/** Every consumer by name, whether it runs or not. */
export const consumerNames: readonly string[] = [...Object.keys(projections), 'due-orders', RELAY];

type DocumentOf<P> = P extends Projection<infer Doc> ? Doc : never;
export type Models = { readonly [Name in keyof typeof projections]: ReadModel<DocumentOf<(typeof projections)[Name]>> };

export interface Consumers {
  readonly models: Models;
  /** Starts every consumer; each runs until `stop`. */
  start(stop: AbortSignal): readonly RunningConsumer[];
}

type Pace = Pick<ConsumerDeps<never, never>, 'batch' | 'apart' | 'firstFill'>;

/** What one transaction holds at most (kafka.md 14, 15). */
const relayPace: Pace = { batch: 1_000 };

/** For what is not looked at the moment it changes: due orders are claimed four times a second, a catalogue lasts a day. */
const atEase: Pace = { apart: 100 };

/** Lets the rest of the process have its turn after each batch. */
const inTurns = ({ told, stop }: FirstFilling): FirstFilling => ({
  told: async (progress) => {
    await told(progress);
    await setImmediate();
  },
  stop,
});

/** Opens all read models and prepares their consumers and the due orders'. */
export const openConsumers = async (ports: OpenPorts, policy: FulfilmentPolicy): Promise<Consumers> => {
  const starts: ((stop: AbortSignal) => RunningConsumer)[] = [];
  const add = <Doc, Out>(consumer: Consumer<Doc, Out>, sink: Sink<Doc, Out>, pace: Pace = {}): void => {
    starts.push((stop) => startConsumer({ ...ports, retries: ports, consumer, sink, ...pace }, stop));
  };
  const openModel = async <Doc>(projection: Projection<Doc>, pace: Pace = {}): Promise<ReadModel<Doc>> => {
    const definition: ReadModelDefinition<Doc> = projection.definition;
    const { model, sink } = await ports.readModels.open(definition);
    const consumer = projectionConsumer(projection);
    const openShadow = () => ports.readModels.shadow(definition);
    const filling = { ...ports, consumer, openShadow, fingerprint, batch: BATCH };
    add(consumer, sink, { ...pace, firstFill: (hold, how) => fillFirst(filling, hold, inTurns(how)) });
    return model;
  };
  add(projectionConsumer(dueOrdersProjection(policy)), ports.due.sink, atEase);
  if (ports.relay !== undefined) add(ports.relay.consumer, ports.relay.sink, relayPace);
  const models = {
    orders: await openModel(projections.orders),
    vouchers: await openModel(projections.vouchers),
    products: await openModel(projections.products, atEase),
    merchants: await openModel(projections.merchants, atEase),
    categories: await openModel(projections.categories, atEase),
    contract: await openModel(projections.contract, atEase),
  };
  return { models, start: (stop) => starts.map((start) => start(stop)) };
};
