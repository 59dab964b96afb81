import { beforeEach, describe, expect, it } from '@jest/globals';
import { createUpstreamRecord } from '../../src/application/operations/upstream-record.ts';
import type { UpstreamRecord } from '../../src/application/operations/upstream-record.ts';
import type { CallNote, Drift } from '../../src/application/ports/amilon-watch.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import { createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import type { VirtualClock } from '../../src/infrastructure/clock/virtual.ts';

let clock: VirtualClock;
let record: UpstreamRecord;
beforeEach(() => {
  clock = createVirtualClock(instant('2026-03-02T10:00:00.000Z'));
  record = createUpstreamRecord(clock);
});

const note = (rest: Partial<CallNote>): CallNote => ({ endpoint: 'read', outcome: 'answered', ms: 5, ...rest });
const strange: Drift = { kind: 'unknown_word', where: 'order.status', what: 'Marinating' };

describe('what is remembered of Amilon', () => {
  it('counts each endpoint by outcome, with the last success and the last failure', async () => {
    record.called(note({ status: 200 }));
    await clock.advance(1_000);
    record.called(note({ outcome: 'timeout' }));
    await clock.advance(1_000);
    record.called(note({ status: 503 }));
    record.called(note({ endpoint: 'create', status: 200 }));
    expect(record.endpoints()).toEqual([
      {
        endpoint: 'create',
        calls: 1,
        failures: 0,
        outcomes: { 200: 1 },
        lastSuccessAt: '2026-03-02T10:00:02.000Z',
      },
      {
        endpoint: 'read',
        calls: 3,
        failures: 2,
        outcomes: { 200: 1, timeout: 1, 503: 1 },
        lastSuccessAt: '2026-03-02T10:00:00.000Z',
        lastFailureAt: '2026-03-02T10:00:02.000Z',
        lastFailure: '503',
      },
    ]);
  });

  it.each([
    [{ status: 200 }, 0],
    [{ status: 404 }, 0],
    [{ status: 422 }, 0],
    [{ status: 401 }, 1],
    [{ status: 429 }, 1],
    [{ status: 500 }, 1],
    [{ outcome: 'not_sent' as const }, 1],
    [{ outcome: 'reset' as const }, 1],
  ])('a refusal is a fair answer, broken machinery is a failure: %j counts %d', (rest, failures) => {
    record.called(note(rest));
    expect(record.endpoints().map((endpoint) => endpoint.failures)).toEqual([failures]);
  });

  it('keeps each kind of drift once, with how often and when', async () => {
    record.drifted(strange);
    await clock.advance(1_000);
    record.drifted(strange);
    record.drifted({ ...strange, what: 'Deep' });
    expect(record.drift()).toEqual({
      kinds: [
        { ...strange, count: 2, firstAt: '2026-03-02T10:00:00.000Z', lastAt: '2026-03-02T10:00:01.000Z' },
        {
          ...strange,
          what: 'Deep',
          count: 1,
          firstAt: '2026-03-02T10:00:01.000Z',
          lastAt: '2026-03-02T10:00:01.000Z',
        },
      ],
      otherKinds: 0,
    });
  });

  it('is bounded: no upstream fills the memory with words of its own', () => {
    for (let n = 0; n < 1_000; n += 1) record.drifted({ ...strange, what: String(n) });
    record.drifted({ ...strange, what: '0' });
    const { kinds, otherKinds } = record.drift();
    expect([kinds.length, otherKinds, kinds[0]?.count]).toEqual([200, 800, 2]);
  });
});
