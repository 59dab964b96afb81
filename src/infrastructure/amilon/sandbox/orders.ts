import { z } from 'zod';
import { add, decimalOf, times } from '../../../domain/shared/money.ts';
import type { Ms } from '../../../domain/shared/instant.ts';
import { type Reply, type SandboxCall, type WireForm, json, problem } from './calls.ts';
import type { Catalogue, SandboxProduct } from './catalogue.ts';
import { errorIn } from './error-wire.ts';
import { type Behaviour, behaviourOf, usualDelivered, usualPending } from './magic.ts';
import { type OrderView, orderJson } from './order-wire.ts';
import type { Purchase, Row, SandboxStore } from './store.ts';
import { rowsOf } from './vouchers.ts';

export interface OrdersOptions {
  readonly store: SandboxStore;
  readonly catalogue: Catalogue;
  readonly seed: string;
  readonly contractId: string;
  readonly deliveryDelay: Ms;
  readonly wire: WireForm;
}

export interface Orders {
  create(call: SandboxCall, now: number): Reply;
  read(call: SandboxCall, now: number): Reply;
}

const externalId = z.string().regex(/^[A-Z][A-Z0-9]*-\d{4}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
const createBody = z.strictObject({
  externalOrderId: externalId,
  orderRows: z.array(z.strictObject({ productId: z.string().min(1), quantity: z.unknown() })).min(1),
});
const quantitySchema = z.int().min(1);

/** Orders as the report describes them, and as strict: each external id buys once. */
export const createOrders = (options: OrdersOptions): Orders => {
  const { store } = options;

  const bought = (externalOrderId: string, rows: readonly Row[], now: number): Purchase => {
    const prices = rows.map(({ productId, quantity }) => {
      const product = options.catalogue.products.get(productId);
      if (product === undefined) throw new RangeError(`no such product: ${productId}`);
      return times(product.price, quantity);
    });
    const total = prices.reduce(add);
    const purchase = { externalOrderId, rows, total: decimalOf(total), currency: total.currency, at: now };
    store.buy(purchase);
    return purchase;
  };

  const ordinaryCreate = ({ externalOrderId, rows }: GoodBody, behaviour: Behaviour, now: number): Reply => {
    if (behaviour.foreign === true || store.purchase(externalOrderId) !== undefined) {
      return errorIn(behaviour.wire ?? options.wire, problem(400, 'Bad Request', 'Duplicate order'));
    }
    const purchase = bought(externalOrderId, rows, now);
    return json(200, orderJson(viewOf(purchase, behaviour, { ...options, now, read: 0 })));
  };

  return {
    create: ({ params, contentType, body }, now) => {
      if (params.contractId !== options.contractId) return problem(404, 'Not Found', 'Contract not found');
      const good = readBody(contentType, body, options.catalogue);
      if ('reply' in good) return good.reply;
      const { externalOrderId, rows } = good;
      const products = rows.map(({ productId }) => productId);
      const behaviour = behaviourOf(products);
      // Counted whatever the behaviour: reads find the products by it.
      const nth = store.countCreate(externalOrderId, products);
      const step = behaviour.create?.(nth) ?? 'ordinary';
      if (step === 'ordinary') return ordinaryCreate(good, behaviour, now);
      if (step.buys && store.purchase(externalOrderId) === undefined) bought(externalOrderId, rows, now);
      return step.reply;
    },
    read: ({ params: { externalOrderId } }, now) => {
      if (!externalId.safeParse(externalOrderId).success) return invalid('externalOrderId');
      const read = store.countRead(externalOrderId);
      const behaviour = behaviourOf(store.counts(externalOrderId).products);
      const purchase = behaviour.foreign === true ? foreign(externalOrderId, now) : store.purchase(externalOrderId);
      if (purchase === undefined || now - purchase.at < (behaviour.visibleAfter ?? 0)) {
        return problem(404, 'Not Found', 'Order not found');
      }
      return json(200, orderJson(viewOf(purchase, behaviour, { ...options, now, read })));
    },
  };
};

/** Somebody else's order under the same id. */
const foreign = (externalOrderId: string, now: number): Purchase => ({
  externalOrderId,
  rows: [{ productId: 'FNAC_25_EUR', quantity: 3 }],
  total: '75.00',
  currency: 'EUR',
  at: now - 86_400_000,
});

interface GoodBody {
  readonly externalOrderId: string;
  readonly rows: readonly Row[];
}

const invalid = (why: string): Reply => problem(400, 'Bad Request', `The request is invalid: ${why}`);
const refuse = (message: string) => ({ reply: problem(400, 'Bad Request', message) });
const unavailable = { reply: problem(422, 'Unprocessable Entity', 'Product unavailable') };

const readBody = (contentType: string | undefined, body: string, catalogue: Catalogue): GoodBody | { reply: Reply } => {
  if (contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/json') return refuse('JSON is expected');
  const parsed = createBody.safeParse(jsonOf(body));
  if (!parsed.success) return { reply: invalid(z.prettifyError(parsed.error)) };
  const { externalOrderId, orderRows } = parsed.data;
  if (new Set(orderRows.map(({ productId }) => productId)).size < orderRows.length) return refuse('Repeated product');
  const rows = orderRows.map((row) => readRow(row, catalogue));
  const good = rows.filter((row) => typeof row !== 'string');
  const wrong = rows.find((row) => typeof row === 'string');
  if (wrong !== undefined) return refuse(wrong);
  const none = good.some(({ productId }) => catalogue.products.get(productId)?.stock === 'OutOfStock');
  return none ? unavailable : { externalOrderId, rows: good };
};

const readRow = (
  { productId, quantity }: { readonly productId: string; readonly quantity: unknown },
  catalogue: Catalogue,
): Row | 'Invalid product' | 'Invalid quantity' => {
  const product = catalogue.products.get(productId);
  if (product === undefined || !isSold(product)) return 'Invalid product';
  const wanted = quantitySchema.safeParse(quantity);
  return wanted.success && wanted.data <= product.maxQuantity
    ? { productId, quantity: wanted.data }
    : 'Invalid quantity';
};

// The contract is in euros (amilon.md trap 34).
const isSold = ({ active, merchant, price }: SandboxProduct): boolean =>
  active && merchant.active && price.currency === 'EUR';

const jsonOf = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

interface ViewTerms extends OrdersOptions {
  readonly now: number;
  /** Which read of this order it is; 0 for the create. */
  readonly read: number;
}

const viewOf = (purchase: Purchase, behaviour: Behaviour, terms: ViewTerms): OrderView => {
  const { now, read, seed, catalogue, deliveryDelay } = terms;
  const age = now - purchase.at;
  const delay = behaviour.vouchersAfter?.(deliveryDelay) ?? deliveryDelay;
  const delivered = age >= delay && behaviour.staleRead?.(read) !== true;
  const handedOut = delivered ? handedOutOf(purchase, behaviour) : 0;
  return {
    purchase,
    words: wordsOf(behaviour, { delivered, read }),
    rows: rowsOf(purchase, { seed, catalogue, behaviour, handedOut, age }),
    ...(delivered ? { completedAt: purchase.at + delay } : {}),
    wire: behaviour.wire ?? terms.wire,
  };
};

const handedOutOf = ({ rows }: Purchase, behaviour: Behaviour): number => {
  const ordered = rows.reduce((sum, { quantity }) => sum + quantity, 0);
  return behaviour.handedOut?.(ordered) ?? ordered;
};

const wordsOf = (behaviour: Behaviour, { delivered, read }: { readonly delivered: boolean; readonly read: number }) => {
  if (delivered) return behaviour.delivered ?? usualDelivered;
  if (behaviour.pending !== undefined) return behaviour.pending;
  return read === 0 ? { ...usualPending, orderStatus: 'OrderCreated' } : usualPending;
};
