import { merchantOf, objectionsTo } from '../../domain/catalog-snapshot/orderability.ts';
import type { NotOrderable } from '../../domain/catalog-snapshot/orderability.ts';
import type { Product } from '../../domain/catalog-snapshot/events.ts';
import { validity } from '../../domain/contract/validity.ts';
import type { ContractTerms } from '../../domain/contract/events.ts';
import type { Line } from '../../domain/order/values.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import { add, decimalOf, money, times } from '../../domain/shared/money.ts';
import type { Money } from '../../domain/shared/money.ts';
import type { Quote, QuoteError, Quoted, RequestedLine } from '../place-order.ts';
import type { Clock } from '../ports/clock.ts';
import type { Catalogue, CatalogueView } from './catalogue.ts';
import { mergeLines } from './merged-lines.ts';
import type { MergedLine } from './merged-lines.ts';

interface QuotePolicy {
  /** Of one order, all lines together (design 18). */
  readonly maxVouchers: number;
}

/** Whether these lines may be ordered now, and for how much; the same for an order and for a quote. */
export const createQuote =
  (deps: { readonly catalogue: Catalogue; readonly clock: Clock; readonly policy: QuotePolicy }): Quote =>
  async ({ culture, lines }) => {
    const view = await deps.catalogue.current(culture);
    if (view !== 'unknown_culture') return quote(lines, { view, now: deps.clock.now(), policy: deps.policy });
    const detail = `one of ${deps.catalogue.cultures.join(', ')}`;
    return { is: 'refused', errors: [{ pointer: '/culture', code: 'unknown_culture', detail }] };
  };

interface QuoteContext {
  readonly view: CatalogueView;
  readonly now: Instant;
  readonly policy: QuotePolicy;
}

/** Pure. `lines` have whole quantities from 1 on; everything else is checked here (amilon.md traps 8 to 10, 30 to 40). */
export const quote = (lines: readonly RequestedLine[], context: QuoteContext): Quoted => {
  const { snapshot, contract } = context.view;
  if (snapshot.lastCompleted === 'never' || !contract.known) return { is: 'catalog_not_ready' };
  const valid = validity(contract.terms, context.now);
  if (valid !== 'valid') return { is: 'contract_not_valid', detail: valid };

  const found = mergeLines(lines).map((line) => priceLine(line, context));
  const errors = [...found.flatMap((line) => line.errors), ...tooMany(lines, context.policy)];
  if (errors.length > 0) return { is: 'refused', errors };
  const priced = found.flatMap((line) => line.priced);
  const total = priced
    .map((line) => times(line.unitPrice, line.quantity))
    .reduce(add, money(0, contract.terms.currency));
  const above = aboveContract(total, contract.terms);
  if (above.length > 0) return { is: 'refused', errors: above };
  return {
    is: 'quoted',
    lines: priced,
    total,
    catalog: context.view.version,
    contract: context.view.contractVersion,
  };
};

interface PricedLine {
  readonly priced: readonly Line[];
  readonly errors: readonly QuoteError[];
}

const priceLine = (line: MergedLine, { view }: QuoteContext): PricedLine => {
  const { productCode, quantity } = line;
  const pointer = `/lines/${String(line.first)}/productCode`;
  const product = view.snapshot.products.get(productCode);
  if (product === undefined) {
    const delisted = view.snapshot.delisted.has(productCode);
    return refused([delisted ? notOrderable(pointer, ['delisted']) : unknownProduct(pointer, view)]);
  }
  const objections = objectionsTo(product, view.orderability);
  const merchant = merchantOf(product, view.merchants);
  if (merchant === undefined || objections.length > 0) return refused([notOrderable(pointer, objections)]);
  const errors = [...outOfRange(line, product), ...priceAboveGuard(line, product.price)];
  if (errors.length > 0) return refused(errors);
  const { merchantId } = merchant;
  const priced = { productCode, productName: product.name, merchantId, quantity, unitPrice: product.price };
  const guard = line.maxUnitPrice;
  return { errors: [], priced: [guard === undefined ? priced : { ...priced, maxUnitPrice: guard }] };
};

const refused = (errors: readonly QuoteError[]): PricedLine => ({ priced: [], errors });

const unknownProduct = (pointer: string, view: CatalogueView): QuoteError => ({
  pointer,
  code: 'unknown_product',
  detail: `not in the catalogue of ${view.culture}`,
});

const notOrderable = (pointer: string, objections: readonly NotOrderable[]): QuoteError => ({
  pointer,
  code: 'product_not_orderable',
  detail: objections.join(', '),
});

/** Limits hold for the sum of a product's lines; an absent limit is none (amilon.md trap 8). */
const outOfRange = ({ last, quantity }: MergedLine, { minQuantity, maxQuantity }: Product): readonly QuoteError[] => {
  const pointer = `/lines/${String(last)}/quantity`;
  if (minQuantity !== undefined && quantity < minQuantity)
    return [{ pointer, code: 'below_minimum', detail: `min ${String(minQuantity)}` }];
  if (maxQuantity !== undefined && quantity > maxQuantity)
    return [{ pointer, code: 'above_maximum', detail: `max ${String(maxQuantity)}` }];
  return [];
};

/** The request's own guard (amilon.md trap 10). */
const priceAboveGuard = (line: MergedLine, price: Money): readonly QuoteError[] =>
  line.guards.flatMap(({ index, maxUnitPrice }): readonly QuoteError[] => {
    const pointer = `/lines/${String(index)}/maxUnitPrice`;
    if (maxUnitPrice.currency !== price.currency)
      return [{ pointer, code: 'currency_mismatch', detail: `the price is in ${price.currency}` }];
    return maxUnitPrice.minor < price.minor
      ? [{ pointer, code: 'price_above_maximum', detail: `the price is ${decimalOf(price)} ${price.currency}` }]
      : [];
  });

const tooMany = (lines: readonly RequestedLine[], { maxVouchers }: QuotePolicy): readonly QuoteError[] => {
  const vouchers = lines.reduce((sum, line) => sum + line.quantity, 0);
  return vouchers > maxVouchers
    ? [{ pointer: '/lines', code: 'too_many_vouchers', detail: `max ${String(maxVouchers)} in one order` }]
    : [];
};

/** Gross and inclusive; absent is no limit, 0 is a limit of nothing (amilon.md trap 32). */
const aboveContract = (total: Money, { maxOrderAmount }: ContractTerms): readonly QuoteError[] =>
  maxOrderAmount !== undefined && total.minor > maxOrderAmount.minor
    ? [
        {
          pointer: '/lines',
          code: 'above_maximum_order_amount',
          detail: `max ${decimalOf(maxOrderAmount)} ${maxOrderAmount.currency} in one order`,
        },
      ]
    : [];
