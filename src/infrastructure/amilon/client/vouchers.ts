import type { z } from 'zod';
import type { Submission, SubmittedLine, UpstreamVoucher, VoucherSecrets } from '../../../application/ports/amilon.ts';
import { type ProductCode } from '../../../domain/shared/ids.ts';
import { type Currency, type Money, money, parseMoney } from '../../../domain/shared/money.ts';
import type { NoteDrift } from './drift.ts';
import { readShape, voucherShape } from './shapes.ts';
import { type Wire, type WireObject, isWireObject, present } from './wire.ts';

type WireVoucher = z.output<typeof voucherShape.fields>;

/** What an answer tells besides the voucher's own fields. */
export interface VoucherContext {
  readonly submission: Submission;
  readonly currency: Currency | undefined;
  readonly drift: NoteDrift;
}

/** Reads one voucher; `undefined` where it has neither code nor link, so that there is nothing to deliver. */
export const readVoucher = (
  wire: Wire,
  context: VoucherContext,
  lineOf: (voucher: WireVoucher, value: Money | undefined) => ProductCode | undefined,
): UpstreamVoucher | undefined => {
  const voucher = readLeniently(wire, context.drift);
  if (voucher === undefined) return undefined;
  const secrets = secretsOf(voucher);
  if (secrets.code === undefined && secrets.url === undefined) {
    context.drift({ kind: 'unreadable_field', where: 'voucher', what: 'code and url are both empty: left out' });
    return undefined;
  }
  noteStatus(voucher, context.drift);
  const value = valueOf(voucher, context);
  const productCode = lineOf(voucher, value);
  return present({
    secrets,
    productCode,
    value: value ?? fallbackValue(productCode, context),
    expiresAt: voucher.expirydate,
    instructions: voucher.instructions,
    revoked: voucher.deleted === true,
  });
};

// A voucher is money already spent: one unreadable field never costs the rest of it.
const readLeniently = (wire: Wire, drift: NoteDrift): WireVoucher | undefined => {
  let rest: Wire = wire;
  for (let tries = 0; tries < MOST_FIELDS; tries += 1) {
    const read = readShape(voucherShape, rest, drift);
    if (read.ok) return read.value;
    drift({ kind: 'unreadable_field', where: 'voucher', what: read.field });
    if (!isWireObject(rest)) return undefined;
    rest = without(rest, read.field);
  }
  return undefined;
};

const MOST_FIELDS = Object.keys(voucherShape.fields.shape).length + 1;

const without = (wire: WireObject, field: string): WireObject => {
  const names = new Set([field, ...aliasesOf(field)]);
  return Object.fromEntries(Object.entries(wire).filter(([key]) => !names.has(key)));
};

const aliasesOf = (field: string): readonly string[] =>
  Object.entries(voucherShape.aliases).flatMap(([alias, name]) => (name === field ? [alias] : []));

const secretsOf = (voucher: WireVoucher): VoucherSecrets =>
  present({ code: voucher.code, pin: voucher.pin, url: voucher.url, qrCode: voucher.qrcode });

const knownStatuses = new Set(['active', 'used', 'expired']);

// A status is a snapshot that nothing here rests on (amilon.md trap 23).
const noteStatus = ({ status }: WireVoucher, drift: NoteDrift): void => {
  if (status === undefined || knownStatuses.has(status.toLowerCase())) return;
  drift({ kind: 'unknown_word', where: 'voucher.status', what: status.slice(0, 40) });
};

const valueOf = (voucher: WireVoucher, { submission, currency, drift }: VoucherContext): Money | undefined => {
  const unit = voucher.currency ?? currency ?? submission.lines[0]?.unitPrice.currency;
  if (voucher.value === undefined || unit === undefined) return undefined;
  const value = parseMoney(voucher.value, unit);
  if (typeof value !== 'string') return value;
  drift({ kind: 'unreadable_field', where: 'voucher', what: 'value' });
  return undefined;
};

const fallbackValue = (productCode: ProductCode | undefined, { submission }: VoucherContext): Money => {
  const line = submission.lines.find((candidate) => candidate.productCode === productCode) ?? submission.lines[0];
  if (line === undefined) throw new RangeError('a submission without lines');
  return productCode === undefined ? money(0, line.unitPrice.currency) : line.unitPrice;
};

/**
 * Gives each voucher of the flat wire to a line: by merchant and amount over the lines that still have room, in line
 * order, else to none (amilon.md section 2). A revoked voucher takes no room: its replacement needs it.
 */
export const regrouping = (submission: Submission) => {
  const room = new Map<SubmittedLine, number>(submission.lines.map((line) => [line, line.quantity]));
  return (voucher: WireVoucher, value: Money | undefined): ProductCode | undefined => {
    if (voucher.productid !== undefined) return voucher.productid;
    const fitting = submission.lines.filter((line) => fits(line, voucher, value));
    const line = fitting.find((candidate) => (room.get(candidate) ?? 0) > 0);
    if (voucher.deleted === true) return (line ?? fitting[0])?.productCode;
    if (line !== undefined) room.set(line, (room.get(line) ?? 0) - 1);
    return line?.productCode;
  };
};

const fits = (line: SubmittedLine, { retailerid }: WireVoucher, value: Money | undefined): boolean =>
  (retailerid === undefined || retailerid.trim().toLowerCase() === line.merchantId) &&
  (value === undefined || (value.minor === line.unitPrice.minor && value.currency === line.unitPrice.currency));
