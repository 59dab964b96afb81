import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { plus } from '../../src/domain/shared/instant.ts';
import { Culture } from '../../src/domain/shared/ids.ts';
import type { CallNote, Drift } from '../../src/application/ports/amilon-watch.ts';
import { type MemoryAmilon, createMemoryAmilon } from '../../src/infrastructure/amilon/memory.ts';
import { type VirtualClock, createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import { START, line, recordingLog, submission } from './support.ts';

let clock: VirtualClock;
let upstream: MemoryAmilon;
let logged: ReturnType<typeof recordingLog>;
let notes: CallNote[];
let drifts: Drift[];

beforeEach(() => {
  clock = createVirtualClock(START);
  logged = recordingLog();
  notes = [];
  drifts = [];
  upstream = createMemoryAmilon({
    clock,
    log: logged.log,
    onCall: (note) => notes.push(note),
    onDrift: (drift) => drifts.push(drift),
  });
});
afterEach(() => upstream.close());

const create = (product: string) => upstream.amilon.create(submission(line(product)), plus(clock.now(), 10_000));
const read = () => upstream.amilon.read(submission(line('SIM_OK')));
const seen = () => upstream.world.calls().map(({ endpoint, answer }) => `${endpoint} ${answer}`);
const times = <T>(n: number, work: () => Promise<T>) => Promise.all(Array.from({ length: n }, work));

describe('a refused token', () => {
  it('trap 25: fifty parallel 401 make one token call, and no alarm', async () => {
    await upstream.amilon.contract();
    upstream.world.faults.add({ endpoint: 'contract', does: 'status', status: 401, count: 50 });
    const answers = await times(50, () => upstream.amilon.contract());
    expect(new Set(answers.map((answer) => (answer.is === 'failed' ? answer.why : answer.is)))).toEqual(
      new Set(['unauthorized']),
    );
    // All but the first may go again at once, with the token that is current by then.
    expect(answers.filter((answer) => answer.is === 'failed' && answer.retryAfter === 0).length).toBe(49);
    await times(50, () => upstream.amilon.contract());
    expect(seen().filter((call) => call.startsWith('token'))).toEqual(['token 200', 'token 200']);
    expect(upstream.amilon.circuits()).toEqual({});
  });

  it('trap 25: fifty parallel calls on an expired token make one token call, and all get through', async () => {
    await upstream.amilon.contract();
    await clock.advance(240_000);
    const answers = await times(50, () => upstream.amilon.contract());
    expect(new Set(answers.map(({ is }) => is))).toEqual(new Set(['ok']));
    expect(seen().filter((call) => call.startsWith('token'))).toEqual(['token 200', 'token 200']);
    expect(seen().filter((call) => call === 'contract 401')).toEqual([]);
  });

  it('trap 25: a second 401 with a fresh token opens the circuit of that lane, without a loop', async () => {
    expect(await create('SIM_401_ALWAYS')).toEqual({ is: 'not_bought', why: 'unauthorized' });
    expect(await upstream.amilon.ready()).toBe('ready');
    expect(await create('SIM_401_ALWAYS')).toEqual({ is: 'not_bought', why: 'unauthorized' });
    expect(await upstream.amilon.ready()).toEqual({ why: 'unauthorized', retryAfter: 15_000 });
    expect(await create('SIM_OK')).toEqual({ is: 'not_bought', why: 'unauthorized', retryAfter: 15_000 });
    expect(await read()).toEqual({ is: 'absent' });
    expect(upstream.amilon.circuits()).toEqual({ create: 'unauthorized' });
    expect(seen()).toEqual(['token 200', 'create 401', 'token 200', 'create 401', 'token 200', 'read 404']);
    expect(logged.lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'Amilon: circuit open',
    ]);
  });

  it('one 401 between good answers is no alarm', async () => {
    for (const product of ['SIM_401_ONCE', 'SIM_OK', 'SIM_401_ONCE', 'SIM_OK']) await create(product);
    expect(await upstream.amilon.ready()).toBe('ready');
  });
});

describe('the circuit', () => {
  it('opens after five failures in a row, tries again after a pause, and doubles the pause', async () => {
    for (let n = 0; n < 4; n += 1) await create('SIM_500_ALWAYS');
    expect(await upstream.amilon.ready()).toBe('ready');
    await create('SIM_500_ALWAYS');
    expect(await upstream.amilon.ready()).toEqual({ why: 'circuit_open', retryAfter: 15_000 });
    expect(await create('SIM_OK')).toEqual({ is: 'not_bought', why: 'not_sent', retryAfter: 15_000 });
    await clock.advance(15_000);
    await create('SIM_500_ALWAYS');
    expect(await upstream.amilon.ready()).toEqual({ why: 'circuit_open', retryAfter: 30_000 });
  });

  const openCircuit = async () => {
    for (let n = 0; n < 5; n += 1) await create('SIM_500_ALWAYS');
    await clock.advance(15_000);
  };
  const waits = { why: 'circuit_open', retryAfter: 5_000 };

  it('sends one probe after its pause: the others are told to wait until it is decided', async () => {
    await openCircuit();
    const before = seen().length;
    const answers = await times(20, () => create('SIM_OK'));
    expect(answers.filter(({ is }) => is !== 'done')).toEqual(
      Array.from({ length: 19 }, () => ({ is: 'not_bought', why: 'not_sent', retryAfter: 5_000 })),
    );
    expect(seen().slice(before)).toEqual(['create 200']);
    expect(await upstream.amilon.ready()).toBe('ready');
  });

  it('keeps the probe for whoever was told that Amilon is ready, for as long as it may be sent', async () => {
    await openCircuit();
    expect(await times(3, () => upstream.amilon.ready())).toEqual(['ready', waits, waits]);
    await clock.advance(9_999);
    expect(await upstream.amilon.ready()).toEqual(waits);
    await clock.advance(1);
    expect(await times(2, () => upstream.amilon.ready())).toEqual(['ready', waits]);
    await create('SIM_500_ALWAYS');
    expect(await upstream.amilon.ready()).toEqual({ why: 'circuit_open', retryAfter: 30_000 });
  });

  it.each([
    ['was turned away', { endpoint: 'create', does: 'status', status: 429, count: 1 }],
    ['got no token', { endpoint: 'token', does: 'status', status: 503, count: 1 }],
  ] as const)('goes on with the next probe when one %s, which says nothing', async (_what, fault) => {
    await openCircuit();
    await clock.advance(300_000);
    upstream.world.faults.add(fault);
    expect((await create('SIM_OK')).is).toBe('not_bought');
    await clock.advance(5_000);
    expect((await create('SIM_OK')).is).toBe('done');
  });

  it('goes on with the next probe when one breaks off in this program', async () => {
    await openCircuit();
    notes.push = () => {
      throw new TypeError('told by the test');
    };
    await expect(create('SIM_OK')).rejects.toThrow('told by the test');
    notes = [];
    expect((await create('SIM_OK')).is).not.toBe('not_bought');
    expect(upstream.amilon.circuits()).toEqual({});
  });

  it('opens again with the first probe that fails, of whatever', async () => {
    await openCircuit();
    expect(await create('SIM_401_ALWAYS')).toEqual({ is: 'not_bought', why: 'unauthorized' });
    expect(await upstream.amilon.ready()).toEqual({ why: 'unauthorized', retryAfter: 30_000 });
  });

  it('is not doubled by a call from before it opened that fails while the probe is on its way', async () => {
    upstream.world.faults.add({ endpoint: 'create', does: 'timeout', count: 1 });
    const old = create('SIM_OK');
    await openCircuit();
    await clock.advance(44_000);
    upstream.world.faults.add({ endpoint: 'create', does: 'timeout', count: 1 });
    const probe = create('SIM_OK');
    await clock.advance(1_000);
    expect(await old).toEqual({ is: 'unknown', why: 'timeout' });
    expect(await upstream.amilon.ready()).toEqual(waits);
    await clock.advance(59_000);
    expect(await probe).toEqual({ is: 'unknown', why: 'timeout' });
    expect(await upstream.amilon.ready()).toEqual({ why: 'circuit_open', retryAfter: 30_000 });
  });

  it('pauses once, however many calls were under way when it opened', async () => {
    await Promise.all(Array.from({ length: 40 }, () => create('SIM_500_ALWAYS')));
    expect(await upstream.amilon.ready()).toEqual({ why: 'circuit_open', retryAfter: 15_000 });
  });

  it('closes with the first good answer, and forgets', async () => {
    for (let n = 0; n < 5; n += 1) await create('SIM_500_ALWAYS');
    await clock.advance(15_000);
    expect((await create('SIM_OK')).is).toBe('done');
    for (let n = 0; n < 4; n += 1) await create('SIM_500_ALWAYS');
    expect(await upstream.amilon.ready()).toBe('ready');
  });

  it('a refusal is a good answer: upstream is well', async () => {
    for (let n = 0; n < 4; n += 1) await create('SIM_500_ALWAYS');
    await create('SIM_422_FUNDS');
    await create('SIM_500_ALWAYS');
    expect(await upstream.amilon.ready()).toBe('ready');
  });

  it('a 404 on create opens at once', async () => {
    upstream.world.faults.add({ endpoint: 'create', does: 'html', status: 404 });
    await create('SIM_OK');
    expect(await upstream.amilon.ready()).toEqual({ why: 'circuit_open', retryAfter: 15_000 });
  });

  it('of a sync stops no order: each lane has its own', async () => {
    upstream.world.faults.add({ endpoint: 'products', does: 'status', status: 503 });
    for (let n = 0; n < 5; n += 1) await upstream.amilon.products(Culture('pt-PT'));
    expect(await upstream.amilon.merchants(Culture('pt-PT'))).toMatchObject({
      why: 'not_sent',
      detail: 'circuit_open',
    });
    expect(await upstream.amilon.ready()).toBe('ready');
    expect((await create('SIM_OK')).is).toBe('done');
    expect(await read()).toEqual({ is: 'absent' });
    expect(upstream.amilon.circuits()).toEqual({ sync: 'failing' });
  });
});

describe('the rate limit', () => {
  it('ready gives five creates a second, and says when the next is free', async () => {
    expect(await times(6, () => upstream.amilon.ready())).toEqual([
      ...Array.from({ length: 5 }, () => 'ready'),
      { why: 'rate_limited', retryAfter: 200 },
    ]);
    await clock.advance(200);
    expect(await upstream.amilon.ready()).toBe('ready');
  });

  it('reads have their own: ten a second, and creates and syncs go on', async () => {
    const answers = await times(11, read);
    expect(answers).toEqual([
      ...Array.from({ length: 10 }, () => ({ is: 'absent' })),
      { is: 'unavailable', why: 'rate_limited', retryAfter: 100 },
    ]);
    expect((await create('SIM_OK')).is).toBe('done');
    expect((await upstream.amilon.categories()).is).toBe('ok');
  });
});

describe('what operators see', () => {
  it('every exchange, with its outcome and how long it took', async () => {
    upstream.world.faults.add({ endpoint: 'read', does: 'timeout', count: 1 });
    const reading = read();
    await clock.advance(10_000);
    expect(await reading).toEqual({ is: 'unavailable', why: 'timeout' });
    await read();
    expect(notes).toEqual([
      { endpoint: 'token', outcome: 'answered', status: 200, ms: 0 },
      { endpoint: 'read', outcome: 'timeout', ms: 10_000 },
      { endpoint: 'read', outcome: 'answered', status: 404, ms: 0 },
    ]);
  });

  it('what is unknown on the wire is told every time, and logged once for each kind', async () => {
    const order = submission(line('SIM_OK'));
    const body = { id: 'x', externalOrderId: order.externalOrderId, status: 'Marinating', novelty: 1, Other: {} };
    upstream.world.faults.add({ endpoint: 'read', does: 'json', body });
    for (let n = 0; n < 3; n += 1) expect((await upstream.amilon.read(order)).is).toBe('found');
    const kinds = [
      { kind: 'unknown_field', where: 'order', what: 'novelty' },
      { kind: 'unknown_field', where: 'order', what: 'other' },
      { kind: 'unknown_word', where: 'order.status', what: 'Marinating' },
    ];
    expect(drifts).toEqual([...kinds, ...kinds, ...kinds]);
    expect(logged.lines.map(({ fields }) => fields)).toEqual(kinds.map((drift) => ({ drift })));
  });

  it('an error code that nobody knows is noted', async () => {
    upstream.world.faults.add({ endpoint: 'create', does: 'status', status: 400, errorCode: '0999' });
    expect(await create('SIM_OK')).toMatchObject({ is: 'refused', code: 'rejected_by_amilon' });
    expect(drifts).toEqual([{ kind: 'unknown_code', where: 'create', what: '0999' }]);
  });

  it('what is missing or cannot be read is told by name: an answer, a field that was always there, a country', async () => {
    const order = submission(line('SIM_OK'));
    const { externalOrderId } = order;
    const { faults } = upstream.world;
    faults.add({ endpoint: 'create', does: 'html', count: 1 });
    faults.add({ endpoint: 'read', does: 'json', body: { externalOrderId, status: 'Pending' } });
    faults.add({ endpoint: 'contract', does: 'json', body: { name: 'C', currency: 'EUR', startDate: '2024-01-01' } });
    faults.add({ endpoint: 'products', does: 'json', body: [{ ProductCode: 'A', Name: 'A', Currency: 'EUR' }] });
    const merchant = { RetailerId: 'a4322514-36f1-401e-af3d-6a1784a3da7a', Name: 'M', Country: 'Atlantis' };
    faults.add({ endpoint: 'merchants', does: 'json', body: [merchant] });
    await upstream.amilon.create(order, plus(clock.now(), 10_000));
    expect((await upstream.amilon.read(order)).is).toBe('found');
    expect((await upstream.amilon.contract()).is).toBe('ok');
    expect(await upstream.amilon.products(Culture('pt-PT'))).toMatchObject({
      value: [],
      quarantined: [{ index: 0, reason: 'unreadable: price' }],
    });
    expect((await upstream.amilon.merchants(Culture('pt-PT'))).is).toBe('ok');
    expect(drifts).toEqual([
      { kind: 'unreadable_answer', where: 'create', what: 'order' },
      { kind: 'missing_field', where: 'order', what: 'id' },
      { kind: 'missing_field', where: 'contract', what: 'enddate' },
      { kind: 'missing_field', where: 'product', what: 'price' },
      { kind: 'unknown_word', where: 'merchant.country', what: 'Atlantis' },
    ]);
  });

  it('trap 22: no log line holds a secret of a voucher, a token or a password', async () => {
    const order = submission(line('SIM_WIRE_PASCAL', 2));
    const created = await upstream.amilon.create(order, plus(clock.now(), 10_000));
    const vouchers = created.is === 'done' ? created.order.vouchers : [];
    expect(vouchers.length).toBe(2);
    for (const product of ['SIM_HTML_200', 'SIM_500_ALWAYS', 'SIM_422_FUNDS', 'SIM_401_ALWAYS']) await create(product);
    expect(logged.lines.length).toBeGreaterThan(3);
    for (const { secrets } of vouchers) {
      for (const secret of Object.values(secrets)) expect(logged.text()).not.toContain(secret);
    }
    expect(logged.text()).not.toMatch(/Bearer|SANDBOX-|password/);
  });
});
