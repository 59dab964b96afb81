import type { ReadModelDefinition } from '../../src/application/ports/read-models.ts';

export interface Line {
  readonly text: string;
}

export const lines: ReadModelDefinition<Line> = {
  name: 'lines',
  schema: 1,
  fields: { text: (doc) => doc.text },
  sort: { field: 'text', direction: 'asc' },
};

export const otherLines: ReadModelDefinition<Line> = { ...lines, name: 'other-lines' };
