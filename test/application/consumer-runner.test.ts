import { describe, expect, it } from '@jest/globals';
import type { Owner } from '../../src/application/ports/consumers.ts';
import { ForeignPosition, Unavailable, VersionGap } from '../../src/application/ports/errors.ts';
import type { FeedBatch, Position } from '../../src/application/ports/event-store.ts';
import { MINUTE, SECOND, elapsed } from '../../src/domain/shared/instant.ts';
import { A, B, consuming, reasonsConsumer } from './consumers.ts';
import type { Consuming } from './consumers.ts';
import { today } from './world.ts';

const other = 'two' as Owner;
const five = async (w: Consuming): Promise<void> => {
  for (const reason of ['1', '2', '3']) await w.happen(A, reason);
  for (const reason of ['4', '5']) await w.happen(B, reason);
};
const all = { [A]: ['1', '2', '3'], [B]: ['4', '5'] };

/** What is asked of the sink, and an outage of some of it. */
const watched = (w: Consuming) => {
  const asked: string[] = [];
  const seconds: number[] = [];
  let out: string | undefined;
  const note = async <T>(what: string, ask: () => Promise<T>): Promise<T> => {
    asked.push(what);
    seconds.push(elapsed(today, w.clock.now()) / SECOND);
    if (what === out) throw new Unavailable('read models');
    return ask();
  };
  const { sink } = w;
  return {
    asked,
    seconds,
    fail: (what: string | undefined) => (out = what),
    sink: {
      hold: (owner: Owner) => note('hold', () => sink.hold(owner)),
      load: (...load: Parameters<typeof sink.load>) => note('load', () => sink.load(...load)),
      keep: (...keep: Parameters<typeof sink.keep>) => note('keep', () => sink.keep(...keep)),
      release: (...release: Parameters<typeof sink.release>) => note('release', () => sink.release(...release)),
    },
  };
};

describe('a consumer', () => {
  it('applies every event once, in batches, each document loaded once per batch', async () => {
    const w = await consuming();
    await five(w);
    const { asked, sink } = watched(w);
    const running = w.start({ sink, batch: 3 });
    await w.clock.advance(0);
    expect([await w.kept(), asked]).toEqual([all, ['hold', 'load', 'keep', 'load', 'keep']]);
    expect(running.status()).toMatchObject({ name: 'reasons', state: 'running', caughtUp: true });
    expect(running.status().progress).toEqual({
      at: await w.feed.head(),
      parked: {},
      counts: { read: 5, applied: 5, ignored: 0, parked: 0 },
    });
    w.stop.abort();
    await running.done;
  });

  it('has not caught up before it has been at the head', async () => {
    const w = await consuming();
    await five(w);
    const slowly = async (after: Position | 'start', max: number): Promise<FeedBatch> => {
      await w.clock.sleep(SECOND);
      return w.feed.read(after, max);
    };
    const running = w.start({ batch: 2, feed: { ...w.feed, read: slowly } });
    expect(running.status()).toMatchObject({ state: 'starting', caughtUp: false });
    await w.clock.advance(2_500);
    expect(running.status()).toMatchObject({ state: 'running', caughtUp: false, progress: { counts: { read: 4 } } });
    await w.clock.advance(SECOND);
    expect(running.status()).toMatchObject({ caughtUp: true, progress: { counts: { read: 5 } } });
    w.stop.abort();
    await running.done;
  });

  it('applies what happens while it idles, at once', async () => {
    const w = await consuming();
    const running = w.start();
    await w.clock.advance(0);
    await w.happen(A, '1');
    await w.clock.advance(0);
    expect(await w.kept()).toEqual({ [A]: ['1'] });
    w.stop.abort();
    await running.done;
  });

  it('goes on after a restart where it was', async () => {
    const w = await consuming();
    await five(w);
    const first = w.start();
    await w.clock.advance(0);
    w.stop.abort();
    await first.done;
    await w.happen(B, '6');
    const stop = new AbortController();
    const second = w.start({}, stop);
    await w.clock.advance(0);
    expect(await w.kept()).toEqual({ ...all, [B]: ['4', '5', '6'] });
    expect(second.status().progress?.counts.read).toBe(6);
    stop.abort();
    await second.done;
  });

  it('renews its hold while it idles', async () => {
    const w = await consuming(10 * SECOND);
    const running = w.start();
    await w.clock.advance(5 * MINUTE);
    expect(await w.sink.hold(other)).toBe('held');
    w.stop.abort();
    await running.done;
  });
});

describe('the holder of a consumer', () => {
  it('keeps what came to nothing no sooner than its hold wants renewing, and when it stops', async () => {
    const w = await consuming();
    const { asked, sink } = watched(w);
    const running = w.start({ sink, renewEvery: 3 * SECOND });
    await w.clock.advance(0);
    for (const stream of [A, B, A]) {
      await w.happen(stream, 'ignore me');
      await w.clock.advance(500);
    }
    expect([asked, running.status().progress?.counts.ignored]).toEqual([['hold'], 3]);
    await w.clock.advance(3 * SECOND);
    expect(asked).toEqual(['hold', 'keep']);
    await w.happen(A, 'ignore me');
    await w.clock.advance(500);
    w.stop.abort();
    await running.done;
    expect(asked).toEqual(['hold', 'keep', 'keep', 'release']);
    const hold = await w.sink.hold(other);
    expect(hold).toMatchObject({ progress: { at: await w.feed.head(), counts: { read: 4, ignored: 4 } } });
  });

  it('is one: another stands by, and takes over when the first has stopped', async () => {
    const w = await consuming(10 * MINUTE);
    const stop = new AbortController();
    const first = w.start({}, stop);
    await w.clock.advance(0);
    const second = w.start({ owner: other });
    await w.clock.advance(MINUTE);
    expect([first.status().state, second.status().state]).toEqual(['running', 'standby']);
    stop.abort();
    await first.done;
    await w.happen(A, '1');
    await w.clock.advance(3 * SECOND);
    expect([first.status().state, second.status().state]).toEqual(['stopped', 'running']);
    expect(await w.kept()).toEqual({ [A]: ['1'] });
    w.stop.abort();
    await second.done;
  });

  it('changes with the lease where the first is gone without a word', async () => {
    const w = await consuming(10 * SECOND);
    await w.sink.hold('gone' as Owner);
    const second = w.start({ owner: other });
    await w.clock.advance(9 * SECOND);
    expect(second.status().state).toBe('standby');
    await w.clock.advance(4 * SECOND);
    expect(second.status().state).toBe('running');
    w.stop.abort();
    await second.done;
  });

  it('steps back when it is fenced off, and changes nothing more', async () => {
    const w = await consuming(10 * SECOND);
    await w.happen(A, '1');
    let fenced = false;
    const sink = {
      ...w.sink,
      keep: async (...keep: Parameters<typeof w.sink.keep>) => (fenced ? ('fenced' as const) : w.sink.keep(...keep)),
      hold: async (owner: Owner) => (fenced ? ('held' as const) : w.sink.hold(owner)),
    };
    const running = w.start({ sink });
    await w.clock.advance(0);
    fenced = true;
    await w.happen(A, '2');
    await w.clock.advance(MINUTE);
    expect([running.status().state, await w.kept()]).toEqual(['standby', { [A]: ['1'] }]);
    w.stop.abort();
    await running.done;
  });

  it('lets go when it is stopped: the next need not wait for the lease', async () => {
    const w = await consuming(10 * MINUTE);
    const running = w.start();
    await w.clock.advance(0);
    w.stop.abort();
    await running.done;
    expect(await w.sink.hold(other)).not.toBe('held');
  });

  it('lets go also when it is stopped while it waits out a broken part', async () => {
    const w = await consuming(10 * MINUTE);
    await w.happen(A, '1');
    const { sink, fail } = watched(w);
    fail('load');
    const running = w.start({ sink });
    await w.clock.advance(SECOND);
    w.stop.abort();
    await running.done;
    expect(await w.sink.hold(other)).not.toBe('held');
  });

  it('stops, even where it cannot be let go', async () => {
    const w = await consuming(10 * MINUTE);
    const { sink, fail } = watched(w);
    fail('release');
    const running = w.start({ sink });
    await w.clock.advance(0);
    w.stop.abort();
    await running.done;
    expect(running.status().state).toBe('stopped');
  });
});

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
      apply: (docs, event) => {
        if (event.recorded.stream === B && gaps < 2) {
          gaps += 1;
          throw new VersionGap('met a gap');
        }
        return reasonsConsumer.apply(docs, event);
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
