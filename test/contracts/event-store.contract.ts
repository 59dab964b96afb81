import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Undecodable } from '../../src/application/ports/errors.ts';
import type { EventId, EventStore, NewEvent, Position, StoreId } from '../../src/application/ports/event-store.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import type { OpenEventStore } from '../../src/infrastructure/event-store/open-event-store.ts';
import { eventOf, eventsOf, freshStream, readAll } from '../support/stored-events.ts';

export interface EventStoreSubject {
  readonly subject: Pick<OpenEventStore, 'events' | 'feed'>;
  /** A position as the store makes them that it has not come to. */
  beyondHead(storeId: StoreId): Position;
  close(): Promise<void>;
}

const codec = createCodec();
const reasonOf = ({ data }: NewEvent): unknown => (data as { readonly reason: unknown }).reason;

/** Every rule of streams. The store may hold streams of others, and may be slow. */
export const eventStoreContract = (open: () => Promise<EventStoreSubject>): void => {
  describe('an event store', () => {
    let opened: EventStoreSubject;
    let events: EventStore;
    beforeAll(async () => {
      opened = await open();
      events = opened.subject.events;
    });
    afterAll(() => opened.close());

    /** A new stream with so many events. */
    const streamOf = async (many: number) => {
      const stream = freshStream();
      const first = eventsOf(stream, 0, many);
      expect(await events.append(stream, 0, first)).toBe('appended');
      return { stream, first };
    };

    it('has no events of an unknown stream', async () => {
      expect(await readAll(events, freshStream())).toEqual([]);
    });

    it('gives events back equal and in order, however they were appended', async () => {
      const { stream, first } = await streamOf(3);
      const fourth = eventOf(stream, 4);
      const more = eventsOf(stream, 4, 2);
      await events.append(stream, 3, [fourth]);
      await events.append(stream, 4, more);
      expect(await readAll(events, stream)).toEqual([...first, fourth, ...more]);
    });

    it('counts versions from 1', async () => {
      const { stream } = await streamOf(3);
      expect((await readAll(events, stream)).map(({ version }) => version)).toEqual([1, 2, 3]);
    });

    it('keeps what was sealed, to the last character', async () => {
      const { stream } = await streamOf(3);
      let prevHash = codec.genesis;
      for await (const recorded of events.read(stream, 0)) {
        codec.verify(recorded, prevHash);
        prevHash = recorded.envelope.hash;
      }
      expect(prevHash).not.toBe(codec.genesis);
    });

    it('keeps every kind of JSON as it is', async () => {
      const stream = freshStream();
      const odd = {
        text: '“Caffè” 50 € 🎁 \u0000\n\u2028\\"',
        numbers: [0, -1, 0.1, 1e21, 5e-324, Number.MAX_SAFE_INTEGER],
        others: [true, false, null, {}, [], [[]], ''],
        '': { 'a.b': 1, $set: 2, constructor: 3 },
      };
      const event: NewEvent = { ...eventOf(stream, 1), data: odd };
      await events.append(stream, 0, [event]);
      expect(await readAll(events, stream)).toEqual([event]);
    });

    it('keeps a large event whole', async () => {
      const stream = freshStream();
      const event = eventOf(stream, 1, 'x'.repeat(256 * 1024));
      await events.append(stream, 0, [event]);
      expect(await readAll(events, stream)).toEqual([event]);
    });

    it('reads behind one version and up to another', async () => {
      const { stream, first } = await streamOf(5);
      expect(await readAll(events, stream, 2)).toEqual(first.slice(2));
      expect(await readAll(events, stream, 0, 2)).toEqual(first.slice(0, 2));
      expect(await readAll(events, stream, 1, 4)).toEqual(first.slice(1, 4));
      expect(await readAll(events, stream, 3, 3)).toEqual([]);
      expect(await readAll(events, stream, 0, 0)).toEqual([]);
      expect(await readAll(events, stream, 4, 99)).toEqual(first.slice(4));
      expect(await readAll(events, stream, 5)).toEqual([]);
      expect(await readAll(events, stream, 99)).toEqual([]);
    });

    it('reads a long stream whole', async () => {
      const { stream, first } = await streamOf(200);
      expect(await readAll(events, stream)).toEqual(first);
      expect(await readAll(events, stream, 63, 193)).toEqual(first.slice(63, 193));
    });

    it('is not held up by readers that leave early', async () => {
      const { stream } = await streamOf(150);
      for (let reader = 0; reader < 120; reader += 1) {
        for await (const { version } of events.read(stream, 0)) if (version === 2) break;
      }
      expect(await events.append(stream, 150, [eventOf(stream, 151)])).toBe('appended');
    });

    it.each([
      ['older than the stream', 1],
      ['of a stream that should not be there', 0],
      ['newer than the stream', 3],
    ])('answers conflict to a version %s, and writes nothing', async (_what, at) => {
      const { stream, first } = await streamOf(2);
      expect(await events.append(stream, at, eventsOf(stream, at, 2))).toBe('conflict');
      expect(await readAll(events, stream)).toEqual(first);
    });

    it('answers conflict where a stream should be there and is not, and writes nothing', async () => {
      const stream = freshStream();
      expect(await events.append(stream, 1, [eventOf(stream, 2)])).toBe('conflict');
      expect(await readAll(events, stream)).toEqual([]);
    });

    it.each([0, 2])('lets exactly one of many appends at version %d win, whole', async (at) => {
      const stream = freshStream();
      if (at > 0) await events.append(stream, 0, eventsOf(stream, 0, at));
      const rivals = Array.from({ length: 20 }, () => eventsOf(stream, at, 3));
      const outcomes = await Promise.all(rivals.map((rival) => events.append(stream, at, rival)));
      const winners = rivals.filter((_rival, index) => outcomes[index] === 'appended');
      expect(outcomes.toSorted()).toEqual(['appended', ...Array<string>(19).fill('conflict')]);
      expect([await readAll(events, stream, at)]).toEqual(winners);
    });

    it('lets exactly one of two contents with equal ids win, and the other learns it', async () => {
      const stream = freshStream();
      const id = randomUUID() as string as EventId;
      const rivals = ['one', 'other'].map((reason): NewEvent => ({ ...eventOf(stream, 1, reason), id }));
      const outcomes = await Promise.all(rivals.map((rival) => events.append(stream, 0, [rival])));
      expect(outcomes.toSorted()).toEqual(['appended', 'conflict']);
      expect(await readAll(events, stream)).toEqual(rivals.filter((_rival, index) => outcomes[index] === 'appended'));
      expect(await events.append(stream, 0, [{ ...eventOf(stream, 1, 'third'), id }])).toBe('conflict');
    });

    it('lets the conflict of one append touch no other', async () => {
      const { stream: taken } = await streamOf(1);
      const streams = Array.from({ length: 30 }, (_, index) => (index % 3 === 1 ? taken : freshStream()));
      const outcomes = await Promise.all(
        streams.map((stream) => events.append(stream, 0, [eventOf(stream, 1, 'mine')])),
      );
      expect(outcomes).toEqual(streams.map((stream) => (stream === taken ? 'conflict' : 'appended')));
      const kept = await Promise.all(streams.map((stream) => readAll(events, stream)));
      expect(kept.map((stream) => stream.map(reasonOf))).toEqual(
        streams.map((stream) => (stream === taken ? ['reason 1'] : ['mine'])),
      );
    });

    it('takes a chain of appends that each follow the last at once', async () => {
      const stream = freshStream();
      const chain = eventsOf(stream, 0, 10);
      for (const event of chain) expect(await events.append(stream, event.version - 1, [event])).toBe('appended');
      expect(await readAll(events, stream)).toEqual(chain);
    });

    it('refuses events that do not follow, and writes nothing', async () => {
      const { stream, first } = await streamOf(1);
      const gap = [eventOf(stream, 2), eventOf(stream, 4)] as const;
      await expect(events.append(stream, 1, gap)).rejects.toThrow(RangeError);
      await expect(events.append(stream, 1, [eventOf(freshStream(), 2)])).rejects.toThrow(RangeError);
      await expect(events.append(stream, 1, [eventOf(stream, 1)])).rejects.toThrow(RangeError);
      expect(await readAll(events, stream)).toEqual(first);
    });

    it('keeps what was written, whatever is done to what was handed in or out', async () => {
      const stream = freshStream();
      const event = eventOf(stream, 1);
      const copy = structuredClone(event);
      await events.append(stream, 0, [event]);
      Reflect.set(event.data as object, 'reason', 'changed');
      for (const handedOut of await readAll(events, stream)) {
        Reflect.set(handedOut.data as object, 'reason', 'changed');
        Reflect.set(handedOut.envelope, 'correlation', 'changed');
      }
      expect(await readAll(events, stream)).toEqual([copy]);
    });

    it('gives back a type that nobody knows, and decoding it names stream, version and type', async () => {
      const stream = freshStream();
      await events.append(stream, 0, [{ ...eventOf(stream, 1), type: 'OrderTeleported' }]);
      const refusal = new Undecodable(
        `cannot read ${stream} version 1 (OrderTeleported, schema 1): no such type is known`,
      );
      const decoded: unknown[] = [];
      for await (const recorded of events.read(stream, 0)) {
        expect(() => decoded.push(codec.decode(recorded))).toThrow(refusal);
        decoded.push(recorded.type);
      }
      expect(decoded).toEqual(['OrderTeleported']);
    });
  });
};
