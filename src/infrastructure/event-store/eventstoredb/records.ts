import { hash } from 'node:crypto';
import { type EventData, jsonEvent, type RecordedEvent } from '@eventstore/db-client';
import type {
  Envelope,
  EventId,
  NewEvent,
  Recorded,
  StoreId,
  StreamId,
} from '../../../application/ports/event-store.ts';
import { ConfigurationError } from '../../config/config.ts';
import { positionOf } from './positions.ts';

/** What stands beside the data of each of our events. */
interface Metadata {
  readonly id: EventId;
  readonly schema: number;
  readonly envelope: Envelope;
}

// The server takes equal ids at one revision for a repeat, whatever they hold. So its id says what the event holds:
// a UUID (version 8) of the bytes. Our own id is one of them.
// No JSON holds a line break, so no two events give the same text.
const idOf = (type: string, data: string, metadata: string): string => {
  const hex = hash('sha256', `${data}\n${metadata}\n${type}`, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(12, 15)}-8${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
};

const utf8 = new TextEncoder();

/** @throws TypeError for what JSON cannot hold: the client would never answer. */
export const dataOf = ({ stream, version, id, type, schema, envelope, data }: NewEvent): EventData => {
  // Its type leaves out that nothing comes of `undefined`.
  const json = JSON.stringify(data) as string | undefined;
  if (json === undefined) throw new TypeError(`${stream} version ${version} has no data`);
  const metadata = JSON.stringify({ id, schema, envelope } satisfies Metadata);
  return jsonEvent({
    id: idOf(type, json, metadata),
    type,
    data: data as Record<string, unknown>,
    metadata: utf8.encode(metadata),
  });
};

// Whatever somebody else wrote is handed on: decoding names the event and its consumer parks it.
const metadataOf = ({ id, metadata }: RecordedEvent): Metadata => {
  const parts = (metadata ?? {}) as Partial<Metadata>;
  return {
    id: parts.id ?? (id as EventId),
    schema: parts.schema ?? 0,
    envelope: parts.envelope ?? ({} as Envelope),
  };
};

// What servers before 22.10 give where they do not know.
const UNKNOWN = 2n ** 64n - 1n;

export const recordedOf = (storeId: StoreId, event: RecordedEvent): Recorded => {
  const { position } = event;
  if (position === undefined || position.commit === UNKNOWN) {
    throw new ConfigurationError('This EventStoreDB is too old: 22.10 or newer is needed.');
  }
  const { id, schema, envelope } = metadataOf(event);
  return {
    stream: event.streamId as StreamId,
    version: Number(event.revision) + 1,
    id,
    type: event.type,
    schema,
    envelope,
    data: event.data,
    position: positionOf(storeId, position),
  };
};
