import { randomUUID } from 'node:crypto';
import type {
  EventId,
  EventStore,
  Hash,
  NewEvent,
  NonEmpty,
  Recorded,
  StreamId,
} from '../../src/application/ports/event-store.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { sampleDraft, sampleEvents } from './sample-events.ts';

const codec = createCodec();

/** A stream that no other test has, for servers keep theirs. */
export const freshStream = (): StreamId => `order-${randomUUID()}` as StreamId;

/** A sealed event; its reason tells it from others. */
export const eventOf = (
  stream: StreamId,
  version: number,
  reason = `reason ${String(version)}`,
  prevHash: Hash = codec.genesis,
): NewEvent =>
  codec.seal(
    {
      ...sampleDraft({ ...sampleEvents.OrderCancelled, reason }),
      stream,
      version,
      id: randomUUID() as string as EventId,
    },
    prevHash,
  );

/** Events of a stream from version `at + 1` on, each chained to the one before. */
export const eventsOf = (stream: StreamId, at: number, many: number): NonEmpty<NewEvent> => {
  const first = eventOf(stream, at + 1);
  const events: [NewEvent, ...NewEvent[]] = [first];
  let prevHash = first.envelope.hash;
  for (let version = at + 2; version <= at + many; version += 1) {
    const event = eventOf(stream, version, `reason ${String(version)}`, prevHash);
    prevHash = event.envelope.hash;
    events.push(event);
  }
  return events;
};

/** What was written, without the place the store gave it. */
export const written = ({ position: _position, ...event }: Recorded): NewEvent => event;

export const readAll = async (
  events: EventStore,
  stream: StreamId,
  after = 0,
  until?: number,
): Promise<readonly NewEvent[]> => {
  const read: NewEvent[] = [];
  for await (const recorded of events.read(stream, after, until)) read.push(written(recorded));
  return read;
};
