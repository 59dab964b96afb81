import { readFileSync } from 'node:fs';
import { createUpstreamRecord } from '../../application/operations/upstream-record.ts';
import type { UpstreamRecord } from '../../application/operations/upstream-record.ts';
import type { CallNote, Drift } from '../../application/ports/amilon-watch.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { Metrics } from '../metrics/metrics.ts';

/** What operators see: the status and the metrics are told the same, so that both show the same figures. */
export interface Watch {
  readonly metrics: Metrics;
  readonly upstream: UpstreamRecord;
  readonly version: string;
  readonly startedAt: Instant;
  readonly onCall: (note: CallNote) => void;
  readonly onDrift: (drift: Drift) => void;
}

export const createWatch = (clock: Clock): Watch => {
  const metrics = createMetrics();
  const upstream = createUpstreamRecord(clock);
  return {
    metrics,
    upstream,
    version: versionOf(new URL('../../../package.json', import.meta.url)),
    startedAt: clock.now(),
    onCall: (note) => {
      metrics.called(note);
      upstream.called(note);
    },
    onDrift: (drift) => {
      metrics.drifted(drift);
      upstream.drifted(drift);
    },
  };
};

const versionOf = (file: URL): string => (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
