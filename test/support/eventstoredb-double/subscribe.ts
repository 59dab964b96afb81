import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Log, Stored } from './log.ts';
import { behind, matchOf } from './places.ts';
import { caughtUpReply, checkpointReply, confirmationReply, eventReply, nameOf, unavailable } from './replies.ts';
import { writeTo } from './write-to.ts';

type Call = ServerWritableStream<ReadReq, ReadResp>;
type Options = ReadReq.Options;

export type Follow = (call: Call, options: Options) => Promise<void>;

/** The subscriptions that are open, for whoever wants to end them. */
export interface Subscriptions {
  /** Ends all of them without an error. */
  end(): void;
  /** Ends all of them with UNAVAILABLE. */
  drop(): void;
  readonly open: number;
}

const ORDINARY_WINDOW = 32;

/** How many events are looked at between two checkpoints; only filtered subscriptions have them. */
const intervalOf = (options: Options): number => {
  const filter = options.getFilter();
  if (filter === undefined) return Infinity;
  const window = filter.getMax() === 0 ? ORDINARY_WINDOW : filter.getMax();
  return window * filter.getCheckpointintervalmultiplier();
};

/** Which events a subscription shows. */
const shownBy = (options: Options): ((event: Stored) => boolean) => {
  const match = matchOf(options);
  if (!options.hasStream()) return match;
  const stream = nameOf(options.getStream()?.getStreamIdentifier());
  return (event) => event.stream === stream && match(event);
};

/** What a subscription says when it first comes to the head. */
function* headReplies({ all }: Log, interval: number): Generator<ReadResp> {
  yield caughtUpReply();
  const last = all.at(-1);
  if (interval < Infinity && last !== undefined) yield checkpointReply(last.position);
}

/** What a subscription says while it goes along the log. */
function* repliesOf(options: Options, log: Log): Generator<ReadResp | 'wait'> {
  const shows = shownBy(options);
  const interval = intervalOf(options);
  let caughtUp = false;
  for (let next = behind(options, log), looked = 0; ;) {
    const event = log.all[next];
    if (event === undefined) {
      if (!caughtUp) yield* headReplies(log, interval);
      caughtUp = true;
      yield 'wait';
      continue;
    }
    next += 1;
    looked += 1;
    if (shows(event)) yield eventReply(event);
    if (looked % interval === 0) yield checkpointReply(event.position);
  }
}

export const createSubscriptions = (log: Log): { readonly follow: Follow; readonly subscriptions: Subscriptions } => {
  const open = new Set<Call>();

  const follow: Follow = async (call, options) => {
    const replies = repliesOf(options, log);
    let wake = (): void => undefined;
    const forget = log.onKept(() => wake());
    call.on('cancelled', () => wake()).on('close', () => wake());
    open.add(call);
    await writeTo(call, confirmationReply());
    for (const reply of replies) {
      if (reply === 'wait') await new Promise<void>((resolve) => (wake = resolve));
      else await writeTo(call, reply);
      if (call.cancelled || !open.has(call)) break;
    }
    open.delete(call);
    forget();
  };

  const endAll = (end: (call: Call) => void) => {
    for (const call of [...open]) {
      open.delete(call);
      end(call);
    }
  };

  return {
    follow,
    subscriptions: {
      end: () => endAll((call) => call.end()),
      drop: () => endAll((call) => void call.emit('error', unavailable())),
      get open() {
        return open.size;
      },
    },
  };
};
