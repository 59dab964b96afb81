import { randomUUID } from 'node:crypto';
import type { EventId, NewEvent, StreamId } from '../../src/application/ports/event-store.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { sampleDraft, sampleEvents } from './sample-events.ts';

const codec = createCodec();

/** What happens to an order that goes well. */
const life = [
  sampleEvents.OrderRequested,
  sampleEvents.OrderSubmissionStarted,
  sampleEvents.OrderCreatedAtAmilon,
  sampleEvents.VouchersDelivered,
  sampleEvents.OrderCompleted,
];

export const EVENTS_PER_ORDER = life.length;

type Told = (event: (typeof life)[number]) => (typeof life)[number];

/** The events of an order's life as they are told, in a stream of its own, each chained to the one before. */
export const eventsOfOrder = (told: Told = (event) => event): [NewEvent, ...NewEvent[]] => {
  const stream = `order-${randomUUID()}` as StreamId;
  let prevHash = codec.genesis;
  const sealed = life.map((event, index) => {
    const draft = { ...sampleDraft(told(event)), stream, version: index + 1, id: randomUUID() as string as EventId };
    const next = codec.seal(draft, prevHash);
    prevHash = next.envelope.hash;
    return next;
  });
  return sealed as [NewEvent, ...NewEvent[]];
};
