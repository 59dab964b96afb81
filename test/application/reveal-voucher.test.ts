import { describe, expect, it } from '@jest/globals';
import { createRevealVoucher } from '../../src/application/reveal-voucher.ts';
import type { RevealVoucher, Revealed } from '../../src/application/reveal-voucher.ts';
import { Unavailable, Undecodable } from '../../src/application/ports/errors.ts';
import { TenantId, VoucherId } from '../../src/domain/shared/ids.ts';
import { MINUTE, plus } from '../../src/domain/shared/instant.ts';
import { delivered, found, fulfilling, upstream, voucher } from './upstream.ts';
import { acme, client, createWorld, today } from './world.ts';

const shown = { code: 'CODE-0001', url: 'https://shop.test/r?c=CODE-0001', qrCode: 'https://qr.test/1' };

/** A delivered order with one whole voucher, and how to reveal that. */
const world = async () => {
  const f = await fulfilling();
  const first = voucher(shown.code, { secrets: shown, instructions: 'Show it at the till.' });
  const vouchers = [first, voucher('CODE-0002')];
  f.answers.create = () => ({ is: 'done', order: { ...delivered, vouchers } });
  await f.look();
  const { state } = await f.orders.load(f.orderId);
  const [known] = state.status === 'none' ? [] : state.vouchers;
  if (known === undefined) throw new TypeError('two vouchers are delivered');
  const reveal = (over: Partial<RevealVoucher> = {}): Promise<Revealed> =>
    createRevealVoucher({ ...f.deps, ...f })({
      tenant: acme,
      voucherId: known.id,
      reason: 'asked for',
      provenance: client,
      ...over,
    });
  const reveals = async () => (await f.history(f.orderId)).filter(({ type }) => type === 'VoucherRevealed');
  return { f, first, vouchers, voucherId: known.id, reveal, reveals };
};

describe('revealing a voucher', () => {
  it('shows its secrets and how to redeem it, once that is on record with its reason', async () => {
    const w = await world();
    await w.f.clock.advance(MINUTE);
    const at = plus(today, MINUTE);
    expect(await w.reveal()).toEqual({
      is: 'revealed',
      secrets: shown,
      instructions: 'Show it at the till.',
      revealedAt: at,
    });
    expect(await w.reveals()).toEqual([{ type: 'VoucherRevealed', at, voucherId: w.voucherId, reason: 'asked for' }]);
  });

  it('records who asked', async () => {
    const w = await world();
    await w.reveal({ provenance: { ...client, actor: { type: 'client', id: 'key-9' } } });
    expect((await w.f.orders.load(w.f.orderId)).last?.actor).toEqual({ type: 'client', id: 'key-9' });
  });

  it('shows nothing where it cannot be recorded', async () => {
    const w = await world();
    w.f.interfere(async () => Promise.reject(new Unavailable('event store')));
    await expect(w.reveal()).rejects.toThrow(Unavailable);
    expect(await w.reveals()).toEqual([]);
  });

  it('records every access, also a repeated one', async () => {
    const w = await world();
    await w.reveal();
    await w.reveal();
    expect(await w.reveals()).toHaveLength(2);
  });

  it('shows what was corrected since, together with what stayed', async () => {
    const w = await world();
    const secrets = { ...shown, pin: '0042', qrCode: 'https://qr.test/2' };
    const corrected = [{ ...w.first, secrets }, ...w.vouchers.slice(1)];
    w.f.answers.read = () => found({ ...delivered, vouchers: corrected });
    await w.f.runFor(10 * MINUTE);
    // A stale answer without the pin takes nothing back.
    w.f.answers.read = () => found(upstream({ vouchers: w.vouchers }));
    await w.f.runFor(60 * MINUTE);
    expect(await w.reveal()).toMatchObject({ is: 'revealed', secrets: { code: shown.code, pin: '0042' } });
  });

  it("does not know another tenant's voucher, and records nothing", async () => {
    const w = await world();
    expect([await w.reveal({ tenant: TenantId('other') }), await w.reveals()]).toEqual([{ is: 'not_found' }, []]);
  });

  it('does not know a voucher that the order does not have, nor one of no order', async () => {
    const w = await world();
    const strange = VoucherId(`${w.voucherId.slice(0, 37)}${'f'.repeat(16)}`);
    const nowhere = VoucherId(`${'0'.repeat(8)}-0000-5000-8000-${'0'.repeat(12)}-${'f'.repeat(16)}`);
    expect([await w.reveal({ voucherId: strange }), await w.reveal({ voucherId: nowhere })]).toEqual([
      { is: 'not_found' },
      { is: 'not_found' },
    ]);
    expect(await w.reveals()).toEqual([]);
  });

  it('has nothing to show of an erased order, and records no access', async () => {
    const w = await world();
    await w.f.orders.handle(w.f.orderId, (at) => ({ type: 'EraseOrder', at }), client);
    expect([await w.reveal(), await w.reveals()]).toEqual([{ is: 'erased' }, []]);
  });

  it('has nothing to show once the key is destroyed, even before the erasure is recorded', async () => {
    const w = await world();
    await w.f.dataKeys.destroy(w.f.orderId);
    expect(await w.reveal()).toEqual({ is: 'erased' });
  });

  it('fails loudly where the store of keys is older than the order: that is no erasure', async () => {
    const w = await world();
    const { encryption } = createWorld();
    const reveal = createRevealVoucher({ ...w.f.deps, ...w.f, encryption });
    const asked = { tenant: acme, voucherId: w.voucherId, reason: 'asked for', provenance: client };
    await expect(reveal(asked)).rejects.toThrow(Undecodable);
  });
});
