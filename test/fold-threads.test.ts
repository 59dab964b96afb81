import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import pino from 'pino';
import type { Hold, Owner, Progress } from '../src/application/ports/consumers.ts';
import { Unavailable } from '../src/application/ports/errors.ts';
import type { StoreId } from '../src/application/ports/event-store.ts';
import { createFilling } from '../src/application/rebuild/fill.ts';
import { fillInParts } from '../src/application/rebuild/parts.ts';
import type { Parts } from '../src/application/rebuild/parts.ts';
import { createCodec } from '../src/infrastructure/codec/codec.ts';
import { fingerprint } from '../src/infrastructure/composition/fingerprint.ts';
import { startFoldThreads } from '../src/infrastructure/composition/fold-threads.ts';
import { openSqliteEventStore } from '../src/infrastructure/event-store/sqlite.ts';
import { openSqliteReadModels } from '../src/infrastructure/read-models/sqlite.ts';
import type { SqliteReadModels } from '../src/infrastructure/read-models/sqlite.ts';
import { ordersProjection } from '../src/projections/orders.ts';
import { projectionConsumer } from '../src/projections/projection.ts';
import type { Projection } from '../src/projections/projection.ts';
import { vouchersProjection } from '../src/projections/vouchers.ts';
import { lifeOf } from './bench/orders-to-come.ts';
import { scratchFiles } from './support/scratch.ts';

const scratch = scratchFiles();
const storeId = 'store-1' as StoreId;
const log = pino({ level: 'silent' });
const ORDERS = 120;
/** As many as threads are worth. */
const MANY = 1_000_000;

/** The lives of some orders, so that each goes on while the others do; one of them has an event that nobody can read. */
const history = async (): Promise<string> => {
  const file = scratch('events.sqlite');
  const store = openSqliteEventStore(file);
  const lives = Array.from({ length: ORDERS }, (_, n) => lifeOf(n));
  for (let at = 0; at < 5; at += 1) {
    for (const [n, life] of lives.entries()) {
      const event = life[at];
      if (event === undefined) continue;
      const stored = n === 7 && at === 2 ? { ...event, type: 'OrderGiftWrapped' } : event;
      await store.events.append(event.stream, at, [stored]);
    }
  }
  await store.close();
  return file;
};

const rebuildOwner = 'rebuild' as Owner;

/** A shadow of an empty model, in a file of its own. */
const shadowed = async <Doc>({ definition }: Projection<Doc>) => {
  const file = scratch('read-models.sqlite');
  const models: SqliteReadModels = openSqliteReadModels(file);
  await models.open(definition);
  const shadow = await models.shadow(definition);
  const hold = (await shadow.sink.hold(rebuildOwner)) as Hold;
  return { file, models, shadow, hold };
};

const documentsOf = async ({ shadow }: Pick<Awaited<ReturnType<typeof shadowed>>, 'shadow'>) => {
  const all: object[] = [];
  for await (const stored of shadow.model.scan()) all.push(stored);
  return all;
};

const never = new AbortController().signal;
const told = async () => undefined;

const inThreads = <Doc>(
  events: string,
  { definition }: Projection<Doc>,
  { file, shadow, hold }: Awaited<ReturnType<typeof shadowed<Doc>>>,
): Parts<unknown> => {
  const work = { events, storeId, documents: file, model: definition.name, hold };
  if (shadow.packed === undefined) throw new Error('the shadow has lists already');
  const parts = startFoldThreads(work, shadow.packed, { events: MANY, log, threads: 2 });
  if (parts === undefined) throw new Error('they are not worth it');
  return { ...parts, stretch: 50 };
};

const inOne = async <Doc>(
  events: string,
  projection: Projection<Doc>,
  on: Awaited<ReturnType<typeof shadowed<Doc>>>,
) => {
  const store = openSqliteEventStore(events);
  const consumer = projectionConsumer(projection);
  const filling = createFilling<Doc>(
    {
      feed: store.feed(storeId),
      codec: createCodec(),
      log,
      consumer,
      shadow: on.shadow,
      fingerprint,
      told,
      stop: never,
      batch: 100,
    },
    on.hold,
  );
  await filling.toHead();
  await store.close();
  return filling.progress();
};

describe.each([ordersProjection, vouchersProjection] as unknown as readonly Projection<object>[])(
  'threads that fold $definition.name',
  (projection) => {
    it('come to the same documents, sum, counts and parked streams as one that folds them all', async () => {
      const events = await history();
      const [one, threads] = [await shadowed(projection), await shadowed(projection)];
      const parts = inThreads(events, projection, threads);
      const filled = await fillInParts({ log, parts, events: 5 * ORDERS, told, stop: never }, threads.hold);
      await parts.close();
      expect(filled).toEqual(await inOne(events, projection, one));
      const documents = await documentsOf(threads);
      expect(documents).toEqual(await documentsOf(one));
      expect(documents.length).toBeGreaterThanOrEqual(ORDERS);
      for (const { models } of [one, threads]) await models.close();
    });

    it('go on where others were interrupted', async () => {
      const events = await history();
      const [one, threads] = [await shadowed(projection), await shadowed(projection)];
      const first = inThreads(events, projection, threads);
      await fillInParts({ log, parts: first, events: 270, told, stop: never }, threads.hold);
      await first.close();
      const hold = (await threads.shadow.sink.hold(rebuildOwner)) as Hold;
      expect(hold.progress.counts.read).toBe(270);
      const again = inThreads(events, projection, { ...threads, hold });
      const filled = (await fillInParts(
        { log, parts: again, events: 5 * ORDERS - 270, told, stop: never },
        hold,
      )) as Progress;
      await again.close();
      expect(filled).toEqual(await inOne(events, projection, one));
      expect(await documentsOf(threads)).toEqual(await documentsOf(one));
      for (const { models } of [one, threads]) await models.close();
    });
  },
);

describe('threads that fold', () => {
  it('tell that one of them failed, to whoever asks afterwards too', async () => {
    const events = await history();
    const on = await shadowed(ordersProjection);
    const parts = inThreads(events, ordersProjection, on);
    const db = new DatabaseSync(events);
    db.exec('ALTER TABLE events RENAME TO gone');
    db.close();
    const [first] = parts.each;
    const failed = { name: 'Unavailable', message: 'a thread that folds is not available' };
    await expect(first?.fold(10)).rejects.toMatchObject(failed);
    await expect(first?.fold(10)).rejects.toThrow(Unavailable);
    await parts.close();
    await on.models.close();
  });

  it('are not started for few events, nor on one processor', async () => {
    const on = await shadowed(ordersProjection);
    const work = { events: 'nowhere.sqlite', storeId, documents: on.file, model: 'orders', hold: on.hold };
    const { packed } = on.shadow;
    expect(packed && startFoldThreads(work, packed, { events: 1_000, log, threads: 2 })).toBeUndefined();
    expect(packed && startFoldThreads(work, packed, { events: MANY, log, threads: 1 })).toBeUndefined();
    await on.models.close();
  });

  it('are not asked for a shadow that has its lists already', async () => {
    const on = await shadowed(ordersProjection);
    await on.shadow.list(on.hold);
    expect((await on.models.shadow(ordersProjection.definition)).packed).toBeUndefined();
    await on.models.close();
  });
});
