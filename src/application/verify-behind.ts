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
  /** For each place of a consumer that was not reached yet: those whose events were. */
  const met = new Map(behind.map(({ at }): [Position | 'start', Behind[]] => [at, []]));
  met.delete('start');
  const missed: Behind[] = [];
  const reach = (place: Position | 'start'): void => {
    for (const one of met.get(place) ?? []) missed.push(one);
    met.delete(place);
  };
  for (let from: Position | 'start' = 'start', atHead = false; !atHead && met.size > 0;) {
    const batch = await feed.read(from, 500);
    for (const event of batch.events) {
      for (const one of byEvent.get(eventOf(event)) ?? []) met.get(one.at)?.push(one);
      reach(event.position);
    }
    reach(batch.to);
    ({ to: from, atHead } = batch);
  }
  return missed;
};
