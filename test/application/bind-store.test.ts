import { describe, expect, it } from '@jest/globals';
import { bindStore, readBinding } from '../../src/application/bind-store.ts';
import { BrokenChain } from '../../src/application/ports/errors.ts';
import type { Recorded, StreamId } from '../../src/application/ports/event-store.ts';
import { createWorld, passing, today } from './world.ts';

const expected = { upstream: 'sandbox', prefix: 'ENGAGE', dataKeysId: 'keys-1', keyringCheck: 'check-1' };
const stream = 'store-binding' as StreamId;

describe('binding the store', () => {
  it('records in the first event of its own stream what a new store belongs to', async () => {
    const { deps, recorded } = createWorld();
    const bound = await bindStore(deps, expected);
    const [event, ...more] = await recorded(stream);
    const storeId = bound.bound ? bound.storeId : 'refused';
    expect([event?.event, more]).toEqual([{ type: 'StoreBound', at: today, storeId, ...expected }, []]);
    expect(await readBinding(deps)).toEqual({ storeId, ...expected });
  });

  it('knows the store again at the next start, and writes nothing', async () => {
    const { deps, recorded } = createWorld();
    const first = await bindStore(deps, expected);
    expect([await bindStore(deps, expected), (await recorded(stream)).length]).toEqual([first, 1]);
  });

  it('gives two instances that start at once the same store', async () => {
    const { clock, deps, recorded } = createWorld();
    const both = Promise.all([bindStore(deps, expected), bindStore(deps, expected)]);
    const [one, two] = await passing(clock, both);
    expect([one, (await recorded(stream)).length]).toEqual([two, 1]);
  });

  for (const field of ['upstream', 'prefix', 'dataKeysId', 'keyringCheck'] as const) {
    it(`refuses a start with another ${field}, tells what it is bound to, and writes nothing`, async () => {
      const { deps, recorded } = createWorld();
      await bindStore(deps, expected);
      expect(await bindStore(deps, { ...expected, [field]: 'ANOTHER' })).toEqual({
        bound: false,
        refusal: { reason: 'differs', field, bound: expected[field] },
      });
      expect(await recorded(stream)).toHaveLength(1);
    });
  }

  it('is nothing for an empty store', async () => {
    expect(await readBinding(createWorld().deps)).toBeUndefined();
  });

  it('does not believe a binding that was changed in the store', async () => {
    const { deps } = createWorld();
    await bindStore(deps, expected);
    const store = {
      ...deps.store,
      read: async function* (of: StreamId, after: number): AsyncGenerator<Recorded> {
        for await (const event of deps.store.read(of, after)) {
          yield { ...event, data: { ...Object(event.data), upstream: 'b2b.example' } as unknown };
        }
      },
    };
    await expect(bindStore({ ...deps, store }, { ...expected, upstream: 'b2b.example' })).rejects.toThrow(BrokenChain);
  });
});
