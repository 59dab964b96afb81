import { z } from 'zod';
import { MerchantId, ProductCode } from '../../../domain/shared/ids.ts';
import { parseMoney } from '../../../domain/shared/money.ts';
import type { Currency, Money } from '../../../domain/shared/money.ts';
import { orderableOf, readListed, readOne, viewerOf } from '../catalogue-requests.ts';
import { ifNoneMatchHeader } from '../headers.ts';
import { placeOf } from '../lists.ts';
import { Problem } from '../problems.ts';
import { route } from '../route.ts';
import type { Answer, Asked, Incoming } from '../route.ts';
import { categoryAnswer, listedOf, merchantAnswer, oneOf, productAnswer } from '../schemas/catalogue-answers.ts';
import type { HttpServices } from '../services.ts';
import {
  categoryId,
  country,
  culture,
  currency,
  cursor,
  decimal,
  amountProblems,
  limit,
  merchantCode,
  merchantId,
  q,
  sortBy,
  moment,
} from '../schemas/values.ts';

const orderable = z.enum(['true', 'false', 'all']).default('true');
const inCulture = moment.safeExtend({ culture: culture.exactOptional() });
const page = { sort: sortBy('name').exactOptional(), limit, cursor: cursor.exactOptional() };

const ofMerchant = inCulture.safeExtend({
  country: country.exactOptional(),
  currency: currency.exactOptional(),
  categoryId: categoryId.exactOptional(),
  faceValue: decimal.exactOptional(),
  orderable,
  q: q.exactOptional(),
  ...page,
});
const productQuery = ofMerchant.safeExtend({
  merchantId: merchantId.exactOptional(),
  merchantCode: merchantCode.exactOptional(),
});

export const listProducts = route(
  {
    method: 'GET',
    path: '/v1/catalog/products',
    summary: 'Products by name; those that may be ordered, unless asked otherwise',
    scope: 'catalog:read',
    headers: { 'If-None-Match': ifNoneMatchHeader },
    query: productQuery,
    responses: { 200: listedOf(productAnswer), 304: 'no body' },
    answerHeaders: ['ETag', 'Link'],
    problems: ['catalog_not_ready', 'version_not_reached', 'not_known_then'],
  },
  (services) => async (asked) => products(services, asked, {}),
);

const products = async (
  services: HttpServices,
  asked: Asked<z.output<typeof productQuery>>,
  of: { readonly merchantId?: MerchantId },
): Promise<Answer> => {
  const { culture: _culture, version: _version, asOf: _asOf, cursor: _cursor, ...given } = asked.query;
  const { faceValue, orderable: which, limit: most, sort, ...rest } = given;
  const filters = {
    ...rest,
    ...of,
    ...(faceValue === undefined ? {} : { faceValue: faceValueOf(faceValue, rest.currency) }),
    orderable: orderableOf(which),
  };
  const part = { limit: most, ...(sort === undefined ? {} : { sort }), ...placeOf(services, asked) };
  const list = services.catalogue.listProducts(viewerOf(asked, services), filters, part);
  return readListed(services, asked, await list);
};

/** @throws Problem: an amount without its currency is no amount. */
const faceValueOf = (amount: string, of: Currency | undefined): Money => {
  const found = of === undefined ? 'no_currency' : parseMoney(amount, of);
  if (typeof found !== 'string') return found;
  const detail = found === 'no_currency' ? 'needs the currency too' : amountProblems[found];
  throw new Problem('invalid_query', { errors: [{ parameter: 'faceValue', code: 'invalid_format', detail }] });
};

export const getProduct = route(
  {
    method: 'GET',
    path: '/v1/catalog/products/{code}',
    summary: 'One product, and why it may not be ordered',
    scope: 'catalog:read',
    headers: { 'If-None-Match': ifNoneMatchHeader },
    query: inCulture,
    responses: { 200: oneOf(productAnswer), 304: 'no body' },
    answerHeaders: ['ETag'],
    problems: ['catalog_not_ready', 'version_not_reached', 'not_known_then', 'product_not_found', 'not_found'],
  },
  (services) => async (asked) => {
    const code = idIn(asked, 'code', ProductCode);
    return readOne(
      services,
      await services.catalogue.getProduct(viewerOf(asked, services), code),
      asked,
      'product_not_found',
    );
  },
);

export const listMerchants = route(
  {
    method: 'GET',
    path: '/v1/catalog/merchants',
    summary: 'Merchants by name; those whose products may be ordered, unless asked otherwise',
    scope: 'catalog:read',
    headers: { 'If-None-Match': ifNoneMatchHeader },
    query: inCulture.safeExtend({ country: country.exactOptional(), orderable, q: q.exactOptional(), ...page }),
    responses: { 200: listedOf(merchantAnswer), 304: 'no body' },
    answerHeaders: ['ETag', 'Link'],
    problems: ['catalog_not_ready', 'version_not_reached', 'not_known_then'],
  },
  (services) => async (asked) => {
    const { country: of, q: text, orderable: which, limit: most, sort } = asked.query;
    const filters = {
      ...(of === undefined ? {} : { country: of }),
      ...(text === undefined ? {} : { q: text }),
      orderable: orderableOf(which),
    };
    const list = services.catalogue.listMerchants(viewerOf(asked, services), filters, {
      limit: most,
      ...(sort === undefined ? {} : { sort }),
      ...placeOf(services, asked),
    });
    return readListed(services, asked, await list);
  },
);

export const getMerchant = route(
  {
    method: 'GET',
    path: '/v1/catalog/merchants/{id}',
    summary: 'One merchant',
    scope: 'catalog:read',
    headers: { 'If-None-Match': ifNoneMatchHeader },
    query: inCulture,
    responses: { 200: oneOf(merchantAnswer), 304: 'no body' },
    answerHeaders: ['ETag'],
    problems: ['catalog_not_ready', 'version_not_reached', 'not_known_then', 'merchant_not_found', 'not_found'],
  },
  (services) => async (asked) => {
    const id = idIn(asked, 'id', MerchantId);
    return readOne(
      services,
      await services.catalogue.getMerchant(viewerOf(asked, services), id),
      asked,
      'merchant_not_found',
    );
  },
);

export const listMerchantProducts = route(
  {
    method: 'GET',
    path: '/v1/catalog/merchants/{id}/products',
    summary: 'Products of one merchant by name; those that may be ordered, unless asked otherwise',
    scope: 'catalog:read',
    headers: { 'If-None-Match': ifNoneMatchHeader },
    query: ofMerchant,
    responses: { 200: listedOf(productAnswer), 304: 'no body' },
    answerHeaders: ['ETag', 'Link'],
    problems: ['catalog_not_ready', 'version_not_reached', 'not_known_then', 'merchant_not_found', 'not_found'],
  },
  (services) => async (asked) => {
    const id = idIn(asked, 'id', MerchantId);
    const merchant = await services.catalogue.getMerchant(viewerOf(asked, services), id);
    readOne(services, merchant, asked, 'merchant_not_found');
    return products(services, asked, { merchantId: id });
  },
);

export const listCategories = route(
  {
    method: 'GET',
    path: '/v1/catalog/categories',
    summary: 'Categories; Amilon names them in Italian only',
    scope: 'catalog:read',
    headers: { 'If-None-Match': ifNoneMatchHeader },
    query: inCulture,
    responses: { 200: listedOf(categoryAnswer), 304: 'no body' },
    answerHeaders: ['ETag', 'Link'],
    problems: ['catalog_not_ready', 'version_not_reached', 'not_known_then'],
  },
  (services) => async (asked) => {
    return readListed(services, asked, await services.catalogue.listCategories(viewerOf(asked, services)));
  },
);

const idIn = <Id>({ params }: Incoming, name: string, parse: (text: string) => Id): Id => {
  try {
    return parse(params[name] ?? 'none');
  } catch {
    throw new Problem('not_found');
  }
};
