import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Draft, DomainEvent } from '../src/application/ports/codec.ts';
import { BrokenChain, Undecodable } from '../src/application/ports/errors.ts';
import type { Hash, NewEvent, Position, Recorded } from '../src/application/ports/event-store.ts';
import { createCodec } from '../src/infrastructure/codec/codec.ts';
import { sampleDraft, sampleEvents } from './support/sample-events.ts';

const codec = createCodec();
const everyEvent: readonly DomainEvent[] = Object.values(sampleEvents);

const seal = (event: DomainEvent, changes: Partial<Draft> = {}): NewEvent =>
  codec.seal({ ...sampleDraft(event), ...changes }, codec.genesis);

/** What a store gives back for an event. */
const stored = (event: NewEvent, changes: object = {}): Recorded => ({
  ...(JSON.parse(JSON.stringify(event)) as NewEvent),
  position: 'store-1:1' as Position,
  ...changes,
});

const cancelled = seal(sampleEvents.OrderCancelled);
const where = 'order-dadce95f-c41b-5cd2-8f0b-db13d98c729d version 1';

/** What a function throws. */
const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('decoding', () => {
  it.each(everyEvent)('gives $type back as it was sealed', (event) => {
    const recorded = stored(seal(event));
    expect(codec.decode(recorded)).toEqual({ event, recorded });
  });

  const odd: readonly (readonly [what: string, changes: object, why: string])[] = [
    ['an unknown type', { type: 'OrderTeleported' }, '(OrderTeleported, schema 1): no such type is known'],
    ['a schema from the future', { schema: 2 }, '(OrderCancelled, schema 2): no such schema is known'],
    ['a schema that never was', { schema: 0 }, '(OrderCancelled, schema 0): no such schema is known'],
    ['data that is no JSON', { data: '{"by":"cl' }, '(OrderCancelled, schema 1): its fields of its data'],
    ['a missing field', { data: { by: 'client' } }, '(OrderCancelled, schema 1): field reason of its data'],
    [
      'a field too many',
      { data: { by: 'client', reason: '', x: 1 } },
      '(OrderCancelled, schema 1): its fields of its data',
    ],
    ['an unknown case', { data: { by: 'S3CRET', reason: '' } }, '(OrderCancelled, schema 1): field by of its data'],
    [
      'an id that its own rules would write differently',
      { type: 'MerchantsDelisted', data: { culture: 'it-IT', syncId: 's', merchantIds: ['M-1'] } },
      '(MerchantsDelisted, schema 1): field merchantIds of its data',
    ],
    ['no envelope', { envelope: undefined }, '(OrderCancelled, schema 1): its fields of its envelope'],
    [
      'a time that is none',
      { envelope: { ...cancelled.envelope, occurredAt: 'noon' } },
      '(OrderCancelled, schema 1): field occurredAt of its envelope',
    ],
    [
      'a hash that was cut',
      { envelope: { ...cancelled.envelope, hash: cancelled.envelope.hash.slice(1) } },
      '(OrderCancelled, schema 1): field hash of its envelope',
    ],
  ];

  it.each(odd)('refuses %s, naming stream, version and type and no data', (_what, changes, why) => {
    const refusal = new Undecodable(`cannot read ${where} ${why}`);
    expect(thrown(() => codec.decode(stored(cancelled, changes)))).toEqual(refusal);
  });
});

describe('schemas that changed', () => {
  const first = { type: 'OrderCancelled', from: 1, up: (data: unknown) => ({ why: data }) } as const;
  const second = {
    type: 'OrderCancelled',
    from: 2,
    up: (data: unknown) => ({ by: 'service', reason: String((data as { why: unknown }).why) }),
  } as const;
  const third = createCodec([second, first]);

  it('are brought from any version to the newest, step by step', () => {
    const event = { ...sampleEvents.OrderCancelled, by: 'service', reason: 'old' };
    const olds = [
      { data: 'old' },
      { schema: 2, data: { why: 'old' } },
      { schema: 3, data: { by: 'service', reason: 'old' } },
    ];
    expect(olds.map((old) => third.decode(stored(cancelled, old)).event)).toEqual([event, event, event]);
  });

  it('are written in the newest', () => {
    expect(third.seal(sampleDraft(sampleEvents.OrderCancelled), codec.genesis).schema).toBe(3);
    expect(third.seal(sampleDraft(sampleEvents.OrderErased), codec.genesis).schema).toBe(1);
  });

  it('are verified as they were written', () => {
    expect(() => third.verify(stored(cancelled), codec.genesis)).not.toThrow();
  });

  it('cannot be read when a step fails, and the failure is not told', () => {
    const failing = createCodec([
      {
        ...first,
        up: () => {
          throw new Error('S3CRET');
        },
      },
    ]);
    expect(thrown(() => failing.decode(stored(cancelled)))).toEqual(
      new Undecodable(`cannot read ${where} (OrderCancelled, schema 1): it cannot be brought to the newest schema`),
    );
  });

  it('need every step', () => {
    expect(() => createCodec([second])).toThrow(RangeError);
    expect(() => createCodec([first, first])).toThrow(RangeError);
  });
});

describe('sealing', () => {
  const resolved = sampleEvents.OrderResolved;
  const withReason = (reason: unknown) => ({ ...resolved, reason }) as typeof resolved;

  const lost: readonly (readonly [what: string, value: unknown, where: string])[] = [
    ['undefined', undefined, '.data.reason cannot be kept as JSON: undefined'],
    ['a bigint', 1n, '.data.reason cannot be kept as JSON: bigint'],
    ['a function', () => 1, '.data.reason cannot be kept as JSON: function'],
    ['minus zero', -0, '.data.reason cannot be kept as JSON: a number that JSON does not have'],
    ['no number', NaN, '.data.reason cannot be kept as JSON: a number that JSON does not have'],
    ['infinity', Infinity, '.data.reason cannot be kept as JSON: a number that JSON does not have'],
    ['a date', new Date(0), '.data.reason cannot be kept as JSON: not a plain object'],
    ['a map', new Map(), '.data.reason cannot be kept as JSON: not a plain object'],
    ['half a character', '\ud800', '.data.reason cannot be kept as JSON: text that is not well-formed Unicode'],
    ['what is deep inside', { a: [1, { b: 2n }] }, '.data.reason.a[1].b cannot be kept as JSON: bigint'],
    ['a hole', new Array(2), '.data.reason[0] cannot be kept as JSON: undefined'],
    ['__proto__', JSON.parse('{"__proto__":1}'), '.data.reason cannot be kept as JSON: the name of a field'],
    ['what its schema does not know', 7, ' does not fit its schema: field reason'],
  ];

  it.each(lost)('refuses %s, naming its place', (_what, value, place) => {
    expect(thrown(() => seal(withReason(value)))).toEqual(new TypeError(`${where} (OrderResolved)${place}`));
  });

  it('refuses a field that strayed into the event, without telling it', () => {
    const event = { ...sampleEvents.OrderCompleted, code: 'S3CRET' };
    expect(thrown(() => seal(event))).toEqual(
      new TypeError(`${where} (OrderCompleted) does not fit its schema: its fields`),
    );
  });

  it('refuses a type without a schema', () => {
    const event = { ...sampleEvents.OrderCompleted, type: 'OrderTeleported' } as unknown as DomainEvent;
    expect(thrown(() => seal(event))).toEqual(new TypeError(`${where} (OrderTeleported) has no schema`));
  });

  it('refuses an envelope that could not be read again', () => {
    const { envelope } = sampleDraft(resolved);
    const odd = { ...envelope, correlation: 7 } as unknown as Draft['envelope'];
    expect(thrown(() => seal(resolved, { envelope: odd }))).toEqual(
      new TypeError(`${where} (OrderResolved) does not fit the envelope: field correlation`),
    );
  });

  it("keeps the event's time in the envelope, and its type and time nowhere else", () => {
    expect(cancelled.data).toEqual({ by: 'client', reason: 'no longer wanted' });
    expect(cancelled.envelope.occurredAt).toBe(sampleEvents.OrderCancelled.at);
  });
});

describe('the hash chain', () => {
  const next = codec.seal({ ...sampleDraft(sampleEvents.OrderErased), version: 2 }, cancelled.envelope.hash);

  it('begins with zeros', () => {
    expect(cancelled.envelope.prevHash).toBe('0'.repeat(64));
  });

  it('is SHA-256 of the canonical JSON of all but the hash', () => {
    const { envelope } = sampleDraft(sampleEvents.OrderErased);
    const bare = { mode: envelope.mode, actor: envelope.actor, correlation: 'c', causation: 'd' } as const;
    const canonical =
      '{"data":{},"envelope":{"actor":{"id":"api-key-1","type":"client"},"causation":"d","correlation":"c",' +
      `"mode":"sandbox","occurredAt":"2026-03-01T10:00:00.000Z","prevHash":"${codec.genesis}"},` +
      '"id":"0b9f1f5e-6f0a-4a55-9d0a-2d4f6f1f7a01","schema":1,' +
      '"stream":"order-dadce95f-c41b-5cd2-8f0b-db13d98c729d","type":"OrderErased","version":1}';
    const sealed = seal(sampleEvents.OrderErased, { envelope: bare });
    expect(sealed.envelope.hash).toBe(createHash('sha256').update(canonical).digest('hex'));
  });

  it('holds for what a store gives back', () => {
    expect(() => {
      codec.verify(stored(cancelled), codec.genesis);
      codec.verify(stored(next), cancelled.envelope.hash);
    }).not.toThrow();
  });

  const changes: readonly (readonly [what: string, changes: object])[] = [
    ['stream', { stream: 'order-x' }],
    ['version', { version: 3 }],
    ['id', { id: 'another' }],
    ['type', { type: 'OrderCompleted' }],
    ['schema', { schema: 2 }],
    ['data', { data: { by: 'client', reason: 'no longer wanted.' } }],
    ['actor', { envelope: { ...cancelled.envelope, actor: { type: 'operator', id: 'api-key-1' } } }],
    ['time', { envelope: { ...cancelled.envelope, occurredAt: '2026-03-01T10:00:00.001Z' } }],
    ['hash', { envelope: { ...cancelled.envelope, hash: codec.genesis } }],
    ['envelope, which is gone', { envelope: undefined }],
  ];

  it.each(changes)('breaks with another %s', (_what, change) => {
    expect(() => codec.verify(stored(cancelled, change), codec.genesis)).toThrow(BrokenChain);
  });

  it('breaks where an event before is left out or exchanged', () => {
    expect(thrown(() => codec.verify(stored(next), 'f'.repeat(64) as Hash))).toEqual(
      new BrokenChain('order-dadce95f-c41b-5cd2-8f0b-db13d98c729d version 2 does not follow the event before it'),
    );
  });
});
