import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { attentionOf, attentions } from '../../../src/domain/order/attention.ts';
import { decide } from '../../../src/domain/order/decide.ts';
import { evolve } from '../../../src/domain/order/evolve.ts';
import { next, nextPoll } from '../../../src/domain/order/next.ts';
import { QUIET_TIME, defaultPolicy } from '../../../src/domain/order/policy.ts';
import { ambiguous, fullyDelivered, noOrder, purchaseOf } from '../../../src/domain/order/state.ts';
import type { Order } from '../../../src/domain/order/state.ts';
import { elapsed } from '../../../src/domain/shared/instant.ts';
import { anyAnswer, anySteps, anyVoucher, play } from './histories.ts';
import type { Move } from './histories.ts';
import { answer, bought, read } from './fixtures.ts';
import { placed } from './given.ts';

// The same histories in every run: a failure is a failure.
const RUNS = { numRuns: 400, seed: 42 };

/** Holds for every move of every history that commands can make. */
const always = (rule: (move: Move, moves: readonly Move[]) => void): void => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const moves = play(steps);
      moves.forEach((move) => rule(move, moves));
    }),
    RUNS,
  );
};

const purchase = (order: Order) => (order.status === 'none' ? 'not_purchased' : purchaseOf(order));
const vouchers = (order: Order) => (order.status === 'none' ? [] : order.vouchers);
const attemptsOf = (order: Order) => (order.status === 'none' ? [] : order.attempts);
const types = ({ events }: Move): readonly string[] => events.map(({ type }) => type);

describe('every legal history', () => {
  it('is among these: every event, status and attention occurs', () => {
    const moves = fc.sample(anySteps, { numRuns: 1_500, seed: 42 }).flatMap(play);
    const reached = moves.flatMap((move) => [
      ...types(move),
      move.after.status,
      ...(move.after.status === 'none' ? [] : attentionOf(move.after)),
    ]);
    expect(new Set(reached).size).toBe(19 + 7 + attentions.length);
  });

  it('folds the same in one go, and survives the store', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const moves = play(steps);
        const events = moves.flatMap((move) => move.events);
        expect(events.reduce(evolve, noOrder)).toEqual(moves.at(-1)?.after);
        expect(JSON.parse(JSON.stringify(events))).toEqual(events);
      }),
      RUNS,
    );
  });

  it('has a next step after each event', () => {
    always(({ after, command }) => {
      const step = next(after, defaultPolicy);
      const poll = nextPoll(after, defaultPolicy, command.at, 0.5);
      if (step.do === 'nothing') expect(poll).toBe('never');
      if (step.do === 'read' && poll !== 'never') expect(poll > command.at).toBe(true);
    });
  });
});

describe('knowledge never goes backwards', () => {
  it('purchased stays purchased, whatever comes, unless an operator says otherwise', () => {
    always((move) => {
      if (purchase(move.before) !== 'purchased' || purchase(move.after) === 'purchased') return;
      expect([types(move), vouchers(move.before)]).toEqual([['OrderResolved'], []]);
    });
  });

  it('unknown becomes not purchased only when every attempt was certainly not bought, or by an operator', () => {
    always((move) => {
      if (purchase(move.before) !== 'unknown' || purchase(move.after) !== 'not_purchased') return;
      expect(types(move)).toHaveLength(1);
      expect(['OrderSubmissionDeferred', 'OrderRejectedByAmilon', 'OrderResolved']).toContain(types(move)[0]);
      expect(attemptsOf(move.after).filter(ambiguous)).toEqual([]);
    });
  });

  it('an order that may be bought never fails or is cancelled, but by a rejection of its only attempt or an operator', () => {
    always((move) => {
      const { before, after } = move;
      if (purchase(before) !== 'unknown' || (after.status !== 'failed' && after.status !== 'cancelled')) return;
      if (purchase(after) === 'purchased') return;
      expect(['OrderRejectedByAmilon', 'OrderResolved']).toContain(types(move).join());
    });
  });

  it('vouchers, their secrets and revocations are never lost, their ids never change', () => {
    always(({ before, after }) => {
      const lost = vouchers(before).filter((known, index) => {
        const now = vouchers(after)[index];
        if (now?.id !== known.id || (known.revoked && !now.revoked)) return true;
        return Object.keys(known.macs).some((field) => !(field in now.macs));
      });
      expect(lost).toEqual([]);
    });
  });

  it('completed stays completed, erased stays erased', () => {
    always(({ before, after }) => {
      if (before.status === 'completed') expect(after.status).toBe('completed');
      if (before.status !== 'none' && before.erased) expect(after).toMatchObject({ erased: true });
    });
  });

  it('an order completes only with all its vouchers', () => {
    always((move) => {
      if (move.before.status === 'completed' || move.after.status !== 'completed') return;
      const { events, before } = move;
      const complete = events
        .slice(
          0,
          events.findIndex(({ type }) => type === 'OrderCompleted'),
        )
        .reduce(evolve, before);
      expect(complete.status !== 'none' && fullyDelivered(complete)).toBe(true);
    });
  });
});

describe('money', () => {
  it('no two submissions start within a quiet time, unless the one before was certainly not bought', () => {
    always((move) => {
      const { before, after, command } = move;
      if (!types(move).includes('OrderSubmissionStarted') || after.status === 'none') return;
      const inFlight = attemptsOf(before).filter(ambiguous);
      const tooSoon = inFlight.filter(({ sendBefore }) => elapsed(sendBefore, command.at) < QUIET_TIME);
      expect([tooSoon, attemptsOf(after).filter(({ result }) => result === 'open').length]).toEqual([[], 1]);
    });
  });

  it('nothing is submitted after a refusal or a duplicate that left the purchase unknown', () => {
    always((move, moves) => {
      if (!types(move).includes('OrderSubmissionStarted')) return;
      const causes = moves
        .slice(0, moves.indexOf(move))
        .flatMap(({ events }) => events)
        .flatMap((event) => (event.type === 'OrderSubmissionUncertain' ? [event.cause] : []));
      expect(causes.filter((cause) => cause === 'refused' || cause === 'duplicate')).toEqual([]);
    });
  });

  it('nothing is submitted for an order that is bought, ended, or in conflict', () => {
    always((move) => {
      if (!types(move).includes('OrderSubmissionStarted')) return;
      expect(['pending', 'submitting']).toContain(move.before.status);
      expect(move.before).toMatchObject({ conflict: false });
    });
  });

  it('every attempt has its own number, and one outcome at most', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const events = play(steps).flatMap((move) => move.events);
        const started = events.flatMap((event) => (event.type === 'OrderSubmissionStarted' ? [event.attempt] : []));
        const closed = events.flatMap((event) =>
          event.type === 'OrderSubmissionUncertain' ||
          event.type === 'OrderRejectedByAmilon' ||
          (event.type === 'OrderSubmissionDeferred' && event.attempt !== undefined)
            ? [event.attempt]
            : [],
        );
        expect(started).toEqual(started.map((_, index) => index + 1));
        expect(closed).toHaveLength(new Set(closed).size);
      }),
      RUNS,
    );
  });
});

describe('asking twice', () => {
  it('records nothing more, but for a reveal', () => {
    always(({ command, events, after }) => {
      if (events.length === 0 || command.type === 'RecordReveal') return;
      const again = decide(command, after);
      expect(again.accepted ? again.events : []).toEqual([]);
    });
  });
});

describe('vouchers, in whatever order and however often they are shown', () => {
  const codesKnown = (order: Order) =>
    vouchers(order).flatMap(({ macs }) => (macs.code === undefined ? [] : [macs.code]));

  it('are each there once, by code and by id', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyVoucher, { maxLength: 6 }), { maxLength: 6 }), (answers) => {
        const order = answers.reduce<Order>(
          (state, shown, index) => {
            const decided = decide(read(10 + index, answer({ vouchers: shown })), state);
            return decided.accepted ? decided.events.reduce(evolve, state) : state;
          },
          placed(...bought),
        );
        const shown = answers.flat().flatMap(({ secrets }) => (secrets.code === undefined ? [] : [secrets.code.mac]));
        const ids = vouchers(order).map(({ id }) => id);
        expect([...codesKnown(order)].sort()).toEqual([...new Set(shown)].sort());
        expect(ids).toHaveLength(new Set(ids).size);
      }),
      RUNS,
    );
  });

  it('are no news when the same answer comes again', () => {
    fc.assert(
      fc.property(anyAnswer, anyAnswer, (first, second) => {
        const once = [first, second].reduce<Order>(
          (state, seen, index) => {
            const decided = decide(read(10 + index, seen), state);
            return decided.accepted ? decided.events.reduce(evolve, state) : state;
          },
          placed(...bought),
        );
        expect(decide(read(20, second), once)).toEqual({ accepted: true, events: [] });
      }),
      RUNS,
    );
  });
});
