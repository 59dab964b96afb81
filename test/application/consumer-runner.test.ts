import { describe, expect, it } from '@jest/globals';
import type { Owner } from '../../src/application/ports/consumers.ts';
import type { FeedBatch, Position } from '../../src/application/ports/event-store.ts';
import { MINUTE, SECOND } from '../../src/domain/shared/instant.ts';
import { A, B, all, consuming, five, watched } from './consumers.ts';

const other = 'two' as Owner;
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

  it('leaves so much time from one batch to the next, and none after a quiet time', async () => {
    const w = await consuming();
    const { asked, sink } = watched(w);
    const running = w.start({ sink, apart: 100 });
    await w.clock.advance(100);
    await w.happen(A, '1');
    await w.clock.advance(0);
    expect(await w.kept()).toEqual({ [A]: ['1'] });
    await w.happen(A, '2');
    await w.clock.advance(50);
    await w.happen(A, '3');
    await w.clock.advance(49);
    expect(await w.kept()).toEqual({ [A]: ['1'] });
    await w.clock.advance(1);
    expect(await w.kept()).toEqual({ [A]: ['1', '2', '3'] });
    expect(asked.filter((what) => what === 'keep')).toHaveLength(2);
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
