import type { Found, Query, ReadModelDefinition, Sort } from '../../application/ports/read-models.ts';
import { filtersOf, listName, listOrder, stretchOf, writeOf } from './documents.ts';
import type { Placed, Row } from './documents.ts';

/** The page of a list among all rows. */
export const listOf = <Doc>(
  definition: ReadModelDefinition<Doc>,
  rows: readonly Row[],
  query: Query,
): readonly Found<Doc>[] => {
  const { sort, part, filters } = filtersOf(definition, query);
  const order = listOrder(sort);
  const all = listName(definition, sort.field);
  const passes = (row: Row): boolean =>
    row.part === part &&
    filters.every(({ field, values }) => {
      const asked = listName(definition, sort.field, field);
      return row.entries.some((entry) => entry.list === asked && values.includes(entry.value));
    });
  return rows
    .filter(passes)
    .flatMap((row) =>
      row.entries.filter((entry) => entry.list === all).map((entry) => ({ row, sort: entry.sort, key: row.key })),
    )
    .filter(within(sort, query))
    .toSorted(order)
    .slice(0, query.limit)
    .map((found) => ({ ...writeOf<Doc>(found.row), sort: found.sort }));
};

const within = (sort: Sort, query: Query): ((place: Placed) => boolean) => {
  const order = listOrder(sort);
  const { begin, last } = stretchOf(sort, query);
  return (place) => {
    const ends = last === undefined || order(place, { ...place, sort: last }) <= 0;
    if (begin === undefined) return ends;
    return (
      ends && ('behind' in begin ? order(place, begin.behind) > 0 : order(place, { ...place, sort: begin.at }) >= 0)
    );
  };
};
