import type { Container } from 'inversify';
import type { ConsumerStatus, RunningConsumer } from '../../application/consumer-runner.ts';
import { createReadSync } from '../../application/catalog/request-sync.ts';
import { createCatalogueHistory } from '../../application/catalog/history.ts';
import * as catalogueQueries from '../../application/catalog/queries.ts';
import { createParkedStreams } from '../../application/parked.ts';
import { createOperations } from '../../application/operations/operations-view.ts';
import { createPollHint } from '../../application/poll-hint.ts';
import { createEventFeed } from '../../application/queries/event-feed.ts';
import { createListOrders } from '../../application/queries/list-orders.ts';
import { createOrderTimeline } from '../../application/queries/order-timeline.ts';
import { createReadMetadata, createReadOrder } from '../../application/queries/read-order.ts';
import { createListVouchers, createReadVoucher, createVouchersOf } from '../../application/queries/vouchers.ts';
import type { Tail } from '../../application/tail.ts';
import { pastModel } from './past-models.ts';
import { openApiKeys } from '../http/api-keys.ts';
import { startHttpServer } from '../http/server.ts';
import type { CatalogueQueries, HttpServices, PartState } from '../http/services.ts';
import { consumerNames } from './consumers.ts';
import { projections } from './projections.ts';
import { RELAY } from '../../application/public-messages/relay.ts';
import type { Models } from './consumers.ts';
import type { OpenPorts } from './open-ports.ts';
import { tokens as t } from './tokens.ts';

export interface HttpParts {
  readonly ports: OpenPorts;
  readonly container: Container;
  readonly models: Models;
  readonly running: readonly RunningConsumer[];
  readonly tail: Tail;
  readonly apiKeysFile: string;
}

/** Serves the application over HTTP. @throws what listening throws, such as a port in use. */
export const serveHttp = async (parts: HttpParts): Promise<{ readonly url: string; stop(): Promise<void> }> => {
  const { ports, container, models, running, tail } = parts;
  const { config, watch, amilon } = ports;
  const vouchers = { ...ports, vouchers: models.vouchers, evolution: projections.vouchers };
  const naming = { typePrefix: config.MESSAGE_TYPE_PREFIX, environment: config.ENVIRONMENT };
  const operations = createOperations({
    ...watch,
    ...ports,
    consumers: running,
    circuits: amilon.circuits,
  });
  const server = await startHttpServer(
    {
      placeOrder: container.get(t.placeOrder),
      quote: container.get(t.quote),
      orders: container.get(t.orders),
      revealVoucher: container.get(t.revealVoucher),
      readOrder: createReadOrder({ ...ports, evolution: projections.orders }),
      readMetadata: createReadMetadata(ports.encryption),
      listOrders: createListOrders(models.orders),
      orderTimeline: createOrderTimeline(ports),
      readVoucher: createReadVoucher(vouchers),
      vouchersOf: createVouchersOf(vouchers),
      listVouchers: createListVouchers(vouchers),
      eventFeed: createEventFeed({ ...ports, naming }),
      catalogue: catalogueOf(parts),
      parked: createParkedStreams({ records: ports.records, consumers: consumerNames }),
      requestSync: container.get(t.requestSync),
      readSync: createReadSync(container.get(t.catalogue)),
      macCursor: (text) => ports.encryption.macCursor(text),
      ...hintsOf(ports),
      tail,
      clock: ports.clock,
      identifiers: ports.identifiers,
      log: ports.log,
      apiKeys: await openApiKeys(parts.apiKeysFile, ports.log),
      defaultCulture: config.DEFAULT_CULTURE,
      cultures: config.AMILON_CULTURES,
      quietTime: container.get(t.policy).quietTime,
      operations,
      metrics: async () => watch.metrics.write(await operations()),
      requested: (note) => {
        watch.metrics.requested(note);
      },
      readiness: () => running.map((consumer) => partOf(consumer.status())),
    },
    { host: config.HOST, port: config.PORT },
  );
  const host = config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST;
  return { url: `http://${host}:${String(server.port)}`, stop: () => server.stop() };
};

const hintsOf = ({ config, due, clock }: OpenPorts): Pick<HttpServices, 'amilonHints'> => {
  const secret = config.AMILON_WEBHOOK_SECRET;
  const wake = createPollHint({ dueOrders: due.dueOrders, clock });
  return secret === undefined ? {} : { amilonHints: { secret, wake } };
};

const catalogueOf = ({ ports, container, models }: HttpParts): CatalogueQueries => {
  const history = createCatalogueHistory({
    ...ports,
    products: pastModel(projections.products),
    merchants: pastModel(projections.merchants),
  });
  const deps = { ...models, history, clock: ports.clock, catalogue: container.get(t.catalogue) };
  return {
    listProducts: catalogueQueries.listProducts(deps),
    getProduct: catalogueQueries.getProduct(deps),
    listMerchants: catalogueQueries.listMerchants(deps),
    getMerchant: catalogueQueries.getMerchant(deps),
    listCategories: catalogueQueries.listCategories(deps),
    getContract: catalogueQueries.getContract(deps),
  };
};

/** A read model is ready once it has been at the head: from then on it answers with what is written. */
const partOf = ({ name, state, caughtUp, error }: ConsumerStatus): PartState => {
  const ready = state === 'standby' || (state === 'running' && caughtUp);
  return {
    part: name,
    state: ready ? 'ready' : 'not_ready',
    ...(name === RELAY ? { optional: true } : {}),
    ...(ready || error === undefined ? {} : { reason: error }),
  };
};
