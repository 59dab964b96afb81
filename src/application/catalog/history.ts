import { categoriesDecider } from '../../domain/catalog-snapshot/categories.ts';
import { rulesDecider } from '../../domain/catalog-snapshot/rules.ts';
import { emptySnapshot, evolveAll } from '../../domain/catalog-snapshot/state.ts';
import type { CatalogSnapshot } from '../../domain/catalog-snapshot/state.ts';
import type { SnapshotEvent } from '../../domain/catalog-snapshot/events.ts';
import { contractDecider } from '../../domain/contract/decider.ts';
import type { Contract } from '../../domain/contract/decider.ts';
import type { Culture } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import { loadEvents } from '../command-handling.ts';
import type { Folded } from '../command-handling.ts';
import type { MerchantDocument, ProductDocument } from '../ports/catalogue-documents.ts';
import type { Clock } from '../ports/clock.ts';
import type { Decoded, DomainEvent } from '../ports/codec.ts';
import type { StreamId } from '../ports/event-store.ts';
import type { Evolution } from '../ports/order-documents.ts';
import type { ReadModel } from '../ports/read-models.ts';
import type { FoldDeps } from '../queries/fold-documents.ts';
import { categoriesStream, contractStream, rulesStream, snapshotStream, viewOf } from './catalogue.ts';
import type { CatalogueView } from './catalogue.ts';

/** Up to which event: a version of the stream, a time, or whichever comes first; neither: now. */
export interface Moment {
  readonly version?: number;
  readonly asOf?: Instant;
}

/** `version_not_reached`: beyond the head of the stream; `not_known_then`: before there was anything to show. */
export type NotThen = 'version_not_reached' | 'not_known_then';

/** A read model as it can be made of a prefix: how documents follow from events, and what finds in them. */
interface PastModel<Doc> {
  readonly evolution: Evolution<Doc>;
  readonly hold: (docs: ReadonlyMap<string, Doc>) => Promise<ReadModel<Doc>>;
}

export interface HistoryDeps extends FoldDeps {
  readonly clock: Clock;
  readonly products: PastModel<ProductDocument>;
  readonly merchants: PastModel<MerchantDocument>;
}

/** The catalogue of one culture at a moment. */
interface PastCatalogue {
  readonly view: CatalogueView;
  readonly now: Instant;
  readonly products: ReadModel<ProductDocument>;
  readonly merchants: ReadModel<MerchantDocument>;
}

export interface CatalogueHistory {
  /** @throws Undecodable, BrokenChain, Unavailable */
  catalogue(culture: Culture, moment: Moment): Promise<PastCatalogue | NotThen>;
  /** @throws Undecodable, BrokenChain, Unavailable */
  contract(moment: Moment): Promise<{ readonly folded: Folded<Contract>; readonly now: Instant } | NotThen>;
}

/** Whether a past is asked for; else it is now. */
export const isPast = ({ version, asOf }: Moment): boolean => version !== undefined || asOf !== undefined;

/**
 * The past of catalogue and contract: the fold of a prefix of their streams, read anew each time. A version is one of
 * the culture's stream; categories, rules and contract are those of its time.
 */
export const createCatalogueHistory = (deps: HistoryDeps): CatalogueHistory => {
  // A whole stream is in memory meanwhile: one after another, however many ask.
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = before.then(work, work);
    const over = (): void => undefined;
    before = mine.then(over, over);
    return mine;
  };
  return {
    catalogue: (culture, moment) => inTurn(() => catalogueAt(deps, culture, moment)),
    contract: async (moment) => {
      const prefix = await prefixOf(deps, contractStream, moment);
      if (typeof prefix === 'string') return prefix;
      return { folded: fold(contractDecider, prefix.events), now: prefix.now };
    },
  };
};

const catalogueAt = async (deps: HistoryDeps, culture: Culture, moment: Moment): Promise<PastCatalogue | NotThen> => {
  const prefix = await prefixOf(deps, snapshotStream(culture), moment);
  if (typeof prefix === 'string') return prefix;
  const { events, now } = prefix;
  const snapshot = evolveAll(emptySnapshot, events.map(({ event }) => event) as readonly SnapshotEvent[]);
  if (snapshot.lastCompleted === 'never') return 'not_known_then';
  const until = { asOf: now };
  const view = viewOf(culture, {
    snapshot: foldedOf<CatalogSnapshot>(snapshot, events),
    categories: await foldUntil(deps, categoriesStream, categoriesDecider, until),
    rules: await foldUntil(deps, rulesStream, rulesDecider, until),
    contract: await foldUntil(deps, contractStream, contractDecider, until),
  });
  return {
    view,
    now,
    products: await deps.products.hold(documentsOf(events, deps.products.evolution)),
    merchants: await deps.merchants.hold(documentsOf(events, deps.merchants.evolution)),
  };
};

interface Prefix {
  readonly events: readonly Decoded[];
  /** The time that is asked for; of a version its own. */
  readonly now: Instant;
}

const prefixOf = async (deps: HistoryDeps, stream: StreamId, moment: Moment): Promise<Prefix | NotThen> => {
  const { events, reached } = await eventsUntil(deps, stream, moment);
  if (!reached) return 'version_not_reached';
  const last = events.at(-1);
  if (last === undefined) return 'not_known_then';
  const present = deps.clock.now();
  const { asOf = last.recorded.envelope.occurredAt } = moment.version === undefined ? moment : {};
  return { events, now: asOf < present ? asOf : present };
};

const eventsUntil = async (
  deps: FoldDeps,
  stream: StreamId,
  { version, asOf }: Moment,
): Promise<{ readonly events: readonly Decoded[]; readonly reached: boolean }> => {
  const events: Decoded[] = [];
  for await (const event of loadEvents(deps, stream, version)) {
    if (asOf !== undefined && event.recorded.envelope.occurredAt > asOf) return { events, reached: true };
    events.push(event);
  }
  return { events, reached: version === undefined || events.at(-1)?.recorded.version === version };
};

interface Foldable<State, Event> {
  readonly initial: State;
  readonly evolve: (state: State, event: Event) => State;
}

const foldUntil = async <State, Event extends DomainEvent>(
  deps: FoldDeps,
  stream: StreamId,
  of: Foldable<State, Event>,
  until: Moment,
): Promise<Folded<State>> => fold(of, (await eventsUntil(deps, stream, until)).events);

const fold = <State, Event extends DomainEvent>(
  { initial, evolve }: Foldable<State, Event>,
  events: readonly Decoded[],
): Folded<State> =>
  foldedOf(
    events.reduce((state, { event }) => evolve(state, event as Event), initial),
    events,
  );

const foldedOf = <State>(state: State, events: readonly Decoded[]): Folded<State> => {
  const last = events.at(-1)?.recorded;
  return last === undefined ? { state, version: 0 } : { state, version: last.version, last: last.envelope };
};

const documentsOf = <Doc>(events: readonly Decoded[], evolution: Evolution<Doc>): ReadonlyMap<string, Doc> => {
  const docs = new Map<string, Doc>();
  for (const event of events) {
    for (const key of evolution.keys(event)) {
      const doc = evolution.evolve(docs.get(key), event, key);
      if (doc !== undefined) docs.set(key, doc);
    }
  }
  return docs;
};
