import type { OrderEvent } from '../domain/order/events.ts';
import { secretFields } from '../domain/order/values.ts';
import type { EncryptedSecrets, SecretField } from '../domain/order/values.ts';
import { instructionsFor } from '../domain/order/voucher-facts.ts';
import { orderOfVoucher } from '../domain/shared/ids.ts';
import type { OrderId, TenantId, VoucherId } from '../domain/shared/ids.ts';
import type { Instant } from '../domain/shared/instant.ts';
import type { Provenance } from './command-handling.ts';
import { orderStream } from './orders.ts';
import type { Orders } from './orders.ts';
import type { VoucherSecrets } from './ports/amilon.ts';
import type { EventCodec } from './ports/codec.ts';
import type { Encryption, OrderCipher } from './ports/encryption.ts';
import { Undecodable } from './ports/errors.ts';
import type { EventStore } from './ports/event-store.ts';

export interface RevealVoucher {
  readonly tenant: TenantId;
  readonly voucherId: VoucherId;
  /** Why the caller needs it; kept in the order's history. */
  readonly reason: string;
  readonly provenance: Provenance;
}

export type Revealed =
  | {
      readonly is: 'revealed';
      readonly secrets: VoucherSecrets;
      readonly instructions?: string;
      readonly revealedAt: Instant;
    }
  | { readonly is: 'not_found' }
  | { readonly is: 'erased' };

export interface RevealDeps {
  readonly orders: Orders;
  readonly store: EventStore;
  readonly codec: EventCodec;
  readonly encryption: Encryption;
}

/**
 * Shows a voucher's secrets, once the access is on record: VoucherRevealed is appended first (design 17).
 * Another tenant's voucher is `not_found`. @throws Unavailable
 */
export const createRevealVoucher =
  (deps: RevealDeps) =>
  async ({ tenant, voucherId, reason, provenance }: RevealVoucher): Promise<Revealed> => {
    const orderId = orderOfVoucher(voucherId);
    const { last } = await deps.orders.load(orderId);
    if (last === undefined || last.tenant !== tenant) return { is: 'not_found' };
    const handled = await deps.orders.handle(
      orderId,
      (at) => ({ type: 'RecordReveal', at, voucherId, reason }),
      provenance,
    );
    if (!handled.accepted) return { is: handled.refusal.reason === 'order_erased' ? 'erased' : 'not_found' };
    const cipher = await cipherOf(deps.encryption, orderId);
    if (cipher === 'destroyed') return { is: 'erased' };

    const { secrets, instructions } = await collect(deps, voucherId);
    const [access] = handled.events;
    return {
      is: 'revealed',
      secrets: decrypt(secrets, cipher),
      ...(instructions === undefined ? {} : { instructions }),
      revealedAt: access === undefined ? last.occurredAt : access.at,
    };
  };

/** A voucher without a key is no erasure: the store of keys is not the one of this history. */
const cipherOf = async (encryption: Encryption, orderId: OrderId): Promise<OrderCipher | 'destroyed'> => {
  const cipher = await encryption.open(orderId);
  if (cipher === 'absent') throw new Undecodable(`order ${orderId} has no data key: the store of keys is older`);
  return cipher;
};

const decrypt = (secrets: EncryptedSecrets, cipher: OrderCipher): VoucherSecrets => {
  const clear: { [F in SecretField]?: string } = {};
  for (const field of secretFields) {
    const secret = secrets[field];
    if (secret !== undefined) clear[field] = cipher.decryptSecret(field, secret);
  }
  return clear;
};

interface Collected {
  readonly secrets: EncryptedSecrets;
  readonly instructions?: string;
}

/** The newest box of each secret: corrections add to what was delivered first. */
const collect = async ({ store, codec }: RevealDeps, voucherId: VoucherId): Promise<Collected> => {
  let found: Collected = { secrets: {} };
  for await (const recorded of store.read(orderStream(orderOfVoucher(voucherId)), 0)) {
    const event = codec.decode(recorded).event as OrderEvent;
    if (event.type === 'VoucherCorrected' && event.voucher.id === voucherId) {
      found = { ...found, secrets: { ...found.secrets, ...event.voucher.secrets } };
    }
    if (event.type !== 'VouchersDelivered') continue;
    const voucher = event.vouchers.find(({ id }) => id === voucherId);
    if (voucher === undefined) continue;
    const instructions = instructionsFor(voucher.productCode, event.instructions);
    found = { secrets: voucher.secrets, ...(instructions === undefined ? {} : { instructions }) };
  }
  return found;
};
