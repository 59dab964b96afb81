import { createFulfilment } from '../../src/application/fulfilment.ts';
import type { Looked } from '../../src/application/fulfilment-context.ts';
import { orderStream } from '../../src/application/orders.ts';
import type {
  Amilon,
  CreateAnswer,
  ReadAnswer,
  Readiness,
  Submission,
  UpstreamOrder,
  UpstreamVoucher,
} from '../../src/application/ports/amilon.ts';
import type { DueOrder } from '../../src/application/ports/due-orders.ts';
import { defaultPolicy } from '../../src/domain/order/policy.ts';
import { AmilonOrderId } from '../../src/domain/shared/ids.ts';
import type { OrderId } from '../../src/domain/shared/ids.ts';
import { SECOND, elapsed, plus } from '../../src/domain/shared/instant.ts';
import type { Instant, Ms } from '../../src/domain/shared/instant.ts';
import { dueOrdersProjection } from '../../src/projections/due-orders.ts';
import { advanceTo, coffee, createWorld, eur, today } from './world.ts';
import type { World } from './world.ts';

interface Call {
  readonly call: 'ready' | 'create' | 'read';
  /** Seconds since the test began. */
  readonly at: number;
  readonly submission?: Submission;
  readonly sendBefore?: Instant;
}

/** What Amilon answers from now on; a test changes it. */
interface Answers {
  ready: Readiness;
  create: (submission: Submission) => CreateAnswer | Promise<CreateAnswer>;
  read: (submission: Submission) => ReadAnswer | Promise<ReadAnswer>;
  /** Products whose price is above the client's guard. */
  overpriced: readonly string[];
}

export interface Fulfilling extends World {
  readonly answers: Answers;
  readonly calls: readonly Call[];
  /** What was woken because an answer hinted at a change. */
  readonly resynced: readonly string[];
  readonly orderId: OrderId;
  /** One look at the order, now. */
  readonly look: () => Promise<Looked>;
  /** One look after so much time. */
  readonly lookAfter: (ms: Ms) => Promise<Looked>;
  /** When the projection of what was recorded makes the order due. */
  readonly dueAt: () => Promise<Instant | 'never'>;
  /** Looks whenever the order is due, for so long. @returns when the order is due next. */
  readonly runFor: (ms: Ms) => Promise<Instant | 'never'>;
  /** The seconds at which Amilon was asked that. */
  readonly times: (call: Call['call']) => readonly number[];
}

const notAsked = async (): Promise<never> => {
  throw new Error('fulfilment asks for no catalogue');
};

/** An order that was placed just now, and the Amilon it is bought from. */
export const fulfilling = async (world: World = createWorld()): Promise<Fulfilling> => {
  const answers: Answers = {
    ready: 'ready',
    create: () => ({ is: 'done', order: upstream() }),
    read: () => ({ is: 'absent' }),
    overpriced: [],
  };
  const calls: Call[] = [];
  const resynced: string[] = [];
  const note = (call: Omit<Call, 'at'>): void => {
    calls.push({ ...call, at: elapsed(today, world.clock.now()) / SECOND });
  };
  const amilon: Amilon = {
    ready: async () => {
      note({ call: 'ready' });
      return answers.ready;
    },
    create: async (submission, sendBefore) => {
      note({ call: 'create', submission, sendBefore });
      return answers.create(submission);
    },
    read: async (submission) => {
      note({ call: 'read', submission });
      return answers.read(submission);
    },
    contract: notAsked,
    products: notAsked,
    merchants: notAsked,
    categories: notAsked,
  };
  const fulfil = createFulfilment({
    ...world,
    ...world.deps,
    amilon,
    policy: defaultPolicy,
    overpriced: async () => answers.overpriced,
    resync: (subject) => resynced.push(subject),
  });
  const orderId = await world.placed();
  const look = (): Promise<Looked> => fulfil(orderId);
  const dueAt = async (): Promise<Instant | 'never'> => {
    let doc: DueOrder | undefined;
    const projection = dueOrdersProjection(defaultPolicy);
    for (const event of await world.recorded(orderStream(orderId))) doc = projection.evolve(doc, event, orderId);
    return doc === undefined ? 'never' : doc.nextAt;
  };
  let row: { readonly version: number; readonly next: Instant | 'never' } = { version: 0, next: 'never' };
  /** As a due order's row: what a look said stays so until something else is recorded. */
  const rowNow = async (): Promise<Instant | 'never'> => {
    const { version } = await world.orders.load(orderId);
    if (row.version !== version) row = { version, next: await dueAt() };
    return row.next;
  };
  return {
    ...world,
    answers,
    calls,
    resynced,
    orderId,
    look,
    lookAfter: async (ms) => {
      await world.clock.advance(ms);
      return look();
    },
    dueAt,
    runFor: async (ms) => {
      const end = plus(world.clock.now(), ms);
      for (let next = await rowNow(); next !== 'never' && next <= end; next = await rowNow()) {
        await advanceTo(world.clock, next);
        const looked = await look();
        row = { version: (await world.orders.load(orderId)).version, next: looked };
      }
      await advanceTo(world.clock, end);
      return rowNow();
    },
    times: (asked) => calls.filter(({ call }) => call === asked).map(({ at }) => at),
  };
};

export const voucher = (code: string, over: Partial<UpstreamVoucher> = {}): UpstreamVoucher => ({
  secrets: { code },
  productCode: coffee,
  value: eur(1000),
  revoked: false,
  ...over,
});

/** The order as Amilon holds it: ours, in progress, unless told otherwise. */
export const upstream = (over: Partial<UpstreamOrder> = {}): UpstreamOrder => ({
  amilonOrderId: AmilonOrderId('A-1'),
  progress: 'in_progress',
  upstreamStatus: 'Processing',
  rows: [{ productCode: coffee, quantity: 2 }],
  total: eur(2000),
  vouchers: [],
  ...over,
});

export const delivered = upstream({
  progress: 'completed',
  upstreamStatus: 'Completed',
  vouchers: [voucher('CODE-0001'), voucher('CODE-0002')],
});

export const found = (order: UpstreamOrder): ReadAnswer => ({ is: 'found', order });
