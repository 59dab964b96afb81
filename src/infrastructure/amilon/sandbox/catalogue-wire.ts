import { type Money, decimalOf } from '../../../domain/shared/money.ts';
import type { WireForm } from './calls.ts';
import {
  type Catalogue,
  type SandboxCategory,
  type SandboxMerchant,
  type SandboxProduct,
  categories,
} from './catalogue.ts';

const { rawJSON } = JSON as unknown as { rawJSON: (decimal: string) => unknown };

/** A JSON number with all its decimals, `50.00`, as Amilon writes it. */
export const decimal = (amount: Money): unknown => rawJSON(decimalOf(amount));

const percentOff = (amount: Money, percent: number): Money => ({
  ...amount,
  minor: Math.round((amount.minor * (100 - percent)) / 100),
});

const listed = <Row>(rows: Iterable<Row>, culture: string, of: (row: Row) => SandboxMerchant): readonly Row[] =>
  [...rows].filter((row) => (of(row).culture ?? culture) === culture);

export const productsJson = ({ products }: Catalogue, culture: string, wire: WireForm): readonly unknown[] =>
  listed(products.values(), culture, ({ merchant }) => merchant).map((row) =>
    (row.wire ?? wire) === 'report' ? reportProduct(row, culture) : observedProduct(row, culture, wire),
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
  Category: row.category.name,
  CategoryId: row.category.id,
  ImageUrl: `https://cdn.sandbox.example/images/${row.code.toLowerCase()}.png`,
  Active: row.active,
  Stock: row.stock,
  MinQuantity: 1,
  MaxQuantity: row.maxQuantity,
  Terms: row.terms,
  DeliveryMethod: 'Digital',
  DeliveryTime: 'Instant',
});

const currencyNames = new Intl.DisplayNames('en', { type: 'currency' });

const observedProduct = (row: SandboxProduct, culture: string, wire: WireForm): object => ({
  ProductCode: row.code,
  MerchantCode: row.merchant.id.toUpperCase(),
  Name: row.name,
  Description: `<p>${row.merchant.name} voucher (${culture})</p>`,
  Price: decimalOf(row.price),
  Currency: currencyNames.of(row.price.currency),
  CategoryId: inForm(row.category, wire).id,
  MerchantCountryISOAlpha3: row.merchant.country[0],
});

export const merchantsJson = (catalogue: Catalogue, culture: string, wire: WireForm): readonly unknown[] => {
  const offers = Map.groupBy(catalogue.products.values(), ({ merchant }) => merchant.id);
  return listed(catalogue.merchants, culture, (merchant) => merchant).map((merchant) =>
    wire === 'report'
      ? reportMerchant(merchant, offers.get(merchant.id) ?? [], culture)
      : observedMerchant(merchant, culture),
  );
};

const reportMerchant = (row: SandboxMerchant, products: readonly SandboxProduct[], culture: string): object => {
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

const inForm = (category: SandboxCategory, wire: WireForm) => (wire === 'report' ? category : category.observed);

/** As it was seen: no `id`, no `Active`, HTML, the country's name beside its code. */
const observedMerchant = (row: SandboxMerchant, culture: string): object => ({
  RetailerId: row.id.toUpperCase(),
  Name: row.name,
  Description: `<p>${row.description} (${culture})</p>`,
  LogoUrl: `https://cdn.sandbox.example/logos/${row.code.toLowerCase()}.png`,
  Country: row.country[1],
  CountryISOAlpha3: row.country[0],
});

export const categoriesJson = (wire: WireForm): readonly unknown[] =>
  categories.map((category) => inForm(category, wire)).map(({ id, name }) => ({ CategoryId: id, CategoryName: name }));
