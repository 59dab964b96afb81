import type { EncryptedVoucher, KnownVoucher, SecretField } from './values.ts';
import { secretFields } from './values.ts';

/**
 * The voucher that an answer shows again: by its code, else by its url where one of the two has no code yet.
 * Two codes are two vouchers even behind one url: a shared landing page is no identity (amilon.md trap 16).
 */
export const recognise = (known: readonly KnownVoucher[], seen: EncryptedVoucher): KnownVoucher | undefined => {
  const code = seen.secrets.code?.mac;
  const url = seen.secrets.url?.mac;
  const byCode = code === undefined ? undefined : known.find((voucher) => voucher.macs.code === code);
  if (byCode !== undefined || url === undefined) return byCode;
  return known.find((voucher) => voucher.macs.url === url && (code === undefined || voucher.macs.code === undefined));
};

/** Whether an answer brings a secret that is new or different; what it leaves out is not forgotten. */
export const brings = (seen: EncryptedVoucher, known: KnownVoucher): boolean =>
  secretFields.some((field) => {
    const mac = seen.secrets[field]?.mac;
    return mac !== undefined && mac !== known.macs[field];
  });

/** What is known of a voucher after it was seen (again): its first id and product stay, secrets add up. */
export const learn = (seen: EncryptedVoucher, known?: KnownVoucher): KnownVoucher => {
  const { secrets, ...rest } = seen;
  const macs: { [F in SecretField]?: string } = { ...known?.macs };
  for (const field of secretFields) {
    const secret = secrets[field];
    if (secret !== undefined) macs[field] = secret.mac;
  }
  if (known === undefined) return { ...rest, macs, revoked: false };
  return { ...rest, id: known.id, productCode: known.productCode, macs, revoked: known.revoked };
};
