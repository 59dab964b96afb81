import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';
import type { Answer } from './client.ts';

const files = scratchFiles();
let service: TestService;
let call: ReturnType<typeof createClient>;
const placed = new Map<string, Answer>();

const requests = {
  plain: { lines: [{ productCode: 'SIM_OK', quantity: 2 }], reference: 'PO-1', userId: 'user-1' },
  other: { lines: [{ productCode: 'FNAC_25_EUR', quantity: 1 }], reference: 'PO-2', userId: 'user-2' },
  mixed: {
    lines: [
      { productCode: 'SIM_OK', quantity: 1 },
      { productCode: 'AMAZON_50_EUR', quantity: 1 },
    ],
    userId: 'user-1',
  },
  broke: { lines: [{ productCode: 'SIM_422_FUNDS', quantity: 1 }] },
  held: { lines: [{ productCode: 'SIM_401_ALWAYS', quantity: 1 }] },
};

beforeAll(async () => {
  service = await startTestService({ files });
  call = createClient(service.url, await service.key());
  for (const [name, body] of Object.entries(requests)) {
    const headers = { 'Idempotency-Key': name, Prefer: 'wait=10' };
    placed.set(name, await service.passing(call('POST', '/v1/orders', { body, headers })));
  }
  await service.settled();
});
afterAll(() => service.stop());

const nameOf = (id: unknown): string => [...placed].find(([, { body }]) => body['id'] === id)?.[0] ?? String(id);
const dataOf = ({ body }: Answer): readonly Record<string, unknown>[] => body['data'] as Record<string, unknown>[];
const field = (name: keyof typeof requests, of: string): string => String(placed.get(name)?.body[of]);

describe('GET /v1/orders', () => {
  const names = async (query: string): Promise<readonly string[]> =>
    dataOf(await call('GET', `/v1/orders?${query}`)).map(({ id }) => nameOf(id));

  it('lists the newest first, each as it is read by itself', async () => {
    const listed = dataOf(await call('GET', '/v1/orders'));
    expect(listed.map(({ id }) => nameOf(id))).toEqual(['held', 'broke', 'mixed', 'other', 'plain']);
    expect(listed.at(-1)).toEqual((await call('GET', `/v1/orders/${field('plain', 'id')}`)).body);
  });

  it.each([
    ['status=completed', ['mixed', 'other', 'plain']],
    ['status=failed', ['broke']],
    ['reference=PO-2', ['other']],
    ['userId=user-1', ['mixed', 'plain']],
    ['userId=user-1&status=completed&productCode=AMAZON_50_EUR', ['mixed']],
    ['productCode=SIM_OK', ['mixed', 'plain']],
    ['merchantId=B2345678-90AB-CDEF-1234-56789ABCDEF0', ['other']],
    ['attention=on_hold', ['held']],
    ['attention=delayed', []],
    ['reference=nobody', []],
  ])('finds by %s', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it('finds by the external id and by the time of creation, both ends included', async () => {
    const between = `createdAfter=${field('other', 'createdAt')}&createdBefore=${field('broke', 'createdAt')}`;
    expect(await names(`externalOrderId=${field('broke', 'externalOrderId')}`)).toEqual(['broke']);
    expect(await names(between)).toEqual(['broke', 'mixed', 'other']);
  });

  it('goes page by page to the end, and links to the next one', async () => {
    const pages: string[][] = [];
    let next: string | undefined = '/v1/orders?limit=2';
    while (next !== undefined) {
      const page: Answer = await call('GET', next);
      pages.push(dataOf(page).map(({ id }) => nameOf(id)));
      next = /^<(.+)>; rel="next"$/.exec(page.headers.get('link') ?? 'none')?.[1];
      const cursor = page.body['nextCursor'];
      expect(next === undefined ? cursor : new URL(next, service.url).searchParams.get('cursor') === cursor).toBe(
        next === undefined ? null : true,
      );
    }
    expect(pages).toEqual([['held', 'broke'], ['mixed', 'other'], ['plain']]);
  });
});

describe('GET /v1/vouchers', () => {
  const ordersOf = async (query: string): Promise<readonly string[]> =>
    dataOf(await call('GET', `/v1/vouchers?${query}`)).map(({ orderId }) => nameOf(orderId));

  it('lists them without their secrets', async () => {
    const [voucher] = dataOf(await call('GET', `/v1/vouchers?orderId=${field('other', 'id')}`));
    const id = String(voucher?.['id']);
    expect(voucher).toEqual({
      id,
      orderId: field('other', 'id'),
      productCode: 'FNAC_25_EUR',
      last4: expect.stringMatching(/^.{4}$/),
      value: { amount: '25.00', currency: 'EUR' },
      expiresAt: expect.stringMatching(/^2027-/),
      status: 'active',
      statusAsOf: field('other', 'completedAt'),
      instructions: 'Not a real voucher: this is the sandbox. Redeemable nowhere.',
      has: { code: true, pin: true, url: true, qrCode: true },
      links: {
        self: `/v1/vouchers/${id}`,
        order: `/v1/orders/${field('other', 'id')}`,
        reveals: `/v1/vouchers/${id}/reveals`,
      },
    });
    expect((await call('GET', `/v1/vouchers/${id}`)).body).toEqual(voucher);
  });

  it('lists those of an order at once, those of all once they are projected', async () => {
    expect(await ordersOf(`orderId=${field('plain', 'id')}`)).toEqual(['plain', 'plain']);
    expect(await ordersOf('limit=200')).toEqual(['mixed', 'mixed', 'other', 'plain', 'plain']);
  });

  it.each([
    ['userId=user-2', ['other']],
    ['productCode=SIM_OK', ['mixed', 'plain', 'plain']],
    ['productCode=SIM_OK&userId=nobody', []],
    ['status=active&userId=user-2', ['other']],
    ['status=expired', []],
    ['status=revoked', []],
  ])('finds by %s', async (query, expected) => {
    expect(await ordersOf(query)).toEqual(expected);
  });

  it.each(['', 'orderId'])('goes page by page, each voucher once (of %p)', async (filter) => {
    const of = filter === '' ? '' : `&orderId=${field('plain', 'id')}`;
    const all = dataOf(await call('GET', `/v1/vouchers?limit=200${of}`)).map(({ id }) => id);
    const seen: unknown[] = [];
    for (let at: string | undefined = ''; at !== undefined;) {
      const page: Answer = await call('GET', `/v1/vouchers?limit=1${of}${at}`);
      seen.push(...dataOf(page).map(({ id }) => id));
      const cursor = page.body['nextCursor'];
      at = typeof cursor === 'string' ? `&cursor=${cursor}` : undefined;
    }
    expect(seen).toEqual(all);
  });
});

describe('POST /v1/vouchers/{id}/reveals', () => {
  it('shows the secrets to no cache, and records who and why before', async () => {
    const [voucher] = dataOf(await call('GET', `/v1/vouchers?orderId=${field('other', 'id')}`));
    const path = `/v1/vouchers/${String(voucher?.['id'])}/reveals`;
    const before = (await service.events()).length;
    const answer = await call('POST', path, { body: { reason: 'shown at the till' } });
    const { code, revealedAt } = answer.body;
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect([String(code).startsWith('SANDBOX-'), String(code).slice(-4)]).toEqual([true, voucher?.['last4']]);
    expect(Object.keys(answer.body).sort()).toEqual(['code', 'instructions', 'pin', 'qrCode', 'revealedAt', 'url']);
    const [recorded, ...more] = (await service.events()).slice(before);
    expect([recorded?.type, recorded?.data, recorded?.envelope.occurredAt, more]).toEqual([
      'VoucherRevealed',
      { voucherId: voucher?.['id'], reason: 'shown at the till' },
      revealedAt,
      [],
    ]);
  });

  it('shows nothing that it could not record', async () => {
    const [voucher] = dataOf(await call('GET', `/v1/vouchers?orderId=${field('other', 'id')}`));
    service.fail('answer');
    const answer = await call('POST', `/v1/vouchers/${String(voucher?.['id'])}/reveals`, { body: { reason: 'x' } });
    service.fail('nothing');
    expect([answer.status, answer.body['code']]).toEqual([503, 'temporarily_unavailable']);
  });
});
