import { categoriesDecider } from '../../domain/catalog-snapshot/categories.ts';
import type { Categories } from '../../domain/catalog-snapshot/categories.ts';
import type { Decider } from '../../domain/shared/decider.ts';
import type {
  CategoriesEvent,
  OrderabilityEvent,
  OrderabilityRules,
  SnapshotEvent,
} from '../../domain/catalog-snapshot/events.ts';
import { indexMerchants, merchantOf, objectionsTo } from '../../domain/catalog-snapshot/orderability.ts';
import type { MerchantIndex, OrderabilityContext } from '../../domain/catalog-snapshot/orderability.ts';
import { rulesDecider } from '../../domain/catalog-snapshot/rules.ts';
import { emptySnapshot, evolveAll } from '../../domain/catalog-snapshot/state.ts';
import type { CatalogSnapshot } from '../../domain/catalog-snapshot/state.ts';
import { contractDecider } from '../../domain/contract/decider.ts';
import type { Contract } from '../../domain/contract/decider.ts';
import type { ContractEvent } from '../../domain/contract/events.ts';
import type { Culture, MerchantId } from '../../domain/shared/ids.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import type { DomainEvent, EventCodec } from '../ports/codec.ts';
import type { EventStore, StreamId } from '../ports/event-store.ts';
import { createCachedFold } from './cached-fold.ts';
import type { Folded } from '../command-handling.ts';
import type { CachedFold, FoldOf } from './cached-fold.ts';

export const snapshotStream = (culture: Culture): StreamId => `catalog-${culture}` as StreamId;
export const categoriesStream = 'catalog-categories' as StreamId;
export const rulesStream = 'catalog-orderability' as StreamId;
export const contractStream = 'contract-amilon' as StreamId;

/** All that an order of one culture is decided on, as it was at one moment. */
export interface CatalogueView {
  readonly culture: Culture;
  readonly snapshot: CatalogSnapshot;
  /** Of the culture's stream. */
  readonly version: number;
  readonly categories: Categories;
  readonly rules: OrderabilityRules;
  readonly contract: Contract;
  readonly contractVersion: number;
  readonly merchants: MerchantIndex;
  /** Of the merchants, the rules and the contract: what `objectionsTo` asks for. */
  readonly orderability: OrderabilityContext;
  /** How many products of each merchant may be ordered. */
  readonly orderableProducts: () => ReadonlyMap<MerchantId, number>;
}

/** The catalogue as the event store has it: kept in memory, caught up before each use (design 18). */
export interface Catalogue {
  /** The configured cultures. */
  readonly cultures: readonly Culture[];
  /**
   * @returns `unknown_culture` for one that is not configured.
   * @throws Undecodable, BrokenChain, Unavailable
   */
  current(culture: Culture): Promise<CatalogueView | 'unknown_culture'>;
  /** The fold of one culture with the head of its stream, to append behind. */
  snapshot(culture: Culture): Promise<Folded<CatalogSnapshot>>;
  contract(): Promise<KnownContract>;
  /** Amilon told the contract as it is recorded; until a restart this is its `asOf`. */
  contractConfirmed(at: Instant): void;
}

export interface KnownContract {
  readonly contract: Contract;
  /** Of the contract's stream. */
  readonly version: number;
  /** When Amilon last told this; absent after a start, until it is told again. */
  readonly confirmedAt?: Instant;
}

export interface CatalogueDeps {
  readonly store: EventStore;
  readonly codec: EventCodec;
  readonly cultures: readonly Culture[];
}

const foldOf = <State, Event extends DomainEvent>(
  decider: Pick<Decider<never, Event, State, never>, 'initial' | 'evolve'>,
): FoldOf<State, Event> => ({
  initial: decider.initial,
  evolveAll: (state, events) => events.reduce((before, event) => decider.evolve(before, event), state),
});

/** The catalogue over the event store; its folds are kept in this process. */
export const createCatalogue = (deps: CatalogueDeps): Catalogue => {
  const snapshots = new Map(
    deps.cultures.map((culture): [Culture, CachedFold<CatalogSnapshot>] => [
      culture,
      createCachedFold<CatalogSnapshot, SnapshotEvent>(deps, snapshotStream(culture), {
        initial: emptySnapshot,
        evolveAll,
      }),
    ]),
  );
  const categories = createCachedFold(deps, categoriesStream, foldOf<Categories, CategoriesEvent>(categoriesDecider));
  const rules = createCachedFold(deps, rulesStream, foldOf<OrderabilityRules, OrderabilityEvent>(rulesDecider));
  const contract = createCachedFold(deps, contractStream, foldOf<Contract, ContractEvent>(contractDecider));
  let confirmedAt: Instant | undefined;
  const views = new Map<Culture, Parts & { readonly view: CatalogueView }>();

  return {
    cultures: deps.cultures,
    current: async (culture) => {
      const snapshot = snapshots.get(culture);
      if (snapshot === undefined) return 'unknown_culture';
      const [s, c, r, k] = await Promise.all([
        snapshot.current(),
        categories.current(),
        rules.current(),
        contract.current(),
      ]);
      const parts = { snapshot: s, categories: c, rules: r, contract: k };
      const known = views.get(culture);
      if (known !== undefined && unchanged(known, parts)) return known.view;
      const view = viewOf(culture, parts);
      views.set(culture, { ...parts, view });
      return view;
    },
    snapshot: async (culture) => {
      const snapshot = snapshots.get(culture);
      if (snapshot === undefined) throw new RangeError(`not a configured culture: ${culture}`);
      return snapshot.current();
    },
    contract: async () => {
      const { state, version } = await contract.current();
      return { contract: state, version, ...(confirmedAt === undefined ? {} : { confirmedAt }) };
    },
    contractConfirmed: (at) => {
      confirmedAt = at;
    },
  };
};

export interface Parts {
  readonly snapshot: Folded<CatalogSnapshot>;
  readonly categories: Folded<Categories>;
  readonly rules: Folded<OrderabilityRules>;
  readonly contract: Folded<Contract>;
}

const unchanged = (a: Parts, b: Parts): boolean =>
  a.snapshot === b.snapshot && a.categories === b.categories && a.rules === b.rules && a.contract === b.contract;

/** Pure: what an order is decided on, of folds that belong together. */
export const viewOf = (culture: Culture, { snapshot, categories, rules, contract }: Parts): CatalogueView => {
  const merchants = indexMerchants(snapshot.state.merchants);
  const orderability: OrderabilityContext = {
    merchants,
    rules: rules.state,
    ...(contract.state.known ? { contract: contract.state.terms } : {}),
  };
  let counts: ReadonlyMap<MerchantId, number> | undefined;
  return {
    culture,
    snapshot: snapshot.state,
    version: snapshot.version,
    categories: categories.state,
    rules: rules.state,
    contract: contract.state,
    contractVersion: contract.version,
    merchants,
    orderability,
    orderableProducts: () => (counts ??= countOrderable(snapshot.state, orderability)),
  };
};

const countOrderable = (
  { products }: CatalogSnapshot,
  context: OrderabilityContext,
): ReadonlyMap<MerchantId, number> => {
  const counts = new Map<MerchantId, number>();
  for (const product of products.values()) {
    const merchant = merchantOf(product, context.merchants);
    if (merchant === undefined || objectionsTo(product, context).length > 0) continue;
    counts.set(merchant.merchantId, (counts.get(merchant.merchantId) ?? 0) + 1);
  }
  return counts;
};
