import type { ProductCode } from '../shared/ids.ts';
import { sameMoney } from '../shared/money.ts';
import { deliveredOf } from './state.ts';
import type { EncryptedSecrets, EncryptedVoucher, KnownVoucher, Line, SecretField } from './values.ts';
import { secretFields } from './values.ts';

/**
 * The voucher that an answer shows again: by its code, else by its url where one of the two has no code yet.
 * Two codes are two vouchers even behind one url: a shared landing page is no identity (amilon.md trap 16).
 * An id follows from the secret at first sight, so an answer as stale as that is recognised too.
 */
export const recognise = (known: readonly KnownVoucher[], seen: EncryptedVoucher): KnownVoucher | undefined => {
  const code = seen.secrets.code?.mac;
  const url = seen.secrets.url?.mac;
  const sameCode = known.find(({ macs }) => code !== undefined && macs.code === code);
  const sameUrl = ({ macs }: KnownVoucher): boolean =>
    url !== undefined && macs.url === url && (code === undefined || macs.code === undefined);
  return sameCode ?? known.find(sameUrl) ?? known.find(({ id }) => id === seen.id);
};

/** Whether what is shown of a known voucher is new or different; what is left out is not forgotten. */
export const brings = (seen: EncryptedVoucher, known: KnownVoucher): boolean =>
  secretFields.some((field) => isNews(seen.secrets[field]?.mac, known.macs[field])) ||
  isNews(seen.expiresAt, known.expiresAt) ||
  isNews(seen.productCode, known.productCode) ||
  !sameMoney(seen.value, known.value);

const isNews = (seen: string | undefined, known: string | undefined): boolean => seen !== undefined && seen !== known;

/** What is known of a voucher after it was seen (again): its secrets add up, and it stays revoked. */
export const learn = ({ secrets, ...facts }: EncryptedVoucher, known?: KnownVoucher): KnownVoucher => ({
  ...known,
  ...facts,
  macs: { ...known?.macs, ...macsOf(secrets) },
  revoked: known?.revoked === true,
});

const macsOf = (secrets: EncryptedSecrets): KnownVoucher['macs'] => {
  const macs: { [F in SecretField]?: string } = {};
  for (const field of secretFields) {
    const secret = secrets[field];
    if (secret !== undefined) macs[field] = secret.mac;
  }
  return macs;
};

/** The same voucher shown twice in one answer: what was shown first stands, the rest adds to it. */
export const merge = (first: EncryptedVoucher, again: EncryptedVoucher): EncryptedVoucher => ({
  ...again,
  ...first,
  secrets: { ...again.secrets, ...first.secrets },
});

/** Amilon may write an id in another case than it was sent (amilon.md trap 17). */
export const sameProduct = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * The line that a new voucher belongs to. A wire without rows tells only retailer and amount, so a voucher whose line
 * is full belongs to the next line with room that looks the same (amilon.md section 2).
 */
export const lineFor = (
  seen: EncryptedVoucher,
  lines: readonly Line[],
  held: readonly KnownVoucher[],
): ProductCode | 'unexpected' => {
  const named = lines.find((line) => sameProduct(line.productCode, seen.productCode));
  if (named === undefined) return 'unexpected';
  const hasRoom = (line: Line): boolean => deliveredOf(held, line) < line.quantity;
  const looksTheSame = (line: Line): boolean =>
    line.merchantId === named.merchantId && sameMoney(line.unitPrice, named.unitPrice);
  const found = hasRoom(named) ? named : lines.find((line) => looksTheSame(line) && hasRoom(line));
  return (found ?? named).productCode;
};
