import { z } from 'zod';
import { attentions } from '../../../domain/order/attention.ts';
import { voucherStatuses } from '../../../application/views/voucher-view.ts';
import type { VoucherView } from '../../../application/views/voucher-view.ts';
import { orderActions } from '../../../application/views/allowed-actions.ts';
import type { CloudEvent } from '../../../application/views/cloud-event.ts';
import { failureCodes } from '../../../application/views/failure-view.ts';
import { lineStatuses } from '../../../application/views/order-view.ts';
import type { OrderView } from '../../../application/views/order-view.ts';
import { problemKinds } from '../problems.ts';
import type { ProblemView } from '../problems.ts';

// What is answered, exactly: tests hold every response against these.

const text = z.string();
const time = z.iso.datetime({ precision: 3 });
const count = z.int().nonnegative();
const purchase = z.enum(['not_purchased', 'unknown', 'purchased']);
const link = z.string().startsWith('/v1/');

export const moneyAnswer = z
  .strictObject({
    amount: z.string().regex(/^\d+(\.\d+)?$/),
    currency: z.string().length(3),
  })
  .meta({ id: 'Money' });

const statuses = [
  'pending',
  'submitting',
  'processing',
  'partially_delivered',
  'completed',
  'failed',
  'cancelled',
] as const;

export const orderStatus = z.enum(statuses);

export const lineShape = {
  productCode: text,
  productName: text,
  quantity: count,
  unitPrice: moneyAnswer,
  delivered: count,
  status: z.enum(lineStatuses),
};

export const orderShape = {
  id: z.guid(),
  externalOrderId: text,
  reference: text.exactOptional(),
  mode: z.enum(['live', 'sandbox']),
  status: orderStatus,
  attention: z.array(z.strictObject({ code: z.enum(attentions), reason: text.exactOptional() })),
  purchase,
  version: count,
  lines: z.array(z.strictObject(lineShape)),
  totals: z.strictObject({ gross: moneyAnswer }),
  userId: text.exactOptional(),
  metadata: z.unknown().optional(),
  createdAt: time,
  submittedAt: time.exactOptional(),
  completedAt: time.exactOptional(),
  failure: z.strictObject({ code: z.enum(failureCodes), detail: text, retryable: z.boolean() }).exactOptional(),
  allowedActions: z.array(z.enum(orderActions)),
  links: z.strictObject({ self: link, events: link, vouchers: link }),
};

export const orderAnswer: z.ZodType<OrderView> = z.strictObject(orderShape).meta({ id: 'Order' });

const has = z.strictObject({ code: z.boolean(), pin: z.boolean(), url: z.boolean(), qrCode: z.boolean() });

export const voucherAnswer: z.ZodType<VoucherView> = z
  .strictObject({
    id: text,
    orderId: z.guid(),
    productCode: text,
    last4: text.exactOptional(),
    value: moneyAnswer,
    expiresAt: time.exactOptional(),
    status: z.enum(voucherStatuses),
    statusAsOf: time,
    instructions: text.exactOptional(),
    has,
    links: z.strictObject({ self: link, order: link, reveals: link }),
  })
  .meta({ id: 'Voucher' });

export const revealAnswer = z
  .strictObject({
    code: text.exactOptional(),
    pin: text.exactOptional(),
    url: text.exactOptional(),
    qrCode: text.exactOptional(),
    instructions: text.exactOptional(),
    revealedAt: time,
  })
  .meta({ id: 'Reveal' });

const hash = z.string().regex(/^[0-9a-f]{64}$/);

export const timelineEntryAnswer = z
  .strictObject({
    version: count,
    id: text,
    type: text,
    at: time,
    actor: z.strictObject({ type: z.enum(['client', 'service', 'operator']), id: text }),
    correlationId: text,
    data: z.record(text, z.unknown()).exactOptional(),
    hash,
    prevHash: hash,
  })
  .meta({ id: 'TimelineEntry' });

export const cloudEventAnswer: z.ZodType<CloudEvent> = z
  .strictObject({
    specversion: z.literal('1.0'),
    id: text,
    source: text,
    type: text,
    subject: text,
    time,
    datacontenttype: z.literal('application/json'),
    partitionkey: text,
    sequence: z.string().regex(/^\d{20}$/),
    correlationid: text,
    causationid: text,
    traceparent: text.exactOptional(),
    dataclassification: z.literal('internal'),
    data: z.record(text, z.unknown()),
  })
  .meta({ id: 'CloudEvent' });

export const problemDetail = z.strictObject({
  pointer: text.exactOptional(),
  parameter: text.exactOptional(),
  code: text,
  detail: text,
});

export const problemAnswer: z.ZodType<ProblemView> = z
  .strictObject({
    type: text,
    title: text,
    status: z.int(),
    detail: text,
    instance: text,
    code: z.enum(Object.keys(problemKinds)),
    requestId: text,
    retryable: z.boolean(),
    purchase: purchase.exactOptional(),
    errors: z.array(problemDetail).exactOptional(),
  })
  .meta({ id: 'Problem' });

/** `{"data": […], "nextCursor": "…" | null}`, as every list answers. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ data: z.array(item), nextCursor: text.nullable() });
