import type { Finding, Query, ReadModelDefinition, Sort } from '../../application/ports/read-models.ts';
import { filtersOf, listName, listOrder, stretchOf, writeOf } from './documents.ts';
import type { Placed, Row } from './documents.ts';
import { allowedOf, furthest, stoppedAt } from './looking.ts';

/** The page of a list among all rows. */
export const listOf = <Doc>(definition: ReadModelDefinition<Doc>, rows: readonly Row[], query: Query): Finding<Doc> => {
  const asked = filtersOf(definition, query);
  const { sort, part, filters } = asked;
  const all = listName(definition, sort.field);
  const isWithin = within(sort, query);
  const listed = (...passes: readonly Passes[]) =>
    rows
      .filter((row) => row.part === part && passes.every((passed) => passed(row)))
      .flatMap((row) =>
        row.entries.filter((entry) => entry.list === all).map((entry) => ({ row, sort: entry.sort, key: row.key })),
      )
      .filter(isWithin)
      .toSorted(listOrder(sort));
  const passes = filters.map(({ field, values }): Passes => {
    const list = listName(definition, sort.field, field);
    return ({ entries }) => entries.some((entry) => entry.list === list && values.includes(entry.value));
  });
  const allowed = allowedOf(query, asked);
  const ends = allowed === undefined ? [] : passes.map((passed) => listed(passed)[allowed - 1]);
  const page = stoppedAt(listed(...passes), query, { sort, stop: furthest(sort, ends) });
  return { ...page, found: page.found.map((one) => ({ ...writeOf<Doc>(one.row), sort: one.sort })) };
};

type Passes = (row: Row) => boolean;

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
