import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { applyRules } from '../../src/application/catalog/small-syncs.ts';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';
import type { Answer } from './client.ts';

const files = scratchFiles();
let service: TestService;
let call: ReturnType<typeof createClient>;

beforeAll(async () => {
  service = await startTestService({ files });
  call = createClient(service.url, await service.key());
});
afterAll(() => service.stop());

const lines = (...of: readonly (readonly [code: string, quantity: number])[]) => ({
  lines: of.map(([productCode, quantity]) => ({ productCode, quantity })),
});
const quote = (body: object, key?: string): Promise<Answer> =>
  call('POST', '/v1/quotes', { body, ...(key === undefined ? {} : { key }) });
const order = (body: object, idempotencyKey: string): Promise<Answer> =>
  call('POST', '/v1/orders', { body, headers: { 'Idempotency-Key': idempotencyKey } });

describe('POST /v1/quotes', () => {
  it('tells the price of each line and the total', async () => {
    const { status, body } = await quote(lines(['AMAZON_50_EUR', 2], ['FNAC_25_EUR', 3]));
    const euro = (amount: string) => ({ amount, currency: 'EUR' });
    expect([status, body]).toEqual([
      200,
      {
        orderable: true,
        lines: [
          { productCode: 'AMAZON_50_EUR', productName: 'Amazon Gift Card €50', quantity: 2, unitPrice: euro('50.00'), total: euro('100.00') },
          { productCode: 'FNAC_25_EUR', productName: 'Fnac Gift Card €25', quantity: 3, unitPrice: euro('25.00'), total: euro('75.00') },
        ],
        totals: { gross: euro('175.00') },
        errors: [],
      },
    ]); // prettier-ignore
  });

  it('writes nothing, and the same body may be ordered afterwards', async () => {
    const body = { ...lines(['FNAC_25_EUR', 1]), reference: 'ref-1', metadata: { note: 'mine' } };
    const before = (await service.events()).length;
    await quote(body);
    expect((await service.events()).length).toBe(before);
    expect((await order(body, 'quoted-first')).status).toBe(202);
  });

  it('refuses for exactly the reasons an order is refused for, each with its pointer', async () => {
    const body = lines(['FNAC_25_EUR', 21], ['NO_SUCH', 1], ['TWITCH_25_EUR', 1], ['FNAC_15_EUR', 1]);
    const quoted = await quote(body);
    const ordered = await order(body, 'refused');
    expect([quoted.status, quoted.body['orderable'], ordered.status]).toEqual([200, false, 422]);
    expect(quoted.body['errors']).toEqual([
      { pointer: '/lines/0/quantity', code: 'above_maximum', detail: 'max 20' },
      { pointer: '/lines/1/productCode', code: 'unknown_product', detail: 'not in the catalogue of pt-PT' },
      { pointer: '/lines/2/productCode', code: 'product_not_orderable', detail: 'merchant_excluded' },
      { pointer: '/lines/3/productCode', code: 'product_not_orderable', detail: 'face_value_not_allowed' },
    ]);
    expect(quoted.body['errors']).toEqual(ordered.body['errors']);
  });

  it('trap 32: 5000.00 passes, and one voucher more does not', async () => {
    expect((await quote(lines(['FNAC_500_EUR', 10]))).body['orderable']).toBe(true);
    expect((await quote(lines(['FNAC_500_EUR', 10], ['SIM_OK', 1]))).body['errors']).toEqual([
      { pointer: '/lines', code: 'above_maximum_order_amount', detail: 'max 5000.00 EUR in one order' },
    ]);
  });

  it('validates the body as an order does', async () => {
    const body = { lines: [{ productCode: 'FNAC_25_EUR', quantity: 0 }], other: 1 };
    const [quoted, ordered] = [await quote(body), await order(body, 'invalid')];
    expect([quoted.status, quoted.body['code']]).toEqual([422, 'validation_failed']);
    expect(quoted.body['errors']).toEqual(ordered.body['errors']);
  });

  it('needs only the right to read the catalogue, and no key', async () => {
    const reader = await service.key({ scopes: ['catalog:read'] });
    expect((await quote(lines(['FNAC_25_EUR', 1]), reader)).status).toBe(200);
    const buyer = await service.key({ scopes: ['orders:write'] });
    expect((await quote(lines(['FNAC_25_EUR', 1]), buyer)).status).toBe(403);
  });

  it('trap 37: changed rules hold at once, in quotes and orders', async () => {
    const { ORDERABLE_FACE_VALUES, ORDERABLE_COUNTRIES, EXCLUDED_MERCHANTS } = service.ports.config;
    const rules = {
      countries: ORDERABLE_COUNTRIES,
      faceValues: ORDERABLE_FACE_VALUES,
      excludedMerchants: EXCLUDED_MERCHANTS,
    };
    await applyRules(service.ports)({ ...rules, excludedMerchants: [...EXCLUDED_MERCHANTS, 'fnac'] });
    const body = lines(['FNAC_25_EUR', 1]);
    expect([(await quote(body)).body['orderable'], (await order(body, 'excluded')).status]).toEqual([false, 422]);
    expect((await call('GET', '/v1/catalog/products/FNAC_25_EUR')).status).toBe(404);
    await applyRules(service.ports)(rules);
    expect((await quote(body)).body['orderable']).toBe(true);
  });
});

it('answers 503 while there is no catalogue', async () => {
  const fresh = await startTestService({ files, synced: false });
  const ask = createClient(fresh.url, await fresh.key());
  const { status, body } = await ask('POST', '/v1/quotes', { body: lines(['SIM_OK', 1]) });
  expect([status, body['code']]).toEqual([503, 'catalog_not_ready']);
  await fresh.stop();
});
