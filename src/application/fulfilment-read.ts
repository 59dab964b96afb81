import { mayPostFrom } from '../domain/order/next.ts';
import type { PlacedOrder } from '../domain/order/state.ts';
import { assertNever } from '../domain/shared/decider.ts';
import { later, plus } from '../domain/shared/instant.ts';
import type { Instant, Ms } from '../domain/shared/instant.ts';
import { lookAfter, submissionOf, tryAgain } from './fulfilment-context.ts';
import type { Looked, Step } from './fulfilment-context.ts';
import { ABSENT, UNREADABLE, noNews } from './fulfilment-no-news.ts';
import { submitOrder } from './fulfilment-submit.ts';
import { observeUpstream } from './observe-upstream.ts';

/** Reads the order at Amilon, and keeps what is new; posts it again where it may be, and is not there. */
export const readOrder = async (step: Step, order: PlacedOrder): Promise<Looked> => {
  const { orders, orderId, amilon, provenance } = step;
  const asked = step.clock.now();
  const answer = await amilon.read(submissionOf(order));
  switch (answer.is) {
    case 'found': {
      const seen = observeUpstream(answer.order, step.cipher);
      const handled = await orders.handle(orderId, (at) => ({ type: 'RecordRead', at, order: seen }), provenance);
      if (handled.accepted && handled.events.length > 0) return lookAfter(step, handled.state);
      return noNews(step, handled.state, { progress: seen.progress, upstreamStatus: seen.upstreamStatus });
    }
    case 'absent': {
      const from = mayPostFrom(order, step.policy);
      // What was asked within the quiet time proves nothing, however late the answer comes.
      return from !== undefined && from <= asked ? submitOrder(step, order) : noNews(step, order, ABSENT);
    }
    case 'unavailable': {
      const looked = await noNews(step, order, UNREADABLE, tryAgain);
      const { retryAfter } = answer;
      return retryAfter === undefined || looked === 'never' ? looked : later(looked, inTime(step, retryAfter));
    }
    default:
      return assertNever(answer);
  }
};

const inTime = ({ clock }: Step, ms: Ms): Instant => plus(clock.now(), ms);
