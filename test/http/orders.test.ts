import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plus } from '../../src/domain/shared/instant.ts';
import type { Instant } from '../../src/domain/shared/instant.ts';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';
import { createClient } from './client.ts';
import type { Answer } from './client.ts';

const files = scratchFiles();
let service: TestService;
let call: ReturnType<typeof createClient>;
let count = 0;

beforeAll(async () => {
  service = await startTestService({ files });
  call = createClient(service.url, await service.key());
});
afterAll(() => service.stop());

const place = (change: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  call('POST', '/v1/orders', {
    body: { lines: [{ productCode: 'SIM_OK', quantity: 1 }], ...change },
    headers: { 'Idempotency-Key': `key-${String((count += 1))}`, ...headers },
  });
const completed = (change: object = {}): Promise<Answer> => service.passing(place(change, { Prefer: 'wait=30' }));
const idOf = ({ body }: Answer): string => String(body['id']);
const etagOf = ({ headers }: Answer): string => headers.get('etag') ?? 'none';

describe('GET /v1/orders/{id}', () => {
  it('shows the order at once, by either of its ids', async () => {
    const placed = await place();
    const byId = await call('GET', `/v1/orders/${idOf(placed)}`);
    const byExternal = await call('GET', `/v1/orders/${String(placed.body['externalOrderId'])}`);
    expect([byId.body, byExternal.body, etagOf(byId)]).toEqual([placed.body, placed.body, '"v1"']);
  });

  it('does not take an external id of another year for the order', async () => {
    const placed = await place();
    const other = String(placed.body['externalOrderId']).replace('-2026-', '-2025-');
    expect((await call('GET', `/v1/orders/${other}`)).status).toBe(404);
  });

  it('shows the metadata to nobody but the client, and no cache', async () => {
    const metadata = { note: 'for Ann', nested: [1, 'two', { three: null }] };
    const placed = await place({ metadata });
    const read = await call('GET', `/v1/orders/${idOf(placed)}`);
    expect([placed.body['metadata'], read.body['metadata']]).toEqual([undefined, metadata]);
    expect(read.headers.get('cache-control')).toBe('no-store');
    const kept = JSON.stringify([await service.events(), service.logged()]);
    expect(kept).not.toContain('for Ann');
  });

  it('answers 304 to whoever has the newest version', async () => {
    const placed = await completed();
    const path = `/v1/orders/${idOf(placed)}`;
    const statuses = await Promise.all(
      [etagOf(placed), `W/${etagOf(placed)}`, `"v1", ${etagOf(placed)}`, '*', '"v1"'].map(async (known) => {
        const { status, headers } = await call('GET', path, { headers: { 'If-None-Match': known } });
        return [status, headers.get('etag')];
      }),
    );
    expect(statuses).toEqual([304, 304, 304, 304, 200].map((status) => [status, etagOf(placed)]));
  });

  it('waits for a change, and answers with it', async () => {
    const placed = await place();
    const headers = { 'If-None-Match': etagOf(placed), Prefer: 'wait=20' };
    const changed = await service.passing(call('GET', `/v1/orders/${idOf(placed)}`, { headers }));
    expect([changed.status, changed.headers.get('preference-applied')]).toEqual([200, 'wait=20']);
    expect(Number(changed.body['version'])).toBeGreaterThan(1);
  });

  it('answers 304 when nothing changes while it waits', async () => {
    const placed = await completed();
    const before = service.clock.now();
    const headers = { 'If-None-Match': etagOf(placed), Prefer: 'wait=20' };
    const same = await service.passing(call('GET', `/v1/orders/${idOf(placed)}`, { headers }));
    expect([same.status, same.text, service.clock.now() >= plus(before, 20_000)]).toEqual([304, '', true]);
  });

  it('shows the order as it was at a version, and at a time', async () => {
    const placed = await completed();
    const path = `/v1/orders/${idOf(placed)}`;
    const last = Number(placed.body['version']);
    const statusAt = async (query: string): Promise<unknown> => (await call('GET', `${path}?${query}`)).body['status'];
    const versions = await Promise.all([1, 2, last, last + 1].map((n) => statusAt(`version=${String(n)}`)));
    expect(versions).toEqual(['pending', 'submitting', 'completed', 404]);
  });

  it('shows the order as it was at a time: after all that had happened by then', async () => {
    const placed = await completed();
    const path = `/v1/orders/${idOf(placed)}`;
    const history = (await call('GET', `${path}/events`)).body['data'] as readonly { at: Instant; version: number }[];
    for (const { at } of history) {
      const newest = history.filter((event) => event.at <= at).at(-1);
      const atVersion = await call('GET', `${path}?version=${String(newest?.version)}`);
      expect((await call('GET', `${path}?asOf=${at}`)).body).toEqual(atVersion.body);
    }
    expect((await call('GET', `${path}?asOf=${service.clock.now()}`)).body['status']).toBe('completed');
  });

  it('does not wait for news of what is past', async () => {
    const placed = await completed();
    const path = `/v1/orders/${idOf(placed)}`;
    const headers = { 'If-None-Match': '"v1"', Prefer: 'wait=20' };
    for (const query of ['version=1', `asOf=${String(placed.body['createdAt'])}`]) {
      const answer = await call('GET', `${path}?${query}`, { headers });
      expect([answer.status, answer.headers.get('preference-applied')]).toEqual([304, null]);
    }
  });

  it('says which versions there are where another one is asked for', async () => {
    const placed = await completed();
    const path = `/v1/orders/${idOf(placed)}`;
    const createdAt = placed.body['createdAt'] as Instant;
    const told = `The order has the versions 1 to ${String(placed.body['version'])}, the first of ${createdAt}.`;
    const refusalOf = async (query: string) => {
      const { status, body } = await call('GET', `${path}?${query}`);
      return [status, body['code'], body['detail']];
    };
    expect(await refusalOf('version=99')).toEqual([404, 'version_not_reached', told]);
    expect(await refusalOf(`asOf=${plus(createdAt, -1)}`)).toEqual([404, 'not_known_then', told]);
  });

  it.each([
    [
      'asOf=yesterday',
      'asOf',
      'a time as RFC 3339 writes it, such as 2026-03-01T10:00:00.000Z; in a query + is written %2B',
    ],
    ['asOf=2026-03-01T10:00:00Z&version=1', 'asOf', 'either a version or a time'],
    ['expand=lines', 'expand', 'lines.product, vouchers, or both with a comma between'],
  ])('refuses %s, and says what would be right', async (query, parameter, detail) => {
    const { status, body } = await call('GET', `/v1/orders/${idOf(await completed())}?${query}`);
    expect([status, body['errors']]).toEqual([400, [{ parameter, code: 'invalid_format', detail }]]);
  });

  it('answers 503 while the store cannot be read', async () => {
    const placed = await place();
    service.fail('read');
    const answer = await call('GET', `/v1/orders/${idOf(placed)}`);
    service.fail('nothing');
    expect([answer.status, answer.body['code'], answer.body['retryable']]).toEqual([
      503,
      'temporarily_unavailable',
      true,
    ]);
    expect(answer.headers.get('retry-after')).toBe('2');
  });
});

describe('GET /v1/orders/{id}/events', () => {
  it('shows the whole history without secrets', async () => {
    const placed = await completed({ metadata: { note: 'x' }, userId: 'user-1' });
    const path = `/v1/orders/${idOf(placed)}/events`;
    const { body, text } = await call('GET', path);
    const data = body['data'] as { version: number; type: string; prevHash: string; hash: string }[];
    expect(data.map(({ version, type }) => `${String(version)} ${type}`)).toEqual([
      '1 order.requested',
      '2 order.submission_started',
      '3 order.created_at_amilon',
      '4 order.vouchers_delivered',
      '5 order.completed',
    ]);
    expect(data.slice(1).map(({ prevHash }) => prevHash)).toEqual(data.slice(0, -1).map(({ hash }) => hash));
    expect(text).not.toMatch(/"(mac|box|secrets|metadata)"/);
  });

  it('goes on behind a version, page by page', async () => {
    const placed = await completed();
    const path = `/v1/orders/${idOf(placed)}/events`;
    const versions = ({ body }: Answer): unknown =>
      (body['data'] as { version: number }[]).map(({ version }) => version);
    const behind = await call('GET', `${path}?after=3`);
    const first = await call('GET', `${path}?limit=3`);
    const second = await call('GET', `${path}?limit=3&cursor=${String(first.body['nextCursor'])}`);
    expect([behind, first, second].map(versions)).toEqual([
      [4, 5],
      [1, 2, 3],
      [4, 5],
    ]);
    expect([first.headers.get('link')?.startsWith(`<${path}?limit=3&cursor=`), second.body['nextCursor']]).toEqual([
      true,
      null,
    ]);
  });
});

describe('POST /v1/orders/{id}/cancellation', () => {
  it('cancels an order that was not submitted, once', async () => {
    const placed = await place();
    const path = `/v1/orders/${idOf(placed)}/cancellation`;
    const first = await call('POST', path, { body: { reason: 'not wanted' }, headers: { 'If-Match': '"v1"' } });
    const again = await call('POST', path);
    expect([first.status, first.body['status'], first.body['allowedActions'], first.body['failure']]).toEqual([
      202,
      'cancelled',
      [],
      undefined,
    ]);
    expect([again.status, etagOf(again)]).toEqual([202, etagOf(first)]);
  });

  it('is refused once the order may have been bought', async () => {
    const placed = await completed();
    const answer = await call('POST', `/v1/orders/${idOf(placed)}/cancellation`);
    expect([answer.status, answer.body['code'], answer.body['detail']]).toEqual([
      409,
      'not_cancellable',
      'The order is completed.',
    ]);
  });

  it('is refused where the order is another version than expected', async () => {
    const placed = await place();
    const answer = await call('POST', `/v1/orders/${idOf(placed)}/cancellation`, { headers: { 'If-Match': '"v7"' } });
    expect([answer.status, answer.body['code'], etagOf(answer)]).toEqual([412, 'version_mismatch', '"v1"']);
    expect(answer.body['detail']).toBe('The order is at version 1: If-Match: "v1" names it.');
    expect((await call('GET', `/v1/orders/${idOf(placed)}`)).body['version']).toBe(1);
  });
});

describe('an operator', () => {
  it('has an order read again', async () => {
    const placed = await completed();
    const answer = await call('POST', `/v1/orders/${idOf(placed)}/reconciliation`);
    expect([answer.status, Number(answer.body['version'])]).toEqual([202, Number(placed.body['version']) + 1]);
    const recorded = (await service.events()).at(-1);
    expect([recorded?.type, recorded?.envelope.actor.type]).toEqual(['OrderReconciliationRequested', 'operator']);
  });

  it('has it read once however often that is asked for within a minute', async () => {
    const placed = await completed();
    const path = `/v1/orders/${idOf(placed)}/reconciliation`;
    const [first, second] = [await call('POST', path), await call('POST', path)];
    expect([first.status, second.status, etagOf(second)]).toEqual([202, 202, etagOf(first)]);
    expect(second.body['allowedActions']).toEqual(['reconcile']);
  });

  it('has nothing read of an order that was not sent to Amilon, nor of another version than expected', async () => {
    const placed = await place();
    const path = `/v1/orders/${idOf(placed)}/reconciliation`;
    const pending = await call('POST', path);
    expect([pending.status, pending.body['code'], placed.body['allowedActions']]).toEqual([
      409,
      'nothing_to_reconcile',
      ['cancel'],
    ]);
    const stale = await call('POST', path, { headers: { 'If-Match': '"v7"' } });
    expect([stale.status, stale.body['code']]).toEqual([412, 'version_mismatch']);
  });

  it('settles what stays unknown, with a reason', async () => {
    const lost = await service.passing(
      place({ lines: [{ productCode: 'SIM_500_ALWAYS', quantity: 1 }] }, { Prefer: 'wait=10' }),
    );
    expect([lost.body['status'], lost.body['purchase'], lost.body['allowedActions']]).toEqual([
      'submitting',
      'unknown',
      ['reconcile', 'resolve'],
    ]);
    const path = `/v1/orders/${idOf(lost)}/resolution`;
    const early = await call('POST', path, { body: { purchased: false, reason: 'told by Amilon' } });
    expect([early.status, early.body['code']]).toEqual([409, 'attempt_in_flight']);
    const settled = await call('POST', path, { body: { purchased: true, reason: 'told by Amilon' } });
    expect([settled.status, settled.body['status'], settled.body['purchase']]).toEqual([
      200,
      'processing',
      'purchased',
    ]);
  });

  it('has nothing to settle of an order that is known', async () => {
    const placed = await place();
    const answer = await call('POST', `/v1/orders/${idOf(placed)}/resolution`, {
      body: { purchased: true, reason: 'x' },
    });
    expect([answer.status, answer.body['code']]).toEqual([409, 'not_resolvable']);
  });
});

describe('a failure after acceptance is the state of the order', () => {
  it('says why, and whether a new order may succeed', async () => {
    const failed = await completed({ lines: [{ productCode: 'SIM_422_FUNDS', quantity: 1 }] });
    expect([failed.status, failed.body['status'], failed.body['purchase'], failed.body['failure']]).toEqual([
      201,
      'failed',
      'not_purchased',
      { code: 'insufficient_funds', detail: 'The credit at Amilon does not cover the order.', retryable: true },
    ]);
  });

  it('says why an order is on hold', async () => {
    const held = await service.passing(
      place({ lines: [{ productCode: 'SIM_401_ALWAYS', quantity: 1 }] }, { Prefer: 'wait=10' }),
    );
    expect([held.body['status'], held.body['attention']]).toEqual([
      'pending',
      [{ code: 'on_hold', reason: 'unauthorized' }],
    ]);
  });
});
