import { describe, expect, it } from '@jest/globals';
import { DELIVERY_CHUNK } from '../../../src/domain/order/voucher-facts.ts';
import { ProductCode } from '../../../src/domain/shared/ids.ts';
import {
  answer,
  bought,
  c1,
  c2,
  cinema,
  coffee,
  completed,
  corrected,
  created,
  delivered,
  eur,
  idOf,
  inFlight,
  line,
  m1,
  read,
  requestedWith,
  revoked,
  shown,
  started,
  t,
  voucher,
  withVouchers,
} from './fixtures.ts';
import { given, placed } from './given.ts';

describe('trap 16: recognising a voucher', () => {
  const linkOnly = voucher({ url: 'U1' });
  const withCode = voucher({ code: 'C1', url: 'U1' });

  it('delivers a voucher once, however often it is shown', () => {
    given(...bought)
      .when(read(10, withVouchers(c1, c1)))
      .then(delivered(10, c1));
    given(...bought)
      .when(read(10, withVouchers(c1)))
      .onlyOnce();
  });

  it('knows a voucher by its code, whatever else changes', () => {
    const moved = voucher({ code: 'C1', url: 'U2' });
    given(...bought, delivered(9, withCode))
      .when(read(20, withVouchers(moved)))
      .then(corrected(20, moved));
  });

  it('trap 21: a link alone is a voucher, and its code a correction under the first id', () => {
    given(...bought)
      .when(read(10, withVouchers(linkOnly)))
      .then(delivered(10, linkOnly));
    given(...bought, delivered(10, linkOnly))
      .when(read(20, withVouchers(withCode)))
      .then(corrected(20, { ...withCode, id: idOf('U1') }));
    given(...bought, delivered(10, linkOnly))
      .when(read(20, withVouchers(withCode)))
      .onlyOnce();
  });

  it('takes two codes behind one url for two vouchers', () => {
    const other = voucher({ code: 'C2', url: 'U1' });
    given(...bought)
      .when(read(10, withVouchers(withCode, other)))
      .then(delivered(10, withCode, other));
    given(...bought, delivered(10, linkOnly))
      .when(read(20, withVouchers(withCode, other)))
      .then(corrected(20, { ...withCode, id: idOf('U1') }), delivered(20, other));
  });

  it('knows a link that came first even after the link has changed', () => {
    const moved = voucher({ code: 'C1', url: 'U2' });
    const history = [
      ...bought,
      delivered(10, linkOnly),
      corrected(20, { ...withCode, id: idOf('U1') }),
      corrected(30, { ...moved, id: idOf('U1') }),
    ];
    given(...history)
      .when(read(40, withVouchers({ ...linkOnly, productCode: 'unexpected' })))
      .then(corrected(40, linkOnly));
  });

  it('is not misled by a link that comes before the code it belongs to', () => {
    given(...bought, delivered(10, c1))
      .when(read(20, withVouchers(linkOnly, withCode)))
      .then(corrected(20, withCode));
  });

  it('puts together what one answer shows of a voucher in pieces', () => {
    const pin = voucher({ code: 'C1', pin: 'P1' });
    const url = voucher({ code: 'C1', url: 'U1', pin: 'P2' });
    given(...bought)
      .when(read(10, withVouchers(pin, url)))
      .then(delivered(10, voucher({ code: 'C1', pin: 'P1', url: 'U1' })));
    given(...bought)
      .when(read(10, withVouchers(pin, url)))
      .onlyOnce();
    given(...bought, delivered(9, c1))
      .when(read(10, withVouchers(pin, url)))
      .onlyOnce();
  });
});

describe('correcting a voucher', () => {
  const known = voucher({ code: 'C1', pin: 'P1', last4: '1234', expiresAt: t(1_000_000) });
  const knownAs = placed(...bought, delivered(10, known)).vouchers;

  it.each([
    ['a pin', voucher({ code: 'C1', pin: 'P9' })],
    ['a link', voucher({ code: 'C1', url: 'U1' })],
    ['a qr code', voucher({ code: 'C1', qrCode: 'Q1' })],
    ['an expiry', voucher({ code: 'C1', expiresAt: t(2_000_000) })],
    ['a value', voucher({ code: 'C1', value: eur(1100) })],
  ])('records %s that came or changed later', (_what, seen) => {
    given(...bought, delivered(10, known))
      .when(read(20, withVouchers(seen)))
      .then(corrected(20, seen));
    given(...bought, delivered(10, known))
      .when(read(20, withVouchers(seen)))
      .onlyOnce();
  });

  it('does not forget what an answer leaves out', () => {
    given(...bought, delivered(10, known))
      .when(read(20, withVouchers(c1)))
      .thenNothing();
    const [after] = placed(...bought, delivered(10, known), corrected(20, voucher({ code: 'C1', url: 'U1' }))).vouchers;
    expect(after).toEqual({
      ...knownAs[0],
      macs: { code: 'mac C1', pin: 'mac P1', url: 'mac U1' },
    });
  });
});

describe('a voucher that is taken back', () => {
  const gone = answer({ vouchers: [shown(c1, true)] });

  it('is revoked once, and stays revoked when a stale answer shows it again', () => {
    given(...bought, delivered(10, c1))
      .when(read(20, gone))
      .then(revoked(20, 'C1'));
    given(...bought, delivered(10, c1))
      .when(read(20, gone))
      .onlyOnce();
    given(...bought, delivered(10, c1), revoked(20, 'C1'))
      .when(read(30, withVouchers(c1)))
      .thenNothing();
  });

  it('is delivered and revoked where it comes that way', () => {
    given(...bought)
      .when(read(10, gone))
      .then(delivered(10, c1), revoked(10, 'C1'));
  });

  it('leaves room for its replacement', () => {
    const c3 = voucher({ code: 'C3' });
    given(...bought, delivered(10, c1, c2, m1), revoked(10, 'C1'))
      .when(read(20, answer({ vouchers: [shown(c1, true), shown(c2), shown(m1), shown(c3)] })))
      .then(delivered(20, c3), completed(20));
  });

  it('does not complete an order', () => {
    const vouchers = [shown(c1), shown(c2), shown(m1, true)];
    given(...bought)
      .when(read(10, answer({ vouchers })))
      .then(delivered(10, c1, c2, m1), revoked(10, 'M1'));
  });

  it('is noted after completion too, and so is its replacement', () => {
    const done = [...bought, delivered(10, c1, c2, m1), completed(10)];
    given(...done)
      .when(read(20, answer({ vouchers: [shown(c1, true), shown(voucher({ code: 'C3' }))] })))
      .then(delivered(20, voucher({ code: 'C3' })), revoked(20, 'C1'));
  });
});

describe('the line of a voucher', () => {
  it('trap 17: is found whatever the case of its product, with its instructions', () => {
    const seen = voucher({ code: 'C1', productCode: ProductCode('coffee-10') });
    given(...bought)
      .when(read(10, { ...withVouchers(seen), instructions: { 'coffee-10': 'Show it.', 'CINEMA-25': 'Print it.' } }))
      .then({ type: 'VouchersDelivered', at: t(10), vouchers: [c1], instructions: { 'COFFEE-10': 'Show it.' } });
  });

  it('trap 15: is unexpected where nothing like it was ordered; the voucher is kept', () => {
    const tea = voucher({ code: 'T1', productCode: ProductCode('TEA-5') });
    given(...bought)
      .when(read(10, withVouchers(tea)))
      .then(delivered(10, { ...tea, productCode: 'unexpected' }));
  });

  it('is found later where an answer told too little at first', () => {
    const lost = voucher({ code: 'C1', productCode: 'unexpected' });
    given(...bought, delivered(10, lost))
      .when(read(20, withVouchers(c1)))
      .then(corrected(20, c1));
    given(...bought, delivered(10, c1))
      .when(read(20, withVouchers(lost)))
      .thenNothing();
  });

  it('trap 15: keeps more vouchers than were ordered', () => {
    const c3 = voucher({ code: 'C3' });
    given(...bought, delivered(9, c1, c2))
      .when(read(10, withVouchers(c3)))
      .then(delivered(10, c3));
  });

  it('is the next one that looks the same where a wire without rows shows vouchers in another order', () => {
    const latte = ProductCode('LATTE-10');
    const alike = [line(coffee, 1, 1000), line(cinema, 1, 1000, 'm-2'), line(latte, 1, 1000)];
    const history = [requestedWith({ lines: alike }), started(1, 1), created(2), delivered(3, c1)];
    given(...history)
      .when(read(10, withVouchers(c2, voucher({ code: 'C1', productCode: latte }))))
      .then(delivered(10, { ...c2, productCode: latte }));
  });
});

describe('many vouchers', () => {
  it('are delivered in chunks that an event can carry, in their order', () => {
    const all = Array.from({ length: DELIVERY_CHUNK + 2 }, (_, index) => voucher({ code: `N${String(index)}` }));
    given(...bought)
      .when(read(10, withVouchers(...all)))
      .then(delivered(10, ...all.slice(0, DELIVERY_CHUNK)), delivered(10, ...all.slice(DELIVERY_CHUNK)));
  });

  it('keep what was delivered twice once', () => {
    expect(
      placed(...inFlight, created(2), delivered(3, c1), delivered(4, c1, c2)).vouchers.map(({ id }) => id),
    ).toEqual([c1.id, c2.id]);
  });
});
