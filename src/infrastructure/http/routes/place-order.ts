import { z } from 'zod';
import { Unavailable } from '../../../application/ports/errors.ts';
import type { Placed } from '../../../application/place-order.ts';
import { isFinal, orderView } from '../../../application/views/order-view.ts';
import { provenanceOf } from '../authenticate.ts';
import { etagOf } from '../etag.ts';
import { idempotencyKeyHeader, preferHeader } from '../headers.ts';
import { untilFinal } from '../order-requests.ts';
import { preferenceOf } from '../prefer.ts';
import { notReady } from '../not-ready.ts';
import { Problem } from '../problems.ts';
import { route } from '../route.ts';
import type { Answer, Asked } from '../route.ts';
import { orderAnswer } from '../schemas/answers.ts';
import { inputOf, orderBody } from '../schemas/order-body.ts';
import type { HttpServices } from '../services.ts';
import { withSafeTexts } from '../upstream-texts.ts';

/** @throws Problem: without a key a repeated request would be a second order. */
const idempotencyKeyOf = (header: string | undefined): string => {
  const key = header?.trim();
  if (key === undefined || key === '') {
    throw new Problem('idempotency_key_missing', {
      detail: 'Send an Idempotency-Key of your own, the same one for each repetition of this order.',
      purchase: 'not_purchased',
    });
  }
  if (/^[\x20-\x7e]{1,255}$/.test(key)) return key;
  throw new Problem('idempotency_key_invalid', { detail: '1 to 255 printable characters.', purchase: 'not_purchased' });
};

export const placeOrder = route(
  {
    method: 'POST',
    path: '/v1/orders',
    summary: 'Order vouchers, once per idempotency key for ever',
    scope: 'orders:write',
    headers: { 'Idempotency-Key': idempotencyKeyHeader, Prefer: preferHeader },
    query: z.strictObject({}),
    body: orderBody,
    responses: { 201: orderAnswer, 202: orderAnswer },
    answerHeaders: ['Location', 'ETag', 'Retry-After', 'Preference-Applied', 'Idempotent-Replayed'],
    problems: [
      'idempotency_key_missing',
      'idempotency_key_invalid',
      'idempotency_key_reused',
      'not_orderable',
      'outcome_unknown',
      'catalog_not_ready',
      'contract_not_valid',
    ],
    // The same key again is always safe, so nothing better need be known.
    purchase: 'unknown',
  },
  (services) => async (asked) => {
    const idempotencyKey = idempotencyKeyOf(asked.header('Idempotency-Key'));
    if (asked.body === undefined) throw new Problem('malformed_json', { detail: 'A body is missing.' });
    try {
      return await place(services, asked, idempotencyKey);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      services.log.warn({ requestId: asked.requestId, part: error.part, err: error }, 'outcome of an order unknown');
      throw new Problem('outcome_unknown', {
        detail: 'The order may have been taken: send the same body with the same Idempotency-Key again.',
        purchase: 'unknown',
        headers: { 'Retry-After': '2' },
      });
    }
  },
);

const place = async (services: HttpServices, asked: Asked<object>, idempotencyKey: string): Promise<Answer> => {
  const { tenant } = asked.caller;
  const placed = await services.placeOrder({
    tenant,
    idempotencyKey,
    body: asked.body,
    parse: (body) => inputOf(body, services.defaultCulture),
    provenance: provenanceOf(asked),
  });
  if (!('order' in placed)) throw refused(placed);

  const preference = preferenceOf(asked.header('Prefer'));
  const id = placed.orderId;
  const doc = await untilFinal(services, { tenant, id }, { wait: preference.wait, stop: asked.stop });
  if (doc === undefined) throw new TypeError(`the order ${id} was placed and is not there`);
  const final = isFinal(doc.order);
  return {
    status: final ? 201 : 202,
    headers: {
      Location: `/v1/orders/${id}`,
      ETag: etagOf(doc.version),
      ...(final ? {} : { 'Retry-After': '2' }),
      ...(preference.applied === undefined ? {} : { 'Preference-Applied': preference.applied }),
      ...(placed.is === 'replayed' ? { 'Idempotent-Replayed': 'true' } : {}),
    },
    body: withSafeTexts(orderView(doc)),
  };
};

const refused = (placed: Exclude<Placed, { readonly order: unknown }>): Problem => {
  switch (placed.is) {
    case 'idempotency_key_reused':
      return new Problem('idempotency_key_reused', { detail: 'A new order needs a new key.' });
    case 'refused':
      return new Problem('not_orderable', {
        detail: 'The order was not taken; see errors.',
        purchase: 'not_purchased',
        errors: placed.errors,
      });
    case 'catalog_not_ready':
    case 'contract_not_valid':
      return notReady(placed, { purchase: 'not_purchased' });
  }
};
