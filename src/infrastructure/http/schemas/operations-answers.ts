import { z } from 'zod';
import { amilonEndpoints } from '../../../application/ports/amilon-watch.ts';
import type { OperationsView } from '../../../application/operations/operations-view.ts';

const text = z.string();
const time = z.iso.datetime({ precision: 3 });
const count = z.int().nonnegative();
const circuit = z.enum(['unauthorized', 'not_found', 'failing']).exactOptional();

const consumerAnswer = z.strictObject({
  name: text,
  state: z.enum(['starting', 'standby', 'running', 'waiting', 'stopped']),
  caughtUp: z.boolean(),
  error: text.exactOptional(),
  events: z.strictObject({ read: count, applied: count, ignored: count, parked: count }).exactOptional(),
  parkedStreams: count.exactOptional(),
  lag: z.strictObject({ events: count.exactOptional(), seconds: z.number().nonnegative().exactOptional() }),
});

const endpointAnswer = z.strictObject({
  endpoint: z.enum(amilonEndpoints),
  calls: count,
  failures: count,
  outcomes: z.record(text, count),
  lastSuccessAt: time.exactOptional(),
  lastFailureAt: time.exactOptional(),
  lastFailure: text.exactOptional(),
});

const driftAnswer = z.strictObject({
  kind: z.enum([
    'unknown_field',
    'missing_field',
    'unreadable_field',
    'unreadable_answer',
    'unknown_word',
    'unknown_code',
    'contradiction',
  ]),
  where: text,
  what: text,
  count,
  firstAt: time,
  lastAt: time,
});

export const operationsAnswer: z.ZodType<OperationsView> = z.strictObject({
  version: text,
  mode: z.enum(['live', 'sandbox']),
  startedAt: time,
  uptimeSeconds: count,
  consumers: z.array(consumerAnswer),
  upstream: z.strictObject({
    circuits: z.strictObject({ create: circuit, read: circuit, sync: circuit }),
    endpoints: z.array(endpointAnswer),
    drift: z.array(driftAnswer),
    otherDrift: count,
  }),
});
