import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TenantId } from '../../src/domain/shared/ids.ts';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';
import type { Answer } from './client.ts';

interface Message {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly sequence: string;
}

const files = scratchFiles();
let service: TestService;
let call: ReturnType<typeof createClient>;
let orderId: string;
let theirs: string;
let otherKey: string;

beforeAll(async () => {
  service = await startTestService({ files });
  call = createClient(service.url, await service.key());
  otherKey = await service.key({ tenant: TenantId('other') });
  const order = { body: { lines: [{ productCode: 'SIM_OK', quantity: 2 }], metadata: { note: 'for Ann' } } };
  const headers = { 'Idempotency-Key': 'key-1', Prefer: 'wait=30' };
  orderId = String((await service.passing(call('POST', '/v1/orders', { ...order, headers }))).body['id']);
  theirs = String(
    (await call('POST', '/v1/orders', { ...order, headers: { 'Idempotency-Key': 'x' }, key: otherKey })).body['id'],
  );
});
afterAll(() => service.stop());

const messagesOf = ({ body }: Answer): readonly Message[] => body['data'] as Message[];
const cursorOf = ({ body }: Answer): string => String(body['nextCursor']);

/** Everything from a cursor on, in pages of so many. */
const follow = async (
  limit: number,
  key?: string,
): Promise<{ readonly all: readonly Message[]; readonly end: string }> => {
  const all: Message[] = [];
  let after = '';
  for (;;) {
    const page = await call('GET', `/v1/events?limit=${String(limit)}${after}`, key === undefined ? {} : { key });
    all.push(...messagesOf(page));
    after = `&after=${cursorOf(page)}`;
    if (messagesOf(page).length === 0) return { all, end: cursorOf(page) };
  }
};

/** The cursor as another store would have given it out. */
const moved = (cursor: string, change: object): string => {
  const content = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as object;
  return Buffer.from(JSON.stringify({ ...content, store: 'store-2', at: 'store-2:7', ...change })).toString(
    'base64url',
  );
};

describe('GET /v1/events', () => {
  it('tells everything of an order, gap-free and in order, without secrets', async () => {
    const { all } = await follow(200);
    const ours = all.filter(({ subject }) => subject === orderId);
    expect(ours.map(({ type, sequence }) => `${String(Number(sequence))} ${type}`)).toEqual([
      '1 com.example.voucherorders.order.requested.v1',
      '2 com.example.voucherorders.order.submission_started.v1',
      '3 com.example.voucherorders.order.created_at_amilon.v1',
      '4 com.example.voucherorders.order.vouchers_delivered.v1',
      '5 com.example.voucherorders.order.completed.v1',
    ]);
    expect(JSON.stringify(all)).not.toMatch(/"(mac|box|secrets|metadata|netPrice|discount|balance|tenant)"/);
  });

  it('tells a tenant of its own orders, and everybody of the catalogue and the contract', async () => {
    const [ours, others] = await Promise.all([follow(200), follow(200, otherKey)]);
    const subjects = ({ all }: { readonly all: readonly Message[] }): readonly string[] =>
      [...new Set(all.map(({ subject }) => subject))].sort();
    const shared = ['amilon', 'categories', 'fr-FR', 'orderability', 'pt-PT'];
    expect([subjects(ours), subjects(others)]).toEqual([[orderId, ...shared].sort(), [theirs, ...shared].sort()]);
  });

  it('has the same messages whatever the size of its pages', async () => {
    expect((await follow(1)).all).toEqual((await follow(200)).all);
  });

  it('always has a cursor, and goes on from it once more happens', async () => {
    const { end } = await follow(200);
    const nothing = await call('GET', `/v1/events?after=${end}`);
    expect([messagesOf(nothing), cursorOf(nothing)]).toEqual([[], end]);
    await call('POST', `/v1/orders/${orderId}/reconciliation`);
    const more = messagesOf(await call('GET', `/v1/events?after=${cursorOf(nothing)}`));
    expect(more.map(({ type, subject }) => [type, subject])).toEqual([
      ['com.example.voucherorders.order.reconciliation_requested.v1', orderId],
    ]);
  });

  it('finds a cursor of another store again by the event it stands behind', async () => {
    const page = await call('GET', '/v1/events?limit=3');
    const rest = await call('GET', `/v1/events?limit=200&after=${cursorOf(page)}`);
    const again = await call('GET', `/v1/events?limit=200&after=${moved(cursorOf(page), {})}`);
    expect(messagesOf(again)).toEqual(messagesOf(rest));
  });

  it('starts again for a cursor of another store that was shown nothing', async () => {
    const first = await call('GET', '/v1/events?limit=200');
    const unseen = moved(cursorOf(first), { seen: undefined });
    expect(messagesOf(await call('GET', `/v1/events?limit=200&after=${unseen}`))).toEqual(messagesOf(first));
  });

  it('says what to do where the store does not know the event', async () => {
    const { end } = await follow(200);
    const foreign = moved(end, { seen: { stream: 'order-x', version: 1 } });
    const answer = await call('GET', `/v1/events?after=${foreign}`);
    expect([answer.status, answer.body['code']]).toEqual([410, 'cursor_gone']);
    expect(answer.body['detail']).toContain('start again without after');
  });

  it('knows no event of another tenant, so that a cursor that was made up does not tell whether it is there', async () => {
    const { end } = await follow(200);
    const answers = [theirs, 'x'].map(async (order) => {
      const { status, body } = await call(
        'GET',
        `/v1/events?after=${moved(end, { seen: { stream: `order-${order}`, version: 1 } })}`,
      );
      return [status, body['code'], body['detail']];
    });
    const [their, nobodys] = await Promise.all(answers);
    expect(their?.slice(0, 2)).toEqual([410, 'cursor_gone']);
    expect(their).toEqual(nobodys);
  });

  it('tells no cursor that names an order of another tenant', async () => {
    const { end } = await follow(200);
    expect(Buffer.from(end, 'base64url').toString()).not.toContain(theirs);
  });
});
