import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../../src/application/ports/event-store.ts';
import type { EncryptedVoucher } from '../../src/domain/order/values.ts';
import { OrderId, ProductCode, Reference, UserId, VoucherId, externalOrderIdOf } from '../../src/domain/shared/ids.ts';
import { instant, plus } from '../../src/domain/shared/instant.ts';
import { eventsOfOrder } from '../support/order-life.ts';

/** To come: none of these orders is due, and nobody has to ask Amilon for it. */
const BEGUN = instant('2100-01-01T00:00:00.000Z');

/** The vouchers as they were ordered, each with an id that no other order's has. */
const ownVouchers = (vouchers: readonly EncryptedVoucher[], orderId: OrderId): readonly EncryptedVoucher[] =>
  vouchers.map((voucher, n) => ({
    ...voucher,
    productCode: ProductCode('P-1'),
    id: VoucherId(`${orderId}-${String(n).padStart(16, '0')}`),
  }));

/** The n-th order, as it goes well: a time, a reference, a user and vouchers of its own. */
export const lifeOf = (n: number): readonly [NewEvent, ...NewEvent[]] => {
  const uuid = randomUUID();
  const orderId = OrderId(`${uuid.slice(0, 14)}5${uuid.slice(15)}`);
  return eventsOfOrder((event) => {
    const at = plus(BEGUN, n * 100);
    if (event.type === 'VouchersDelivered') return { ...event, at, vouchers: ownVouchers(event.vouchers, orderId) };
    if (event.type !== 'OrderRequested') return { ...event, at };
    return {
      ...event,
      at,
      externalOrderId: externalOrderIdOf('ENGAGE', 2026, orderId),
      reference: Reference(`r-${uuid}`),
      userId: UserId(`u-${String(n % 50_000)}`),
    };
  });
};
