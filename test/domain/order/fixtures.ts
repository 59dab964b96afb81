import type { ObservedOrder, ObservedVoucher, OrderCommand } from '../../../src/domain/order/commands.ts';
import type { OrderEvent } from '../../../src/domain/order/events.ts';
import { QUIET_TIME } from '../../../src/domain/order/policy.ts';
import type {
  DeferralReason,
  EncryptedVoucher,
  Line,
  SecretField,
  UncertaintyCause,
} from '../../../src/domain/order/values.ts';
import {
  AmilonOrderId,
  Culture,
  MerchantId,
  OrderId,
  ProductCode,
  VoucherId,
  externalOrderIdOf,
} from '../../../src/domain/shared/ids.ts';
import { SECOND, instant, plus } from '../../../src/domain/shared/instant.ts';
import type { Instant } from '../../../src/domain/shared/instant.ts';
import { Currency, money } from '../../../src/domain/shared/money.ts';
import type { Money } from '../../../src/domain/shared/money.ts';

const EUR = Currency('EUR');
export const eur = (minor: number): Money => money(minor, EUR);
export const orderId = OrderId('6f9619ff-8b86-5011-b42d-00c04fc964ff');
const amilonOrderId = AmilonOrderId('A-1');

/** Seconds after the order was placed. */
export const t = (seconds: number): Instant => plus(instant('2026-03-01T10:00:00.000Z'), seconds * SECOND);

export const coffee = ProductCode('COFFEE-10');
export const cinema = ProductCode('CINEMA-25');
export const line = (productCode: ProductCode, quantity: number, price: number, merchant = 'm-1'): Line => ({
  productCode,
  productName: productCode,
  merchantId: MerchantId(merchant),
  quantity,
  unitPrice: eur(price),
});

/** Two coffees at 10.00 and a cinema at 25.00. */
const lines = [line(coffee, 2, 1000), line(cinema, 1, 2500, 'm-2')];
export const rows = [
  { productCode: coffee, quantity: 2 },
  { productCode: cinema, quantity: 1 },
];
export const otherRows = [{ productCode: coffee, quantity: 9 }];

type Command<Type extends OrderCommand['type']> = Extract<OrderCommand, { type: Type }>;
type Event<Type extends OrderEvent['type']> = Extract<OrderEvent, { type: Type }>;

export const request = (over: Partial<Command<'RequestOrder'>> = {}): Command<'RequestOrder'> => ({
  type: 'RequestOrder',
  at: t(0),
  externalOrderId: externalOrderIdOf('ENGAGE', 2026, orderId),
  mode: 'sandbox',
  body: { keyId: 'k1', mac: 'body-1' },
  culture: Culture('pt-PT'),
  lines,
  total: eur(4500),
  catalog: 7,
  contract: 3,
  ...over,
});
export const requested: Event<'OrderRequested'> = { ...request(), type: 'OrderRequested' };
export const requestedWith = (over: Partial<Command<'RequestOrder'>>): OrderEvent => ({
  ...request(over),
  type: 'OrderRequested',
});

/** @param after by default whoever asks knows every attempt. */
export const start = (seconds: number, after = Number.MAX_SAFE_INTEGER): Command<'StartSubmission'> => ({
  type: 'StartSubmission',
  at: t(seconds),
  sendBefore: t(seconds + 10),
  quietTime: QUIET_TIME,
  after,
});
export const started = (attempt: number, seconds: number): OrderEvent => ({
  type: 'OrderSubmissionStarted',
  at: t(seconds),
  attempt,
  sendBefore: t(seconds + 10),
});
export const deferred = (reason: DeferralReason, seconds: number, attempt?: number): OrderEvent => ({
  type: 'OrderSubmissionDeferred',
  at: t(seconds),
  reason,
  retryAt: t(seconds + 30),
  ...(attempt === undefined ? {} : { attempt }),
});
export const uncertain = (attempt: number, cause: UncertaintyCause, seconds: number): OrderEvent => ({
  type: 'OrderSubmissionUncertain',
  at: t(seconds),
  attempt,
  cause,
});
export const noFunds = { code: 'insufficient_funds', upstream: { status: 422, code: '0105' } } as const;
export const rejected = (attempt: number, seconds: number): OrderEvent => ({
  type: 'OrderRejectedByAmilon',
  at: t(seconds),
  attempt,
  ...noFunds,
});
export const created = (seconds: number, attempt = 1): OrderEvent => ({
  type: 'OrderCreatedAtAmilon',
  at: t(seconds),
  attempt,
  amilonOrderId,
  adopted: false,
});
export const adopted = (seconds: number, attempt = 1): OrderEvent => ({
  type: 'OrderCreatedAtAmilon',
  at: t(seconds),
  attempt,
  amilonOrderId,
  adopted: true,
});
export const conflictFound = (seconds: number, found: Event<'ExternalIdConflictDetected'>['found']): OrderEvent => ({
  type: 'ExternalIdConflictDetected',
  at: t(seconds),
  expected: rows,
  found,
});
export const completed = (seconds: number): OrderEvent => ({ type: 'OrderCompleted', at: t(seconds) });
export const failedAtAmilon = (seconds: number, delivered = 0): OrderEvent => ({
  type: 'OrderFailedAtAmilon',
  at: t(seconds),
  upstreamStatus: 'Failed',
  delivered,
});
export const cancelledAtAmilon = (seconds: number): OrderEvent => ({
  type: 'OrderCancelled',
  at: t(seconds),
  by: 'amilon',
  reason: 'Cancelled',
});
export const cancelled = (seconds: number, by: 'client' | 'service' = 'client'): OrderEvent => ({
  type: 'OrderCancelled',
  at: t(seconds),
  by,
  reason: 'not wanted',
});
export const resolved = (purchase: 'purchased' | 'not_purchased', seconds: number): OrderEvent => ({
  type: 'OrderResolved',
  at: t(seconds),
  purchase,
  reason: 'asked Amilon',
});
export const erased = (seconds: number): OrderEvent => ({ type: 'OrderErased', at: t(seconds) });
export const delivered = (seconds: number, ...vouchers: readonly EncryptedVoucher[]): OrderEvent => ({
  type: 'VouchersDelivered',
  at: t(seconds),
  vouchers,
  instructions: {},
});
export const corrected = (seconds: number, voucher: EncryptedVoucher): OrderEvent => ({
  type: 'VoucherCorrected',
  at: t(seconds),
  voucher,
});
export const revoked = (seconds: number, label: string): OrderEvent => ({
  type: 'VoucherRevoked',
  at: t(seconds),
  voucherId: idOf(label),
});

/** The voucher that was first seen by this code (or url). */
export const idOf = (label: string): VoucherId =>
  VoucherId(`${orderId}-${Buffer.from(label).toString('hex').padStart(16, '0').slice(-16)}`);

type Shown = { readonly [F in SecretField]?: string } & Partial<Omit<EncryptedVoucher, 'secrets'>>;

/** A voucher by the names of its secrets; nothing in here is one. */
export const voucher = (shown: Shown): EncryptedVoucher => {
  const { code, pin, url, qrCode, ...rest } = shown;
  const named = Object.entries({ code, pin, url, qrCode }).filter(([, name]) => name !== undefined);
  return {
    id: idOf(code ?? url ?? 'nameless'),
    productCode: coffee,
    value: eur(1000),
    secrets: Object.fromEntries(named.map(([field, name]) => [field, { mac: `mac ${String(name)}`, box: 'box' }])),
    ...rest,
  };
};
export const shown = (voucher: EncryptedVoucher, revoked = false): ObservedVoucher => ({ ...voucher, revoked });

export const c1 = voucher({ code: 'C1' });
export const c2 = voucher({ code: 'C2' });
export const m1 = voucher({ code: 'M1', productCode: cinema, value: eur(2500) });

/** An answer of Amilon about the order: in progress, nothing delivered, unless told otherwise. */
export const answer = (over: Partial<ObservedOrder> = {}): ObservedOrder => ({
  amilonOrderId,
  progress: 'in_progress',
  upstreamStatus: 'Processing',
  rows,
  vouchers: [],
  instructions: {},
  ...over,
});
export const withVouchers = (...vouchers: readonly EncryptedVoucher[]): ObservedOrder =>
  answer({ vouchers: vouchers.map((each) => shown(each)) });
export const read = (seconds: number, order: ObservedOrder): Command<'RecordRead'> => ({
  type: 'RecordRead',
  at: t(seconds),
  order,
});
export const outcome = (
  attempt: number,
  seconds: number,
  result: Command<'RecordSubmission'>['outcome'],
): Command<'RecordSubmission'> => ({ type: 'RecordSubmission', at: t(seconds), attempt, outcome: result });
export const refusedOutcome = { is: 'refused', ...noFunds } as const;

/** Histories that most tests begin with. */
export const inFlight = [requested, started(1, 1)];
export const afterTimeout = [...inFlight, uncertain(1, 'timeout', 61)];
export const bought = [...inFlight, created(2)];
