import { categoriesProjection } from '../../projections/categories.ts';
import { contractProjection } from '../../projections/contract.ts';
import { merchantsProjection } from '../../projections/merchants.ts';
import { ordersProjection } from '../../projections/orders.ts';
import { productsProjection } from '../../projections/products.ts';
import { vouchersProjection } from '../../projections/vouchers.ts';
import type { Projection } from '../../projections/projection.ts';

/** The read models by name, each with what is needed to fill it, find in it and verify it. */
export const projections = {
  orders: ordersProjection,
  vouchers: vouchersProjection,
  products: productsProjection,
  merchants: merchantsProjection,
  categories: categoriesProjection,
  contract: contractProjection,
};

/** The same, for what works on any of them. */
export const allProjections = Object.values(projections) as unknown as readonly Projection<unknown>[];
