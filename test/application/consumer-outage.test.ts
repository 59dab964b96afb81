import { describe, expect, it } from '@jest/globals';
import { ForeignPosition, Unavailable, VersionGap } from '../../src/application/ports/errors.ts';
import { SECOND } from '../../src/domain/shared/instant.ts';
import { A, B, all, consuming, five, reasonsConsumer, watched } from './consumers.ts';

describe('a broken machine', () => {
  for (const part of ['hold', 'load', 'keep'] as const) {
    it(`is waited out (${part}), longer and longer up to 5 s, and nothing is lost or doubled`, async () => {
      const w = await consuming();
      await five(w);
      const { asked, seconds, sink, fail } = watched(w);
      fail(part);
      const running = w.start({ sink, batch: 2 });
      await w.clock.advance(30 * SECOND);
      expect(running.status()).toMatchObject({ state: 'waiting', error: 'read models is not available' });
      const tries = seconds.filter((_, index) => asked[index] === part);
      expect(tries.map((at, index) => Number((at - (tries[index - 1] ?? 0)).toFixed(1)))).toEqual([
        0, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5, 5,
      ]);
      fail(undefined);
      await w.clock.advance(5 * SECOND);
      expect([await w.kept(), running.status().state]).toEqual([all, 'running']);
      w.stop.abort();
      await running.done;
    });
  }

  it('that was well in between is asked again soon: each outage begins with the short pauses', async () => {
    const w = await consuming();
    const { seconds, asked, sink, fail } = watched(w);
    const running = w.start({ sink });
    for (let outage = 0; outage < 2; outage += 1) {
      fail('keep');
      await w.happen(A, '1');
      await w.clock.advance(4 * SECOND);
      fail(undefined);
      await w.clock.advance(6 * SECOND);
    }
    const holds = seconds.filter((_, index) => asked[index] === 'hold');
    expect(holds.map((at) => Number(at.toFixed(1)))).toEqual([0, 0.2, 0.6, 1.4, 3, 6.2, 10.2, 10.6, 11.4, 13, 16.2]);
    w.stop.abort();
    await running.done;
  });

  it('is waited out where the feed is out', async () => {
    const w = await consuming();
    await five(w);
    let out = true;
    const feed = {
      ...w.feed,
      read: async (...asked: Parameters<typeof w.feed.read>) => {
        if (out) throw new Unavailable('event store');
        return w.feed.read(...asked);
      },
    };
    const running = w.start({ feed });
    await w.clock.advance(SECOND);
    expect(running.status().state).toBe('waiting');
    out = false;
    await w.clock.advance(SECOND);
    expect(await w.kept()).toEqual(all);
    w.stop.abort();
    await running.done;
  });

  it('that will not be better stops the consumer, and says why', async () => {
    const w = await consuming();
    const feed = { ...w.feed, read: async () => Promise.reject(new ForeignPosition('of another store')) };
    const running = w.start({ feed });
    await running.done;
    expect(running.status()).toMatchObject({ state: 'stopped', error: 'of another store' });
    expect(w.logged).toMatchObject([{ level: 'error', fields: { consumer: 'reasons' } }]);
  });
});

describe('a gap in the versions of a document', () => {
  it('starts the consumer again from what was kept', async () => {
    const w = await consuming();
    await five(w);
    let gaps = 0;
    const consumer: typeof reasonsConsumer = {
      ...reasonsConsumer,
      apply: (docs, event, keys) => {
        if (event.recorded.stream === B && gaps < 2) {
          gaps += 1;
          throw new VersionGap('met a gap');
        }
        return reasonsConsumer.apply(docs, event, keys);
      },
    };
    const running = w.start({ consumer, batch: 2 });
    await w.clock.advance(5 * SECOND);
    expect([gaps, await w.kept()]).toEqual([2, all]);
    expect(running.status().progress).toMatchObject({ parked: {}, counts: { read: 5, applied: 5 } });
    w.stop.abort();
    await running.done;
  });
});
