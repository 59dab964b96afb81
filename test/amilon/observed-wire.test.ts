import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReadAnswer, Submission } from '../../src/application/ports/amilon.ts';
import { plus } from '../../src/domain/shared/instant.ts';
import { Culture } from '../../src/domain/shared/ids.ts';
import { type MemoryAmilon, createMemoryAmilon } from '../../src/infrastructure/amilon/memory.ts';
import { type WireForm, wireForms } from '../../src/infrastructure/amilon/sandbox/calls.ts';
import { type VirtualClock, createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import { START, eur, line, recordingLog, submission } from './support.ts';

let clock: VirtualClock;
let upstreams: { readonly [W in WireForm]: MemoryAmilon };
beforeEach(() => {
  clock = createVirtualClock(START);
  const on = (wire: WireForm): MemoryAmilon => createMemoryAmilon({ clock, log: recordingLog().log, wire });
  upstreams = { report: on('report'), observed: on('observed') };
});
afterEach(() => Promise.all(wireForms.map((wire) => upstreams[wire].close())));

/** What both wires come to, for the same questions. */
const both = async <T>(ask: (upstream: MemoryAmilon) => Promise<T>): Promise<readonly [report: T, observed: T]> => [
  await ask(upstreams.report),
  await ask(upstreams.observed),
];

const ok = <T>(answer: { readonly is: 'ok'; readonly value: T } | { readonly is: 'failed' }): T => {
  if (answer.is !== 'ok') throw new Error('failed');
  return answer.value;
};

describe('the sandbox on either wire (amilon.md section 2)', () => {
  it('has the same products: code, name, price, merchant', async () => {
    const [report, observed] = await both(async ({ amilon }) =>
      ok(await amilon.products(Culture('pt-PT'))).map(({ productCode, name, price, merchantId, merchantCode }) => ({
        productCode,
        name,
        price,
        // The observed wire has the merchant's GUID where the report has a code.
        merchant: merchantId ?? merchantCode?.toLowerCase(),
      })),
    );
    expect(observed).toEqual(report);
    expect(report.length).toBeGreaterThan(30);
  });

  it('has the same merchants and countries; what the observed wire has no field for is absent', async () => {
    const [report, observed] = await both(async ({ amilon }) =>
      ok(await amilon.merchants(Culture('it-IT'))).map(({ merchantId, name, country, active }) => ({
        merchantId,
        name,
        country,
        active,
      })),
    );
    expect(observed).toEqual(report.map(({ active: _active, ...rest }) => rest));
  });

  it('has as many categories; the observed ones are GUIDs with Italian names', async () => {
    const [report, observed] = await both(async ({ amilon }) => ok(await amilon.categories()));
    expect(observed.length).toBe(report.length);
    expect(observed[4]).toEqual({ categoryId: 'ca700000-0000-4000-8000-000000000005', name: 'Viaggi' });
    const products = ok(await upstreams.observed.amilon.products(Culture('pt-PT')));
    const known = new Set(observed.map(({ categoryId }) => categoryId));
    expect(products.filter(({ categoryId }) => categoryId === undefined || !known.has(categoryId))).toEqual([]);
  });

  it('has a contract of the same dates; the observed one with a balance, without status, countries and limit', async () => {
    const [report, observed] = await both(async ({ amilon }) => ok(await amilon.contract()));
    const { status, countries, maxOrderAmount, terms, ...rest } = report;
    expect([status, countries?.length, maxOrderAmount, typeof terms]).toEqual(['Active', 4, eur(500_000), 'string']);
    expect(observed).toEqual({ ...rest, balance: eur(100_000_000) });
  });

  const delivered = (order: Submission) => async (upstream: MemoryAmilon) => {
    const created = await upstream.amilon.create(order, plus(clock.now(), 10_000));
    const duplicate = await upstream.amilon.create(order, plus(clock.now(), 10_000));
    await clock.advance(3_000);
    return { created: created.is, duplicate, read: inBrief(await upstream.amilon.read(order)) };
  };
  const inBrief = (answer: ReadAnswer) =>
    answer.is === 'found'
      ? {
          total: answer.order.total,
          vouchers: answer.order.vouchers.map(({ secrets: { qrCode: _qr, ...secrets }, productCode, value }) => ({
            secrets,
            productCode,
            value,
          })),
        }
      : answer;

  it('delivers the same codes, pins and links for the same order, each to its product, and buys once', async () => {
    const order = submission(line('SIM_OK', 2), line('SIM_NULL_PIN'));
    const [report, observed] = await both(delivered(order));
    expect(observed).toEqual(report);
    expect(report).toMatchObject({ created: 'done', duplicate: { is: 'duplicate' } });
  });

  it.each(['SIM_400_PRODUCT', 'SIM_400_QUANTITY', 'SIM_422_FUNDS', 'SIM_422_STOCK'])(
    'refuses %s for the same reason, in another form',
    async (product) => {
      const order = submission(line(product));
      const [report, observed] = await both(async ({ amilon }) => amilon.create(order, plus(clock.now(), 10_000)));
      const reason = (answer: typeof report) => (answer.is === 'refused' ? answer.code : answer.is);
      expect(reason(observed)).toBe(reason(report));
      expect(report.is).toBe('refused');
    },
  );

  it('knows no order, token or contract of another', async () => {
    const order = submission(line('SIM_OK'));
    expect(await both(({ amilon }) => amilon.read(order))).toEqual([{ is: 'absent' }, { is: 'absent' }]);
    const call = { endpoint: 'contract', authorization: undefined, contentType: undefined, body: '' } as const;
    const params = { contractId: 'other', culture: '', externalOrderId: '' };
    expect(upstreams.observed.world.reply({ ...call, params })).toMatchObject({
      status: 401,
      contentType: 'application/problem+json; charset=utf-8',
    });
  });
});
