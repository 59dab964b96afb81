import type { Instant, Ms } from '../../domain/shared/instant.ts';

export interface Clock {
  now(): Instant;
  /** Waits, or returns early (without an error) when `stop` is aborted. */
  sleep(ms: Ms, stop?: AbortSignal): Promise<void>;
}
