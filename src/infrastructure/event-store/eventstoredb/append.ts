import { getDefaultHighWaterMark, setDefaultHighWaterMark } from 'node:stream';
import { type EventData, NO_STREAM } from '@eventstore/db-client';
import { BrokenChain } from '../../../application/ports/errors.ts';
import type { EventStore, StreamId } from '../../../application/ports/event-store.ts';
import { assertFollows } from '../follows.ts';
import type { Connection } from './connection.ts';
import { failureOf, NoAnswer, portError, spoilsClient } from './failures.ts';
import { createSlots, patiently, within } from './patience.ts';
import { dataOf } from './records.ts';
import type { Reads } from './reads.ts';

type Outcome = Awaited<ReturnType<EventStore['append']>>;

interface AppendOptions {
  /** The longest wait for one answer; an append gives up after three such. */
  readonly deadlineMs: number;
  readonly stop: AbortSignal;
}

interface Append {
  readonly stream: StreamId;
  readonly at: number;
  readonly data: EventData[];
}

const AT_ONCE = 64;
// What the client's one batch stream does not buffer waits in a queue of the client's. Where that stream breaks, it
// rejects all that waits there, inside a promise that nobody can catch, and the process ends. A stream buffers as many
// messages as Node lets every stream of objects buffer, 16 if nobody says otherwise.
const bufferAll = (many: number): void => {
  setDefaultHighWaterMark(true, Math.max(many + 1, getDefaultHighWaterMark(true)));
};
// A wall-clock time to the server, so it must be longer than clocks differ. The real deadline is our own.
const SERVER_DEADLINE_MS = 600_000;
const PATIENCE = 3;

export const createAppending = (
  connection: Connection,
  reads: Reads,
  { deadlineMs, stop }: AppendOptions,
): EventStore['append'] => {
  bufferAll(AT_ONCE);
  const inSlot = createSlots(AT_ONCE);

  const send = async ({ stream, at, data }: Append): Promise<Outcome> => {
    const client = await connection.client();
    try {
      stop.throwIfAborted();
      const expectedRevision = at === 0 ? NO_STREAM : BigInt(at - 1);
      const sent = client.appendToStream(stream, data, { expectedRevision, deadline: SERVER_DEADLINE_MS });
      const { nextExpectedRevision } = await within(deadlineMs, sent);
      // A stream that was deleted and is written again goes on where it was.
      if (nextExpectedRevision === BigInt(at + data.length - 1)) return 'appended';
      throw new BrokenChain(`${stream} went on at version ${Number(nextExpectedRevision) + 1}: it had been deleted`);
    } catch (error) {
      if (failureOf(error) === 'conflict') return 'conflict';
      if (spoilsClient(error)) connection.replace(client);
      throw error;
    }
  };

  /** Whether the events behind `at` are these: their ids say what they hold. */
  const isWritten = async ({ stream, at, data }: Append): Promise<boolean> => {
    const there = await reads.page((client) =>
      client.readStream(stream, { fromRevision: BigInt(at), maxCount: data.length }),
    );
    return data.every(({ id }, index) => there[index]?.id === id && there[index].revision === BigInt(at + index));
  };

  return async (stream, at, events) => {
    assertFollows(stream, at, events);
    const append = { stream, at, data: events.map(dataOf) };
    try {
      const ms = PATIENCE * deadlineMs;
      return await patiently({ ms, stop }, async (tries, isOver) => {
        const outcome = await inSlot(async () => {
          // Others may have waited long for the same silent server.
          if (isOver()) throw new NoAnswer(ms);
          return send(append);
        });
        // An earlier try may have been written although its answer was lost.
        const written = outcome === 'conflict' && tries > 1 && (await isWritten(append));
        return written ? 'appended' : outcome;
      });
    } catch (error) {
      throw portError(error);
    }
  };
};
