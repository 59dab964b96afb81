import type { Instant } from '../shared/instant.ts';
import type { MerchantId, ProductCode, VoucherId } from '../shared/ids.ts';
import type { Money } from '../shared/money.ts';

/** Whether the order reaches Amilon or the built-in stand-in (design 2). */
export type Mode = 'live' | 'sandbox';

/** Text under the order's data encryption key; base64url of nonce, ciphertext and tag. */
export type Ciphertext = string;

/** A keyed hash, base64url: recognises a value without telling it. */
export type Mac = string;

export interface Line {
  readonly productCode: ProductCode;
  readonly productName: string;
  readonly merchantId: MerchantId;
  readonly quantity: number;
  readonly unitPrice: Money;
  readonly maxUnitPrice?: Money;
}

export const secretFields = ['code', 'pin', 'url', 'qrCode'] as const;
export type SecretField = (typeof secretFields)[number];

export interface EncryptedSecret {
  /** Recognises the value, and binds the box to it. */
  readonly mac: Mac;
  readonly box: Ciphertext;
}

/** The secrets of one voucher, encrypted, each with a hash that recognises it (design 17). */
export type EncryptedSecrets = { readonly [F in SecretField]?: EncryptedSecret };

export interface EncryptedVoucher {
  readonly id: VoucherId;
  readonly productCode: ProductCode | 'unexpected';
  readonly secrets: EncryptedSecrets;
  /** Only where at least half of the code stays hidden. */
  readonly last4?: string;
  readonly value: Money;
  readonly expiresAt?: Instant;
}

/** What the state keeps of a voucher: enough to recognise and count it, nothing to read it. */
export interface KnownVoucher {
  readonly id: VoucherId;
  readonly productCode: ProductCode | 'unexpected';
  readonly macs: { readonly [F in SecretField]?: Mac };
  readonly last4?: string;
  readonly value: Money;
  readonly expiresAt?: Instant;
  readonly revoked: boolean;
}

/** Why an order was certainly not bought and is tried again later. */
export type DeferralReason =
  'too_late' | 'not_sent' | 'unauthorized' | 'rate_limited' | 'circuit_open' | 'contract' | 'not_found';

/** The reasons that need an operator before anything can go on: shown as `on_hold`. */
export const holdReasons: ReadonlySet<DeferralReason> = new Set<DeferralReason>([
  'unauthorized',
  'contract',
  'not_found',
]);

/** Why nobody knows whether an attempt bought. */
export type UncertaintyCause = 'timeout' | 'reset' | 'server_error' | 'unreadable' | 'refused' | 'duplicate' | 'lost';

/** After these an order is only read, never posted again (amilon.md traps 2 and 3). */
export const readOnlyCauses: ReadonlySet<UncertaintyCause> = new Set<UncertaintyCause>(['refused', 'duplicate']);

export type RefusalCode =
  | 'product_not_orderable'
  | 'quantity_out_of_range'
  | 'insufficient_funds'
  | 'product_unavailable'
  | 'rejected_by_amilon';

export type Purchase = 'not_purchased' | 'unknown' | 'purchased';

/** Where Amilon's answer stands, whatever words it used (amilon.md trap 14); `absent`: no such order visible. */
export type UpstreamProgress = 'in_progress' | 'completed' | 'failed' | 'cancelled' | 'unknown' | 'absent';
