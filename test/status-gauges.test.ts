import { expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { ConsumerView, OperationsView } from '../src/application/operations/operations-view.ts';
import { createStatusGauges } from '../src/infrastructure/metrics/status-gauges.ts';

const viewWith = (consumer: Partial<ConsumerView>): OperationsView =>
  ({
    version: '1',
    mode: 'sandbox',
    consumers: [{ name: 'orders', lag: {}, ...consumer }],
    upstream: { circuits: {} },
  }) as unknown as OperationsView;

it('tells nothing of a consumer any more that another instance has taken over', async () => {
  const registry = new Registry();
  const show = createStatusGauges(registry);
  const told = async () => (await registry.metrics()).split('\n').filter((line) => line.includes('{consumer="orders"'));
  show(
    viewWith({
      state: 'running',
      lag: { events: 7, seconds: 3 },
      parkedStreams: 1,
      events: { read: 9, applied: 5, ignored: 3, parked: 1 },
    }),
  );
  expect((await told()).filter((line) => !line.includes('state='))).toHaveLength(7);
  show(viewWith({ state: 'standby' }));
  expect((await told()).filter((line) => !line.endsWith(' 0'))).toEqual([
    'voucher_orders_consumer_state{consumer="orders",state="standby"} 1',
  ]);
});
