import type { DatabaseSync } from 'node:sqlite';
import type { Stored, Versioned } from '../../application/ports/read-models.ts';
import { writeOf } from './documents.ts';
import type { TableNames } from './sqlite-tables.ts';

/** Finds documents by their keys; absent keys are absent. */
export interface Load<Doc> {
  one(key: string): Versioned<Doc> | undefined;
  all(keys: readonly string[]): Map<string, Versioned<Doc>>;
}

export const createLoad = <Doc>(db: DatabaseSync, { documents }: Pick<TableNames, 'documents'>): Load<Doc> => {
  const select = db.prepare(`SELECT key, version, json FROM ${documents} WHERE key = ?`);
  const one = (key: string): Versioned<Doc> | undefined => {
    const row = select.get(key) as Stored | undefined;
    if (row === undefined) return undefined;
    const { version, doc } = writeOf<Doc>(row);
    return { version, doc };
  };
  return {
    one,
    all: (keys) => {
      const found = new Map<string, Versioned<Doc>>();
      for (const key of keys) {
        const document = one(key);
        if (document !== undefined) found.set(key, document);
      }
      return found;
    },
  };
};
