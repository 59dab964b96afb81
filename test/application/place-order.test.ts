import { describe, expect, it } from '@jest/globals';
import { orderStream } from '../../src/application/orders.ts';
import { createPlaceOrder } from '../../src/application/place-order.ts';
import type { PlaceOrder, PlaceOrderDeps, Quoted } from '../../src/application/place-order.ts';
import { Unavailable } from '../../src/application/ports/errors.ts';
import type { OrderEvent } from '../../src/domain/order/events.ts';
import { Reference, TenantId, UserId, orderOfExternalId } from '../../src/domain/shared/ids.ts';
import { createEncryption } from '../../src/infrastructure/encryption/encryption.ts';
import {
  acme,
  client,
  coffee,
  createWorld,
  freshKeyring,
  passing,
  placement,
  ptPT,
  quoted,
  rotated,
  today,
} from './world.ts';
import type { World } from './world.ts';

const delisted: Quoted = {
  is: 'refused',
  errors: [{ pointer: '/lines/0/productCode', code: 'product_not_orderable', detail: 'delisted' }],
};

const placeWith =
  (world: World, over: Partial<PlaceOrderDeps>) =>
  (request: Partial<PlaceOrder> = {}) =>
    createPlaceOrder({ ...world.placing, ...over })({ ...placement, ...request });

const parseNothing = (): never => {
  throw new SyntaxError('a known key is not parsed again');
};

const requestedOf = async (world: World): Promise<Extract<OrderEvent, { type: 'OrderRequested' }>> => {
  const [event] = await world.history(world.deps.identifiers.orderId(acme, 'key'));
  if (event?.type !== 'OrderRequested') throw new TypeError('no order was requested');
  return event;
};

describe('placing an order', () => {
  it('records what was asked for and what it was decided on', async () => {
    const world = createWorld();
    const body = { lines: [{ productCode: coffee, quantity: 2 }], reference: 'PO-1', userId: 'user-1' };
    const placed = await world.placeOrder({
      body,
      parse: () => ({
        culture: ptPT,
        lines: [{ productCode: coffee, quantity: 2 }],
        reference: Reference('PO-1'),
        userId: UserId('user-1'),
      }),
    });
    const orderId = world.deps.identifiers.orderId(acme, 'key');
    expect(placed).toMatchObject({ is: 'placed', orderId, version: 1, order: { status: 'pending' } });
    const { is: _is, ...decidedOn } = quoted;
    const event = {
      type: 'OrderRequested',
      at: today,
      externalOrderId: `ENGAGE-2026-${orderId.slice(0, 14)}4${orderId.slice(15)}`,
      mode: 'sandbox',
      body: world.encryption.macBody(body),
      culture: 'pt-PT',
      ...decidedOn,
      reference: 'PO-1',
      userId: 'user-1',
    };
    expect(await world.history(orderId)).toEqual([event]);
  });

  it('derives the external id so that it leads back to the order', async () => {
    const world = createWorld();
    const orderId = await world.placed();
    expect(orderOfExternalId((await requestedOf(world)).externalOrderId)).toBe(orderId);
  });

  it('fixes the year of the external id once, in UTC', async () => {
    const world = createWorld();
    await world.clock.advance(Date.parse('2026-12-31T23:59:59.999Z') - Date.parse(today));
    await world.placed();
    await world.clock.advance(1);
    const next = await world.placeOrder({ idempotencyKey: 'next year' });
    const again = await world.placeOrder();
    const ids = [again, next].map((placed) => ('order' in placed ? placed.order.request.externalOrderId : placed.is));
    expect(ids.map((id) => id.slice(0, 12))).toEqual(['ENGAGE-2026-', 'ENGAGE-2027-']);
  });

  it('has a durable data key before anything is appended', async () => {
    const world = createWorld();
    const orderId = world.deps.identifiers.orderId(acme, 'key');
    const keys: number[] = [];
    world.interfere(async (really) => {
      keys.push((await world.dataKeys.get([orderId])).size);
      return really();
    });
    await world.placed();
    expect(keys).toEqual([1]);
  });

  it("keeps metadata as ciphertext under the order's key", async () => {
    const world = createWorld();
    const metadata = { note: 'for Ann' };
    const parse = () => ({ ...placement.parse({}), metadata });
    await world.placeOrder({ body: { metadata }, parse });
    const event = await requestedOf(world);
    expect(JSON.stringify(event)).not.toContain('Ann');
    const cipher = await world.encryption.open(world.deps.identifiers.orderId(acme, 'key'));
    if (typeof cipher === 'string' || event.metadata === undefined) throw new TypeError('no metadata was kept');
    expect(cipher.decryptMetadata(event.metadata)).toEqual(metadata);
  });

  it('writes nothing and makes no key for what cannot be ordered, and does not burn the idempotency key', async () => {
    const world = createWorld();
    const orderId = world.deps.identifiers.orderId(acme, 'key');
    expect(await placeWith(world, { quote: async () => delisted })()).toEqual(delisted);
    expect([await world.types(orderId), (await world.dataKeys.get([orderId])).size]).toEqual([[], 0]);
    expect(await world.placeOrder()).toMatchObject({ is: 'placed', orderId });
  });

  it('hands on why there can be no order at all', async () => {
    const world = createWorld();
    for (const answer of [
      { is: 'catalog_not_ready' },
      { is: 'contract_not_valid', detail: 'expired' },
    ] satisfies Quoted[]) {
      expect(await placeWith(world, { quote: async () => answer })()).toEqual(answer);
    }
  });

  it('takes nothing where the key of the order was destroyed before', async () => {
    const world = createWorld();
    const orderId = world.deps.identifiers.orderId(acme, 'key');
    await world.dataKeys.destroy(orderId);
    await expect(world.placeOrder()).rejects.toThrow(Unavailable);
    expect(await world.types(orderId)).toEqual([]);
  });
});

describe('the same key again', () => {
  it('gives the order as it is now', async () => {
    const world = createWorld();
    const orderId = await world.placed();
    await world.orders.handle(orderId, (at) => ({ type: 'CancelOrder', at, by: 'client', reason: 'no' }), client);
    expect(await world.placeOrder()).toMatchObject({
      is: 'replayed',
      orderId,
      version: 2,
      order: { status: 'cancelled' },
    });
    expect(await world.types(orderId)).toEqual(['OrderRequested', 'OrderCancelled']);
  });

  it('works after the product was delisted, and is not validated again', async () => {
    const world = createWorld();
    await world.placed();
    const again = placeWith(world, { quote: async () => delisted });
    expect(await again({ parse: parseNothing })).toMatchObject({ is: 'replayed', version: 1 });
  });

  it('is a replay however the fields of the body are ordered', async () => {
    const world = createWorld();
    await world.placeOrder({ body: { a: 1, b: { c: 2, d: 3 } } });
    expect(await world.placeOrder({ body: { b: { d: 3, c: 2 }, a: 1 } })).toMatchObject({ is: 'replayed' });
  });

  it('with another body is refused, even where that one is not valid', async () => {
    const world = createWorld();
    const orderId = await world.placed();
    const other = await world.placeOrder({ body: { lines: [] }, parse: parseNothing });
    expect([other, await world.types(orderId)]).toEqual([
      { is: 'idempotency_key_reused', orderId },
      ['OrderRequested'],
    ]);
  });

  it('is compared by the key that hashed the first body, after a rotation too', async () => {
    const keyring = freshKeyring();
    const world = createWorld(keyring);
    await world.placed();
    const newer = placeWith(world, { encryption: createEncryption(rotated(keyring), world.dataKeys) });
    expect([await newer(), await newer({ body: { lines: [] } })]).toMatchObject([
      { is: 'replayed' },
      { is: 'idempotency_key_reused' },
    ]);
  });

  it('of another tenant is another order', async () => {
    const world = createWorld();
    const ours = await world.placed();
    const theirs = await world.placeOrder({ tenant: TenantId('other'), body: {} });
    expect(theirs.is === 'placed' && theirs.orderId !== ours).toBe(true);
  });
});

describe('one key at once', () => {
  it('is one order for fifty requests', async () => {
    const world = createWorld();
    const fifty = Array.from({ length: 50 }, () => world.placeOrder());
    const placed = await passing(world.clock, Promise.all(fifty));
    expect(placed.filter(({ is }) => is === 'placed')).toHaveLength(1);
    expect(placed.filter(({ is }) => is === 'replayed')).toHaveLength(49);
    expect(await world.types(world.deps.identifiers.orderId(acme, 'key'))).toEqual(['OrderRequested']);
  });

  it('leaves metadata that the one data key reads, whoever was first', async () => {
    const world = createWorld();
    const parse = () => ({ ...placement.parse({}), metadata: 'kept' });
    await passing(world.clock, Promise.all(Array.from({ length: 5 }, () => world.placeOrder({ parse }))));
    const { metadata = '' } = await requestedOf(world);
    const cipher = await world.encryption.open(world.deps.identifiers.orderId(acme, 'key'));
    expect(typeof cipher !== 'string' && cipher.decryptMetadata(metadata)).toBe('kept');
  });

  it('refuses the loser of a race whose body differs', async () => {
    const world = createWorld();
    const both = [world.placeOrder({ body: { n: 1 } }), world.placeOrder({ body: { n: 2 } })];
    const placed = await passing(world.clock, Promise.all(both));
    expect(placed.map(({ is }) => is).toSorted()).toEqual(['idempotency_key_reused', 'placed']);
  });

  it('is a replay for the loser of a race whose instance hashes with a newer key', async () => {
    const keyring = freshKeyring();
    const world = createWorld(keyring);
    const newer = placeWith(world, { encryption: createEncryption(rotated(keyring), world.dataKeys) });
    let raced = false;
    world.interfere(async (really) => {
      if (raced) return really();
      raced = true;
      await world.placeOrder();
      return really();
    });
    expect(await passing(world.clock, newer())).toMatchObject({ is: 'replayed', version: 1 });
  });
});

describe('an order whose append stays uncertain', () => {
  it('is told as that, and the same key gives the one order', async () => {
    const world = createWorld();
    world.interfere(async (really) => {
      await really();
      throw new Unavailable('event store');
    });
    await expect(world.placeOrder()).rejects.toMatchObject({ name: 'Unavailable', retryable: true });
    world.interfere((really) => really());
    expect(await world.placeOrder()).toMatchObject({ is: 'replayed', version: 1 });
    const stream = orderStream(world.deps.identifiers.orderId(acme, 'key'));
    expect(await world.recorded(stream)).toHaveLength(1);
  });
});
