import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { type Faults, takeOne } from './faults.ts';
import type { Log, Stored } from './log.ts';
import { beginning, isBackwards, matchOf } from './places.ts';
import { aborted, deleted, denied, eventReply, nameOf, notFoundReply, unavailable } from './replies.ts';
import type { Follow } from './subscribe.ts';
import { writeTo } from './write-to.ts';

type Call = ServerWritableStream<ReadReq, ReadResp>;
type Options = ReadReq.Options;

/** The events of a list from where the read begins. */
function* rangeOf(options: Options, events: readonly Stored[]): Generator<Stored> {
  const step = isBackwards(options) ? -1 : 1;
  const match = matchOf(options);
  let left = Number(options.getCount());
  // Those that come meanwhile are not shown.
  const shown = events.slice();
  for (let at = beginning(options, shown); left > 0; at += step) {
    const event = shown[at];
    if (event === undefined) return;
    if (!match(event)) continue;
    left -= 1;
    yield event;
  }
}

export const createRead = (log: Log, faults: Faults, follow: Follow) => {
  const show = async (call: Call, events: Iterable<Stored>): Promise<void> => {
    const breaks = takeOne(faults, 'breakReads');
    for (const event of events) {
      if (!(await writeTo(call, eventReply(event)))) return;
      if (breaks) break;
    }
    if (breaks) call.emit('error', unavailable());
    else call.end();
  };

  const showStream = (call: Call, options: Options): void => {
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

  return (call: Call): void => {
    const options = call.request.getOptions();
    call.on('error', () => undefined);
    if (options === undefined || faults.silentReads) return;
    if (faults.denied) call.emit('error', denied());
    else if (faults.notReady) call.emit('error', aborted());
    else if (options.hasSubscription()) void follow(call, options);
    else if (options.hasAll()) void show(call, rangeOf(options, log.all));
    else showStream(call, options);
  };
};
