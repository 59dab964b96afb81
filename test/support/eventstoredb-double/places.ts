import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { Log, Stored } from './log.ts';
import { nameOf } from './replies.ts';

type Options = ReadReq.Options;
type Match = (event: Stored) => boolean;

const BACKWARDS = 1;

export const isBackwards = (options: Options): boolean => (options.getReadDirection() as number) === BACKWARDS;

/** Which events a read wants. */
export const matchOf = (options: Options): Match => {
  const filter = options.getFilter();
  const byType = filter?.getEventType();
  const expression = byType ?? filter?.getStreamIdentifier();
  if (expression === undefined) return () => true;
  const subject = ({ type, stream }: Stored) => (byType === undefined ? stream : type);
  if (expression.getRegex() !== '') return (event) => new RegExp(expression.getRegex(), 'u').test(subject(event));
  return (event) => expression.getPrefixList().some((prefix) => subject(event).startsWith(prefix));
};

/** The index of the first event of a list at or behind a position. */
const firstFrom = (all: readonly Stored[], position: number): number => {
  let low = 0;
  for (let high = all.length; low < high;) {
    const middle = (low + high) >> 1;
    if ((all[middle]?.position ?? Infinity) < position) low = middle + 1;
    else high = middle;
  }
  return low;
};

const commitOf = (options: Options): number => Number(options.getAll()?.getPosition()?.getCommitPosition());

const fromStart = (options: Options): boolean => (options.getAll() ?? options.getStream())?.hasStart() === true;
const fromEnd = (options: Options): boolean => (options.getAll() ?? options.getStream())?.hasEnd() === true;

const forwards = (options: Options, events: readonly Stored[]): number => {
  if (fromStart(options)) return 0;
  if (fromEnd(options)) return events.length;
  const revision = options.getStream()?.getRevision();
  if (revision === undefined) return firstFrom(events, commitOf(options));
  const index = events.findIndex((event) => event.revision >= Number(revision));
  return index < 0 ? events.length : index;
};

const backwards = (options: Options, events: readonly Stored[]): number => {
  if (fromStart(options)) return -1;
  if (fromEnd(options)) return events.length - 1;
  const revision = options.getStream()?.getRevision();
  if (revision === undefined) return firstFrom(events, commitOf(options)) - 1;
  return events.findLastIndex((event) => event.revision <= Number(revision));
};

/** Where a read begins: the index of the first event it may show. */
export const beginning = (options: Options, events: readonly Stored[]): number =>
  isBackwards(options) ? backwards(options, events) : forwards(options, events);

/** Where a subscription begins: behind what it names. */
export const behind = (options: Options, { all }: Log): number => {
  if (fromStart(options)) return 0;
  if (fromEnd(options)) return all.length;
  const stream = options.getStream();
  if (stream === undefined) return firstFrom(all, commitOf(options) + 1);
  const name = nameOf(stream.getStreamIdentifier());
  return all.findLastIndex((event) => event.stream === name && event.revision <= Number(stream.getRevision())) + 1;
};
