import { Counter, Gauge, type Registry } from 'prom-client';
import type { ConsumerView, OperationsView } from '../../application/operations/operations-view.ts';
import { amilonLanes } from '../../application/ports/amilon-watch.ts';

const states: readonly ConsumerView['state'][] = ['starting', 'standby', 'running', 'waiting', 'stopped'];
const results = ['applied', 'ignored', 'parked'] as const;

/** What is so now rather than counted: set from the operators' status each time somebody asks. */
export const createStatusGauges = (registry: Registry): ((view: OperationsView) => void) => {
  const gauge = <const Label extends string>(name: string, help: string, ...labelNames: readonly Label[]) =>
    new Gauge({ name: `voucher_orders_${name}`, help, labelNames: [...labelNames], registers: [registry] });
  const counter = <const Label extends string>(name: string, help: string, ...labelNames: readonly Label[]) =>
    new Counter({ name: `voucher_orders_${name}`, help, labelNames: [...labelNames], registers: [registry] });

  const build = gauge('build_info', 'Always 1; the labels tell what runs.', 'version', 'mode', 'node');
  const circuit = gauge('amilon_circuit_open', '1 while nothing is sent in the lane.', 'lane');
  const state = gauge('consumer_state', '1 for the state that the consumer is in.', 'consumer', 'state');
  const read = counter('consumer_events_read_total', 'Events that the consumer has read, ever.', 'consumer');
  const handled = counter(
    'consumer_events_total',
    'Events that the consumer has handled, ever: read = applied + ignored + parked.',
    'consumer',
    'result',
  );
  const parked = gauge('consumer_parked_streams', 'Streams that wait behind an event of theirs.', 'consumer');
  const lagEvents = gauge('consumer_lag_events', 'Events behind the newest; absent where unknown.', 'consumer');
  const lagSeconds = gauge(
    'consumer_lag_seconds',
    'Since the oldest event that waits happened; absent where unknown.',
    'consumer',
  );

  const showConsumer = ({ name: consumer, ...view }: ConsumerView): void => {
    for (const each of states) state.set({ consumer, state: each }, each === view.state ? 1 : 0);
    if (view.lag.events !== undefined) lagEvents.set({ consumer }, view.lag.events);
    if (view.lag.seconds !== undefined) lagSeconds.set({ consumer }, view.lag.seconds);
    if (view.parkedStreams !== undefined) parked.set({ consumer }, view.parkedStreams);
    if (view.events === undefined) return;
    read.inc({ consumer }, view.events.read);
    for (const result of results) handled.inc({ consumer, result }, view.events[result]);
  };

  return ({ version, mode, consumers, upstream }) => {
    // What another instance has taken over must not stay here as it was.
    for (const each of [build, state, read, handled, parked, lagEvents, lagSeconds]) each.reset();
    build.set({ version, mode, node: process.version }, 1);
    for (const lane of amilonLanes) circuit.set({ lane }, upstream.circuits[lane] === undefined ? 0 : 1);
    for (const consumer of consumers) showConsumer(consumer);
  };
};
