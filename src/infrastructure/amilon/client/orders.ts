import type { z } from 'zod';
import type { Submission, UpstreamOrder, UpstreamVoucher } from '../../../application/ports/amilon.ts';
import type { UpstreamProgress } from '../../../domain/order/values.ts';
import { AmilonOrderId } from '../../../domain/shared/ids.ts';
import { type Currency, type Money, parseMoney } from '../../../domain/shared/money.ts';
import type { NoteDrift } from './drift.ts';
import { type Reading, orderShape, readShape, rowShape } from './shapes.ts';
import { type VoucherContext, readVoucher, regrouping } from './vouchers.ts';
import { type Wire, present } from './wire.ts';

type WireOrder = z.output<typeof orderShape.fields>;
type WireRow = z.output<typeof rowShape.fields>;

/** Reads an answer to a create or a read, of either wire (amilon.md section 2); `submission` is what was asked. */
export const readOrder = (wire: Wire | undefined, submission: Submission, drift: NoteDrift): Reading<UpstreamOrder> => {
  const read = readShape(orderShape, wire, drift);
  if (!read.ok) return read;
  const order = read.value;
  if (!isOurs(order, submission)) return { ok: false, field: 'externalorderid' };
  const rows = readRows(order, drift);
  if (!rows.ok) return rows;
  const context = { submission, currency: order.currency, drift };
  const vouchers = vouchersOf(order, rows.value, context);
  const amilonOrderId = idOf(order, drift);
  return {
    ok: true,
    value: present({
      amilonOrderId,
      progress: progressOf(order, rows.value, vouchers, drift),
      upstreamStatus: statusWords(order),
      rows: rows.value?.map((row) => rowOf(row, context)),
      codes: order.totalrequestedcodes,
      total: amountOf(order.totalamount, context),
      vouchers,
    }),
  };
};

// Any JSON object could be read as an order without fields: it must name itself, and be the one that was asked for.
const isOurs = (order: WireOrder, submission: Submission): boolean =>
  order.externalorderid === undefined
    ? order.id !== undefined
    : order.externalorderid.toLowerCase() === submission.externalOrderId.toLowerCase();

const readRows = ({ orderrows }: WireOrder, drift: NoteDrift): Reading<readonly WireRow[] | undefined> => {
  if (orderrows === undefined) return { ok: true, value: undefined };
  const rows: WireRow[] = [];
  for (const [index, wire] of orderrows.entries()) {
    const row = readShape(rowShape, wire, drift);
    if (!row.ok) return { ok: false, field: `orderrows.${String(index)}.${row.field}` };
    rows.push(row.value);
  }
  return { ok: true, value: rows };
};

const vouchersOf = (
  order: WireOrder,
  rows: readonly WireRow[] | undefined,
  context: VoucherContext,
): readonly UpstreamVoucher[] => {
  const inRows = (rows ?? []).flatMap((row) =>
    (row.vouchers ?? []).map((wire) => {
      const currency = row.currency ?? context.currency;
      return readVoucher(wire, { ...context, currency }, () => row.productid);
    }),
  );
  const lineOf = regrouping(context.submission);
  const flat = (order.vouchers ?? []).map((wire) => readVoucher(wire, context, lineOf));
  return [...inRows, ...flat].filter((voucher) => voucher !== undefined);
};

const rowOf = (row: WireRow, context: VoucherContext): NonNullable<UpstreamOrder['rows']>[number] =>
  present({
    productCode: row.productid,
    quantity: row.quantity,
    unitPrice: amountOf(row.unitprice, { ...context, currency: row.currency ?? context.currency }),
  });

interface MoneyContext {
  readonly submission: Submission;
  readonly currency: Currency | undefined;
  readonly drift: NoteDrift;
}

// The money is spent: an amount that cannot be read is a drift, not a reason to refuse the whole answer.
const amountOf = (decimal: string | undefined, { currency, submission, drift }: MoneyContext): Money | undefined => {
  const unit = currency ?? submission.lines[0]?.unitPrice.currency;
  if (decimal === undefined || unit === undefined) return undefined;
  const amount = parseMoney(decimal, unit);
  if (typeof amount !== 'string') return amount;
  drift({ kind: 'unreadable_field', where: 'order', what: `amount: ${amount}` });
  return undefined;
};

const idOf = ({ id }: WireOrder, drift: NoteDrift): AmilonOrderId | undefined => {
  if (id === undefined) return undefined;
  try {
    return AmilonOrderId(id);
  } catch {
    drift({ kind: 'unreadable_field', where: 'order', what: 'id' });
    return undefined;
  }
};

const statuses = new Map<string, UpstreamProgress>([
  ['pending', 'in_progress'],
  ['processing', 'in_progress'],
  ['completed', 'completed'],
  ['failed', 'failed'],
  ['cancelled', 'cancelled'],
  ['canceled', 'cancelled'],
]);

const orderStatuses = new Map<string, UpstreamProgress>([
  ['ordercreated', 'in_progress'],
  ['processingvouchers', 'in_progress'],
  ['vouchersdelivered', 'completed'],
]);

/** Vouchers tell more than `status`, and that more than `orderStatus` (amilon.md trap 14). */
const progressOf = (
  order: WireOrder,
  rows: readonly WireRow[] | undefined,
  vouchers: readonly UpstreamVoucher[],
  drift: NoteDrift,
): UpstreamProgress => {
  const ordered = order.totalrequestedcodes ?? rows?.reduce((sum, row) => sum + row.quantity, 0);
  const delivered = vouchers.filter((voucher) => !voucher.revoked).length;
  if (ordered !== undefined && delivered >= ordered && delivered > 0) return 'completed';
  if (order.status !== undefined) return known(statuses, order.status, { where: 'order.status', drift });
  if (order.orderstatus === undefined) return 'in_progress';
  return known(orderStatuses, order.orderstatus, { where: 'order.orderstatus', drift });
};

const known = (
  words: ReadonlyMap<string, UpstreamProgress>,
  word: string,
  { where, drift }: { readonly where: string; readonly drift: NoteDrift },
): UpstreamProgress => {
  const progress = words.get(word.trim().toLowerCase());
  if (progress === undefined) drift({ kind: 'unknown_word', where, what: word.slice(0, 40) });
  return progress ?? 'unknown';
};

const statusWords = ({ status, orderstatus }: WireOrder): string =>
  [status, orderstatus]
    .filter((word) => word !== undefined)
    .map((word) => word.slice(0, 40))
    .join('/') || 'none';
