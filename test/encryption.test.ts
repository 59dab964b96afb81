import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { UpstreamVoucher, VoucherSecrets } from '../src/application/ports/amilon.ts';
import type { OrderCipher } from '../src/application/ports/encryption.ts';
import { OrderId, ProductCode, orderOfVoucher } from '../src/domain/shared/ids.ts';
import { instant } from '../src/domain/shared/instant.ts';
import { Currency, money } from '../src/domain/shared/money.ts';
import { createMemoryDataKeys } from '../src/infrastructure/data-keys/memory.ts';
import { createEncryption } from '../src/infrastructure/encryption/encryption.ts';
import type { Key, Keyring } from '../src/infrastructure/encryption/keyring.ts';

const ONE = OrderId('00000000-0000-5000-8000-000000000001');
const TWO = OrderId('00000000-0000-5000-8000-000000000002');

const keyOf = (id: string, byte: number): Key => ({ id, key: createSecretKey(Buffer.alloc(32, byte)) });
const [kek1, kek2, body1, body2] = [keyOf('kek-1', 1), keyOf('kek-2', 2), keyOf('body-1', 3), keyOf('body-2', 4)];
const keyring: Keyring = { keks: [kek1], activeKek: kek1, bodyMacKeys: [body1], activeBodyMacKey: body1 };
const rotated: Keyring = {
  keks: [kek1, kek2],
  activeKek: kek2,
  bodyMacKeys: [body1, body2],
  activeBodyMacKey: body2,
};

// Made up here, so that no text that looks like a voucher stands in the tests.
const textOf = (length: number, from = 65): string =>
  Array.from({ length }, (_, n) => String.fromCharCode(from + n)).join('');
const secrets = { code: textOf(12), pin: textOf(4, 80), url: `https://${textOf(6)}.test/`, qrCode: textOf(30, 97) };

const voucher = (shown: VoucherSecrets, more: Partial<UpstreamVoucher> = {}): UpstreamVoucher => ({
  secrets: shown,
  value: money(5000, Currency('EUR')),
  revoked: false,
  ...more,
});

const setUp = (ring = keyring, dataKeys = createMemoryDataKeys()) => {
  const encryption = createEncryption(ring, dataKeys);
  const cipherOf = async (order: OrderId): Promise<OrderCipher> => {
    const cipher = await encryption.createKey(order);
    if (cipher === 'destroyed') throw new Error('destroyed');
    return cipher;
  };
  return { encryption, dataKeys, cipherOf };
};

const fresh = (order = ONE) => setUp().cipherOf(order);

describe('an order’s cipher', () => {
  it('gives back every secret that it encrypted, and shows none', async () => {
    const cipher = await fresh();
    const encrypted = cipher.encryptVoucher(voucher(secrets));
    const clear = Object.entries(encrypted.secrets).map(([field, secret]) => [
      field,
      cipher.decryptSecret(field as keyof typeof secrets, secret),
    ]);
    expect(Object.fromEntries(clear)).toEqual(secrets);
    const shown = JSON.stringify(encrypted);
    expect(Object.values(secrets).filter((text) => shown.includes(text))).toEqual([]);
  });

  it('keeps what is no secret, and calls a voucher without a product unexpected', async () => {
    const cipher = await fresh();
    const expiresAt = instant('2027-01-01T00:00:00.000Z');
    const known = voucher(
      { url: secrets.url },
      { productCode: ProductCode('P-1'), expiresAt, instructions: 'Show it' },
    );
    const { id, secrets: boxes, ...facts } = cipher.encryptVoucher(known);
    expect(orderOfVoucher(id)).toBe(ONE);
    expect(Object.keys(boxes)).toEqual(['url']);
    expect(facts).toEqual({ productCode: 'P-1', value: money(5000, Currency('EUR')), expiresAt });
    expect(cipher.encryptVoucher(voucher({ url: secrets.url })).productCode).toBe('unexpected');
  });

  it('never encrypts the same text to the same ciphertext, and always recognises it', async () => {
    const { cipherOf } = setUp();
    const first = (await cipherOf(ONE)).encryptVoucher(voucher(secrets));
    const second = (await cipherOf(ONE)).encryptVoucher(voucher(secrets));
    expect(second.secrets.code?.box).not.toBe(first.secrets.code?.box);
    expect(second.secrets.code?.mac).toBe(first.secrets.code?.mac);
    expect(second.id).toBe(first.id);
  });

  it('tells the same text in another field or another order by another mac', async () => {
    const { cipherOf } = setUp();
    const shown = voucher({ code: secrets.code, pin: secrets.code });
    const one = (await cipherOf(ONE)).encryptVoucher(shown);
    const two = (await cipherOf(TWO)).encryptVoucher(shown);
    const macs = [one, two].flatMap(({ secrets: boxes }) => [boxes.code?.mac, boxes.pin?.mac]);
    expect(new Set(macs).size).toBe(4);
    expect(one.id.slice(-16)).not.toBe(two.id.slice(-16));
  });

  it('names a voucher after its code, else after its url', async () => {
    const cipher = await fresh();
    const idOf = (shown: VoucherSecrets) => cipher.encryptVoucher(voucher(shown)).id;
    expect(idOf({ code: secrets.code, url: secrets.url })).toBe(idOf({ code: secrets.code, pin: secrets.pin }));
    expect(idOf({ url: secrets.url, pin: secrets.pin })).toBe(idOf({ url: secrets.url }));
    expect(idOf({ url: secrets.code })).not.toBe(idOf({ code: secrets.code }));
  });

  it('refuses a voucher with neither code nor url, without a word of what it has', async () => {
    const cipher = await fresh();
    for (const shown of [{ pin: secrets.pin }, { code: '', pin: secrets.pin }, {}]) {
      expect(() => cipher.encryptVoucher(voucher(shown))).toThrow(
        new TypeError(`a voucher of order ${ONE} has neither code nor url`),
      );
    }
  });

  it('shows the last four characters only where at least as many stay hidden', async () => {
    const cipher = await fresh();
    const last4 = (code: string) => cipher.encryptVoucher(voucher({ code })).last4;
    expect(last4(textOf(8))).toBe(textOf(4, 69));
    expect(last4(textOf(7))).toBeUndefined();
    expect(last4('😀'.repeat(4))).toBeUndefined();
    expect(cipher.encryptVoucher(voucher({ url: secrets.url })).last4).toBeUndefined();
  });

  it('decrypts nothing that was changed, or stands in another field, with another mac or in another order', async () => {
    const { cipherOf } = setUp();
    const cipher = await cipherOf(ONE);
    const { code, pin } = cipher.encryptVoucher(voucher(secrets)).secrets;
    if (code === undefined || pin === undefined) throw new Error('not encrypted');
    const other = await cipherOf(TWO);
    const changed = `${code.box.slice(0, 20)}${code.box[20] === 'A' ? 'B' : 'A'}${code.box.slice(21)}`;
    const refused = { name: 'Undecodable', message: 'a ciphertext is not what was encrypted with this key' };
    const attempts = [
      () => cipher.decryptSecret('pin', code),
      () => cipher.decryptSecret('code', { mac: pin.mac, box: code.box }),
      () => cipher.decryptSecret('code', { mac: code.mac, box: pin.box }),
      () => cipher.decryptSecret('code', { mac: code.mac, box: changed }),
      () => cipher.decryptSecret('code', { mac: code.mac, box: code.box.slice(0, 12) }),
      () => other.decryptSecret('code', code),
      () => cipher.decryptMetadata(code.box),
    ];
    for (const attempt of attempts) expect(attempt).toThrow(expect.objectContaining(refused));
  });

  it('gives metadata back as they were', async () => {
    const { cipherOf } = setUp();
    const metadata = { campaign: 'Å', nested: [1, 'two', null] };
    const box = (await cipherOf(ONE)).encryptMetadata(metadata);
    expect((await cipherOf(ONE)).decryptMetadata(box)).toEqual(metadata);
    expect(Buffer.from(box, 'base64url').toString('latin1')).not.toContain('campaign');
    const other = await cipherOf(TWO);
    expect(() => other.decryptMetadata(box)).toThrow('not what was encrypted');
  });
});

describe('encryption', () => {
  it('makes one key per order, whoever asks first, and keeps it wrapped only', async () => {
    const { encryption, dataKeys, cipherOf } = setUp();
    const [first, second] = await Promise.all([cipherOf(ONE), cipherOf(ONE)]);
    expect(second.decryptMetadata(first.encryptMetadata('x'))).toBe('x');
    const [kept] = (await dataKeys.get([ONE])).values();
    expect(kept).toEqual({ kekId: 'kek-1', box: expect.stringMatching(/^[\w-]{80}$/) });
    expect(await encryption.open(TWO)).toBe('absent');
    expect(await dataKeys.get([TWO])).toEqual(new Map());
  });

  it('does not open a key under another order', async () => {
    const { encryption, dataKeys, cipherOf } = setUp();
    await cipherOf(ONE);
    const [kept] = (await dataKeys.get([ONE])).values();
    if (kept === undefined || kept === 'destroyed') throw new Error('no key');
    await dataKeys.createOnce(TWO, kept);
    await expect(encryption.open(TWO)).rejects.toMatchObject({ name: 'Undecodable' });
  });

  it('reads nothing more once the data key is destroyed', async () => {
    const { encryption, dataKeys, cipherOf } = setUp();
    await cipherOf(ONE);
    await dataKeys.destroy(ONE);
    expect(await encryption.open(ONE)).toBe('destroyed');
    expect(await encryption.createKey(ONE)).toBe('destroyed');
  });

  it('opens orders of an old key after a rotation, and wraps new ones by the new key', async () => {
    const before = setUp();
    const box = (await before.cipherOf(ONE)).encryptMetadata('old');
    const after = setUp(rotated, before.dataKeys);
    expect((await after.cipherOf(ONE)).decryptMetadata(box)).toBe('old');
    await after.cipherOf(TWO);
    const kept = [...(await before.dataKeys.get([ONE, TWO])).values()];
    expect(kept.map((key) => (key === 'destroyed' ? key : key.kekId))).toEqual(['kek-1', 'kek-2']);
    await expect(before.encryption.open(TWO)).rejects.toThrow('the keyring has no key kek-2');
  });

  it('hashes a body by its canonical form and the newest key, and again by the key that is named', () => {
    const { encryption } = setUp();
    const mac = encryption.macBody({ b: [1, 2], a: 'x' });
    expect(mac).toEqual({ keyId: 'body-1', mac: expect.stringMatching(/^[\w-]{43}$/) });
    expect(encryption.macBody({ a: 'x', b: [1, 2] })).toEqual(mac);
    expect(encryption.macBody({ a: 'x', b: [2, 1] })).not.toEqual(mac);
    const after = setUp(rotated).encryption;
    expect(after.macBody({ a: 'x', b: [1, 2] }).keyId).toBe('body-2');
    expect(after.macBodyWith('body-1', { a: 'x', b: [1, 2] })).toEqual(mac);
    expect(() => encryption.macBodyWith('body-2', {})).toThrow('the keyring has no key body-2');
  });

  it('proves the keyring by a value that rotation does not change and another keyring does not have', () => {
    const value = setUp().encryption.checkValue;
    expect(setUp(rotated).encryption.checkValue).toBe(value);
    expect(setUp({ ...keyring, keks: [kek2], activeKek: kek2 }).encryption.checkValue).not.toBe(value);
  });
});
