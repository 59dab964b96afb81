import type { Hold, Sink } from './consumers.ts';
import type { Position } from './event-store.ts';

export type Scalar = string | number | boolean;

/** The order of a list: by this field, then by the key, both in this direction. */
export interface Sort {
  readonly field: string;
  readonly direction: 'asc' | 'desc';
}

/**
 * A read model: how its documents are called, filtered and sorted. Adapters build what this asks for
 * (tables, indexes); `schema` changes when documents or fields do, and then the model is built anew.
 */
export interface ReadModelDefinition<Doc> {
  readonly name: string;
  readonly schema: number;
  /** Fields that lists filter by (equality, any of several) or are sorted by. An array: any element matches. */
  readonly fields: { readonly [field: string]: (doc: Doc) => Scalar | readonly Scalar[] | undefined };
  /** A single-valued field that every query gives by one value, such as the tenant: all indexes begin with it. */
  readonly within?: string;
  /** The order of its lists unless asked otherwise, by a single-valued field; every other field filters in it. */
  readonly sort: Sort;
  /**
   * Further orders: by a field of at most one value, with the fields that filter in that order. A document without a
   * value is in none of its lists.
   */
  readonly orders?: { readonly [field: string]: readonly string[] };
}

/** A document with the version of its source stream, which guards it: an older one never overwrites. */
export interface Versioned<Doc> {
  readonly version: number;
  readonly doc: Doc;
}

export interface Write<Doc> {
  readonly key: string;
  readonly version: number;
  readonly doc: Doc;
  /** The document's JSON, where it was made already. */
  readonly json?: string;
}

/** A document as its JSON: what was written comes back as the same text. */
export interface Stored {
  readonly key: string;
  readonly version: number;
  readonly json: string;
}

export interface Query {
  /** Each named field must equal the value, or one of the values. */
  readonly where?: { readonly [field: string]: Scalar | readonly Scalar[] };
  /** One of the model's orders, in either direction; the model's own by default. */
  readonly sort?: Sort;
  /** Inclusive bounds of the sort field. */
  readonly from?: Scalar;
  readonly to?: Scalar;
  /** Documents after this place in the list's order. */
  readonly after?: Place;
  readonly limit: number;
  /**
   * With several filters: at most so many entries of one of them are looked at, so that filters which hardly meet cost
   * no more than others. All of them by default.
   */
  readonly looking?: number;
}

/** Where a document stands in a list. */
export interface Place {
  readonly sort: Scalar;
  readonly key: string;
}

/** A document that a list found, with its place there. */
export interface Found<Doc> extends Write<Doc>, Place {}

/** What a list found. */
export interface Finding<Doc> {
  readonly found: readonly Found<Doc>[];
  /** Where the looking stopped, with fewer than `limit` found: the list may go on behind it. */
  readonly stopped?: Place;
}

export interface ReadModel<Doc> {
  /** @throws Unavailable */
  get(key: string): Promise<Versioned<Doc> | undefined>;
  /**
   * At most `limit` documents in the order asked for. One page costs as much as another, wherever it begins.
   * @throws TypeError for a field that does not filter in this order. @throws Unavailable
   */
  find(query: Query): Promise<Finding<Doc>>;
  /** Every document as it is stored, in key order; for `verify` and comparisons. */
  scan(): AsyncIterable<Stored>;
}

/** A read model with the sink that fills it. */
export interface OpenReadModel<Doc> {
  readonly model: ReadModel<Doc>;
  readonly sink: Sink<Versioned<Doc>, Write<Doc>>;
}

/** What a shadow and the model that is served have at one key. */
export interface Compared {
  readonly key: string;
  readonly shadow: Stored | undefined;
  /** `same`: the same text at the same version. */
  readonly live: Stored | 'same' | undefined;
}

/**
 * A generation of a model's documents that is filled beside the one that is served (design 13). Until it is served its
 * model answers `get` and `scan` only: lists are cheaper to make at the end, all at once.
 */
export interface Shadow<Doc> extends OpenReadModel<Doc> {
  /**
   * Makes what lists need, which takes a while; nothing is kept meanwhile. `serve` does it where nobody has.
   * @returns `fenced` when another took the shadow over
   * @throws Unavailable
   */
  list(hold: Hold): Promise<'listed' | 'fenced'>;
  /**
   * Points the model at the shadow, in one step: from then on readers see it, whoever filled the model before is
   * fenced off, and the next holder goes on at the shadow's own position. What was served stays, for `rollBack`.
   * @param passed positions up to the shadow's own: the switch goes nowhere back
   * @returns `ahead` when the served documents are at none of them, `fenced` when another took the shadow over
   */
  serve(hold: Hold, passed: ReadonlySet<Position | 'start'>): Promise<'served' | 'ahead' | 'fenced'>;
  /**
   * Every document of the shadow and of the model that is served then, in any order: each is read as it is stored.
   * @throws NoSuchModel where another definition took over. @throws Unavailable
   */
  compare(): AsyncIterable<Compared>;
  /** Drops the shadow, so that the next one begins anew. @returns `fenced` when another took the shadow over */
  discard(hold: Hold): Promise<'discarded' | 'fenced'>;
}

export interface ReadModels {
  /**
   * Creates what is missing (tables, indexes), and opens the model under its consumer's name. Readers and holders
   * follow the model to the generation that is served, whoever moved it there.
   */
  open<Doc>(definition: ReadModelDefinition<Doc>): Promise<OpenReadModel<Doc>>;
  /** The model to read, where it is there under this definition: nothing is made or dropped for it. */
  existing<Doc>(definition: ReadModelDefinition<Doc>): Promise<ReadModel<Doc> | undefined>;
  /** The shadow beside a model that exists: as it was left, or begun. @throws NoSuchModel */
  shadow<Doc>(definition: ReadModelDefinition<Doc>): Promise<Shadow<Doc>>;
  /** Serves again what was served before the last switch, from its own position on. @returns whether there was any */
  rollBack<Doc>(definition: ReadModelDefinition<Doc>): Promise<boolean>;
  close(): Promise<void>;
}
