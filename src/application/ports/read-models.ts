import type { Sink } from './consumers.ts';

export type Scalar = string | number | boolean;

/**
 * A read model: how its documents are called, filtered and sorted. Adapters build what this asks for
 * (tables, indexes); `schema` changes when documents or fields do, and then the model is built anew.
 */
export interface ReadModelDefinition<Doc> {
  readonly name: string;
  readonly schema: number;
  /** Fields that lists filter by (equality, any of several) or sort by. An array: any element matches. */
  readonly fields: { readonly [field: string]: (doc: Doc) => Scalar | readonly Scalar[] | undefined };
  /** A single-valued field that every query gives by one value, such as the tenant: all indexes begin with it. */
  readonly within?: string;
  /** The one order of its lists: this single-valued field, then the key, both in this direction. */
  readonly sort: { readonly field: string; readonly direction: 'asc' | 'desc' };
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
}

export interface Query {
  /** Each named field must equal the value, or one of the values. */
  readonly where?: { readonly [field: string]: Scalar | readonly Scalar[] };
  /** Inclusive bounds of the sort field. */
  readonly from?: Scalar;
  readonly to?: Scalar;
  /** Documents after this one in the list's order. */
  readonly after?: { readonly sort: Scalar; readonly key: string };
  readonly limit: number;
}

export interface ReadModel<Doc> {
  /** @throws Unavailable */
  get(key: string): Promise<Versioned<Doc> | undefined>;
  /** At most `limit` documents in the model's order (sort field, then key). @throws Unavailable */
  find(query: Query): Promise<readonly Write<Doc>[]>;
  /** Every document, in key order; for `verify`. */
  scan(): AsyncIterable<Write<Doc>>;
}

/** A read model with the sink that fills it. */
export interface OpenReadModel<Doc> {
  readonly model: ReadModel<Doc>;
  readonly sink: Sink<Versioned<Doc>, Write<Doc>>;
}

export interface ReadModels {
  /** Creates what is missing (tables, indexes), and opens the model under its consumer's name. */
  open<Doc>(definition: ReadModelDefinition<Doc>): Promise<OpenReadModel<Doc>>;
  close(): Promise<void>;
}
