import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ExternalOrderId, MerchantId } from '../../src/domain/shared/ids.ts';
import { plus } from '../../src/domain/shared/instant.ts';
import {
  readCategory,
  readContract,
  readList,
  readMerchant,
  readProduct,
} from '../../src/infrastructure/amilon/client/catalogue.ts';
import { createAmilonOver } from '../../src/infrastructure/amilon/client/client.ts';
import { readOrder } from '../../src/infrastructure/amilon/client/orders.ts';
import type { Reading } from '../../src/infrastructure/amilon/client/shapes.ts';
import type { UpstreamRequest } from '../../src/infrastructure/amilon/client/transport.ts';
import { parseWire } from '../../src/infrastructure/amilon/client/wire.ts';
import { START, eur, line, recordingLog } from './support.ts';

interface JsonObject {
  readonly [key: string]: Json;
}
type Json = string | number | boolean | null | readonly Json[] | JsonObject;

const example = async (name: string): Promise<string> =>
  readFile(new URL(`examples/${name}.json`, import.meta.url), 'utf8');
const parsed = async (name: string): Promise<Json> => JSON.parse(await example(name)) as Json;

const AMAZON = MerchantId('a1234567-89ab-cdef-0123-456789abcdef');
const ordered = {
  externalOrderId: ExternalOrderId('ENGAGE-2025-12345678-1234-1234-1234-123456789abc'),
  lines: [line('AMAZON_50_EUR', 1, { merchantId: AMAZON, unitPrice: eur(5_000) })],
};

const quiet = (): void => undefined;
type Read = (body: string) => Reading<unknown>;
const order: Read = (body) => readOrder(parseWire(body), ordered, quiet);
const readers: Readonly<Record<string, Read>> = {
  'order-create-response': order,
  'order-complete-pending': order,
  'order-complete-vouchers': order,
  products: (body) => readList(parseWire(body), readProduct, quiet),
  retailers: (body) => readList(parseWire(body), readMerchant, quiet),
  categories: (body) => readList(parseWire(body), readCategory, quiet),
  contract: (body) => readContract(parseWire(body), quiet),
};

/** The same with every key written another way. */
const withKeys = (json: Json, write: (key: string) => string): Json => {
  if (Array.isArray(json)) return (json as readonly Json[]).map((each) => withKeys(each, write));
  if (json === null || typeof json !== 'object') return json;
  return Object.fromEntries(
    Object.entries(json as JsonObject).map(([key, value]) => [write(key), withKeys(value, write)]),
  );
};
const pascal = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1);

describe.each(Object.entries(readers))('the example %s', (name, read) => {
  it('can be read', async () => {
    expect(read(await example(name)).ok).toBe(true);
  });

  it('gives the same values in PascalCase, in capitals and in small letters', async () => {
    const json = await parsed(name);
    const expected = read(JSON.stringify(json));
    for (const write of [pascal, (key: string) => key.toUpperCase(), (key: string) => key.toLowerCase()]) {
      expect(read(JSON.stringify(withKeys(json, write)))).toEqual(expected);
    }
  });

  it('any mix of key case, nulls and missing fields is read, or a field is named; never a crash', async () => {
    const json = await parsed(name);
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (stream) => {
        const pick = (): number => Number(stream.next().value);
        const holed = JSON.stringify(
          withKeys(json, (key) => key.replace(/[a-z]/gi, (c) => (pick() < 0.5 ? c.toUpperCase() : c.toLowerCase()))),
          (_key, value: Json) => {
            const chance = pick();
            if (chance > 0.1) return value;
            return chance < 0.05 ? undefined : null;
          },
        ) as string | undefined;
        const reading = read(holed ?? 'null');
        if (!reading.ok) expect(reading.field).toMatch(/^[a-z0-9. ]+$/);
      }),
    );
  });
});

describe('the observed wire', () => {
  it.each(['order-create-response', 'order-complete-pending', 'order-complete-vouchers'])(
    '%s with a flat list of vouchers and dates without zone gives the same values',
    async (name) => {
      const report = (await parsed(name)) as {
        readonly [key: string]: string;
      } & { readonly orderRows: readonly { readonly vouchers: readonly Readonly<Record<string, string>>[] }[] };
      const flat = {
        Id: report['id'],
        ExternalOrderId: report['externalOrderId']?.toUpperCase(),
        OrderDate: report['createdAt']?.replace('Z', ''),
        Status: report['status'],
        OrderStatus: report['orderStatus'],
        GrossAmount: report['totalAmount'],
        CurrencyIsoCode: report['currency'],
        Vouchers: report.orderRows.flatMap(({ vouchers }) =>
          vouchers.map((voucher) => ({
            VoucherLink: voucher['url'],
            CardCode: voucher['code'],
            Pin: voucher['pin'],
            QrCode: voucher['qrCode'],
            ValidityEndDate: voucher['expiryDate']?.replace('Z', ''),
            Amount: voucher['value'],
            Instructions: voucher['instructions'],
            Deleted: false,
            RetailerId: AMAZON.toUpperCase(),
          })),
        ),
      };
      const reading = readOrder(parseWire(JSON.stringify(report)), ordered, quiet);
      if (!reading.ok) throw new Error(reading.field);
      // The flat wire has no rows.
      const { rows: _rows, ...expected } = reading.value;
      expect(readOrder(parseWire(JSON.stringify(flat)), ordered, quiet)).toEqual({ ok: true, value: expected });
    },
  );

  it.each(['products', 'retailers'])('%s with currency and country by name, prices as text', async (name) => {
    const text = await example(name);
    const other = text
      .replaceAll('"Currency": "EUR"', '"Currency": "Euro"')
      .replaceAll(/"((?:Net)?Price|M(?:in|ax)Amount)": ([\d.]+)/g, '"$1": "$2"');
    expect(other).not.toBe(text);
    expect(readers[name]?.(other)).toEqual(readers[name]?.(text));
  });

  it('retailers with their country in letters of its own', async () => {
    const text = await example('retailers');
    for (const country of ['"Portugal"', '"PT"', '"prt"']) {
      const reading = readList(parseWire(text.replaceAll('"PRT"', country)), readMerchant, quiet);
      expect(reading.ok && reading.value.rows.map((row) => row.country)).toEqual(['PT', 'PT']);
    }
  });

  it('rows in another order are the same rows', async () => {
    for (const name of ['products', 'retailers', 'categories']) {
      const rows = (await parsed(name)) as readonly Json[];
      const [there, back] = [rows, rows.toReversed()].map((list) => readers[name]?.(JSON.stringify(list)));
      const list = (reading: typeof there) => (reading?.ok === true ? (reading.value as { rows: unknown[] }).rows : []);
      expect(list(back).toReversed()).toEqual(list(there));
    }
  });
});

describe('what is sent', () => {
  it('is the create request and the token answers of the examples', async () => {
    const sent: UpstreamRequest[] = [];
    const granted = await example('token-success');
    const amilon = createAmilonOver(
      async (request) => {
        sent.push(request);
        const body = request.endpoint === 'token' ? granted : await example('order-create-response');
        return { is: 'answered', status: 200, contentType: 'application/json', body };
      },
      {
        contractId: 'c',
        credentials: { clientId: 'a', clientSecret: 'b', username: 'c', password: 'd' },
        monotonic: () => 0,
        log: recordingLog().log,
      },
    );
    expect((await amilon.create(ordered, plus(START, 10_000))).is).toBe('done');
    expect(sent.map(({ endpoint }) => endpoint)).toEqual(['token', 'create']);
    expect(JSON.parse(sent[1]?.body ?? 'null')).toEqual(await parsed('order-create-request'));
    expect(sent[1]?.bearer).toBe((JSON.parse(granted) as { access_token: string }).access_token);
  });

  it('is nothing after the refusal of the example', async () => {
    const refused = await example('token-error-401');
    const amilon = createAmilonOver(
      async () => ({ is: 'answered', status: 401, contentType: 'application/json', body: refused }),
      {
        contractId: 'c',
        credentials: { clientId: 'a', clientSecret: 'b', username: 'c', password: 'd' },
        monotonic: () => 0,
        log: recordingLog().log,
      },
    );
    expect(await amilon.ready()).toMatchObject({ why: 'unauthorized' });
  });
});
