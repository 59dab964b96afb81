import { z } from 'zod';
import { VoucherId } from '../../../domain/shared/ids.ts';
import { endsMatter } from '../../../application/queries/vouchers.ts';
import { voucherStatuses, voucherView } from '../../../application/views/voucher-view.ts';
import { provenanceOf } from '../authenticate.ts';
import { listAnswer, placeOf } from '../lists.ts';
import { Problem } from '../problems.ts';
import { route } from '../route.ts';
import type { Incoming } from '../route.ts';
import { listOf, revealAnswer, voucherAnswer } from '../schemas/answers.ts';
import { cursor, limit, orderId, productCode, reason, sortBy, time, userId } from '../schemas/values.ts';
import { withSafeTexts } from '../upstream-texts.ts';
import { parseBody } from '../validation.ts';

const noQuery = z.strictObject({});

const voucherQuery = z
  .strictObject({
    orderId: orderId.exactOptional(),
    userId: userId.exactOptional(),
    productCode: productCode.exactOptional(),
    status: z.enum(voucherStatuses).exactOptional(),
    expiresBefore: time.exactOptional(),
    sort: sortBy('deliveredAt', 'expiresAt').exactOptional(),
    limit,
    cursor: cursor.exactOptional(),
  })
  .refine((asked) => !endsMatter(asked) || asked.sort === undefined || asked.sort.field === 'expiresAt', {
    path: ['sort'],
    error: 'expiresAt or -expiresAt with status=active, status=expired or expiresBefore',
  });

export const listVouchers = route(
  {
    method: 'GET',
    path: '/v1/vouchers',
    summary: 'Vouchers without their secrets, the newest first; by status or expiresBefore the next to end first',
    scope: 'vouchers:read',
    query: voucherQuery,
    responses: { 200: listOf(voucherAnswer) },
    answerHeaders: ['Link'],
    problems: [],
  },
  (services) => async (asked) => {
    const { limit: most, cursor: _cursor, ...rest } = asked.query;
    const { tenant } = asked.caller;
    const page = await services.listVouchers({ tenant, ...rest, ...placeOf(services, asked), limit: most });
    const now = services.clock.now();
    return listAnswer(services, asked, page, (doc) => withSafeTexts(voucherView(doc, now)));
  },
);

export const getVoucher = route(
  {
    method: 'GET',
    path: '/v1/vouchers/{id}',
    summary: 'One voucher without its secrets',
    scope: 'vouchers:read',
    query: noQuery,
    responses: { 200: voucherAnswer },
    problems: ['voucher_not_found'],
  },
  (services) => async (asked) => {
    const doc = await services.readVoucher(asked.caller.tenant, voucherIdIn(asked));
    if (doc === undefined) throw new Problem('voucher_not_found');
    return { status: 200, body: withSafeTexts(voucherView(doc, services.clock.now())) };
  },
);

const revealBody = z.strictObject({ reason });

export const revealVoucher = route(
  {
    method: 'POST',
    path: '/v1/vouchers/{id}/reveals',
    summary: 'Show the secrets of a voucher; who and why is recorded first',
    scope: 'vouchers:reveal',
    query: noQuery,
    body: revealBody,
    responses: { 200: revealAnswer },
    answerHeaders: ['Cache-Control'],
    problems: ['voucher_not_found', 'order_erased'],
  },
  (services) => async (asked) => {
    const { reason: why } = parseBody(revealBody, asked.body);
    const revealed = await services.revealVoucher({
      tenant: asked.caller.tenant,
      voucherId: voucherIdIn(asked),
      reason: why,
      provenance: provenanceOf(asked),
    });
    if (revealed.is === 'not_found') throw new Problem('voucher_not_found');
    if (revealed.is === 'erased') throw new Problem('order_erased');
    const { secrets, instructions, revealedAt } = revealed;
    return {
      status: 200,
      headers: { 'Cache-Control': 'no-store' },
      body: { ...secrets, ...(instructions === undefined ? {} : withSafeTexts({ instructions })), revealedAt },
    };
  },
);

const voucherIdIn = ({ params }: Incoming): VoucherId => {
  try {
    return VoucherId(params['id'] ?? 'none');
  } catch {
    throw new Problem('voucher_not_found');
  }
};
