import { describe, expect, test } from '@jest/globals';
import type { CatalogCommand } from '../../src/domain/catalog-snapshot/commands.ts';
import { decide } from '../../src/domain/catalog-snapshot/decide.ts';
import type { Product, SnapshotEvent } from '../../src/domain/catalog-snapshot/events.ts';
import { emptySnapshot, evolve, evolveAll } from '../../src/domain/catalog-snapshot/state.ts';
import type { CatalogSnapshot } from '../../src/domain/catalog-snapshot/state.ts';
import { MerchantId } from '../../src/domain/shared/ids.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { sampleDraft } from '../support/sample-events.ts';
import {
  code,
  completed,
  euro,
  merchant,
  product,
  products,
  recordListing,
  requested,
  shop,
  sync,
  synced,
  syncing,
} from '../catalog/fixtures.ts';

const request: CatalogCommand = { type: 'RequestSync', ...sync('s2'), trigger: 'daily' };

const eventsOf = (command: CatalogCommand, state: CatalogSnapshot): readonly SnapshotEvent[] => {
  const decision = decide(command, state);
  if (!decision.accepted) throw new Error(decision.refusal.reason);
  return decision.events;
};

const throughCodec = (event: SnapshotEvent): unknown => {
  const codec = createCodec();
  const sealed = codec.seal(sampleDraft(event), codec.genesis);
  const stored = JSON.parse(JSON.stringify({ ...sealed, position: 'p' })) as Parameters<typeof codec.decode>[0];
  return codec.decode(stored).event;
};

describe('a sync is requested', () => {
  test('it is recorded with what triggered it', () => {
    expect(eventsOf(request, emptySnapshot)).toEqual([requested('s2')]);
  });

  test('asked twice, nothing more is recorded', () => {
    expect(eventsOf(request, syncing(emptySnapshot, 's2'))).toEqual([]);
  });

  test('one that is open is joined: nothing more is recorded', () => {
    expect(eventsOf(request, syncing(emptySnapshot, 's1'))).toEqual([]);
  });

  test('behind one that has ended it is a new one', () => {
    expect(eventsOf(request, synced([product(1)]))).toEqual([requested('s2')]);
  });

  test('it comes back equal through the codec', () => {
    expect(throughCodec(requested('s2'))).toEqual(requested('s2'));
  });
});

describe('what Amilon lists is recorded', () => {
  test('the first listing: merchants before their products, closed by the completion', () => {
    expect(eventsOf(recordListing('s1'), syncing(emptySnapshot, 's1'))).toEqual([
      { type: 'MerchantsListed', ...sync('s1'), merchants: [shop] },
      { type: 'ProductsListed', ...sync('s1'), products: [product(1)] },
      completed('s1', { products: 1, merchants: 1 }),
    ]);
  });

  test('trap 38: only new and changed rows are listed, unseen ones are delisted, merchants last', () => {
    const before = synced(products(10), [shop, merchant(2), merchant(3), merchant(4), merchant(5), merchant(6)]);
    const changed = product(1, { price: euro(1000) });
    const now = {
      products: [changed, ...products(10).slice(2), product('new')],
      merchants: [...before.merchants.values()].slice(0, 5),
    };
    expect(eventsOf(recordListing('s2', now), syncing(before, 's2'))).toEqual([
      { type: 'ProductsListed', ...sync('s2'), products: [changed, product('new')] },
      { type: 'ProductsDelisted', ...sync('s2'), productCodes: [code(0)] },
      { type: 'MerchantsDelisted', ...sync('s2'), merchantIds: [MerchantId('m-6')] },
      completed('s2', { products: 10, merchants: 5 }),
    ]);
  });

  test('an unchanged listing records its completion and nothing else', () => {
    const state = syncing(synced(products(10)), 's2');
    expect(eventsOf(recordListing('s2', { products: products(10) }), state)).toEqual([
      completed('s2', { products: 10, merchants: 1 }),
    ]);
  });

  test('trap 38: of a sync that nobody asked for an unchanged listing is one event, a changed one says what began it', () => {
    const before = synced(products(10));
    expect(eventsOf(recordListing('s2', { products: products(10) }), before)).toEqual([
      completed('s2', { products: 10, merchants: 1 }),
    ]);
    expect(eventsOf(recordListing('s2', { products: products(11) }), before)).toEqual([
      requested('s2'),
      { type: 'ProductsListed', ...sync('s2'), products: [product(10)] },
      completed('s2', { products: 11, merchants: 1 }),
    ]);
  });

  test('the order of fields is no change', () => {
    const reordered = Object.fromEntries(Object.entries(product(1)).reverse()) as unknown as Product;
    expect(eventsOf(recordListing('s2', { products: [reordered] }), syncing(synced([product(1)]), 's2'))).toEqual([
      completed('s2', { products: 1, merchants: 1 }),
    ]);
  });

  test('asked twice, nothing more is recorded', () => {
    expect(eventsOf(recordListing('s1'), synced([product(1)]))).toEqual([]);
  });

  test('is refused when another sync took over', () => {
    expect(decide(recordListing('s1'), syncing(emptySnapshot, 's2'))).toEqual({
      accepted: false,
      refusal: { reason: 'sync_superseded' },
    });
  });

  test('trap 38: bad rows are reported in the completion, the first hundred of them with their reasons', () => {
    const quarantined = Array.from(
      { length: 150 },
      (_, index) => ({ list: 'products', index, reason: 'x'.repeat(300) }) as const,
    );
    const last = eventsOf(recordListing('s1', { quarantined }), syncing(emptySnapshot, 's1')).at(-1);
    expect(last).toEqual({
      ...completed('s1', { products: 1, merchants: 1 }),
      quarantined: quarantined.slice(0, 100).map((row) => ({ ...row, reason: 'x'.repeat(200) })),
      quarantinedCount: 150,
    });
  });

  test('its events come back equal through the codec', () => {
    const events = eventsOf(recordListing('s1'), syncing(emptySnapshot, 's1'));
    expect(events.map(throughCodec)).toEqual(events);
  });
});

describe('a sync fails', () => {
  const fail: CatalogCommand = { type: 'FailSync', ...sync('s2'), reason: 'products: timeout' };
  const failed: SnapshotEvent = { type: 'CatalogSyncFailed', ...sync('s2'), reason: 'products: timeout' };

  test('the reason is recorded and the lists stay', () => {
    const state = syncing(synced([product(1)]), 's2');
    expect(eventsOf(fail, state)).toEqual([failed]);
    const { syncs: _before, ...lists } = state;
    expect(evolve(state, failed)).toMatchObject({ ...lists, sync: { is: 'closed', syncId: 's2' } });
  });

  test('asked twice, nothing more is recorded', () => {
    expect(eventsOf(fail, evolve(syncing(emptySnapshot, 's2'), failed))).toEqual([]);
  });

  test('is refused when another sync took over', () => {
    expect(decide(fail, syncing(synced([product(1)]), 's3'))).toEqual({
      accepted: false,
      refusal: { reason: 'sync_superseded' },
    });
  });

  test('it comes back equal through the codec', () => {
    expect(throughCodec(failed)).toEqual(failed);
  });
});

describe('a listing that cannot be right is rejected', () => {
  const rejected = (counts: { before: number; now: number }, change: Partial<Extract<SnapshotEvent, { type: 'CatalogSyncRejected' }>>) => ({
    type: 'CatalogSyncRejected', ...sync('s2'), list: 'products', ...counts, ...change,
  }); // prettier-ignore

  test('trap 38: an empty list of products, also the first', () => {
    expect(eventsOf(recordListing('s2', { products: [] }), syncing(emptySnapshot, 's2'))).toEqual([
      rejected({ before: 0, now: 0 }, { reason: 'empty' }),
    ]);
  });

  test('trap 38: an empty list of merchants', () => {
    expect(eventsOf(recordListing('s2', { merchants: [] }), syncing(synced([product(1)]), 's2'))).toEqual([
      rejected({ before: 1, now: 0 }, { list: 'merchants', reason: 'empty' }),
    ]);
  });

  test('trap 38: a shrink beyond 20 % of the last completed generation; the generation before stays', () => {
    const state = syncing(synced(products(10)), 's2');
    const events = eventsOf(recordListing('s2', { products: products(7) }), state);
    expect(events).toEqual([rejected({ before: 10, now: 7 }, { reason: 'shrunk' })]);
    const { syncs: _before, ...lists } = state;
    expect(evolveAll(state, events)).toMatchObject({ ...lists, sync: { is: 'closed', syncId: 's2' } });
  });

  test('trap 38: a shrink of exactly 20 % is believed', () => {
    const events = eventsOf(recordListing('s2', { products: products(8) }), syncing(synced(products(10)), 's2'));
    expect(events.map((event) => event.type)).toEqual(['ProductsDelisted', 'CatalogSyncCompleted']);
  });

  test('trap 38: a shrink of 21 % is not', () => {
    expect(eventsOf(recordListing('s2', { products: products(79) }), syncing(synced(products(100)), 's2'))).toEqual([
      rejected({ before: 100, now: 79 }, { reason: 'shrunk' }),
    ]);
  });

  test('trap 38: rows twice in the list do not hide a shrink', () => {
    const twice = [...products(5), ...products(5)];
    expect(eventsOf(recordListing('s2', { products: twice }), syncing(synced(products(10)), 's2'))).toEqual([
      rejected({ before: 10, now: 5 }, { reason: 'shrunk' }),
    ]);
  });

  test('trap 38: what an interrupted sync listed does not count, only the last completed one does', () => {
    const interrupted = evolveAll(syncing(synced(products(10)), 's2'), [
      { type: 'ProductsListed', ...sync('s2'), products: products(100) },
    ]);
    const events = eventsOf(recordListing('s3', { products: products(8) }), syncing(interrupted, 's3'));
    expect(events.map((event) => event.type)).toEqual(['ProductsDelisted', 'CatalogSyncCompleted']);
  });

  test('asked twice, nothing more is recorded', () => {
    const state = syncing(synced(products(10)), 's2');
    const command = recordListing('s2', { products: [] });
    expect(eventsOf(command, evolveAll(state, eventsOf(command, state)))).toEqual([]);
  });

  test('it comes back equal through the codec', () => {
    const [event] = eventsOf(recordListing('s2', { products: [] }), syncing(emptySnapshot, 's2'));
    expect(event === undefined ? event : throughCodec(event)).toEqual(
      rejected({ before: 0, now: 0 }, { reason: 'empty' }),
    );
  });
});
