import { describe, expect, it } from '@jest/globals';
import { createParkedStreams } from '../../src/application/parked.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import { MINUTE, SECOND } from '../../src/domain/shared/instant.ts';
import { A, B, consuming, reasonsConsumer } from './consumers.ts';
import type { Consuming } from './consumers.ts';

/** A handler that cannot take some reasons, until it can. */
const faulty = (...hard: readonly string[]) => {
  const beyond = new Set(hard);
  const consumer: typeof reasonsConsumer = {
    ...reasonsConsumer,
    apply: (docs, event, keys) => {
      const { event: happened } = event;
      if (happened.type === 'OrderCancelled' && beyond.has(happened.reason)) throw new TypeError('cannot do it yet');
      return reasonsConsumer.apply(docs, event, keys);
    },
  };
  return { beyond, consumer };
};

const parkedIn = ({ records }: Consuming) => createParkedStreams({ records, consumers: ['others', 'reasons'] });
const id = `reasons:${A}`;

/** One stream of five that waits behind its second event, and one that flows. */
const stuck = async () => {
  const w = await consuming();
  const { beyond, consumer } = faulty('hard 2', 'hard 6');
  for (const reason of ['1', 'hard 2', 'ignore me']) await w.happen(A, reason);
  const running = w.start({ consumer });
  await w.clock.advance(0);
  for (const reason of ['4', '5']) await w.happen(A, reason);
  await w.happen(B, '1');
  await w.clock.advance(0);
  return { w, beyond, running };
};

describe('a handler that throws on one order', () => {
  it('makes that order wait in its sequence; all others flow, and the counts add up', async () => {
    const { w, running } = await stuck();
    expect(await w.kept()).toEqual({ [A]: ['1'], [B]: ['1'] });
    expect(running.status().progress?.counts).toEqual({ read: 6, applied: 2, ignored: 0, parked: 4 });
    expect(await parkedIn(w).list()).toEqual([
      { id, consumer: 'reasons', stream: A, version: 2, last: 5, reason: 'cannot do it yet', retrying: false },
    ]);
    w.stop.abort();
    await running.done;
  });

  it('is healed in order by a retry after the fix, while the consumer runs', async () => {
    const { w, beyond, running } = await stuck();
    beyond.clear();
    expect(await parkedIn(w).retry(id)).toMatchObject({ id, retrying: true });
    expect(await parkedIn(w).list()).toMatchObject([{ id, retrying: true }]);
    await w.happen(A, '6');
    await w.clock.advance(5 * SECOND);
    expect(await w.kept()).toEqual({ [A]: ['1', 'hard 2', '4', '5', '6'], [B]: ['1'] });
    expect(await parkedIn(w).list()).toEqual([]);
    expect(running.status().progress).toEqual({
      at: await w.feed.head(),
      parked: {},
      counts: { read: 7, applied: 6, ignored: 1, parked: 0 },
    });
    w.stop.abort();
    await running.done;
  });

  it('is healed without news too: an idle holder comes to the request', async () => {
    const { w, beyond, running } = await stuck();
    beyond.clear();
    await parkedIn(w).retry(id);
    await w.clock.advance(5 * SECOND);
    expect(await w.kept()).toEqual({ [A]: ['1', 'hard 2', '4', '5'], [B]: ['1'] });
    w.stop.abort();
    await running.done;
  });

  it('is healed by a retry across a restart, whether it was asked for before or after', async () => {
    for (const when of ['before', 'after']) {
      const { w, running } = await stuck();
      if (when === 'before') await parkedIn(w).retry(id);
      w.stop.abort();
      await running.done;
      if (when === 'after') await parkedIn(w).retry(id);
      const stop = new AbortController();
      const again = w.start({}, stop);
      await w.clock.advance(5 * SECOND);
      expect(await w.kept()).toEqual({ [A]: ['1', 'hard 2', '4', '5'], [B]: ['1'] });
      expect(again.status().progress?.counts).toEqual({ read: 6, applied: 5, ignored: 1, parked: 0 });
      stop.abort();
      await again.done;
    }
  });

  it('waits on where the retry fails, from the event on that fails now, and is not tried for ever', async () => {
    const { w, beyond, running } = await stuck();
    for (const reason of ['hard 6', '7']) await w.happen(A, reason);
    await w.clock.advance(0);
    beyond.delete('hard 2');
    await parkedIn(w).retry(id);
    await w.clock.advance(MINUTE);
    expect(await w.kept()).toEqual({ [A]: ['1', 'hard 2', '4', '5'], [B]: ['1'] });
    expect(await parkedIn(w).list()).toMatchObject([{ version: 6, last: 7, retrying: false }]);
    expect(running.status().progress?.counts).toEqual({ read: 8, applied: 5, ignored: 1, parked: 2 });
    expect(w.logged.filter(({ message }) => message === 'event parked')).toHaveLength(2);
    beyond.clear();
    await parkedIn(w).retry(id);
    await w.clock.advance(5 * SECOND);
    expect((await w.kept())[A]).toEqual(['1', 'hard 2', '4', '5', 'hard 6', '7']);
    w.stop.abort();
    await running.done;
  });

  it('is healed step by step where much waits, and an outage in the midst loses and doubles nothing', async () => {
    const { w, beyond, running } = await stuck();
    w.stop.abort();
    await running.done;
    const many = Array.from({ length: 250 }, (_, n) => `m${String(n)}`);
    for (const reason of many) await w.happen(A, reason);
    beyond.clear();
    await parkedIn(w).retry(id);
    let keeps = 0;
    const sink = {
      ...w.sink,
      keep: async (...keep: Parameters<typeof w.sink.keep>) => {
        keeps += 1;
        if (keeps === 3) throw new Unavailable('read models');
        return w.sink.keep(...keep);
      },
    };
    const stop = new AbortController();
    const again = w.start({ sink }, stop);
    await w.clock.advance(MINUTE);
    expect((await w.kept())[A]).toEqual(['1', 'hard 2', '4', '5', ...many]);
    expect(again.status().progress?.counts).toEqual({ read: 256, applied: 255, ignored: 1, parked: 0 });
    expect(await w.records.askedRetries('reasons')).toEqual([]);
    stop.abort();
    await again.done;
  });

  it('changes nothing by a retry of what is not parked', async () => {
    const { w, running } = await stuck();
    for (const none of [`reasons:${B}`, `others:${A}`, 'reasons', '']) {
      expect(await parkedIn(w).retry(none)).toBeUndefined();
    }
    await w.records.askRetry('reasons', B);
    await w.clock.advance(5 * SECOND);
    expect(await w.kept()).toEqual({ [A]: ['1'], [B]: ['1'] });
    expect(await w.records.askedRetries('reasons')).toEqual([]);
    w.stop.abort();
    await running.done;
  });
});
