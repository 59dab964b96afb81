import type { Feed, Position, Recorded, StreamId } from './ports/event-store.ts';

/** A document without an event of its stream. */
export interface Behind {
  readonly document: string;
  readonly stream: StreamId;
  /** Of the first event that it misses. */
  readonly version: number;
  /** Where its consumer was before the document was read. */
  readonly at: Position | 'start';
}

const eventOf = ({ stream, version }: Pick<Recorded, 'stream' | 'version'>): string => `${stream} ${String(version)}`;

/**
 * Those whose consumer was beyond the event that they miss; the others wait for it. Positions are in the order of the
 * feed only, so it is read once more, as far as any consumer was. @throws Unavailable
 */
export const missedOf = async (feed: Feed, behind: readonly Behind[]): Promise<readonly Behind[]> => {
  const byEvent = Map.groupBy(behind, eventOf);
  const places = new Set(behind.map(({ at }) => at));
  places.delete('start');
  const missed: Behind[] = [];
  /** Events were met, and the consumers' places were not yet. */
  let met: readonly Behind[] = [];
  const reach = (place: Position | 'start'): void => {
    if (!places.delete(place)) return;
    missed.push(...met.filter(({ at }) => at === place));
    met = met.filter(({ at }) => at !== place);
  };
  for (let from: Position | 'start' = 'start', atHead = false; !atHead && places.size > 0;) {
    const batch = await feed.read(from, 500);
    for (const event of batch.events) {
      met = [...met, ...(byEvent.get(eventOf(event)) ?? []).filter(({ at }) => places.has(at))];
      reach(event.position);
    }
    reach(batch.to);
    ({ to: from, atHead } = batch);
  }
  return missed;
};
