import { describe, expect, it } from '@jest/globals';
import { attentionOf } from '../../src/domain/order/attention.ts';
import { SECOND } from '../../src/domain/shared/instant.ts';
import { fulfilling } from './upstream.ts';

describe('a long outage', () => {
  it('records once that Amilon cannot be reached, whether it was tried or not, and once more that it lasts', async () => {
    const f = await fulfilling();
    for (let second = 0; second < 30 * 60; second += 10) {
      const why = second % 20 === 0 ? 'no_token' : 'circuit_open';
      f.answers.ready = { why, retryAfter: 10 * SECOND };
      await f.lookAfter(10 * SECOND);
    }
    expect(await f.types(f.orderId)).toEqual(['OrderRequested', 'OrderSubmissionDeferred', 'OrderSubmissionDeferred']);
    const { state } = await f.orders.load(f.orderId);
    expect(state.status === 'none' ? [] : attentionOf(state)).toEqual(['on_hold']);
  });
});
