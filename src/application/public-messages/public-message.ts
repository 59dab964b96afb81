import type { CatalogEvent, Merchant, OrderabilityRules, Product } from '../../domain/catalog-snapshot/events.ts';
import type { ContractEvent } from '../../domain/contract/events.ts';
import type { OrderEvent } from '../../domain/order/events.ts';
import { Currency, isMoney, money } from '../../domain/shared/money.ts';
import type { Decoded } from '../ports/codec.ts';
import { attributesOf, publicMoney } from './message.ts';
import type { Facts, Naming, PublicMessage } from './message.ts';
import { orderFacts } from './order-facts.ts';

/**
 * The one message about an event; `undefined` for the store's own events, which are nobody else's business.
 * Pure: the same event gives the same message on every channel, for ever (design 16).
 */
export const publicMessage = (decoded: Decoded, naming: Naming): PublicMessage | undefined => {
  const { event, recorded } = decoded;
  const { envelope, version, stream } = recorded;
  const common = { ...attributesOf(recorded, naming) };
  if (stream.startsWith('order-')) {
    const own = orderFacts(event as OrderEvent, envelope.actor);
    const orderId = common.subject;
    return { ...common, data: { ...own, orderId, ...envelope.order, version, mode: envelope.mode } };
  }
  if (stream.startsWith('catalog-'))
    return { ...common, data: { ...catalogFacts(event as CatalogEvent), version, mode: envelope.mode } };
  if (stream.startsWith('contract-'))
    return { ...common, data: { ...contractFacts(event as ContractEvent), version, mode: envelope.mode } };
  return undefined;
};

const catalogFacts = ({ type: _type, at: _at, ...event }: CatalogEvent): Facts => {
  if ('rules' in event) return { rules: { ...event.rules, faceValues: publicFaceValues(event.rules) } };
  const facts: Record<string, unknown> = { ...event };
  if ('products' in event && Array.isArray(event.products)) facts['products'] = event.products.map(publicProduct);
  if ('merchants' in event && Array.isArray(event.merchants)) facts['merchants'] = event.merchants.map(publicMerchant);
  return facts;
};

const publicFaceValues = ({ faceValues }: OrderabilityRules): Facts =>
  Object.fromEntries(
    Object.entries(faceValues).map(([currency, amounts]) => [
      currency,
      amounts.map((minor) => publicMoney(money(minor, Currency(currency))).amount),
    ]),
  );

// Net prices, discounts and balances are commercial: they never leave with a message (design 16).
const publicProduct = ({ netPrice: _net, discount: _discount, ...product }: Product): Facts => written(product);

const publicMerchant = ({ averageDiscount: _discount, ...merchant }: Merchant): Facts => written(merchant);

const contractFacts = ({ contract }: ContractEvent): Facts => {
  const { balance: _balance, ...terms } = contract;
  return written(terms);
};

const written = (fields: object): Facts =>
  Object.fromEntries(
    Object.entries(fields).map(([field, value]: [string, unknown]) => [
      field,
      isMoney(value) ? publicMoney(value) : value,
    ]),
  );
