import type { DomainEvent } from '../../application/ports/codec.ts';

/** Makes the data of one schema version of an event into that of the next. */
export interface Upcaster {
  readonly type: DomainEvent['type'];
  readonly from: number;
  readonly up: (data: unknown) => unknown;
}

/** Every schema that was ever written and then changed. An event's newest schema is one more than it has of these. */
export const upcasters: readonly Upcaster[] = [];
