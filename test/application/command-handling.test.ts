import { describe, expect, it } from '@jest/globals';
import type { CommandHandlingDeps, Provenance } from '../../src/application/command-handling.ts';
import { createOrders, orderStream } from '../../src/application/orders.ts';
import { BrokenChain, Unavailable, Undecodable } from '../../src/application/ports/errors.ts';
import type { NewEvent, Recorded } from '../../src/application/ports/event-store.ts';
import { instant, plus } from '../../src/domain/shared/instant.ts';
import { hashOf } from '../../src/infrastructure/codec/hash-chain.ts';
import { c1, c2, m1, orderId, outcome, request, start, t, withVouchers } from '../domain/order/fixtures.ts';
import { client, createWorld, passing, today } from './world.ts';

const stream = orderStream(orderId);
const service: Provenance = { actor: { type: 'service', id: 'fulfilment' }, correlation: 'c', causation: 'c' };
const asked = (at = today) => request({ at });

/** A world in which the order was placed. */
const placed = async () => {
  const world = createWorld();
  await world.orders.handle(orderId, (at) => asked(at), client);
  return world;
};

describe('handling a command', () => {
  it('records what was decided: chained, stamped, with who asked and when', async () => {
    const { orders, recorded, deps } = createWorld();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const handled = await orders.handle(orderId, (at) => asked(at), { ...client, traceparent });
    expect(handled).toMatchObject({ accepted: true, version: 1, events: [{ ...asked(), type: 'OrderRequested' }] });
    const [only, ...more] = await recorded(stream);
    const { hash, ...envelope } = { ...only?.recorded.envelope };
    expect([envelope, more]).toEqual([
      {
        occurredAt: today,
        mode: 'sandbox',
        ...client,
        traceparent,
        order: { externalOrderId: asked().externalOrderId, status: 'pending', purchase: 'not_purchased' },
        prevHash: deps.codec.genesis,
      },
      [],
    ]);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('lays the hash chain on from event to event, within one decision and over several', async () => {
    const { orders, recorded } = await placed();
    await orders.handle(orderId, () => start(1), service);
    await orders.handle(orderId, () => outcome(1, 2, { is: 'created', order: withVouchers(c1, c2, m1) }), service);
    const envelopes = (await recorded(stream)).map((event) => event.recorded.envelope);
    expect(envelopes.slice(1).map(({ prevHash }) => prevHash)).toEqual(envelopes.slice(0, -1).map(({ hash }) => hash));
    expect(new Set(envelopes.map(({ hash }) => hash)).size).toBe(5);
  });

  it('stamps each event with the state after it, not after the whole decision', async () => {
    const { orders, recorded } = await placed();
    await orders.handle(orderId, () => start(1), service);
    await orders.handle(orderId, () => outcome(1, 2, { is: 'created', order: withVouchers(c1, c2, m1) }), service);
    const stamps = (await recorded(stream)).map(({ event, recorded: { envelope } }) => [
      event.type,
      envelope.order?.status,
      envelope.order?.purchase,
    ]);
    expect(stamps).toEqual([
      ['OrderRequested', 'pending', 'not_purchased'],
      ['OrderSubmissionStarted', 'submitting', 'unknown'],
      ['OrderCreatedAtAmilon', 'processing', 'purchased'],
      ['VouchersDelivered', 'partially_delivered', 'purchased'],
      ['OrderCompleted', 'completed', 'purchased'],
    ]);
  });

  it("carries the order's tenant on to what the service records", async () => {
    const { orders, recorded } = await placed();
    await orders.handle(orderId, () => start(1), service);
    expect((await recorded(stream)).map((event) => event.recorded.envelope.tenant)).toEqual(['acme', 'acme']);
  });

  it('records nothing of a refused command, and tells the state that it was refused on', async () => {
    const { orders, types } = await placed();
    const handled = await orders.handle(orderId, (at) => ({ type: 'EraseOrder', at }), client);
    expect(handled).toMatchObject({
      accepted: false,
      refusal: { reason: 'not_final', status: 'pending' },
      state: { status: 'pending' },
      version: 1,
    });
    expect(await types(orderId)).toEqual(['OrderRequested']);
  });

  it('records nothing when the same command comes again', async () => {
    const { orders, types } = await placed();
    const again = await orders.handle(orderId, (at) => asked(at), client);
    expect(again).toMatchObject({ accepted: true, events: [], version: 1 });
    expect(await types(orderId)).toEqual(['OrderRequested']);
  });

  it('records nothing when the command cannot be made', async () => {
    const { orders, types } = await placed();
    const making = orders.handle(
      orderId,
      () => {
        throw new RangeError('told by the test');
      },
      client,
    );
    await expect(making).rejects.toThrow('told by the test');
    expect(await types(orderId)).toEqual(['OrderRequested']);
  });
});

describe('the time of an event', () => {
  it("is never before the stream's last, even when the clock goes back", async () => {
    const { deps, recorded } = await placed();
    const earlier = instant('2026-02-28T23:00:00.000Z');
    const orders = createOrders({ ...deps, clock: { ...deps.clock, now: () => earlier } });
    const times: string[] = [];
    await orders.handle(
      orderId,
      (at) => {
        times.push(at);
        return { type: 'CancelOrder', at, by: 'client', reason: 'no' };
      },
      client,
    );
    expect(times).toEqual([today]);
    expect((await recorded(stream)).map((event) => event.recorded.envelope.occurredAt)).toEqual([today, today]);
  });

  it('is that of the clock where the clock goes on', async () => {
    const { clock, orders, recorded } = await placed();
    await clock.advance(1_500);
    await orders.handle(orderId, (at) => ({ type: 'CancelOrder', at, by: 'client', reason: 'no' }), client);
    expect((await recorded(stream)).at(-1)?.recorded.envelope.occurredAt).toBe(plus(today, 1_500));
  });
});

describe('writers of one stream', () => {
  it('reads again after a conflict and decides on what the other one wrote', async () => {
    const { clock, orders, interfere, types } = await placed();
    let others = 0;
    interfere(async (really) => {
      others += 1;
      if (others === 1) await orders.handle(orderId, () => start(0), service);
      return really();
    });
    const cancelling = orders.handle(
      orderId,
      (at) => ({ type: 'CancelOrder', at, by: 'client', reason: 'no' }),
      client,
    );
    expect(await passing(clock, cancelling)).toMatchObject({
      accepted: false,
      refusal: { reason: 'not_cancellable', status: 'submitting' },
      version: 2,
    });
    expect(await types(orderId)).toEqual(['OrderRequested', 'OrderSubmissionStarted']);
  });

  it('lets one of many at once start the submission', async () => {
    const { clock, orders, types } = await placed();
    const many = Array.from({ length: 8 }, () => orders.handle(orderId, () => start(0), service));
    const handled = await passing(clock, Promise.all(many));
    expect(handled.filter(({ accepted }) => accepted)).toHaveLength(1);
    expect(await types(orderId)).toEqual(['OrderRequested', 'OrderSubmissionStarted']);
  });

  it('gives every decision event ids of its own', async () => {
    const { clock, orders, interfere } = createWorld();
    const ids: string[] = [];
    interfere(async (really, events) => {
      ids.push(...events.map(({ id }) => id));
      return ids.length < 4 ? 'conflict' : really();
    });
    await passing(
      clock,
      orders.handle(orderId, (at) => asked(at), client),
    );
    expect([ids.length, new Set(ids).size]).toEqual([4, 4]);
  });

  it('gives up after so many conflicts, and says that the same call may succeed later', async () => {
    const { clock, orders, interfere } = createWorld();
    let appends = 0;
    interfere(async () => {
      appends += 1;
      return 'conflict';
    });
    const handling = passing(
      clock,
      orders.handle(orderId, (at) => asked(at), client),
    );
    await expect(handling).rejects.toMatchObject({ name: 'Unavailable', retryable: true });
    expect(appends).toBe(12);
  });
});

describe('an append whose outcome is unknown', () => {
  for (const { how, written } of [
    { how: 'was written', written: true },
    { how: 'was not written', written: false },
  ]) {
    it(`is told to the caller, whose next try leaves one event where it ${how}`, async () => {
      const { orders, interfere, types } = createWorld();
      interfere(async (really) => {
        if (written) await really();
        throw new Unavailable('event store');
      });
      await expect(orders.handle(orderId, (at) => asked(at), client)).rejects.toThrow(Unavailable);
      interfere((really) => really());
      const again = await orders.handle(orderId, (at) => asked(at), client);
      expect(again).toMatchObject({ accepted: true, version: 1, events: { length: written ? 0 : 1 } });
      expect(await types(orderId)).toEqual(['OrderRequested']);
    });
  }
});

describe('a history that is not what was written', () => {
  /** Reads through a change of what is stored. */
  const reading = async (change: (events: readonly Recorded[]) => readonly Recorded[]) => {
    const world = await placed();
    await world.orders.handle(orderId, () => start(1), service);
    const deps: CommandHandlingDeps = {
      ...world.deps,
      store: {
        ...world.deps.store,
        read: async function* (of, after) {
          const events: Recorded[] = [];
          for await (const event of world.deps.store.read(of, after)) events.push(event);
          yield* change(events);
        },
      },
    };
    const handling = createOrders(deps).handle(orderId, () => start(400), service);
    return { handling, types: () => world.types(orderId) };
  };
  const whole = ['OrderRequested', 'OrderSubmissionStarted'];

  it('stops the command where an event was changed', async () => {
    const { handling, types } = await reading((events) =>
      events.map((event) => ({ ...event, data: { ...Object(event.data), attempt: 9 } as unknown })),
    );
    await expect(handling).rejects.toThrow(BrokenChain);
    expect(await types()).toEqual(whole);
  });

  it('stops the command where an event is missing', async () => {
    const { handling, types } = await reading((events) => events.slice(1));
    await expect(handling).rejects.toThrow(BrokenChain);
    expect(await types()).toEqual(whole);
  });

  it('stops the command at an event that this version cannot read', async () => {
    const { handling, types } = await reading((events) => {
      const [first, second] = events;
      if (first === undefined || second === undefined) throw new TypeError('two events were written');
      const { hash: _hash, ...envelope } = second.envelope;
      const stranger = { ...second, type: 'OrderGiftWrapped', envelope };
      const sealed: NewEvent = { ...stranger, envelope: { ...envelope, hash: hashOf(stranger) } };
      return [first, { ...sealed, position: second.position }];
    });
    await expect(handling).rejects.toThrow(Undecodable);
    expect(await types()).toEqual(whole);
  });
});

describe('an order that does not exist', () => {
  it('is told by the refusal, and nothing is recorded', async () => {
    const { orders, types } = createWorld();
    const handled = await orders.handle(orderId, () => start(1), service);
    expect(handled).toEqual({
      accepted: false,
      refusal: { reason: 'order_not_found' },
      state: { status: 'none' },
      version: 0,
    });
    expect([await types(orderId), await orders.load(orderId)]).toEqual([[], { state: { status: 'none' }, version: 0 }]);
  });
});

// The fixtures' orders are placed when every test here begins.
it('starts at the same time as the fixtures', () => {
  expect(t(0)).toBe(today);
});
