import { type Money, decimalOf } from '../../../domain/shared/money.ts';
import { type Catalogue, type SandboxMerchant, type SandboxProduct, categories } from './catalogue.ts';

const { rawJSON } = JSON as unknown as { rawJSON: (decimal: string) => unknown };

/** A JSON number with all its decimals, `50.00`, as Amilon writes it. */
export const decimal = (amount: Money): unknown => rawJSON(decimalOf(amount));

const percentOff = (amount: Money, percent: number): Money => ({
  ...amount,
  minor: Math.round((amount.minor * (100 - percent)) / 100),
});

export const productsJson = ({ products }: Catalogue, culture: string): readonly unknown[] =>
  [...products.values()].map((row) =>
    row.wire === 'report' ? reportProduct(row, culture) : observedProduct(row, culture),
  );

const reportProduct = (row: SandboxProduct, culture: string): object => ({
  ProductCode: row.code,
  MerchantCode: row.merchant.code,
  MerchantId: row.merchant.id,
  Name: row.name,
  Description: `${row.merchant.name} voucher (${culture})`,
  Price: decimal(row.price),
  NetPrice: decimal(percentOff(row.price, 5)),
  Currency: row.price.currency,
  Discount: rawJSON('5.00'),
  Category: categories.get(row.categoryId),
  CategoryId: row.categoryId,
  ImageUrl: `https://cdn.sandbox.example/images/${row.code.toLowerCase()}.png`,
  Active: row.active,
  Stock: row.stock,
  MinQuantity: 1,
  MaxQuantity: row.maxQuantity,
  Terms: row.terms,
  DeliveryMethod: 'Digital',
  DeliveryTime: 'Instant',
});

const observedProduct = (row: SandboxProduct, culture: string): object => ({
  ProductCode: row.code,
  MerchantCode: row.merchant.id.toUpperCase(),
  Name: row.name,
  Description: `<p>${row.merchant.name} voucher (${culture})</p>`,
  Price: decimalOf(row.price),
  Currency: row.price.currency === 'EUR' ? 'Euro' : row.price.currency,
  CategoryId: row.categoryId,
  MerchantCountryISOAlpha3: row.merchant.country[0],
});

export const merchantsJson = (catalogue: Catalogue, culture: string): readonly unknown[] => {
  const offers = Map.groupBy(catalogue.products.values(), ({ merchant }) => merchant.id);
  return catalogue.merchants.map((merchant) => merchantJson(merchant, offers.get(merchant.id) ?? [], culture));
};

const merchantJson = (row: SandboxMerchant, products: readonly SandboxProduct[], culture: string): object => {
  const prices = products.map(({ price }) => price).toSorted((a, b) => a.minor - b.minor);
  const [lowest] = prices;
  const highest = prices.at(-1);
  return {
    id: row.id,
    RetailerId: row.id,
    Name: row.name,
    Description: `${row.description} (${culture})`,
    LogoUrl: `https://cdn.sandbox.example/logos/${row.code.toLowerCase()}.png`,
    WebsiteUrl: `https://${row.code.toLowerCase()}.example`,
    Category: row.category,
    Country: row.country[0],
    Active: row.active,
    ProductCount: products.length,
    ...(lowest === undefined || highest === undefined
      ? {}
      : { MinAmount: decimal(lowest), MaxAmount: decimal(highest) }),
    Currency: row.currency,
    AverageDiscount: rawJSON('5.00'),
    Features: row.features,
  };
};

export const categoriesJson = (): readonly unknown[] =>
  [...categories].map(([CategoryId, CategoryName]) => ({ CategoryId, CategoryName }));
