import { Container } from 'inversify';
import { defaultSyncPolicy } from '../../domain/catalog-snapshot/commands.ts';
import { defaultPolicy } from '../../domain/order/policy.ts';
import { createCatalogue } from '../../application/catalog/catalogue.ts';
import { createOverpriced } from '../../application/catalog/overpriced.ts';
import { createQuote } from '../../application/catalog/quote.ts';
import { createRequestSync } from '../../application/catalog/request-sync.ts';
import { createSyncSchedule } from '../../application/catalog/schedule.ts';
import { createFulfilment } from '../../application/fulfilment.ts';
import { createOrders } from '../../application/orders.ts';
import { createPlaceOrder } from '../../application/place-order.ts';
import { createRevealVoucher } from '../../application/reveal-voucher.ts';
import type { OpenPorts } from './open-ports.ts';
import { tokens as t } from './tokens.ts';

/** The application's functions over the opened ports: plain factories, each resolved once. */
export const createContainer = (ports: OpenPorts, stop: AbortSignal): Container => {
  const container = new Container({ defaultScope: 'Singleton' });
  container.bind(t.ports).toConstantValue(ports);
  container.bind(t.stop).toConstantValue(stop);
  container.bind(t.policy).toResolvedValue(
    ({ config }) => ({
      ...defaultPolicy,
      quietTime: config.SUBMISSION_QUIET_MS,
      delayedAfter: config.FULFILMENT_DELAYED_MS,
    }),
    [t.ports],
  );
  container.bind(t.orders).toResolvedValue(createOrders, [t.ports]);
  container
    .bind(t.catalogue)
    .toResolvedValue(
      ({ store, codec, config }) => createCatalogue({ store, codec, cultures: config.AMILON_CULTURES }),
      [t.ports],
    );
  container.bind(t.schedule).toResolvedValue(
    (opened, catalogue, stopped) =>
      createSyncSchedule({
        ...opened,
        catalogue,
        stop: stopped,
        syncPolicy: { ...defaultSyncPolicy, maxShrinkPercent: opened.config.CATALOG_MAX_SHRINK_PERCENT },
      }),
    [t.ports, t.catalogue, t.stop],
  );
  container
    .bind(t.quote)
    .toResolvedValue(
      ({ clock, config }, catalogue) =>
        createQuote({ catalogue, clock, policy: { maxVouchers: config.MAX_VOUCHERS_PER_ORDER } }),
      [t.ports, t.catalogue],
    );
  container
    .bind(t.placeOrder)
    .toResolvedValue(
      (opened, orders, quote) =>
        createPlaceOrder({ ...opened, orders, quote, prefix: opened.config.EXTERNAL_ID_PREFIX }),
      [t.ports, t.orders, t.quote],
    );
  container
    .bind(t.revealVoucher)
    .toResolvedValue((opened, orders) => createRevealVoucher({ ...opened, orders }), [t.ports, t.orders]);
  container
    .bind(t.requestSync)
    .toResolvedValue(
      (opened, catalogue, schedule) => createRequestSync({ ...opened, catalogue, schedule }),
      [t.ports, t.catalogue, t.schedule],
    );
  container.bind(t.fulfil).toResolvedValue(
    (opened, orders, catalogue, schedule) =>
      createFulfilment({
        ...opened,
        policy: container.get(t.policy),
        orders,
        overpriced: createOverpriced(catalogue),
        resync: (subject) => {
          schedule.wake(subject);
        },
      }),
    [t.ports, t.orders, t.catalogue, t.schedule],
  );
  return container;
};
