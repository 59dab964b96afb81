import { describe, expect, it } from '@jest/globals';
import type { Owner } from '../../src/application/ports/consumers.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import type { StreamId } from '../../src/application/ports/event-store.ts';
import type { ReadModel, Shadow } from '../../src/application/ports/read-models.ts';
import { rebuild } from '../../src/application/rebuild/rebuild.ts';
import type { RebuildDeps } from '../../src/application/rebuild/rebuild.ts';
import { SECOND } from '../../src/domain/shared/instant.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { fingerprint } from '../../src/infrastructure/composition/fingerprint.ts';
import { sideBySide } from '../../src/infrastructure/read-models/side-by-side.ts';
import { A, B, consuming, reasonsConsumer, reasonsDefinition } from './consumers.ts';
import type { Consuming, Reasons } from './consumers.ts';
import { logInto } from './world.ts';

type Deps = RebuildDeps<Reasons>;

const rebuilding = async (w: Consuming, over: Partial<Deps> = {}, owner = 'rebuild') => {
  const shadow = await w.models.shadow(reasonsDefinition);
  const { live } = over;
  return rebuild<Reasons>({
    feed: w.feed,
    codec: createCodec(),
    log: logInto([]),
    consumer: reasonsConsumer,
    records: w.records,
    owner: owner as Owner,
    live: w.model,
    shadow: live === undefined ? shadow : { ...shadow, compare: () => sideBySide(live.scan(), shadow.model.scan()) },
    fingerprint,
    told: async () => undefined,
    pause: async () => undefined,
    began: () => undefined,
    stop: new AbortController().signal,
    batch: 3,
    ...over,
  });
};

/** Ten orders whose consumer has seen everything and runs on. */
const served = async () => {
  const w = await consuming();
  const streams = Array.from({ length: 10 }, (_, n) => `order-${String(n)}` as StreamId);
  for (const reason of ['1', '2']) for (const stream of streams) await w.happen(stream, reason);
  const running = w.start();
  await w.clock.advance(0);
  return { w, streams, running };
};

const ended = async ({ w, running }: Pick<Awaited<ReturnType<typeof served>>, 'w' | 'running'>) => {
  w.stop.abort();
  await running.done;
};

/** The model with one document as somebody changed it by hand. */
const changedByHand = (model: ReadModel<Reasons>, key: string, doc: Reasons): ReadModel<Reasons> => ({
  ...model,
  get: async (asked) => {
    const stored = await model.get(asked);
    return asked === key && stored !== undefined ? { ...stored, doc } : stored;
  },
  scan: async function* () {
    for await (const stored of model.scan())
      yield stored.key === key ? { ...stored, json: JSON.stringify(doc) } : stored;
  },
});

/** As if so many documents were only in the served model when both were read. */
const withStrays = async (w: Consuming, many: number): Promise<Pick<Deps, 'shadow'>> => {
  const shadow = await w.models.shadow(reasonsDefinition);
  const strays = Array.from({ length: many }, (_, n) => ({ key: `stray-${String(n)}`, version: 1, json: '{}' }));
  const compare = async function* () {
    yield* shadow.compare();
    for (const live of strays) yield { key: live.key, shadow: undefined, live };
  };
  return { shadow: { ...shadow, compare } };
};

describe('a rebuild', () => {
  it('serves the same documents again, and the consumer goes on at once: nothing is lost or doubled', async () => {
    const { w, streams, running } = await served();
    const before = await w.kept();
    expect(await rebuilding(w)).toEqual({
      is: 'served',
      documents: 10,
      progress: expect.objectContaining({
        at: await w.feed.head(),
        counts: { read: 20, applied: 20, ignored: 0, parked: 0 },
      }),
      found: { differences: [], many: 0 },
    });
    expect(await w.kept()).toEqual(before);
    for (const stream of streams) await w.happen(stream, '3');
    await w.clock.advance(SECOND);
    expect(await w.kept()).toEqual(Object.fromEntries(streams.map((stream) => [stream, ['1', '2', '3']])));
    expect(running.status().progress?.counts).toEqual({ read: 30, applied: 30, ignored: 0, parked: 0 });
    await ended({ w, running });
  });

  it('under load neither loses nor doubles an event, on either side of the switch', async () => {
    const { w, streams, running } = await served();
    let n = 3;
    const feed = {
      ...w.feed,
      read: async (...asked: Parameters<typeof w.feed.read>) => {
        if (n < 60) await w.happen(streams[n % 10] ?? A, String(n));
        n += 1;
        await w.clock.advance(0);
        return w.feed.read(...asked);
      },
    };
    expect(await rebuilding(w, { feed, batch: 1 })).toMatchObject({ is: 'served', found: { many: 0 } });
    for (let more = 0; more < 10; more += 1) await w.happen(streams[more] ?? A, 'last');
    await w.clock.advance(5 * SECOND);
    const kept = Object.values(await w.kept());
    expect(kept.flat()).toHaveLength(20 + 57 + 10);
    expect(kept.every((reasons) => reasons.at(-1) === 'last')).toBe(true);
    expect(running.status().progress?.counts).toMatchObject({ read: 87, applied: 87 });
    await ended({ w, running });
  });

  it('names the document that was changed by hand, and the fields, never their values; it is right afterwards', async () => {
    const { w, running } = await served();
    const live = changedByHand(w.model, 'order-4', { reasons: ['1', 'secret'] });
    const rebuilt = await rebuilding(w, { live });
    expect(rebuilt).toMatchObject({
      found: { many: 1, differences: [{ key: 'order-4', is: 'changed', paths: ['reasons.1'] }] },
    });
    expect(JSON.stringify(rebuilt)).not.toContain('secret');
    expect((await w.kept())['order-4']).toEqual(['1', '2']);
    await ended({ w, running });
  });

  it('names what was missing, and what was there without a reason', async () => {
    const { w, running } = await served();
    const stray = { version: 1, doc: { reasons: [] } };
    const live: ReadModel<Reasons> = {
      ...w.model,
      get: async (key) => (key === 'order-x' ? stray : key === 'order-3' ? undefined : w.model.get(key)),
      scan: async function* () {
        for await (const stored of w.model.scan()) if (stored.key !== 'order-3') yield stored;
        yield { key: 'order-x', version: 1, json: '{"reasons":[]}' };
      },
    };
    const { is, found } = (await rebuilding(w, { live })) as { is: string; found: object };
    expect([is, found]).toMatchObject([
      'served',
      {
        many: 2,
        differences: [
          { key: 'order-3', is: 'missing' },
          { key: 'order-x', is: 'stray' },
        ],
      },
    ]);
    await ended({ w, running });
  });

  it('takes nothing for a difference that the model has merely not come to yet', async () => {
    const { w, running, streams } = await served();
    await ended({ w, running });
    for (const stream of [...streams.slice(0, 3), A]) await w.happen(stream, 'late');
    expect(await rebuilding(w)).toMatchObject({ is: 'served', documents: 11, found: { differences: [], many: 0 } });
  });

  it('names what was put back to an older version once the model has come so far', async () => {
    const { w, running } = await served();
    const older = { version: 1, doc: { reasons: ['1'] } };
    const live: ReadModel<Reasons> = {
      ...w.model,
      get: async (key) => (key === 'order-4' ? older : w.model.get(key)),
      scan: async function* () {
        for await (const stored of w.model.scan())
          yield stored.key === 'order-4' ? { key: 'order-4', version: 1, json: '{"reasons":["1"]}' } : stored;
      },
    };
    expect(await rebuilding(w, { live })).toMatchObject({
      found: { many: 1, differences: [{ key: 'order-4', is: 'changed', paths: ['version', 'reasons.1'] }] },
    });
    await ended({ w, running });
  });

  it('counts no document that is the same at a second look, however many have moved on while both were read', async () => {
    const { w, running } = await served();
    expect(await rebuilding(w, await withStrays(w, 1_500))).toMatchObject({
      is: 'served',
      found: { differences: [], many: 0 },
    });
    await ended({ w, running });
  });

  it('tells a thousand of many differences, and counts all of them', async () => {
    const { w, running } = await served();
    const stray = { version: 1, doc: { reasons: [] } };
    const get = async (key: string) => (key.startsWith('stray-') ? stray : w.model.get(key));
    const many = { ...(await withStrays(w, 1_500)), live: { ...w.model, get } };
    const { found } = (await rebuilding(w, many, 'rebuild')) as {
      is: string;
      found: { differences: object[]; many: number };
    };
    expect([found.differences.length, found.many]).toEqual([1_000, 1_500]);
    await ended({ w, running });
  });

  it('that was interrupted goes on where it was, and comes to the same sum', async () => {
    const { w, running } = await served();
    const stop = new AbortController();
    let batches = 0;
    const told = async () => {
      batches += 1;
      if (batches === 3) stop.abort();
    };
    expect(await rebuilding(w, { told, stop: stop.signal })).toEqual({ is: 'interrupted' });
    const reads: number[] = [];
    const rebuilt = await rebuilding(w, { told: async ({ counts }) => void reads.push(counts.read) }, 'a later one');
    expect([rebuilt.is, reads[0]]).toEqual(['served', 12]);
    await ended({ w, running });
  });

  it('writes a document once for the batches that it was at hand in, and reads it again where it no longer is', async () => {
    const w = await consuming();
    const streams = Array.from({ length: 3_100 }, (_, n) => `order-${String(n)}` as StreamId);
    for (const stream of [...streams, ...streams.slice(0, 50), ...streams.slice(0, 50)]) await w.happen(stream, '1');
    const running = w.start();
    await w.clock.advance(SECOND);
    const shadow = await w.models.shadow(reasonsDefinition);
    const writes: string[][] = [];
    const keep: Shadow<Reasons>['sink']['keep'] = (hold, next, out) => {
      if (out.length > 0) writes.push(out.map(({ key }) => key));
      return shadow.sink.keep(hold, next, out);
    };
    const watched = { ...shadow, sink: { ...shadow.sink, keep } };
    expect(await rebuilding(w, { shadow: watched, batch: 500 })).toMatchObject({ is: 'served', documents: 3_100 });
    expect(writes).toEqual([streams.slice(0, 3_000), [...streams.slice(3_000), ...streams.slice(0, 50)]]);
    await ended({ w, running });
  });

  it('serves nothing where the store does not give back what was written, and begins anew then', async () => {
    const { w, running } = await served();
    const shadow = await w.models.shadow(reasonsDefinition);
    const rotten = changedByHand(shadow.model, 'order-4', { reasons: ['1', 'bit rot'] });
    const damaged = { ...shadow, compare: () => sideBySide(w.model.scan(), rotten.scan()) };
    expect(await rebuilding(w, { shadow: damaged })).toEqual({ is: 'damaged', documents: 10 });
    await w.happen(B, '1');
    await w.clock.advance(SECOND);
    expect((await w.kept())[B]).toEqual(['1']);
    expect(await rebuilding(w)).toMatchObject({ is: 'served', progress: { counts: { read: 21 } } });
    await ended({ w, running });
  });

  it('that died between its documents and its position, as it can on MongoDB, serves nothing and begins anew', async () => {
    const { w, running } = await served();
    const shadow = await w.models.shadow(reasonsDefinition);
    const keep: Shadow<Reasons>['sink']['keep'] = async (hold, _next, writes) => {
      await shadow.sink.keep(hold, hold.progress, writes);
      throw new Unavailable('read models');
    };
    const dying = { ...shadow, sink: { ...shadow.sink, keep } };
    await expect(rebuilding(w, { shadow: dying })).rejects.toThrow(Unavailable);
    expect(await rebuilding(w)).toEqual({ is: 'damaged', documents: 10 });
    expect(await rebuilding(w)).toMatchObject({ is: 'served', documents: 10, found: { many: 0 } });
    await ended({ w, running });
  });

  it('parks what the projection cannot apply, as its consumer does', async () => {
    const { w, running } = await served();
    for (const reason of ['poison', '4']) await w.happen(A, reason);
    await w.clock.advance(0);
    expect(await rebuilding(w)).toMatchObject({
      is: 'served',
      progress: { parked: { [A]: { version: 1, last: 2 } }, counts: { read: 22, applied: 20, parked: 2 } },
      found: { many: 0 },
    });
    await ended({ w, running });
  });

  it('gives way to a newer rebuild of the same model', async () => {
    const { w, running } = await served();
    const told = async () => {
      await (await w.models.shadow(reasonsDefinition)).sink.hold('a newer one' as Owner);
    };
    expect(await rebuilding(w, { told })).toEqual({ is: 'fenced' });
    await ended({ w, running });
  });
});
