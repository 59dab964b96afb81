import type { RecordedEvent } from '@eventstore/db-client';
import { streamCategories } from '../../../application/ports/event-store.ts';

/** How the names of our streams begin, in a log that others may write too. */
export const prefixes = streamCategories.map((category) => `${category}-`);

export const isOurs = ({ streamId, type }: RecordedEvent): boolean =>
  // A tombstone stands in the stream it ends.
  prefixes.some((prefix) => streamId.startsWith(prefix)) && !type.startsWith('$');
