import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { OperationsView } from '../../application/operations/operations-view.ts';
import { type CallNote, type Drift, amilonEndpoints } from '../../application/ports/amilon-watch.ts';
import type { Ms } from '../../domain/shared/instant.ts';
import { createStatusGauges } from './status-gauges.ts';

/** Figures for Prometheus. No label is ever an id, a secret, or a word that a client or Amilon chose. */
export interface Metrics {
  called(note: CallNote): void;
  drifted(drift: Drift): void;
  requested(note: {
    readonly method: string;
    readonly route: string;
    readonly status: number | 'aborted';
    readonly ms: Ms;
  }): void;
  /** Adds what Node tells of its own process; once, for the process that serves. */
  addProcess(): void;
  /** All of them, in Prometheus's own text; the status adds what is so now. */
  write(status: OperationsView): Promise<string>;
}

// From an answer out of memory to the longest wait or deadline.
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const unanswered: readonly CallNote['outcome'][] = ['not_sent', 'timeout', 'reset'];
const alarming = ['400', '401', '403', '429', '500', '502', '503', '504'];

export const createMetrics = (): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  const calls = new Counter({
    name: 'voucher_orders_amilon_calls_total',
    help: 'Exchanges with Amilon, by what became of them; status is none where no answer came.',
    labelNames: ['endpoint', 'outcome', 'status'],
    registers,
  });
  const callSeconds = new Histogram({
    name: 'voucher_orders_amilon_call_duration_seconds',
    help: 'How long exchanges with Amilon took.',
    labelNames: ['endpoint'],
    buckets: SECONDS,
    registers,
  });
  const drifts = new Counter({
    name: 'voucher_orders_amilon_drift_total',
    help: 'What Amilon wrote that this version does not know or misses; GET /v1/ops/status names it.',
    labelNames: ['kind', 'where'],
    registers,
  });
  const requests = new Counter({
    name: 'voucher_orders_http_requests_total',
    help: 'Requests, by the pattern of their route; unmatched where there is none.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'voucher_orders_http_request_duration_seconds',
    help: 'How long requests took, waits and streams included.',
    labelNames: ['method', 'route'],
    buckets: SECONDS,
    registers,
  });
  // An alert on an increase sees only what was 0 before.
  for (const endpoint of amilonEndpoints) {
    drifts.inc({ kind: 'unreadable_answer', where: endpoint }, 0);
    for (const outcome of unanswered) calls.inc({ endpoint, outcome, status: 'none' }, 0);
    for (const status of alarming) calls.inc({ endpoint, outcome: 'answered', status }, 0);
  }
  const status = createStatusGauges(registry);
  return {
    called: ({ endpoint, outcome, status: answered, ms }) => {
      calls.inc({ endpoint, outcome, status: answered === undefined ? 'none' : String(answered) });
      callSeconds.observe({ endpoint }, ms / 1_000);
    },
    drifted: ({ kind, where }) => {
      drifts.inc({ kind, where });
    },
    requested: ({ method, route, status: answered, ms }) => {
      requests.inc({ method, route, status: String(answered) });
      requestSeconds.observe({ method, route }, ms / 1_000);
    },
    addProcess: () => {
      collectDefaultMetrics({ register: registry });
    },
    write: async (view) => {
      status(view);
      return registry.metrics();
    },
  };
};
