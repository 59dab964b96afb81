import type { Document, Filter as MongoFilter, IndexDescription, Sort as MongoSort } from 'mongodb';
import type { Query, ReadModelDefinition, Sort, Write } from '../../application/ports/read-models.ts';
import type { Stored } from '../checkpoints/mongodb-sink.ts';
import { createFieldValues, fieldsOf, filtersOf, ordersOf, stretchOf } from './documents.ts';
import type { Value } from './documents.ts';
import { allowedOf } from './looking.ts';

/** A document with the values by which lists find and sort it: one, or several in a field of several values. */
export interface Listed<Doc> extends Stored<Doc> {
  readonly by: { readonly [field: string]: Value | readonly Value[] };
}

/** What makes stored documents of writes; it throws TypeError as `listingOf`. */
export const createListedOf = <Doc>(definition: ReadModelDefinition<Doc>): ((write: Write<Doc>) => Listed<Doc>) => {
  const names = fieldsOf(definition);
  const values = createFieldValues(definition);
  return (write) => {
    const by: Record<string, Value | readonly Value[]> = {};
    values(write).forEach(([value, ...more], n) => {
      const field = names[n];
      if (field !== undefined && value !== undefined) by[field] = more.length === 0 ? value : [value, ...more];
    });
    return { _id: write.key, version: write.version, by, doc: write.doc };
  };
};

const pathOf = (field: string): string => `by.${field}`;

const stepOf = ({ direction }: Pick<Sort, 'direction'>): 1 | -1 => (direction === 'asc' ? 1 : -1);

const orderBy = (sort: Sort): Record<string, 1 | -1> => ({ [pathOf(sort.field)]: stepOf(sort), _id: stepOf(sort) });

/**
 * For each order one index of the list of all and one for each field that filters in it: each gives the list's own
 * order, so that a page is one stretch of it, read either way (mongodb.md 13).
 */
export const indexesOf = <Doc>(definition: ReadModelDefinition<Doc>): readonly IndexDescription[] => {
  const { within, sort } = definition;
  const part = within === undefined ? {} : { [pathOf(within)]: 1 as const };
  // A document without the field is never asked for by it.
  const having = (fields: readonly string[]) =>
    fields.length === 0
      ? {}
      : { partialFilterExpression: Object.fromEntries(fields.map((field) => [pathOf(field), { $exists: true }])) };
  return [...ordersOf(definition)].flatMap(([order, filters]) => {
    const own = order === sort.field;
    const last = orderBy(own ? sort : { field: order, direction: 'asc' });
    const sorted = own ? [] : [order];
    return [
      { key: { ...part, ...last }, ...having(sorted) },
      ...filters.map((field) => ({
        key: { ...part, [pathOf(field)]: 1 as const, ...last },
        ...having([field, ...sorted]),
      })),
    ];
  });
};

/** One stretch of an index, in the list's order. */
export interface Part {
  readonly filter: MongoFilter<Document>;
  readonly sort: MongoSort;
}

/**
 * What a query reads, one part after the other. Behind a place there are two, the rest of the place's own sort value
 * and what comes after it: as one condition the index would be read from the first of equal values on.
 * @throws TypeError as `filtersOf`.
 */
export const partsOf = <Doc>(definition: ReadModelDefinition<Doc>, query: Query): readonly Part[] => {
  const { sort, part, filters } = filtersOf(definition, query);
  const { within } = definition;
  const asked: readonly Document[] = [
    ...(within === undefined ? [] : [{ [pathOf(within)]: part }]),
    ...filters.map(({ field, values }) => ({ [pathOf(field)]: { $in: values } })),
    // The indexes of a further order know only what has a value there.
    ...(sort.field === definition.sort.field ? [] : [{ [pathOf(sort.field)]: { $exists: true } }]),
  ];
  return boundsOf(sort, query).map((bounds) => {
    const conditions = [...asked, ...bounds];
    return { filter: conditions.length === 0 ? {} : { $and: conditions }, sort: orderBy(sort) };
  });
};

/**
 * For each filter where the entries end that a query may look at: what its list has behind so many. Entries of the
 * place's own sort value come on top.
 * @throws TypeError as `filtersOf`.
 */
export const endsOf = <Doc>(
  definition: ReadModelDefinition<Doc>,
  query: Query,
): readonly { readonly part: Part; readonly skip: number }[] => {
  const asked = filtersOf(definition, query);
  const allowed = allowedOf(query, asked);
  if (allowed === undefined) return [];
  const others = new Set(asked.filters.map(({ field }) => field));
  return asked.filters.flatMap(({ field }) => {
    const where = Object.fromEntries(
      Object.entries(query.where ?? {}).filter(([name]) => name === field || !others.has(name)),
    );
    return partsOf(definition, { ...query, where })
      .slice(-1)
      .map((part) => ({ part, skip: allowed - 1 }));
  });
};

const boundsOf = (sort: Sort, query: Query): readonly (readonly Document[])[] => {
  const path = pathOf(sort.field);
  const [beyond, notBefore, notAfter] = sort.direction === 'asc' ? ['$gt', '$gte', '$lte'] : ['$lt', '$lte', '$gte'];
  const { begin, last } = stretchOf(sort, query);
  const end = last === undefined ? [] : [{ [path]: { [notAfter]: last } }];
  if (begin === undefined) return [end];
  if ('at' in begin) return [[{ [path]: { [notBefore]: begin.at } }, ...end]];
  const { sort: value, key } = begin.behind;
  return [
    [{ [path]: value }, { _id: { [beyond]: key } }, ...end],
    [{ [path]: { [beyond]: value } }, ...end],
  ];
};
