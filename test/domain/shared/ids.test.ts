import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  AmilonOrderId,
  Country,
  Culture,
  ExternalOrderId,
  MerchantId,
  OrderId,
  ProductCode,
  Reference,
  TenantId,
  UserId,
  VoucherId,
  externalOrderIdOf,
  orderOfExternalId,
  orderOfVoucher,
} from '../../../src/domain/shared/ids.ts';
import { instant, plus } from '../../../src/domain/shared/instant.ts';

const id = OrderId('6f9619ff-8b86-5011-b42d-00c04fc964ff');
const external = 'ENGAGE-2026-6f9619ff-8b86-4011-b42d-00c04fc964ff';

describe('the external order id (design 7)', () => {
  it('trap 5: is prefix, year and the order’s own id in the shape of a random one', () => {
    expect(externalOrderIdOf('ENGAGE', 2026, id)).toBe(external);
  });

  it('has the length that Amilon knows', () => {
    expect(external).toHaveLength(48);
  });

  it('leads back to its order, whatever prefix and year', () => {
    fc.assert(
      fc.property(fc.uuid({ version: 5 }), fc.integer({ min: 1000, max: 9999 }), (uuid, year) => {
        expect(orderOfExternalId(externalOrderIdOf('E2', year, OrderId(uuid)))).toBe(uuid);
      }),
      { seed: 42 },
    );
  });

  it('trap 4: names another order in another year, so the year is fixed once', () => {
    const lastSecond = instant('2025-12-31T23:59:59.000Z');
    const ids = [lastSecond, plus(lastSecond, 1_000)].map((at) =>
      externalOrderIdOf('ENGAGE', Number(at.slice(0, 4)), id),
    );
    expect(ids).toEqual([external.replace('2026', '2025'), external]);
  });

  it('is made of derived order ids only: of others two could share one', () => {
    expect(() => externalOrderIdOf('ENGAGE', 2026, OrderId('6f9619ff-8b86-4011-b42d-00c04fc964ff'))).toThrow(
      RangeError,
    );
  });

  it('trap 5: may be another’s, in any version of UUID, and leads to no order then', () => {
    expect(orderOfExternalId(ExternalOrderId('ENGAGE-2025-550e8400-e29b-11d4-0716-446655440000'))).toBeUndefined();
  });

  it.each([
    ['a slash', `ENGAGE/${external.slice(7)}`],
    ['a way up', `../${external}`],
    ['an escape', external.replace('-b42d', '%2db42d')],
    ['an escaped slash', `${external}%2F`],
    ['a line end', `${external}\n`],
    ['a space', ` ${external}`],
    ['a query', `${external}?x=1`],
    ['no prefix', external.slice(7)],
    ['a small prefix', `engage${external.slice(6)}`],
    ['a year of two digits', external.replace('2026', '26')],
  ])('trap 6: refuses %s', (_what, text) => {
    expect(() => ExternalOrderId(text)).toThrow('not a valid external order id');
  });

  it.each(['', 'engage', 'A/B', 'A B', 'ABCDEFGHIJKLMNOPQ'])('refuses the prefix %p', (prefix) => {
    expect(() => externalOrderIdOf(prefix, 2026, id)).toThrow(RangeError);
  });
});

describe('ids', () => {
  it('tell the order of a voucher', () => {
    expect(orderOfVoucher(VoucherId(`${id}-0123456789abcdef`))).toBe(id);
  });

  it('of a merchant are the same in any case', () => {
    expect(MerchantId(' A4322514-36F1-401E-AF3D-6A1784A3DA7A ')).toBe('a4322514-36f1-401e-af3d-6a1784a3da7a');
  });

  it('trap 7: of a product stay as Amilon writes them', () => {
    expect(ProductCode('Amazon/PT_50%')).toBe('Amazon/PT_50%');
  });

  it.each([
    ['an order', OrderId, ['', id.toUpperCase(), `${id}0`, 'order-1', `${id}\n`]],
    ['a voucher', VoucherId, ['', id, `${id}-123`, `${id}-0123456789ABCDEF`]],
    ['a product', ProductCode, ['', 'a b', 'a\n', 'é', 'x'.repeat(201)]],
    ['Amilon’s order', AmilonOrderId, ['', 'a\u0000']],
    ['a tenant', TenantId, ['', 'Acme', '-acme', 'a b', 'a'.repeat(64)]],
    ['a user (a pseudonym: no address, no name)', UserId, ['', 'a@b.c', 'Ann Lee', 'a\u200bb', 'a'.repeat(129)]],
    ['a reference (a pseudonym)', Reference, ['', 'a@b.c', 'two words']],
    ['a culture', Culture, ['pt', 'PT-pt', 'pt_PT', 'pt-PTX']],
    ['a country', Country, ['PRT', 'pt', '']],
  ] as const)('of %s refuse anything else', (_what, parse, texts) => {
    const accepted = texts.filter((text) => {
      try {
        parse(text);
        return true;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        return false;
      }
    });
    expect(accepted).toEqual([]);
  });

  it('of every kind are taken as they are', () => {
    const taken = [
      UserId('u-1'),
      Reference('PO#77'),
      TenantId('acme-1'),
      Culture('nn-NO'),
      Country('PT'),
      AmilonOrderId('1'),
    ];
    expect(taken).toEqual(['u-1', 'PO#77', 'acme-1', 'nn-NO', 'PT', '1']);
  });
});
