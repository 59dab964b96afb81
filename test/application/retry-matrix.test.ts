import { afterEach, describe, expect, it } from '@jest/globals';
import { SECOND } from '../../src/domain/shared/instant.ts';
import type { SandboxWorld } from '../../src/infrastructure/amilon/sandbox/world.ts';
import { overHttp, stopAll } from './over-http.ts';

// amilon.md, retry matrix: every row of creates, the real adapter against the sandbox over loopback HTTP. Times
// are seconds of the virtual clock, without jitter: pauses are half of what they may be at most.

afterEach(stopAll);

type Fault = Omit<Parameters<SandboxWorld['faults']['add']>[0], 'endpoint'>;

const status = (code: number, rest: Fault = {}): Fault => ({ does: 'status', status: code, ...rest });
const coded = (errorCode: string, rest: Fault = {}): Fault => status(400, { errorCode, ...rest });
const said = (code: number, message: string, rest: Fault = {}): Fault => ({
  does: 'json',
  status: code,
  body: { error: 'Error', message },
  ...rest,
});
const once = { count: 1 };

const bought = ['VouchersDelivered', 'OrderCompleted'];
const atOnce = ['OrderSubmissionStarted 1', 'OrderCreatedAtAmilon 1', ...bought];
const deferredFirst = (reason: string): readonly string[] => [
  'OrderSubmissionStarted 1',
  `OrderSubmissionDeferred 1 ${reason}`,
  'OrderSubmissionStarted 2',
  'OrderCreatedAtAmilon 2',
  ...bought,
];
const adopted = (cause: string): readonly string[] => [
  'OrderSubmissionStarted 1',
  `OrderSubmissionUncertain 1 ${cause}`,
  'OrderCreatedAtAmilon 1',
  ...bought,
];
const rejected = (code: string): readonly string[] => ['OrderSubmissionStarted 1', `OrderRejectedByAmilon 1 ${code}`];
const attempts = (times: number, what: string): readonly string[] =>
  Array.from({ length: times }, (_, n) => [
    `OrderSubmissionStarted ${String(n + 1)}`,
    what.replace(' ', ` ${String(n + 1)} `),
  ]).flat();

/** Read every 10 s and posted again after the quiet time, then slowly: what a `what` comes to that never buys. */
const threePosts = (what: string): readonly string[] => [
  `create ${what} @0`,
  'read 404 @2..132/10,135',
  `create ${what} @135`,
  'read 404 @137..267/10,270',
  `create ${what} @270`,
  'read 404 @272,332,396.4',
];

interface Row {
  readonly faults: readonly Fault[];
  readonly seconds: number;
  readonly calls: readonly string[];
  readonly events: readonly string[];
  readonly attention?: readonly string[];
  readonly bought?: number;
}

const creates: Readonly<Record<string, Row>> = {
  'no fault: bought at once': { faults: [], seconds: 60, calls: ['create 200 @0'], events: atOnce },
  '401: refresh, and at once again as a new attempt': {
    faults: [status(401, once)],
    seconds: 60,
    calls: ['create 401 @0', 'create 200 @0'],
    events: deferredFirst('unauthorized'),
  },
  '401 again: circuit open, slow, on hold': {
    faults: [status(401)],
    seconds: 460,
    calls: ['create 401 @0,0..450/225'],
    events: attempts(4, 'OrderSubmissionDeferred unauthorized'),
    attention: ['on_hold'],
    bought: 0,
  },
  '400 Duplicate order: read, compare, adopt': {
    faults: [said(400, 'Duplicate order', { ...once, after: true })],
    seconds: 60,
    calls: ['create 400 @0', 'read 200 @2'],
    events: adopted('duplicate'),
  },
  '0400: read, compare, adopt': {
    faults: [coded('0400', { ...once, after: true })],
    seconds: 60,
    calls: ['create 400 @0', 'read 200 @2'],
    events: adopted('duplicate'),
  },
  '0400 that is never found: only read, slowly': {
    faults: [coded('0400')],
    seconds: 400,
    calls: ['create 400 @0', 'read 404 @2..362/60'],
    events: ['OrderSubmissionStarted 1', 'OrderSubmissionUncertain 1 duplicate'],
    attention: ['submission_uncertain'],
    bought: 0,
  },
  '0105 while another attempt is ambiguous: only read from now on': {
    faults: [{ does: 'reset', ...once }, coded('0105')],
    seconds: 400,
    calls: ['create reset @0', 'read 404 @2..132/10,135', 'create 400 @135', 'read 404 @137..317/60,378.4'],
    events: [
      'OrderSubmissionStarted 1',
      'OrderSubmissionUncertain 1 reset',
      'OrderSubmissionStarted 2',
      'OrderSubmissionUncertain 2 refused',
    ],
    attention: ['submission_uncertain'],
    bought: 0,
  },
  ...refused('400 Invalid product', said(400, 'Invalid product'), 'create 400', 'product_not_orderable'),
  ...refused('0106', coded('0106'), 'create 400', 'product_not_orderable'),
  ...refused('0600', coded('0600'), 'create 400', 'product_not_orderable'),
  ...refused('400 Invalid quantity', said(400, 'Invalid quantity'), 'create 400', 'quantity_out_of_range'),
  ...refused('422 Insufficient funds', said(422, 'Insufficient funds'), 'create 422', 'insufficient_funds'),
  ...refused('402', status(402), 'create 402', 'insufficient_funds'),
  ...refused('0105', coded('0105'), 'create 400', 'insufficient_funds'),
  ...refused('422 Product unavailable', said(422, 'Product unavailable'), 'create 422', 'product_unavailable'),
  ...refused('0200', coded('0200'), 'create 400', 'rejected_by_amilon'),
  ...refused('403', status(403), 'create 403', 'rejected_by_amilon'),
  ...refused('418', status(418), 'create 418', 'rejected_by_amilon'),
  ...waits('429', status(429, { count: 3 }), 429),
  ...waits('425', status(425, { count: 3 }), 425),
  '429 with Retry-After: when it says': {
    faults: [status(429, { ...once, retryAfterSeconds: 42 })],
    seconds: 60,
    calls: ['create 429 @0', 'create 200 @42'],
    events: deferredFirst('rate_limited'),
  },
  ...uncertain('408', status(408), '408', 'timeout'),
  ...uncertain('a timeout', { does: 'timeout' }, 'hang', 'timeout'),
  ...uncertain('a reset', { does: 'reset' }, 'reset', 'reset'),
  ...uncertain('200 in HTML', { does: 'html' }, '200', 'unreadable'),
  ...uncertain('200 that is empty', { does: 'json', body: {} }, '200', 'unreadable'),
  ...uncertain('a redirect', { does: 'html', status: 307 }, '307', 'unreadable'),
  ...broken('500', status(500), '500'),
  ...broken('503', status(503), '503'),
  ...broken('0000', coded('0000'), '400'),
  ...broken('0500', coded('0500'), '400'),
  ...held('404', status(404), '404', 'not_found'),
  ...held('404 in HTML', { does: 'html', status: 404 }, '404', 'not_found'),
  ...held('0100', coded('0100'), '400', 'contract'),
  ...held('0104', coded('0104'), '400', 'contract'),
};

function refused(name: string, fault: Fault, call: string, code: string): Record<string, Row> {
  return {
    [`${name}: no, definitive`]: {
      faults: [fault],
      seconds: 3_600,
      calls: [`${call} @0`],
      events: rejected(code),
      bought: 0,
    },
  };
}

function waits(name: string, fault: Fault, code: number): Record<string, Row> {
  return {
    [`${name}: deferred, the pause doubles, same id`]: {
      faults: [fault],
      seconds: 60,
      calls: [`create ${String(code)} @0,1,3`, 'create 200 @7'],
      events: [
        ...attempts(3, 'OrderSubmissionDeferred rate_limited'),
        'OrderSubmissionStarted 4',
        'OrderCreatedAtAmilon 4',
        ...bought,
      ],
    },
  };
}

function uncertain(name: string, fault: Fault, what: string, cause: string): Record<string, Row> {
  return {
    [`${name}: read, then same id again, 2 times, then the reconciler`]: {
      faults: [fault],
      seconds: 400,
      calls: threePosts(what),
      events: attempts(3, `OrderSubmissionUncertain ${cause}`),
      attention: ['submission_uncertain'],
      bought: 0,
    },
    [`${name} that bought: read and adopted`]: {
      faults: [{ ...fault, ...once, after: true }],
      seconds: 60,
      calls: [`create ${what} @0`, 'read 200 @2'],
      events: adopted(cause),
    },
  };
}

function broken(name: string, fault: Fault, what: string): Record<string, Row> {
  return {
    [`${name}: read, then same id again, 3 times, then the reconciler`]: {
      faults: [fault],
      seconds: 600,
      calls: [
        ...threePosts(what).slice(0, 5),
        'read 404 @272..312/10,372.4,405',
        `create ${what} @405`,
        'read 404 @407,486.4,581.68',
        `create ${what} @581.68`,
        'read 404 @583.68',
      ],
      events: [
        ...attempts(3, 'OrderSubmissionUncertain server_error'),
        'OrderDelayed absent',
        ...attempts(5, 'OrderSubmissionUncertain server_error').slice(6),
      ],
      attention: ['submission_uncertain'],
      bought: 0,
    },
    [`${name} that bought: read and adopted`]: {
      faults: [{ ...fault, ...once, after: true }],
      seconds: 60,
      calls: [`create ${what} @0`, 'read 200 @2'],
      events: adopted('server_error'),
    },
  };
}

function held(name: string, fault: Fault, what: string, reason: string): Record<string, Row> {
  return {
    [`${name}: a fault of the configuration or contract, on hold`]: {
      faults: [fault],
      seconds: 1_000,
      calls: [`create ${what} @0,225,900`],
      events: attempts(3, `OrderSubmissionDeferred ${reason}`),
      attention: ['on_hold'],
      bought: 0,
    },
  };
}

describe('create', () => {
  it.each(Object.entries(creates))('%s', async (_name, row) => {
    const hangs = row.faults.some(({ does }) => does === 'timeout');
    const opened = await overHttp(hangs ? { patience: SECOND } : {});
    for (const fault of row.faults) opened.sandbox.faults.add({ endpoint: 'create', ...fault });
    await opened.runFor(row.seconds * SECOND);
    expect([opened.calls(), await opened.events(), await opened.attention(), opened.bought()]).toEqual([
      row.calls,
      row.events,
      row.attention ?? [],
      row.bought ?? 1,
    ]);
  });
});
