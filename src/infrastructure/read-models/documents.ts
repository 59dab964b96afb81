import type { Query, ReadModelDefinition, Scalar, Sort, Stored, Write } from '../../application/ports/read-models.ts';

/** A scalar as it is stored and compared: true is 1, false is 0. */
export type Value = string | number;

/** One value by which a list finds a document, and where in that list it stands. */
export interface Entry {
  readonly list: string;
  readonly value: Value;
  readonly sort: Value;
}

/** What lists need of a document. */
export interface Listing {
  /** The value of the definition's `within`; '' where it has none. */
  readonly part: Value;
  readonly entries: readonly Entry[];
}

/** A document with all that lists need of it. */
export interface Row extends Listing, Stored {}

/** A model without its documents' type. */
export type Definition = Omit<ReadModelDefinition<never>, 'fields'> & { readonly fields: object };

/** The orders of a model's lists, each with the fields that filter in it. */
export const ordersOf = ({ fields, within, sort, orders = {} }: Definition): ReadonlyMap<string, readonly string[]> => {
  const sorting = new Set([sort.field, ...Object.keys(orders)]);
  const filtering = Object.keys(fields).filter((field) => field !== within && !sorting.has(field));
  return new Map([[sort.field, filtering], ...Object.entries(orders)]);
};

/** The list of one order that is found by a field; by none: the list of all. */
export const listName = ({ sort }: Pick<Definition, 'sort'>, order: string, field = ''): string =>
  order === sort.field ? field : `${order}/${field}`;

/** The value of every document in a list of all. */
export const everything: Value = '';

export const valueOf = (scalar: Scalar): Value => (typeof scalar === 'boolean' ? Number(scalar) : scalar);

const valuesOf = (scalars: Scalar | readonly Scalar[] | undefined): readonly Value[] => {
  if (scalars === undefined) return [];
  return Array.isArray(scalars) ? [...new Set(scalars.map(valueOf))] : [valueOf(scalars as Scalar)];
};

/** Of the tables and documents that hold a model, and of their fingerprints: what an older layout holds is filled anew. */
const LAYOUT = 3;

/** Tells definitions apart: a model whose fields changed is built anew even where `schema` was forgotten. */
export const schemaOf = <Doc>(definition: ReadModelDefinition<Doc>): string => {
  const { schema, fields, sort, within, orders = {} } = definition;
  const names = Object.keys(fields).toSorted();
  return JSON.stringify([LAYOUT, schema, names, sort.field, sort.direction, within ?? everything, orders]);
};

/** @throws TypeError when a field that parts lists or sorts them has none, or more. */
const oneOf = (
  values: readonly Value[],
  where: { readonly model: string; readonly key: string; readonly field: string },
): Value => {
  const [value, ...more] = values;
  if (value !== undefined && more.length === 0) return value;
  throw new TypeError(`read model ${where.model}: ${where.key} needs exactly one value of ${where.field}`);
};

/** A model's fields, always in this order: whoever goes on with a shadow may have them in another. */
export const fieldsOf = ({ fields }: Definition): readonly string[] => Object.keys(fields).toSorted();

/** What reads the values of a document's fields, in the order of `fieldsOf`; it throws TypeError as `listingOf`. */
export const createFieldValues = <Doc>(
  definition: ReadModelDefinition<Doc>,
): ((write: Write<Doc>) => readonly (readonly Value[])[]) => {
  const { name: model, fields, within, sort, orders = {} } = definition;
  const all = fieldsOf(definition).map((field) => ({
    field,
    read: fields[field],
    needed: field === within || field === sort.field,
    single: Object.hasOwn(orders, field),
  }));
  return ({ key, doc }) =>
    all.map(({ field, read, needed, single }) => {
      const values = valuesOf(read?.(doc));
      return needed || (single && values.length > 1) ? [oneOf(values, { model, key, field })] : values;
    });
};

/** @throws TypeError when the field that parts the lists, or sorts them by default, has not exactly one value. */
export const listingOf = <Doc>(definition: ReadModelDefinition<Doc>, { key, doc }: Write<Doc>): Listing => {
  const { name: model, fields, within, sort } = definition;
  const values = (field: string): readonly Value[] => valuesOf(fields[field]?.(doc));
  const one = (field: string): Value => oneOf(values(field), { model, key, field });
  const entriesOf = (order: string, filters: readonly string[]): readonly Entry[] => {
    if (order !== sort.field && values(order).length === 0) return [];
    const place = one(order);
    const all = { list: listName(definition, order), value: everything, sort: place };
    const filtered = filters.flatMap((field) =>
      values(field).map((value) => ({ list: listName(definition, order, field), value, sort: place })),
    );
    return [all, ...filtered];
  };
  return {
    part: within === undefined ? everything : one(within),
    entries: [...ordersOf(definition)].flatMap(([order, filters]) => entriesOf(order, filters)),
  };
};

export const jsonOf = <Doc>({ json, doc }: Write<Doc>): string => json ?? JSON.stringify(doc);

/** @throws TypeError as `listingOf`. */
export const rowOf = <Doc>(definition: ReadModelDefinition<Doc>, write: Write<Doc>): Row => ({
  key: write.key,
  version: write.version,
  json: jsonOf(write),
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

export const writeOf = <Doc>({ key, version, json }: Stored): Write<Doc> => ({
  key,
  version,
  doc: JSON.parse(json) as Doc,
});

interface Filter {
  readonly field: string;
  readonly values: readonly Value[];
}

/** What a query asks for: an order, one value of `within`, and in each of some fields one of some values. */
export interface Filters {
  readonly sort: Sort;
  readonly part: Value;
  readonly filters: readonly Filter[];
}

/** @throws TypeError for a field that does not filter in the order, and where the value of `within` is missing. */
export const filtersOf = <Doc>(
  definition: ReadModelDefinition<Doc>,
  { where = {}, sort = definition.sort }: Pick<Query, 'where' | 'sort'>,
): Filters => {
  const { name, within } = definition;
  const filtering = ordersOf(definition).get(sort.field);
  if (filtering === undefined) throw new TypeError(`read model ${name} has no order by ${sort.field}`);
  const { [within ?? everything]: asked, ...rest } = where;
  const unknown = Object.keys(rest).find((field) => !filtering.includes(field));
  if (unknown !== undefined) throw new TypeError(`read model ${name} by ${sort.field} has no filter ${unknown}`);
  const filters = Object.entries(rest).map(([field, wanted]) => ({ field, values: valuesOf(wanted) }));
  return { sort, part: within === undefined ? everything : partOf(definition, valuesOf(asked)), filters };
};

const partOf = ({ name, within }: Pick<Definition, 'name' | 'within'>, [part, ...more]: readonly Value[]): Value => {
  if (part !== undefined && more.length === 0) return part;
  throw new TypeError(`read model ${name} is asked for one ${String(within)}`);
};

/** Numbers before texts, texts by their UTF-8 bytes: as SQLite and MongoDB compare. */
export const compareValues = (a: Value, b: Value): number => {
  if (a === b) return 0;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return typeof a === 'number' ? -1 : 1;
};

export interface Placed {
  readonly sort: Value;
  readonly key: string;
}

/** The order of a list. */
export const listOrder = ({ direction }: Pick<Sort, 'direction'>): ((a: Placed, b: Placed) => number) => {
  const sign = direction === 'asc' ? 1 : -1;
  return (a, b) => sign * (compareValues(a.sort, b.sort) || compareValues(a.key, b.key));
};

/** The part of a list that a query asks for, in the query's own direction. */
export interface Stretch {
  readonly begin?: { readonly behind: Placed } | { readonly at: Value };
  readonly last?: Value;
}

/** A list begins in one place, so that an index range begins there too. */
export const stretchOf = (sort: Pick<Sort, 'direction'>, { from, to, after }: Query): Stretch => {
  const [low, high] = [from, to].map((bound) => (bound === undefined ? undefined : valueOf(bound)));
  const [first, last] = sort.direction === 'asc' ? [low, high] : [high, low];
  const end = last === undefined ? {} : { last };
  const behind = after === undefined ? undefined : { sort: valueOf(after.sort), key: after.key };
  if (behind === undefined) return first === undefined ? end : { begin: { at: first }, ...end };
  const before = first !== undefined && listOrder(sort)({ ...behind, sort: first }, behind) > 0;
  return { begin: before ? { at: first } : { behind }, ...end };
};
