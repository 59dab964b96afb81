import { createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { UpstreamVoucher } from '../../application/ports/amilon.ts';
import type { OrderCipher } from '../../application/ports/encryption.ts';
import { secretFields } from '../../domain/order/values.ts';
import type { EncryptedSecret, EncryptedVoucher, SecretField } from '../../domain/order/values.ts';
import { VoucherId } from '../../domain/shared/ids.ts';
import type { OrderId } from '../../domain/shared/ids.ts';
import { derive, seal, unseal } from './seal.ts';

const MAC_BYTES = 16;
const ID_BYTES = 8;

/** An order's secrets under keys derived from its data key, one for each use. */
export const createOrderCipher = (order: OrderId, dataKey: KeyObject): OrderCipher => {
  const boxKey = derive(dataKey, 'encryption');
  const macKey = derive(dataKey, 'recognition');
  const idKey = derive(dataKey, 'voucher ids');

  // Bound to the value's mac and not to the voucher's id: a voucher that is corrected keeps its first id, which is
  // known only after the encryption. Which voucher a mac belongs to is in the event, and that is in the hash chain.
  const boundTo = (field: SecretField, mac: string): string => JSON.stringify([order, field, mac]);

  const encryptSecret = (field: SecretField, text: string): EncryptedSecret => {
    const mac = hmac(macKey, field, text).subarray(0, MAC_BYTES).toString('base64url');
    return { mac, box: seal(boxKey, Buffer.from(text), boundTo(field, mac)) };
  };

  const idOf = ({ code, url }: UpstreamVoucher['secrets']): VoucherId => {
    const [field, text] = code === undefined ? ['url', url] : ['code', code];
    if (text === undefined || text === '') throw new TypeError(`a voucher of order ${order} has neither code nor url`);
    return VoucherId(`${order}-${hmac(idKey, field, text).subarray(0, ID_BYTES).toString('hex')}`);
  };

  return {
    encryptVoucher: (voucher) => {
      const secrets: { [F in SecretField]?: EncryptedSecret } = {};
      for (const field of secretFields) {
        const text = voucher.secrets[field];
        if (text !== undefined) secrets[field] = encryptSecret(field, text);
      }
      return { id: idOf(voucher.secrets), secrets, ...openFacts(voucher) };
    },
    decryptSecret: (field, { mac, box }) => unseal(boxKey, box, boundTo(field, mac)).toString(),
    encryptMetadata: (metadata) => seal(boxKey, Buffer.from(JSON.stringify(metadata)), metadataOf(order)),
    decryptMetadata: (box) => JSON.parse(unseal(boxKey, box, metadataOf(order)).toString()) as unknown,
  };
};

const hmac = (key: KeyObject, field: string, text: string): Buffer =>
  createHmac('sha256', key)
    .update(JSON.stringify([field, text]))
    .digest();

const metadataOf = (order: OrderId): string => JSON.stringify([order, 'metadata']);

const openFacts = ({
  secrets,
  productCode,
  value,
  expiresAt,
}: UpstreamVoucher): Omit<EncryptedVoucher, 'id' | 'secrets'> => ({
  productCode: productCode ?? 'unexpected',
  value,
  ...(secrets.code === undefined ? {} : last4Of(secrets.code)),
  ...(expiresAt === undefined ? {} : { expiresAt }),
});

/** Only where at least half of the code stays hidden. */
const last4Of = (code: string): { readonly last4?: string } => {
  const characters = Array.from(code);
  return characters.length < 8 ? {} : { last4: characters.slice(-4).join('') };
};
