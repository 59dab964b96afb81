import type { ProductView } from '../../application/catalog/view-shapes.ts';
import type { OrderDocument } from '../../application/ports/order-documents.ts';
import { orderView } from '../../application/views/order-view.ts';
import { voucherView } from '../../application/views/voucher-view.ts';
import { requireScope } from './authenticate.ts';
import type { Asked } from './route.ts';
import type { Scope } from './scopes.ts';
import type { HttpServices } from './services.ts';
import { withSafeTexts } from './upstream-texts.ts';
import { matching } from './validation.ts';

/** What may be shown inside of an order, and the scope that it is shown under elsewhere. */
const scopeOf = { 'lines.product': 'catalog:read', vouchers: 'vouchers:read' } as const satisfies Record<string, Scope>;
type Expansion = keyof typeof scopeOf;

const isExpansion = (text: string): text is Expansion => Object.hasOwn(scopeOf, text);

/** Names with a comma between them. */
export const expand = matching(
  /^(?:lines\.product|vouchers)(?:,(?:lines\.product|vouchers))*$/,
  'lines.product, vouchers, or both with a comma between',
).transform((text): readonly Expansion[] => text.split(',').filter(isExpansion));

type Asking = Asked<{ readonly expand?: readonly Expansion[] }>;

/** @throws Problem 403 where the key may not read what is to be expanded */
export const requireExpansions = ({ caller, query }: Asking): void => {
  for (const name of query.expand ?? []) requireScope(caller, scopeOf[name]);
};

/** The order as clients see it, with its products as they are now, and its vouchers as they were at its version. */
export const expandedView = async (services: HttpServices, asked: Asking, doc: OrderDocument): Promise<object> => {
  const { expand: names = [] } = asked.query;
  const view = orderView(doc);
  const now = services.clock.now();
  const products = names.includes('lines.product') ? await productsOf(services, asked, doc) : new Map<string, never>();
  const lines = view.lines.map((line) => {
    const product = products.get(line.productCode);
    return product === undefined ? line : { ...line, product };
  });
  if (!names.includes('vouchers')) return withSafeTexts({ ...view, lines });
  const vouchers = (await services.vouchersOf(doc)).map((voucher) => voucherView(voucher, now));
  return withSafeTexts({ ...view, lines, vouchers });
};

/** Those that the catalogue of the order's culture shows, by their code. */
const productsOf = async (
  { catalogue }: HttpServices,
  { caller }: Asking,
  { order }: OrderDocument,
): Promise<ReadonlyMap<string, ProductView>> => {
  const viewer = {
    culture: order.request.culture,
    pricing: caller.scopes.has('catalog:pricing') ? 'shown' : 'hidden',
  } as const;
  const found = await Promise.all(
    order.request.lines.map(({ productCode }) => catalogue.getProduct(viewer, productCode)),
  );
  return new Map(found.flatMap((one) => (typeof one === 'string' ? [] : [[one.data.productCode, one.data] as const])));
};
