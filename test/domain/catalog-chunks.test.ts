import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chunksOf, jsonBytes } from '../../src/domain/catalog-snapshot/chunks.ts';
import { defaultSyncPolicy } from '../../src/domain/catalog-snapshot/commands.ts';
import { decide } from '../../src/domain/catalog-snapshot/decide.ts';
import type { Product, SnapshotEvent } from '../../src/domain/catalog-snapshot/events.ts';
import { emptySnapshot, evolve, evolveAll } from '../../src/domain/catalog-snapshot/state.ts';
import type { CatalogSnapshot } from '../../src/domain/catalog-snapshot/state.ts';
import { euro, listing, merchant, product, recordListing, shop, sync, syncing } from '../catalog/fixtures.ts';

const recorded = (state: CatalogSnapshot, command: Parameters<typeof decide>[0]): readonly SnapshotEvent[] => {
  const decision = decide(command, state);
  return decision.accepted ? decision.events : [];
};

describe('chunks', () => {
  test('bytes are counted as UTF-8 counts them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(jsonBytes(text)).toBe(Buffer.byteLength(JSON.stringify(text)));
      }),
    );
  });

  test('every row is in one chunk, in its order, and no chunk of several rows is too large', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 30 })), fc.integer({ min: 10, max: 80 }), (rows, max) => {
        const chunks = chunksOf(rows, max);
        expect(chunks.flat()).toEqual(rows);
        expect(chunks.filter((chunk) => chunk.length > 1 && jsonBytes(chunk) > max + 1)).toEqual([]);
        expect(chunks.filter((chunk) => chunk.length === 0)).toEqual([]);
      }),
    );
  });

  test('no event of a large listing is above 256 KiB, whatever its letters', () => {
    const rows = Array.from({ length: 3000 }, (_, n) => product(n, { description: 'ção € 😀'.repeat(30) }));
    const events = recorded(syncing(emptySnapshot, 's1'), recordListing('s1', { products: rows }));
    expect(events.length).toBeGreaterThan(3);
    expect(events.filter((event) => Buffer.byteLength(JSON.stringify(event)) > 250 * 1024)).toEqual([]);
    expect([...evolveAll(emptySnapshot, events).products.values()]).toEqual(rows);
  });

  test('a row too large for any event is quarantined, the others count', () => {
    const huge = product('huge', { description: 'x'.repeat(300 * 1024) });
    const command = recordListing('s1', { products: [huge, product(1)] });
    const bytes = jsonBytes(huge);
    expect(recorded(syncing(emptySnapshot, 's1'), command).slice(1)).toEqual([
      { type: 'ProductsListed', ...sync('s1'), products: [product(1)] },
      {
        type: 'CatalogSyncCompleted',
        ...sync('s1'),
        products: 1,
        merchants: 1,
        quarantined: [{ list: 'products', reason: `P-huge: ${String(bytes)} bytes are too many` }],
        quarantinedCount: 1,
      },
    ]);
  });
});

describe('an interrupted sync needs no repair', () => {
  const rowsOf = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom(1000, 5000)), {
    minLength: 1,
    selector: ([n]) => n,
  });
  const productsOf = (rows: readonly (readonly [number, number])[]): readonly Product[] =>
    rows.map(([n, minor]) => product(n, { price: euro(minor) }));
  // Small chunks and no guard: what is looked at here is the interruption.
  const policy = { ...defaultSyncPolicy, maxShrinkPercent: 100, chunkBytes: 200 };
  const lists = (state: CatalogSnapshot) => ({ products: state.products, merchants: state.merchants });

  test('killed after any chunk and synced again, the catalogue is what an uninterrupted sync makes of it', () => {
    fc.assert(
      fc.property(rowsOf, rowsOf, rowsOf, fc.nat(), (first, second, third, cut) => {
        const command = (syncId: string, rows: typeof first) => ({
          ...recordListing(syncId, { products: productsOf(rows), merchants: rows.map(([n]) => merchant(n)) }),
          policy,
        });
        const run = (state: CatalogSnapshot, syncId: string, rows: typeof first) =>
          recorded(syncing(state, syncId), command(syncId, rows));
        const before = evolveAll(emptySnapshot, run(emptySnapshot, 's1', first));
        const events = run(before, 's2', second);
        const killed = evolveAll(syncing(before, 's2'), events.slice(0, cut % events.length));
        const again = evolveAll(killed, run(killed, 's3', third));
        const whole = evolveAll(emptySnapshot, run(emptySnapshot, 's1', third));
        expect(lists(again)).toEqual(lists(whole));
      }),
    );
  });

  test('decided again in the middle of its own chunks, it answers those that are missing', () => {
    const rows = Array.from({ length: 20 }, (_, n) => product(n));
    const command = { ...recordListing('s1', { products: rows }), policy };
    const open = syncing(emptySnapshot, 's1');
    const events = recorded(open, command);
    const half = evolveAll(open, events.slice(0, 7));
    expect(recorded(half, command)).toEqual(events.slice(7));
  });

  test('events folded one by one and at once make the same state', () => {
    const events = recorded(syncing(emptySnapshot, 's1'), {
      ...recordListing('s1'),
      listing: listing({ merchants: [shop, merchant(2)] }),
    });
    expect(events.reduce(evolve, emptySnapshot)).toEqual(evolveAll(emptySnapshot, events));
  });

  test('folding changes no state that was handed out', () => {
    const empty = syncing(emptySnapshot, 's1');
    evolveAll(empty, recorded(empty, recordListing('s1')));
    expect(empty.products.size + empty.merchants.size + empty.delisted.size).toBe(0);
  });
});
