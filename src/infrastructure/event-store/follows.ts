import type { NewEvent, NonEmpty, StreamId } from '../../application/ports/event-store.ts';

/** @throws RangeError when the events are of another stream, or their versions do not follow `at` one by one. */
export const assertFollows = (stream: StreamId, at: number, events: NonEmpty<NewEvent>): void => {
  if (!Number.isSafeInteger(at) || at < 0) throw new RangeError(`${stream} cannot be at version ${at}`);
  const astray = events.find((event, index) => event.stream !== stream || event.version !== at + index + 1);
  if (astray !== undefined) {
    throw new RangeError(`${astray.stream} version ${astray.version} does not follow ${stream} version ${at}`);
  }
};
