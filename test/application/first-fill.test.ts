import { describe, expect, it } from '@jest/globals';
import type { ConsumerDeps } from '../../src/application/consumer-runner.ts';
import type { Owner } from '../../src/application/ports/consumers.ts';
import type { StreamId } from '../../src/application/ports/event-store.ts';
import type { Versioned, Write } from '../../src/application/ports/read-models.ts';
import { fillFirst } from '../../src/application/rebuild/first-fill.ts';
import { SECOND } from '../../src/domain/shared/instant.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { fingerprint } from '../../src/infrastructure/composition/fingerprint.ts';
import { consuming, reasonsConsumer, reasonsDefinition } from './consumers.ts';
import type { Consuming, Reasons } from './consumers.ts';
import { logInto } from './world.ts';

type FirstFill = NonNullable<ConsumerDeps<Versioned<Reasons>, Write<Reasons>>['firstFill']>;

const BATCH = 4;

/** The quicker way, and what came of it each time. */
const quickly = (w: Consuming) => {
  const filled: boolean[] = [];
  const firstFill: FirstFill = async (hold, how) => {
    const done = await fillFirst(
      {
        feed: w.feed,
        codec: createCodec(),
        log: logInto([]),
        consumer: reasonsConsumer,
        owner: 'one' as Owner,
        openShadow: () => w.models.shadow(reasonsDefinition),
        fingerprint,
        batch: BATCH,
      },
      hold,
      how,
    );
    filled.push(done);
    return done;
  };
  return { filled, firstFill };
};

const streams = Array.from({ length: 3 }, (_, n) => `order-${String(n)}` as StreamId);

const happened = async (times: readonly string[]): Promise<Consuming> => {
  const w = await consuming(10 * SECOND);
  for (const reason of times) for (const stream of streams) await w.happen(stream, reason);
  return w;
};

const all = (...reasons: readonly string[]) => Object.fromEntries(streams.map((stream) => [stream, reasons]));

describe('a first fill', () => {
  it('fills an empty model beside it, has it served, and the consumer goes on: every event once', async () => {
    const w = await happened(['1', '2', '3']);
    const { filled, firstFill } = quickly(w);
    const running = w.start({ firstFill });
    await w.clock.advance(0);
    for (const stream of streams) await w.happen(stream, '4');
    await w.clock.advance(SECOND);
    expect(filled).toEqual([true, false]);
    expect(await w.kept()).toEqual(all('1', '2', '3', '4'));
    expect(running.status()).toMatchObject({
      caughtUp: true,
      progress: { counts: { read: 12, applied: 12, ignored: 0, parked: 0 } },
    });
    w.stop.abort();
    await running.done;
  });

  it('is not worth it where one batch comes to the head, nor where the model holds something', async () => {
    const w = await happened(['1']);
    const { filled, firstFill } = quickly(w);
    const first = w.start({ firstFill });
    await w.clock.advance(0);
    w.stop.abort();
    await first.done;
    for (const reason of ['2', '3']) for (const stream of streams) await w.happen(stream, reason);
    const stop = new AbortController();
    const second = w.start({ firstFill }, stop);
    await w.clock.advance(0);
    expect(filled).toEqual([false, false]);
    expect(await w.kept()).toEqual(all('1', '2', '3'));
    stop.abort();
    await second.done;
  });

  it('that was stopped goes on where it was', async () => {
    const w = await happened(['1', '2', '3']);
    const { firstFill } = quickly(w);
    let batches = 0;
    const stopping: FirstFill = (hold, { told, stop }) =>
      firstFill(hold, {
        stop,
        told: async (progress) => {
          batches += 1;
          await told(progress);
          w.stop.abort();
        },
      });
    await w.start({ firstFill: stopping }).done;
    expect([batches, await w.kept()]).toEqual([1, {}]);
    const stop = new AbortController();
    const second = w.start({ firstFill: stopping }, stop);
    await w.clock.advance(0);
    expect([batches, await w.kept()]).toEqual([3, all('1', '2', '3')]);
    stop.abort();
    await second.done;
  });

  it('keeps its hold while it takes longer than the lease, and ends when another took over', async () => {
    const w = await happened(['1', '2', '3']);
    const { firstFill, filled } = quickly(w);
    const other = 'another' as Owner;
    const slow: FirstFill = (hold, { told, stop }) =>
      firstFill(hold, {
        stop,
        told: async (progress) => {
          await told(progress);
          await w.clock.sleep(30 * SECOND, stop);
        },
      });
    const running = w.start({ firstFill: slow });
    for (let second = 0; second < 25; second += 1) await w.clock.advance(SECOND);
    expect([await w.sink.hold(other), filled]).toEqual(['held', []]);
    // The same owner takes over at once, as after a restart: who filled before is fenced off.
    await w.sink.hold('one' as Owner);
    for (let second = 0; second < 4; second += 1) await w.clock.advance(SECOND);
    expect(filled.slice(0, 1)).toEqual([false]);
    w.stop.abort();
    await running.done;
  });
});
