import type { Document, Filter as MongoFilter, IndexDescription, Sort } from 'mongodb';
import type { Query, ReadModelDefinition, Write } from '../../application/ports/read-models.ts';
import type { Stored } from '../checkpoints/mongodb-sink.ts';
import { filtersOf, listingOf, valueOf } from './documents.ts';
import type { Value } from './documents.ts';

/** A document with the values by which lists find and sort it: one, or several in a field of several values. */
export interface Listed<Doc> extends Stored<Doc> {
  readonly by: { readonly [field: string]: Value | readonly Value[] };
}

/** @throws TypeError when the field that sorts or parts the lists has not exactly one value. */
export const listedOf = <Doc>(definition: ReadModelDefinition<Doc>, write: Write<Doc>): Listed<Doc> => {
  const { part, entries } = listingOf(definition, write);
  const by: Record<string, Value | readonly Value[]> =
    definition.within === undefined ? {} : { [definition.within]: part };
  for (const { field, value } of entries) {
    if (field === '') continue; // The entry that finds every document: here the index without a field does.
    const before = by[field];
    by[field] = before === undefined ? value : [before, value].flat();
  }
  return { _id: write.key, version: write.version, by, doc: write.doc };
};

const pathOf = (field: string): string => `by.${field}`;

type Ordered = Pick<ReadModelDefinition<never>, 'sort'>;

const directionOf = ({ sort }: Ordered): 1 | -1 => (sort.direction === 'asc' ? 1 : -1);

/** The order of a model's lists. */
export const sortOf = (definition: Ordered): Sort => ({
  [pathOf(definition.sort.field)]: directionOf(definition),
  _id: directionOf(definition),
});

/**
 * One index for the lists without a filter and one for each field: each gives the list's own order, so that a page is
 * one stretch of it (mongodb.md 13).
 */
export const indexesOf = <Doc>(definition: ReadModelDefinition<Doc>): readonly IndexDescription[] => {
  const { fields, within, sort } = definition;
  const first = within === undefined ? {} : { [pathOf(within)]: 1 as const };
  const last = { [pathOf(sort.field)]: directionOf(definition), _id: directionOf(definition) };
  const filtered = Object.keys(fields).filter((field) => field !== within && field !== sort.field);
  return [
    { key: { ...first, ...last } },
    ...filtered.map((field) => ({
      key: { ...first, [pathOf(field)]: 1 as const, ...last },
      // A document without the field is never asked for by it.
      partialFilterExpression: { [pathOf(field)]: { $exists: true } },
    })),
  ];
};

/** @throws TypeError as `filtersOf`. */
export const filterOf = <Doc>(definition: ReadModelDefinition<Doc>, query: Query): MongoFilter<Document> => {
  const { part, filters } = filtersOf(definition, query.where);
  const { within } = definition;
  const conditions: Document[] = [
    ...(within === undefined ? [] : [{ [pathOf(within)]: part }]),
    ...filters.map(({ field, values }) => ({ [pathOf(field)]: { $in: values } })),
    ...boundsOf(definition, query),
  ];
  return conditions.length === 0 ? {} : { $and: conditions };
};

const boundsOf = (definition: Ordered, { from, to, after }: Query): readonly Document[] => {
  const path = pathOf(definition.sort.field);
  const bounds: Document[] = [];
  if (from !== undefined) bounds.push({ [path]: { $gte: valueOf(from) } });
  if (to !== undefined) bounds.push({ [path]: { $lte: valueOf(to) } });
  if (after !== undefined) {
    const [beyond, orAt] = directionOf(definition) === 1 ? (['$gt', '$gte'] as const) : (['$lt', '$lte'] as const);
    const sort = valueOf(after.sort);
    bounds.push(
      { [path]: { [orAt]: sort } },
      { $or: [{ [path]: { [beyond]: sort } }, { _id: { [beyond]: after.key } }] },
    );
  }
  return bounds;
};
