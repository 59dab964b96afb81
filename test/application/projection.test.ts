import { describe, expect, it } from '@jest/globals';
import type { Decoded } from '../../src/application/ports/codec.ts';
import { VersionGap } from '../../src/application/ports/errors.ts';
import type { Position } from '../../src/application/ports/event-store.ts';
import type { Versioned } from '../../src/application/ports/read-models.ts';
import { defaultPolicy } from '../../src/domain/order/policy.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { dueOrdersProjection } from '../../src/projections/due-orders.ts';
import { orderIdOf, ordersProjection } from '../../src/projections/orders.ts';
import { projectionConsumer } from '../../src/projections/projection.ts';
import type { Projection } from '../../src/projections/projection.ts';
import { vouchersProjection } from '../../src/projections/vouchers.ts';
import { applied } from '../support/applied.ts';
import { sampleDraft, sampleEvents } from '../support/sample-events.ts';

const codec = createCodec();

/** The event at a version of its order's stream. */
const eventAt = (version: number, type: keyof typeof sampleEvents): Decoded => {
  const sealed = codec.seal({ ...sampleDraft(sampleEvents[type]), version }, codec.genesis);
  return codec.decode({ ...sealed, position: `store-1:${String(version)}` as Position });
};
const first = eventAt(1, 'OrderRequested');

/** What a consumer of the projection keeps of the events, one batch for all of them. */
const versionsOf = <Doc>(projection: Projection<Doc>, ...events: readonly Decoded[]): readonly number[] => {
  const consumer = projectionConsumer(projection);
  const docs = new Map<string, Versioned<Doc>>();
  return events.flatMap((event) => applied(consumer, event, docs) ?? []).map(({ version }) => version);
};

describe('a projection', () => {
  for (const [name, projection] of [
    ['orders', ordersProjection],
    ['due orders', dueOrdersProjection(defaultPolicy)],
  ] as const) {
    it(`of ${name} sees that an event is missing: at the start of a stream, and within it`, () => {
      const consume = (...events: readonly Decoded[]) =>
        versionsOf<unknown>(projection as Projection<unknown>, ...events);
      expect(consume(first, eventAt(2, 'OrderSubmissionStarted'))).toEqual([1, 2]);
      expect(() => consume(first, eventAt(3, 'OrderSubmissionStarted'))).toThrow(VersionGap);
      expect(() => consume(eventAt(2, 'OrderSubmissionStarted'))).toThrow(VersionGap);
    });

    it(`of ${name} changes nothing on an event that it has seen`, () => {
      const again = versionsOf<unknown>(
        projection as Projection<unknown>,
        first,
        eventAt(2, 'OrderSubmissionStarted'),
        eventAt(2, 'OrderSubmissionStarted'),
        first,
      );
      expect(again).toEqual([1, 2]);
    });
  }

  it('of vouchers takes only what concerns them, so that a gap between is none', () => {
    const delivered = eventAt(4, 'VouchersDelivered');
    expect(versionsOf(vouchersProjection, first, delivered, eventAt(9, 'VoucherRevoked'))).toEqual([4, 4, 9]);
  });

  it('of vouchers keeps nothing of one that was never delivered', () => {
    expect(versionsOf(vouchersProjection, first, eventAt(2, 'VoucherRevoked'))).toEqual([]);
  });

  it('of orders keeps the milestones of the order, and whose it is', () => {
    const doc = [first, eventAt(2, 'OrderSubmissionStarted')].reduce<ReturnType<typeof ordersProjection.evolve>>(
      (before, event) => ordersProjection.evolve(before, event, orderIdOf(event)),
      undefined,
    );
    const { at } = sampleEvents.OrderRequested;
    expect(doc).toMatchObject({
      orderId: orderIdOf(first),
      tenant: 'acme',
      version: 2,
      createdAt: at,
      updatedAt: at,
      submittedAt: at,
      order: { status: 'submitting' },
    });
  });
});
