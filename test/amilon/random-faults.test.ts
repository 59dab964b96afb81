import { describe, expect, it } from '@jest/globals';
import { type Reply, json } from '../../src/infrastructure/amilon/sandbox/calls.ts';
import { createFaults } from '../../src/infrastructure/amilon/sandbox/faults.ts';

type Fault = Parameters<ReturnType<typeof createFaults>['add']>[0];

const random = (rest: Partial<Fault> = {}): Fault => ({
  endpoint: 'any',
  does: 'random',
  probability: 0.3,
  seed: 7,
  ...rest,
});
const calls = (orders: number, each: number): readonly string[] =>
  Array.from({ length: orders * each }, (_, n) => `order-${String(n % orders)}`);

/** What became of each call: the answer, and whether the work was done. */
const outcomes = (fault: Fault, endpoint: 'create' | 'token', ids: readonly string[]) => {
  const faults = createFaults(1);
  faults.add(fault);
  return ids.map((externalOrderId) => {
    const done: string[] = [];
    const reply: Reply = faults.around({ endpoint, externalOrderId }, () => {
      done.push(', done');
      return json(200, {});
    });
    const answer = reply.is === 'answer' ? `${String(reply.status)} ${reply.contentType.replace(/;.*/, '')}` : reply.is;
    return { externalOrderId, told: `${answer}${done.join('')}` };
  });
};

const every = [
  '200 application/json, done',
  '200 text/html',
  '200 text/html, done',
  '401 application/json',
  '429 application/json',
  '500 application/json',
  '500 application/json, done',
  'hang',
  'hang, done',
  'reset',
  'reset, done',
];

describe('random faults', () => {
  it('are of every kind, before and after the work, at the rate that was asked for', () => {
    const told = outcomes(random(), 'create', calls(1_000, 3)).map((outcome) => outcome.told);
    expect([...new Set(told)].toSorted()).toEqual(every);
    const failed = told.filter((outcome) => outcome !== '200 application/json, done').length;
    expect(Math.abs(failed / told.length - 0.3)).toBeLessThan(0.03);
  });

  it('are the same for the n-th call of an order, however the orders mingle', () => {
    const byOrder = (ids: readonly string[]) =>
      Object.fromEntries(
        [...Map.groupBy(outcomes(random(), 'create', ids), ({ externalOrderId }) => externalOrderId)]
          .map(([id, all]) => [id, all.map(({ told }) => told)] as const)
          .toSorted(([a], [b]) => a.localeCompare(b)),
      );
    const mingled = calls(20, 10);
    expect(byOrder(mingled)).toEqual(byOrder(mingled.toSorted()));
  });

  it('follow their seed, else that of the sandbox', () => {
    const told = (fault: Fault) => outcomes(fault, 'create', calls(50, 1));
    expect(told(random({ seed: 1 }))).toEqual(told(random({ seed: undefined })));
    expect(told(random({ seed: 1 }))).not.toEqual(told(random({ seed: 2 })));
  });

  it('never refuse a token: that would say the credentials are wrong (trap 26)', () => {
    const told = outcomes(random({ probability: 1 }), 'token', calls(500, 1)).map((outcome) => outcome.told);
    expect([...new Set(told)].toSorted()).toEqual(
      every.filter((outcome) => !outcome.startsWith('401') && outcome !== '200 application/json, done'),
    );
  });
});
