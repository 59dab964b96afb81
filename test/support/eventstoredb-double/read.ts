import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { type Faults, takeOne } from './faults.ts';
import type { Log, Stored } from './log.ts';
import { beginning, isBackwards, matchOf } from './places.ts';
import { aborted, deleted, denied, eventReply, nameOf, notFoundReply, unavailable } from './replies.ts';
import type { Follow } from './subscribe.ts';
import { writeTo } from './write-to.ts';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;
type Options = ReadReq.Options;

/** The events of a list from where the read begins. */
function* rangeOf(options: Options, events: readonly Stored[]): Generator<Stored> {
  const step = isBackwards(options) ? -1 : 1;
  const match = matchOf(options);
  let left = Number(options.getCount());
  // Those that come meanwhile are not shown.
  const { length } = events;
  for (let at = beginning(options, events); left > 0 && at < length; at += step) {
    const event = events[at];
    if (event === undefined) return;
    if (!match(event)) continue;
    left -= 1;
    yield event;
  }
}

/** @param open The calls that are not over, subscriptions too. */
export const createRead = (log: Log, faults: Faults, open: Set<ReadCall>, follow: Follow) => {
  const show = async (call: ReadCall, events: Iterable<Stored>): Promise<void> => {
    const breaks = takeOne(faults, 'breakReads');
    for (const event of events) {
      if (!(await writeTo(call, eventReply(event)))) return;
      if (breaks) break;
    }
    if (breaks) call.emit('error', unavailable());
    else call.end();
  };

  const showStream = (call: ReadCall, options: Options): void => {
    const name = nameOf(options.getStream()?.getStreamIdentifier());
    const events = log.stream(name);
    if (events === 'deleted') {
      call.emit('error', deleted(name));
    } else if (events.length > 0) {
      void show(call, rangeOf(options, events));
    } else {
      call.write(notFoundReply(name));
      call.end();
    }
  };

  return (call: ReadCall): void => {
    const options = call.request.getOptions();
    open.add(call);
    for (const end of ['close', 'cancelled', 'finish', 'error']) call.on(end, () => void open.delete(call));
    if (options === undefined || takeOne(faults, 'silentReads')) return;
    if (takeOne(faults, 'denied')) call.emit('error', denied());
    else if (takeOne(faults, 'notReady')) call.emit('error', aborted());
    else if (options.hasSubscription()) void follow(call, options);
    else if (options.hasAll()) void show(call, rangeOf(options, log.all));
    else showStream(call, options);
  };
};
