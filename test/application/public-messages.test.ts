import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DomainEvent } from '../../src/application/ports/codec.ts';
import type { Position, StreamId } from '../../src/application/ports/event-store.ts';
import { publicName, unreadableMessage } from '../../src/application/public-messages/message.ts';
import type { PublicMessage } from '../../src/application/public-messages/message.ts';
import { publicMessage } from '../../src/application/public-messages/public-message.ts';
import { relayConsumer } from '../../src/application/public-messages/relay.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { applied } from '../support/applied.ts';
import { sampleDraft, sampleEvents } from '../support/sample-events.ts';

const codec = createCodec();
const naming = { typePrefix: 'com.example.voucherorders', environment: 'test' };
const orderId = 'dadce95f-c41b-5cd2-8f0b-db13d98c729d';

const catalogTypes = new Set<string>([
  'CatalogSyncRequested',
  'MerchantsListed',
  'ProductsListed',
  'ProductsDelisted',
  'MerchantsDelisted',
  'CatalogSyncCompleted',
  'CatalogSyncRejected',
  'CatalogSyncFailed',
  'CategoriesListed',
  'OrderabilityRulesChanged',
]);

const streamOf = (type: string): StreamId => {
  if (catalogTypes.has(type)) return 'catalog-pt-PT' as StreamId;
  if (type === 'ContractUpdated') return 'contract-terms' as StreamId;
  if (type === 'StoreBound') return 'store-binding' as StreamId;
  return `order-${orderId}` as StreamId;
};

/** The event as it comes back from the store, at version 3. */
const recordedOf = (event: DomainEvent) => {
  const { envelope, ...draft } = sampleDraft(event);
  const stream = streamOf(event.type);
  const { order: _order, tenant: _tenant, ...anybodys } = envelope;
  const own = stream.startsWith('order-') ? envelope : anybodys;
  const sealed = codec.seal({ ...draft, stream, version: 3, envelope: own }, codec.genesis);
  return { ...sealed, position: 'store-1:3' as Position };
};

const messageOf = (event: DomainEvent): PublicMessage => {
  const message = publicMessage(codec.decode(recordedOf(event)), naming);
  if (message === undefined) throw new TypeError(`there is no message about ${event.type}`);
  return message;
};

const published = Object.values(sampleEvents).filter(({ type }) => type !== 'StoreBound');

/** The name of each event's message: the domain's own word, on every channel (surface.md). */
const names: { readonly [Type in DomainEvent['type']]: string | undefined } = {
  OrderRequested: 'order.requested',
  OrderSubmissionStarted: 'order.submission_started',
  OrderSubmissionDeferred: 'order.submission_deferred',
  OrderSubmissionUncertain: 'order.submission_uncertain',
  OrderRejectedByAmilon: 'order.rejected_by_amilon',
  OrderCreatedAtAmilon: 'order.created_at_amilon',
  VouchersDelivered: 'order.vouchers_delivered',
  VoucherCorrected: 'order.voucher_corrected',
  VoucherRevoked: 'order.voucher_revoked',
  VoucherRevealed: 'order.voucher_revealed',
  OrderDelayed: 'order.delayed',
  OrderFailedAtAmilon: 'order.failed_at_amilon',
  OrderCancelled: 'order.cancelled',
  OrderCompleted: 'order.completed',
  OrderPriceMismatchDetected: 'order.price_mismatch_detected',
  ExternalIdConflictDetected: 'order.external_id_conflict_detected',
  OrderReconciliationRequested: 'order.reconciliation_requested',
  OrderResolved: 'order.resolved',
  OrderErased: 'order.erased',
  CatalogSyncRequested: 'catalog.sync_requested',
  MerchantsListed: 'catalog.merchants_listed',
  ProductsListed: 'catalog.products_listed',
  ProductsDelisted: 'catalog.products_delisted',
  MerchantsDelisted: 'catalog.merchants_delisted',
  CatalogSyncCompleted: 'catalog.sync_completed',
  CatalogSyncRejected: 'catalog.sync_rejected',
  CatalogSyncFailed: 'catalog.sync_failed',
  CategoriesListed: 'catalog.categories_listed',
  OrderabilityRulesChanged: 'catalog.orderability_rules_changed',
  ContractUpdated: 'contract.updated',
  StoreBound: undefined,
};

const typeOf = (name: string | undefined) => (name === undefined ? undefined : `com.example.voucherorders.${name}.v1`);

describe('a public message', () => {
  it("is exactly one for every event but the store's own, named after it", () => {
    const told = Object.fromEntries(
      Object.values(sampleEvents).map((event) => [
        event.type,
        publicMessage(codec.decode(recordedOf(event)), naming)?.type,
      ]),
    );
    expect(told).toEqual(Object.fromEntries(Object.entries(names).map(([type, name]) => [type, typeOf(name)])));
  });

  it("has the event's own id, and a sequence that sorts as text as the versions do", () => {
    const recorded = recordedOf(sampleEvents.OrderCompleted);
    expect(messageOf(sampleEvents.OrderCompleted)).toEqual({
      id: recorded.id,
      source: `urn:voucher-orders:test:order:${orderId}`,
      type: 'com.example.voucherorders.order.completed.v1',
      subject: orderId,
      sequence: '00000000000000000003',
      time: '2026-03-01T10:00:00.000Z',
      correlationid: 'correlation-1',
      causationid: 'causation-1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tenant: 'acme',
      data: {
        orderId,
        externalOrderId: 'VOU-2026-dadce95f-c41b-4cd2-8f0b-db13d98c729d',
        reference: 'PO-1',
        userId: 'user-1',
        version: 3,
        status: 'pending',
        purchase: 'not_purchased',
        mode: 'sandbox',
      },
    });
  });

  it('carries with every order event whose and which order it is, and how it stands', () => {
    const orderEvents = published.filter(({ type }) => streamOf(type).startsWith('order-'));
    expect(orderEvents).toHaveLength(19);
    for (const event of orderEvents) {
      const {
        orderId: id,
        externalOrderId,
        reference,
        userId,
        version,
        status,
        purchase,
        mode,
      } = messageOf(event).data;
      expect([id, externalOrderId, reference, userId, version, status, purchase, mode]).toEqual([
        orderId,
        'VOU-2026-dadce95f-c41b-4cd2-8f0b-db13d98c729d',
        'PO-1',
        'user-1',
        3,
        'pending',
        'not_purchased',
        'sandbox',
      ]);
    }
  });

  it('is the same however often it is made', () => {
    for (const event of published) expect(messageOf(event)).toEqual(messageOf(event));
  });

  it('shows vouchers masked, with where they can be revealed', () => {
    const [voucher] = messageOf(sampleEvents.VouchersDelivered).data['vouchers'] as readonly unknown[];
    expect(voucher).toEqual({
      id: `${orderId}-0123456789abcdef`,
      productCode: 'P-1',
      last4: '1234',
      value: { amount: '50.00', currency: 'EUR' },
      expiresAt: '2027-03-01T00:00:00.000Z',
      has: { code: true, pin: true, url: true, qrCode: true },
      revealUrl: `/v1/vouchers/${orderId}-0123456789abcdef/reveals`,
    });
  });

  it('tells what was ordered', () => {
    const { culture, lines, total } = messageOf(sampleEvents.OrderRequested).data;
    const line = {
      productCode: 'P-1',
      productName: 'Caffè “Österreich” 50 €',
      merchantId: 'm-1',
      quantity: 2,
      unitPrice: { amount: '50.00', currency: 'EUR' },
    };
    expect([culture, lines, total]).toEqual(['it-IT', [line], { amount: '100.00', currency: 'EUR' }]);
  });

  it('tells who revealed a voucher and why, and why an order was refused', () => {
    expect(messageOf(sampleEvents.VoucherRevealed).data).toMatchObject({ by: 'api-key-1', reason: 'asked for' });
    expect(messageOf(sampleEvents.OrderRejectedByAmilon).data).toMatchObject({
      code: 'insufficient_funds',
      upstream: { status: 400, code: 'E1' },
    });
  });

  it('writes money as text with its currency, everywhere', () => {
    for (const event of published) expect(JSON.stringify(messageOf(event).data)).not.toContain('"minor"');
  });

  it('stands for an event that cannot be read as a marker, so that the sequence has no gap', () => {
    const recorded = { ...recordedOf(sampleEvents.OrderCompleted), type: 'OrderGiftWrapped', data: { pin: '0042' } };
    expect(unreadableMessage(recorded, naming)).toMatchObject({
      id: recorded.id,
      type: 'com.example.voucherorders.order.unreadable.v1',
      sequence: '00000000000000000003',
      data: { version: 3, mode: 'sandbox' },
    });
    expect(JSON.stringify(unreadableMessage(recorded, naming))).not.toContain('0042');
  });

  it('keeps a word of the domain that only begins like a category', () => {
    expect([publicName('OrderabilityRulesChanged'), publicName('OrderCompleted')]).toEqual([
      'orderability_rules_changed',
      'completed',
    ]);
  });
});

const confidential = new Set([
  'mac',
  'box',
  'metadata',
  'keyId',
  'netPrice',
  'discount',
  'averageDiscount',
  'balance',
  'body',
  'secrets',
]);

/** The event with a mark at every place that must not be told; money is marked in its minor units. */
const marked = (value: unknown, mark: { readonly text: string; readonly minor: number }, secret = false): unknown => {
  if (Array.isArray(value)) return value.map((item) => marked(item, mark, secret));
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([name, field]: [string, unknown]) => [
      name,
      name === 'minor' && secret ? mark.minor : marked(field, mark, secret || confidential.has(name)),
    ]);
    return Object.fromEntries(fields) as unknown;
  }
  return secret && typeof value === 'string' && !/^[A-Z]{3}$/.test(value) ? mark.text : value;
};

describe('what is confidential', () => {
  it('is in no message: neither keyed hashes, ciphertexts and metadata, nor net prices, discounts and balances', () => {
    const property = fc.property(
      fc.constantFrom(...published),
      fc.stringMatching(/^MARK[a-z]{12}$/),
      fc.integer({ min: 700_000_000, max: 799_999_999 }),
      (event, text, minor) => {
        const planted = marked(event, { text, minor }) as DomainEvent;
        const sent = JSON.stringify(messageOf(planted));
        expect(sent).not.toContain(text);
        expect(sent).not.toContain(String(Math.floor(minor / 100)));
        for (const name of confidential) expect(sent).not.toContain(`"${name}"`);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it('is planted where these rules look for it', () => {
    const planted = published.filter(
      (event) => JSON.stringify(marked(event, { text: 'MARK', minor: 7 })) !== JSON.stringify(event),
    );
    expect(planted.map(({ type }) => type).toSorted()).toEqual([
      'ContractUpdated',
      'MerchantsListed',
      'OrderRequested',
      'ProductsListed',
      'VoucherCorrected',
      'VouchersDelivered',
    ]);
  });
});

describe('the relay to other systems', () => {
  const relayed = (event: DomainEvent, maxBytes?: number) =>
    applied(relayConsumer(naming, maxBytes), codec.decode(recordedOf(event)));

  it("hands on one message for every event, and none of the store's own", () => {
    for (const event of published) expect(relayed(event)).toEqual([messageOf(event)]);
    expect(relayed(sampleEvents.StoreBound)).toBeUndefined();
  });

  it('does not hand on a message that would be refused for its size, in bytes and not in letters', () => {
    const event = { ...sampleEvents.OrderCancelled, reason: 'é'.repeat(100) };
    const letters = JSON.stringify(messageOf(event).data).length;
    expect(relayed(event, letters + 100)).toHaveLength(1);
    expect(() => relayed(event, letters + 99)).toThrow(RangeError);
  });
});
