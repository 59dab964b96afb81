import { describe, expect, it } from '@jest/globals';
import { elapsed, instant, isInstant } from '../src/domain/shared/instant.ts';
import { createSystemClock } from '../src/infrastructure/clock/system.ts';
import { createVirtualClock, type VirtualClock } from '../src/infrastructure/clock/virtual.ts';

const start = instant('2026-03-01T10:00:00.000Z');

/** Sleeps each of the lengths at once; the list grows by what wakes, with the time it woke at. */
const sleepers = (clock: VirtualClock, ...lengths: readonly number[]): string[] => {
  const woken: string[] = [];
  lengths.forEach((ms, index) => {
    void clock.sleep(ms).then(() => woken.push(`${String(index)} at ${String(elapsed(start, clock.now()))}`));
  });
  return woken;
};

describe('the virtual clock', () => {
  it('stands still until it is told to go on', async () => {
    const clock = createVirtualClock(start);
    const woken = sleepers(clock, 1);
    await clock.advance(0);
    expect([clock.now(), woken]).toEqual([start, []]);
  });

  it('wakes sleepers at their own time, the earliest first and equal ones as they came', async () => {
    const clock = createVirtualClock(start);
    const woken = sleepers(clock, 30, 10, 20, 10, 41);
    await clock.advance(40);
    expect(woken).toEqual(['1 at 10', '3 at 10', '2 at 20', '0 at 30']);
    expect(clock.now()).toBe('2026-03-01T10:00:00.040Z');
  });

  it('wakes one that sleeps again as often as the time allows', async () => {
    const clock = createVirtualClock(start);
    const ticks: string[] = [];
    void (async () => {
      for (;;) {
        await clock.sleep(10);
        ticks.push(clock.now());
      }
    })();
    await clock.advance(35);
    expect(ticks).toEqual(['2026-03-01T10:00:00.010Z', '2026-03-01T10:00:00.020Z', '2026-03-01T10:00:00.030Z']);
  });

  it('sleeps no time at all for nothing or less', async () => {
    const clock = createVirtualClock(start);
    await clock.sleep(0);
    await clock.sleep(-5);
    expect(clock.now()).toBe(start);
  });
});

describe.each([
  ['system', createSystemClock],
  ['virtual', () => createVirtualClock(start)],
] as const)('the %s clock', (_name, create) => {
  it('tells UTC with milliseconds', () => {
    expect(isInstant(create().now())).toBe(true);
  });

  it('ends a sleep early, without an error, when it is stopped', async () => {
    const stop = new AbortController();
    const asleep = create().sleep(86_400_000, stop.signal);
    stop.abort();
    await expect(asleep).resolves.toBeUndefined();
  });

  it('does not fall asleep once it is stopped', async () => {
    await expect(create().sleep(86_400_000, AbortSignal.abort())).resolves.toBeUndefined();
  });
});

describe('the system clock', () => {
  it('comes to the end of a sleep', async () => {
    await expect(createSystemClock().sleep(1)).resolves.toBeUndefined();
  });
});
