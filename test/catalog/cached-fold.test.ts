import { describe, expect, test } from '@jest/globals';
import { createCachedFold } from '../../src/application/catalog/cached-fold.ts';
import { contractStream } from '../../src/application/catalog/catalogue.ts';
import { syncContract } from '../../src/application/catalog/small-syncs.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import type { EventStore, Recorded } from '../../src/application/ports/event-store.ts';
import type { ContractEvent } from '../../src/domain/contract/events.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { createMemoryEventStore } from '../../src/infrastructure/event-store/memory.ts';
import { euro, terms } from './fixtures.ts';
import { ok, world } from './world.ts';

interface Subject {
  readonly fold: () => Promise<readonly number[]>;
  /** Records the contract with this balance. */
  readonly write: (balance: number) => Promise<void>;
  /** The version each read began behind, so far. */
  readonly reads: readonly number[];
  /** What happens to what is read from now on. */
  readonly through: (change: (recorded: Recorded) => Recorded | Promise<Recorded>) => void;
}

const subject = (): Subject => {
  const { events: store } = createMemoryEventStore();
  const w = world(store);
  const reads: number[] = [];
  let change = (recorded: Recorded): Recorded | Promise<Recorded> => recorded;
  const watched: EventStore = {
    append: (...what) => store.append(...what),
    read: async function* (stream, after) {
      reads.push(after);
      for await (const recorded of store.read(stream, after)) yield await change(recorded);
    },
  };
  const cached = createCachedFold<readonly number[], ContractEvent>(
    { store: watched, codec: createCodec() },
    contractStream,
    {
      initial: [],
      evolveAll: (state, events) => [...state, ...events.map((event) => event.contract.balance?.minor ?? -1)],
    },
  );
  return {
    fold: async () => (await cached.current()).state,
    write: async (balance) => {
      w.upstream.contract = ok({ ...terms, balance: euro(balance) });
      await syncContract(w.deps)();
    },
    reads,
    through: (next) => {
      change = next;
    },
  };
};

describe('a cached fold', () => {
  test('of an unknown stream is the first state', async () => {
    expect(await subject().fold()).toEqual([]);
  });

  test('shows what was appended before it was asked, and reads only what is new', async () => {
    const { fold, write, reads } = subject();
    await write(1);
    expect(await fold()).toEqual([1]);
    await write(2);
    expect(await fold()).toEqual([1, 2]);
    expect(reads).toEqual([0, 1]);
  });

  test('of many events is the fold of all of them', async () => {
    const { fold, write } = subject();
    const balances = Array.from({ length: 150 }, (_, n) => n);
    for (const balance of balances) await write(balance);
    expect(await fold()).toEqual(balances);
  });

  test('asked by many at once it reads twice: once under way, once for all who came meanwhile', async () => {
    const { fold, write, reads } = subject();
    await write(1);
    const states = await Promise.all(Array.from({ length: 20 }, fold));
    expect(states).toEqual(Array.from({ length: 20 }, () => [1]));
    expect(reads).toEqual([0, 1]);
  });

  test('whoever asks while a read is under way does not miss what that read missed', async () => {
    const { fold, write, through } = subject();
    const gate = Promise.withResolvers<undefined>();
    await write(1);
    through(async (recorded) => {
      await gate.promise;
      return recorded;
    });
    const early = fold();
    await write(2);
    const late = fold();
    gate.resolve(undefined);
    expect([await early, await late]).toEqual([[1], [1, 2]]);
  });

  test('after an error it is forgotten and read anew from the start', async () => {
    const { fold, write, reads, through } = subject();
    await write(1);
    await fold();
    await write(2);
    through(() => {
      throw new Unavailable('event store');
    });
    await expect(fold()).rejects.toThrow(Unavailable);
    through((recorded) => recorded);
    expect(await fold()).toEqual([1, 2]);
    expect(reads).toEqual([0, 1, 0]);
  });

  test('an error reaches all who asked, and none after', async () => {
    const { fold, write, through } = subject();
    await write(1);
    through(() => {
      throw new Unavailable('event store');
    });
    const asked = await Promise.allSettled([fold(), fold(), fold()]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    through((recorded) => recorded);
    expect(await fold()).toEqual([1]);
  });

  test('refuses an event that is not what was sealed', async () => {
    const { fold, write, through } = subject();
    await write(1);
    through((recorded) => ({ ...recorded, data: { contract: { ...terms, balance: euro(999) } } }));
    await expect(fold()).rejects.toThrow('contract-amilon');
  });

  test('refuses an event that does not follow the one before, also across two reads', async () => {
    const { fold, write, through } = subject();
    await write(1);
    await fold();
    await write(2);
    through((recorded) => ({ ...recorded, envelope: { ...recorded.envelope, prevHash: '0'.repeat(64) as never } }));
    await expect(fold()).rejects.toThrow('contract-amilon');
  });
});
