import type { Query, ReadModelDefinition, Scalar, Write } from '../../application/ports/read-models.ts';

/** A scalar as it is stored and compared: true is 1, false is 0. */
export type Value = string | number;

/** One value by which a list finds a document. */
export interface Entry {
  readonly field: string;
  readonly value: Value;
}

/** What lists need of a document. */
export interface Listing {
  /** The value of the definition's `within`; '' where it has none. */
  readonly part: Value;
  readonly sort: Value;
  readonly entries: readonly Entry[];
}

/** A document with all that lists need of it. */
export interface Row extends Listing {
  readonly key: string;
  readonly version: number;
  readonly json: string;
}

/** Finds every document: where a list has no filter. */
export const everything: Entry = { field: '', value: '' };

export const valueOf = (scalar: Scalar): Value => (typeof scalar === 'boolean' ? Number(scalar) : scalar);

const valuesOf = (scalars: Scalar | readonly Scalar[] | undefined): readonly Value[] => {
  if (scalars === undefined) return [];
  return Array.isArray(scalars) ? [...new Set(scalars.map(valueOf))] : [valueOf(scalars as Scalar)];
};

/** Tells definitions apart: a model whose fields changed is built anew even where `schema` was forgotten. */
export const schemaOf = <Doc>({ schema, fields, sort, within }: ReadModelDefinition<Doc>): string =>
  JSON.stringify([schema, Object.keys(fields).toSorted(), sort.field, sort.direction, within ?? '']);

/** @throws TypeError when the field that sorts or parts the lists has not exactly one value. */
export const listingOf = <Doc>(definition: ReadModelDefinition<Doc>, { key, doc }: Write<Doc>): Listing => {
  const one = (field: string): Value => {
    const [value, ...more] = valuesOf(definition.fields[field]?.(doc));
    if (value !== undefined && more.length === 0) return value;
    throw new TypeError(`read model ${definition.name}: ${key} needs exactly one value of ${field}`);
  };
  const entries = Object.entries(definition.fields)
    .filter(([field]) => field !== definition.within)
    .flatMap(([field, read]) => valuesOf(read(doc)).map((value) => ({ field, value })));
  return {
    part: definition.within === undefined ? '' : one(definition.within),
    sort: one(definition.sort.field),
    entries: [everything, ...entries],
  };
};

/** @throws TypeError as `listingOf`. */
export const rowOf = <Doc>(definition: ReadModelDefinition<Doc>, write: Write<Doc>): Row => ({
  key: write.key,
  version: write.version,
  json: JSON.stringify(write.doc),
  ...listingOf(definition, write),
});

/** The newest write of each key: what a batch comes to. */
export const newestOf = <Doc>(writes: readonly Write<Doc>[]): readonly Write<Doc>[] => {
  const newest = new Map<string, Write<Doc>>();
  for (const write of writes) {
    const other = newest.get(write.key);
    if (other === undefined || other.version < write.version) newest.set(write.key, write);
  }
  return [...newest.values()];
};

export const rowsOf = <Doc>(definition: ReadModelDefinition<Doc>, writes: readonly Write<Doc>[]): readonly Row[] =>
  newestOf(writes).map((write) => rowOf(definition, write));

export const writeOf = <Doc>({ key, version, json }: Pick<Row, 'key' | 'version' | 'json'>): Write<Doc> => ({
  key,
  version,
  doc: JSON.parse(json) as Doc,
});

export interface Filter {
  readonly field: string;
  readonly values: readonly Value[];
}

/** What a query asks for: one value of `within`, and in each of some fields one of some values. */
export interface Filters {
  readonly part: Value;
  readonly filters: readonly Filter[];
}

/** @throws TypeError for a field that the model does not have, and where the value of `within` is missing. */
export const filtersOf = <Doc>(
  { name, fields, within }: ReadModelDefinition<Doc>,
  where: Query['where'] = {},
): Filters => {
  const unknown = Object.keys(where).find((field) => fields[field] === undefined);
  if (unknown !== undefined) throw new TypeError(`read model ${name} has no field ${unknown}`);
  const all = Object.entries(where).map(([field, asked]) => ({ field, values: valuesOf(asked) }));
  if (within === undefined) return { part: '', filters: all };
  const [part, ...more] = valuesOf(where[within]);
  if (part === undefined || more.length > 0) throw new TypeError(`read model ${name} is asked for one ${within}`);
  return { part, filters: all.filter(({ field }) => field !== within) };
};

/** Numbers before texts, texts by their UTF-8 bytes: as SQLite and MongoDB compare. */
export const compareValues = (a: Value, b: Value): number => {
  if (a === b) return 0;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return typeof a === 'number' ? -1 : 1;
};

export interface Place {
  readonly sort: Value;
  readonly key: string;
}

/** The order of a model's lists. */
export const listOrder = ({ sort }: Pick<ReadModelDefinition<never>, 'sort'>): ((a: Place, b: Place) => number) => {
  const sign = sort.direction === 'asc' ? 1 : -1;
  return (a, b) => sign * (compareValues(a.sort, b.sort) || compareValues(a.key, b.key));
};
