/** An order as `GET /v1/orders/{id}` shows it, and its events as the table writes them. */
export interface Seen {
  readonly status: string;
  readonly purchase: string;
  readonly attention: readonly string[];
  /** Vouchers of its two. */
  readonly delivered: number;
  readonly events: readonly string[];
  /** Reads of it that the sandbox answered. */
  readonly reads: number;
}

type Condition = (seen: Seen) => boolean;

/** Which service an order is placed with; each of its own, so that no order meets a circuit that another one opened. */
export type Service = 'usual' | 'impatient' | 'unauthorized' | 'failing';

/** How each service differs from one that is started without configuration. */
export const services: { readonly [S in Service]: Readonly<Record<string, string>> } = {
  usual: { AMILON_CREATE_DEADLINE_MS: '8000' },
  impatient: { FULFILMENT_DELAYED_MS: '3000' },
  unauthorized: {},
  failing: {},
};

export interface Story {
  readonly product: string;
  readonly service: Service;
  /** Where the order stands before the sandbox's clock moves on by half an hour; left out, the clock is no matter. */
  readonly before?: Condition;
  /** Whether an operator asks for a read then (`POST …/reconciliation`). */
  readonly asked: boolean;
  /** Where the story ends. */
  readonly until: Condition;
}

const final: Condition = ({ status }) => ['completed', 'failed', 'cancelled'].includes(status);
const attends =
  (attention: string): Condition =>
  (seen) =>
    seen.attention.includes(attention);
const lastIs =
  (event: string): Condition =>
  ({ events }) =>
    events.at(-1) === event;
const times =
  (event: string, n: number): Condition =>
  ({ events }) =>
    events.filter((each) => each === event).length === n;

const story = (product: string, until: Condition = final, rest: Partial<Story> = {}): Story => ({
  product,
  service: 'usual',
  asked: false,
  until,
  ...rest,
});

/** Every magic product (test/amilon/magic.test.ts has what the sandbox does with it). */
export const stories: readonly Story[] = [
  story('SIM_OK'),
  story('SIM_SLOW_90S', final, { before: ({ status, reads }) => status === 'processing' && reads > 1 }),
  story('SIM_NEVER', attends('delayed'), { service: 'impatient' }),
  story('SIM_PARTIAL', attends('missing_vouchers'), { service: 'impatient' }),
  story('SIM_COMPLETED_EMPTY', attends('missing_vouchers'), { service: 'impatient' }),
  story('SIM_TIMEOUT_CREATED'),
  story('SIM_TIMEOUT_LOST'),
  story('SIM_TIMEOUT_RACE', final, { before: lastIs('submission_uncertain (duplicate)'), asked: true }),
  story('SIM_500_TWICE'),
  story('SIM_500_ALWAYS', attends('submission_uncertain'), { service: 'failing' }),
  story('SIM_401_ONCE'),
  story('SIM_401_ALWAYS', times('submission_deferred (unauthorized)', 2), { service: 'unauthorized' }),
  story('SIM_429'),
  story('SIM_HTML_200'),
  story('SIM_400_PRODUCT'),
  story('SIM_400_QUANTITY'),
  story('SIM_422_FUNDS'),
  story('SIM_422_STOCK'),
  story('SIM_FAILED'),
  story('SIM_CANCELLED_LATE'),
  // Its second read shows it as it was before its vouchers.
  story('SIM_REGRESS', ({ reads }) => reads > 1, { before: final, asked: true }),
  story('SIM_UNKNOWN_STATUS'),
  story('SIM_PRICE_DRIFT'),
  story('SIM_LINK_ONLY'),
  story('SIM_NULL_PIN', times('voucher_corrected', 2), { before: final, asked: true }),
  story('SIM_WIRE_PASCAL'),
  story('SIM_FOREIGN_DUPLICATE', attends('external_id_conflict')),
];
