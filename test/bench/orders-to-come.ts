import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../../src/application/ports/event-store.ts';
import { OrderId, Reference, UserId, externalOrderIdOf } from '../../src/domain/shared/ids.ts';
import { instant, plus } from '../../src/domain/shared/instant.ts';
import { eventsOfOrder } from '../support/order-life.ts';

/** To come: none of these orders is due, and nobody has to ask Amilon for it. */
const BEGUN = instant('2100-01-01T00:00:00.000Z');

/** The n-th order, as it goes well: a time, a reference and a user of its own. */
export const lifeOf = (n: number): readonly [NewEvent, ...NewEvent[]] =>
  eventsOfOrder((event) => {
    const at = plus(BEGUN, n * 100);
    if (event.type !== 'OrderRequested') return { ...event, at };
    const uuid = randomUUID();
    const externalOrderId = externalOrderIdOf('ENGAGE', 2026, OrderId(`${uuid.slice(0, 14)}5${uuid.slice(15)}`));
    return {
      ...event,
      at,
      externalOrderId,
      reference: Reference(`r-${uuid}`),
      userId: UserId(`u-${String(n % 50_000)}`),
    };
  });
