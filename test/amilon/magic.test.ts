import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CreateAnswer, ReadAnswer, Submission, UpstreamOrder } from '../../src/application/ports/amilon.ts';
import { plus } from '../../src/domain/shared/instant.ts';
import { type MemoryAmilon, createMemoryAmilon } from '../../src/infrastructure/amilon/memory.ts';
import { magic } from '../../src/infrastructure/amilon/sandbox/magic.ts';
import { type VirtualClock, createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import { START, eur, line, recordingLog, submission } from './support.ts';

let clock: VirtualClock;
let upstream: MemoryAmilon;
beforeEach(() => {
  clock = createVirtualClock(START);
  upstream = createMemoryAmilon({ clock, log: recordingLog().log, deliveryDelayMs: 2_000, limits: { read: 1_000 } });
});
afterEach(() => upstream.close());

const inBrief = (answer: CreateAnswer | ReadAnswer): string => {
  switch (answer.is) {
    case 'done':
    case 'found':
      return `${answer.is} ${orderInBrief(answer.order)}`;
    case 'refused':
      return `refused ${answer.code}`;
    case 'not_bought':
    case 'unknown':
    case 'unavailable':
      return `${answer.is} ${answer.why}`;
    default:
      return answer.is;
  }
};
const orderInBrief = ({ progress, vouchers }: UpstreamOrder): string => `${progress} ${String(vouchers.length)}`;

const create = async (order: Submission) => {
  const call = upstream.amilon.create(order, plus(clock.now(), 10_000));
  const [created] = await Promise.all([call, clock.advance(0)]);
  return created;
};
/** A create that may hang until its deadline. */
const createPatiently = async (order: Submission) => {
  const call = upstream.amilon.create(order, plus(clock.now(), 10_000));
  await clock.advance(60_000);
  return call;
};
const bought = (order: Submission) =>
  upstream.world.purchases().find(({ externalOrderId }) => externalOrderId === order.externalOrderId)?.bought ?? 0;

/** Creates until it is bought or three times, then reads at these times after the last create. */
const story = async (product: string, readAt: readonly number[], hangs = false): Promise<readonly string[]> => {
  const order = submission(line(product, 2));
  const told: string[] = [];
  for (let n = 0; n < 3 && !['done', 'duplicate'].includes(told.at(-1)?.split(' ')[0] ?? 'none'); n += 1) {
    told.push(inBrief(await (hangs ? createPatiently(order) : create(order))));
  }
  let waited = 0;
  for (const at of readAt) {
    await clock.advance(at - waited);
    waited = at;
    told.push(inBrief(await upstream.amilon.read(order)));
  }
  return [...told, `bought ${String(bought(order))}`];
};

const pending = 'done in_progress 0';
const complete = 'found completed 2';
const waiting = 'found in_progress 0';
const hour = 3_600_000;

const stories: readonly (readonly [string, readonly number[], readonly string[]])[] = [
  ['SIM_OK', [1_000, 2_000], [pending, waiting, complete, 'bought 1']],
  ['SIM_SLOW_90S', [89_000, 90_000], [pending, waiting, complete, 'bought 1']],
  ['SIM_NEVER', [hour, 1_000 * hour], [pending, waiting, waiting, 'bought 1']],
  ['SIM_PARTIAL', [2_000, hour], [pending, 'found completed 1', 'found completed 1', 'bought 1']],
  ['SIM_COMPLETED_EMPTY', [2_000, hour], [pending, 'found completed 0', 'found completed 0', 'bought 1']],
  ['SIM_500_TWICE', [2_000], ['unknown server_error', 'unknown server_error', pending, complete, 'bought 1']],
  [
    'SIM_500_ALWAYS',
    [hour],
    ['unknown server_error', 'unknown server_error', 'unknown server_error', 'absent', 'bought 0'],
  ],
  ['SIM_401_ONCE', [2_000], ['not_bought unauthorized', pending, complete, 'bought 1']],
  ['SIM_401_ALWAYS', [], ['not_bought unauthorized', 'not_bought unauthorized', 'not_bought unauthorized', 'bought 0']],
  ['SIM_429', [2_000], ['not_bought rate_limited', pending, complete, 'bought 1']],
  ['SIM_HTML_200', [2_000], ['unknown unreadable', 'duplicate', complete, 'bought 1']],
  ['SIM_FAILED', [1_000, 2_000], [pending, waiting, 'found failed 0', 'bought 1']],
  ['SIM_CANCELLED_LATE', [3_000, 4_000], [pending, waiting, 'found cancelled 0', 'bought 1']],
  ['SIM_REGRESS', [2_000, 3_000, 4_000], [pending, complete, waiting, complete, 'bought 1']],
  ['SIM_UNKNOWN_STATUS', [2_000, 4_000], ['done unknown 0', 'found unknown 0', complete, 'bought 1']],
  ['SIM_PRICE_DRIFT', [2_000], [pending, complete, 'bought 1']],
  ['SIM_LINK_ONLY', [2_000], [pending, complete, 'bought 1']],
  ['SIM_NULL_PIN', [2_000], [pending, complete, 'bought 1']],
  ['SIM_WIRE_PASCAL', [0], ['done completed 2', complete, 'bought 1']],
  ['SIM_FOREIGN_DUPLICATE', [0], ['duplicate', 'found completed 3', 'bought 0']],
];
const hanging: readonly (readonly [string, readonly number[], readonly string[]])[] = [
  ['SIM_TIMEOUT_CREATED', [0], ['unknown timeout', 'duplicate', complete, 'bought 1']],
  ['SIM_TIMEOUT_LOST', [0], ['unknown timeout', pending, complete, 'bought 1']],
  ['SIM_TIMEOUT_RACE', [0, 59_000, 60_000], ['unknown timeout', 'duplicate', 'absent', 'absent', complete, 'bought 1']],
];
const refusing = [
  ['SIM_400_PRODUCT', 'refused product_not_orderable'],
  ['SIM_400_QUANTITY', 'refused quantity_out_of_range'],
  ['SIM_422_FUNDS', 'refused insufficient_funds'],
  ['SIM_422_STOCK', 'refused product_unavailable'],
] as const;

describe('magic products', () => {
  it.each(stories)('%s, read after %j ms', async (product, readAt, expected) => {
    expect(await story(product, readAt)).toEqual(expected);
  });

  it.each(hanging)('%s, read after %j ms', async (product, readAt, expected) => {
    expect(await story(product, readAt, true)).toEqual(expected);
  });

  it.each(refusing)('%s: %s, every time', async (product, answer) => {
    expect(await story(product, [hour])).toEqual([answer, answer, answer, 'absent', 'bought 0']);
  });

  it('each of the list has its story here', () => {
    const told = [...stories, ...hanging, ...refusing].map(([product]) => product);
    expect([...magic.keys()].toSorted()).toEqual(told.toSorted());
  });

  const delivered = async (product: string) => {
    const order = submission(line(product, 2));
    await create(order);
    await clock.advance(2_000);
    const answer = await upstream.amilon.read(order);
    if (answer.is !== 'found') throw new Error(`not found but ${answer.is}`);
    return { order, found: answer.order };
  };

  it('SIM_PRICE_DRIFT charges more than its price', async () => {
    expect((await delivered('SIM_PRICE_DRIFT')).found.total).toEqual(eur(2_200));
    expect((await delivered('SIM_OK')).found.total).toEqual(eur(2_000));
  });

  it('SIM_LINK_ONLY gives links without codes', async () => {
    const { found } = await delivered('SIM_LINK_ONLY');
    expect(found.vouchers.map(({ secrets }) => Object.keys(secrets))).toEqual([
      ['pin', 'url', 'qrCode'],
      ['pin', 'url', 'qrCode'],
    ]);
  });

  it('SIM_NULL_PIN gives the pin half an hour later, and the same code', async () => {
    const { order, found } = await delivered('SIM_NULL_PIN');
    await clock.advance(hour / 2);
    const later = await upstream.amilon.read(order);
    const after = later.is === 'found' ? later.order.vouchers : [];
    expect(found.vouchers.map(({ secrets }) => secrets.pin)).toEqual([undefined, undefined]);
    expect(after.map(({ secrets }) => secrets.pin)).toEqual([
      expect.stringMatching(/^\d{4}$/),
      expect.stringMatching(/^\d{4}$/),
    ]);
    expect(after.map(({ secrets }) => secrets.code)).toEqual(found.vouchers.map(({ secrets }) => secrets.code));
  });

  it('SIM_WIRE_PASCAL has no rows but a count, and its vouchers find their product', async () => {
    const { found } = await delivered('SIM_WIRE_PASCAL');
    expect(found.rows).toBe(undefined);
    expect(found.codes).toBe(2);
    expect(found.vouchers.map(({ productCode }) => productCode)).toEqual(['SIM_WIRE_PASCAL', 'SIM_WIRE_PASCAL']);
  });

  it('SIM_FOREIGN_DUPLICATE holds other rows than were ordered', async () => {
    const { found } = await delivered('SIM_FOREIGN_DUPLICATE');
    expect(found.rows).toEqual([{ productCode: 'FNAC_25_EUR', quantity: 3, unitPrice: eur(2_500) }]);
  });
});
