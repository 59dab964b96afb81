import { HOUR, MINUTE, type Ms, SECOND } from '../../../domain/shared/instant.ts';
import { type Reply, type WireForm, hang, html, json, problem } from './calls.ts';

/** What a create comes to: the usual, or an answer of its own, with or without buying. */
type CreateStep = 'ordinary' | { readonly buys: boolean; readonly reply: Reply };

export interface StatusWords {
  readonly status: string;
  readonly orderStatus: string;
}

/** How an order behaves that holds the magic product; what is left out is as usual. */
export interface Behaviour {
  /** @param nth 1 for the first create with this external id. */
  readonly create?: (nth: number) => CreateStep;
  /** How long after the purchase a read answers 404. */
  readonly visibleAfter?: Ms;
  /** When the vouchers come; `usual` is the sandbox's own delay. */
  readonly vouchersAfter?: (usual: Ms) => Ms;
  /** How many of all its vouchers are handed out. */
  readonly handedOut?: (ordered: number) => number;
  readonly pending?: StatusWords;
  readonly delivered?: StatusWords;
  /** Whether this read shows the order as it was before its vouchers. @param nth 1 for the first read. */
  readonly staleRead?: (nth: number) => boolean;
  /** The order's form, whatever the sandbox's is. */
  readonly wire?: WireForm;
  /** Minor units added to each unit's price in the answer. */
  readonly priceDrift?: number;
  readonly withoutCode?: true;
  /** When the pin comes, after the purchase. */
  readonly pinAfter?: Ms;
  /** The external id is somebody else's already. */
  readonly foreign?: true;
}

export const usualPending: StatusWords = { status: 'Pending', orderStatus: 'ProcessingVouchers' };
export const usualDelivered: StatusWords = { status: 'Completed', orderStatus: 'VouchersDelivered' };

const first =
  (times: number, reply: Reply, { buys } = { buys: false }) =>
  (nth: number): CreateStep =>
    nth <= times ? { buys, reply } : 'ordinary';

const always = (reply: Reply) => first(Number.POSITIVE_INFINITY, reply);
const never = (): Ms => Number.POSITIVE_INFINITY;

const broken = json(500, { error: 'Internal Server Error', message: 'An error has occurred' });
const unauthorized = problem(401, 'Unauthorized', 'Authorization has been denied for this request');

/** One product for each, at 10.00 EUR (amilon.md section 4). */
export const magic: ReadonlyMap<string, Behaviour> = new Map<string, Behaviour>([
  ['SIM_OK', {}],
  ['SIM_SLOW_90S', { vouchersAfter: () => 90 * SECOND }],
  ['SIM_NEVER', { vouchersAfter: never }],
  ['SIM_PARTIAL', { handedOut: (ordered) => ordered - 1 }],
  ['SIM_COMPLETED_EMPTY', { handedOut: () => 0 }],
  ['SIM_TIMEOUT_CREATED', { create: first(1, hang, { buys: true }) }],
  ['SIM_TIMEOUT_LOST', { create: first(1, hang) }],
  // Bought, but invisible until after the quiet time: only Amilon's check of the external id saves the second POST.
  ['SIM_TIMEOUT_RACE', { create: first(1, hang, { buys: true }), visibleAfter: 3 * MINUTE }],
  ['SIM_500_TWICE', { create: first(2, broken) }],
  ['SIM_500_ALWAYS', { create: always(broken) }],
  ['SIM_401_ONCE', { create: first(1, unauthorized) }],
  ['SIM_401_ALWAYS', { create: always(unauthorized) }],
  ['SIM_429', { create: first(1, { ...problem(429, 'Too Many Requests', 'Slow down'), retryAfterSeconds: 2 }) }],
  ['SIM_HTML_200', { create: first(1, html(200, 'Welcome'), { buys: true }) }],
  ['SIM_400_PRODUCT', { create: always(problem(400, 'Bad Request', 'Invalid product')) }],
  ['SIM_400_QUANTITY', { create: always(problem(400, 'Bad Request', 'Invalid quantity')) }],
  ['SIM_422_FUNDS', { create: always(problem(422, 'Unprocessable Entity', 'Insufficient funds')) }],
  ['SIM_422_STOCK', { create: always(problem(422, 'Unprocessable Entity', 'Product unavailable')) }],
  ['SIM_FAILED', { handedOut: () => 0, delivered: { status: 'Failed', orderStatus: 'OrderFailed' } }],
  [
    'SIM_CANCELLED_LATE',
    {
      vouchersAfter: (usual) => 2 * usual,
      handedOut: () => 0,
      delivered: { status: 'Cancelled', orderStatus: 'OrderCancelled' },
    },
  ],
  ['SIM_REGRESS', { staleRead: (nth) => nth % 2 === 0 }],
  [
    'SIM_UNKNOWN_STATUS',
    {
      vouchersAfter: (usual) => 2 * usual,
      pending: { status: 'Marinating', orderStatus: 'ConsultingTheOracle' },
      delivered: { status: 'Marinating', orderStatus: 'OracleConsulted' },
    },
  ],
  ['SIM_PRICE_DRIFT', { priceDrift: 100 }],
  ['SIM_LINK_ONLY', { withoutCode: true }],
  // The pin comes late, as aftercare reads are there to find.
  ['SIM_NULL_PIN', { pinAfter: HOUR / 2 }],
  ['SIM_WIRE_PASCAL', { wire: 'observed', vouchersAfter: () => 0 }],
  ['SIM_FOREIGN_DUPLICATE', { foreign: true }],
]);

const ordinary: Behaviour = {};

/** The first magic product decides for the whole order. */
export const behaviourOf = (productCodes: readonly string[]): Behaviour => {
  const code = productCodes.find((candidate) => candidate !== 'SIM_OK' && magic.has(candidate));
  return (code === undefined ? undefined : magic.get(code)) ?? ordinary;
};
