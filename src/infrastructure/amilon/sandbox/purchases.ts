import { Currency, type Money, add, decimalOf, parseMoney } from '../../../domain/shared/money.ts';
import type { Purchase } from './store.ts';

/** What was bought under one external id. */
export interface PurchaseSummary {
  readonly externalOrderId: string;
  /** How often; more than once would be money lost. */
  readonly bought: number;
  readonly lines: readonly { readonly productCode: string; readonly quantity: number }[];
  /** Decimal text, over all purchases. */
  readonly total: string;
  readonly currency: string;
  /** RFC 3339, of the first. */
  readonly at: string;
}

export const summaries = (purchases: readonly Purchase[]): readonly PurchaseSummary[] =>
  [...Map.groupBy(purchases, ({ externalOrderId }) => externalOrderId).values()].flatMap(summary);

const summary = (purchases: readonly Purchase[]): readonly PurchaseSummary[] => {
  const [first] = purchases;
  if (first === undefined) return [];
  return [
    {
      externalOrderId: first.externalOrderId,
      bought: purchases.length,
      lines: purchases.flatMap(({ rows }) =>
        rows.map(({ productId, quantity }) => ({ productCode: productId, quantity })),
      ),
      total: decimalOf(purchases.map(totalOf).reduce(add)),
      currency: first.currency,
      at: new Date(first.at).toISOString(),
    },
  ];
};

const totalOf = ({ total, currency }: Purchase): Money => {
  const amount = parseMoney(total, Currency(currency));
  if (typeof amount === 'string') throw new RangeError(`not an amount: ${total}`);
  return amount;
};
