import type { Cell, Unlisted } from './sqlite-unlisted.ts';

/** Documents as they go to a thread: all their texts in one piece of memory, which goes over and is not copied. */
export interface Parcel {
  /** Of each document its key, its version, where its text ends, and its cells, in one list. */
  readonly values: readonly Cell[];
  /** Of each document: all are of one model. */
  readonly cells: number;
  readonly texts: ArrayBuffer;
}

/** In UTF-16, as texts lie in memory: they are written out by mere copying. */
const BYTES = 2;

export const packed = (documents: readonly Unlisted[]): Parcel => {
  const length = documents.reduce((sum, { json }) => sum + json.length, 0);
  const texts = new ArrayBuffer(BYTES * length);
  const bytes = Buffer.from(texts);
  const values: Cell[] = [];
  let end = 0;
  for (const { key, version, json, cells } of documents) {
    end += bytes.write(json, end, 'utf16le');
    values.push(key, version, end, ...cells);
  }
  return { values, cells: documents[0]?.cells.length ?? 0, texts };
};

export const unpacked = function* ({ values, cells, texts }: Parcel): Iterable<Unlisted> {
  const bytes = Buffer.from(texts);
  let begin = 0;
  for (let at = 0; at < values.length; at += 3 + cells) {
    const end = Number(values[at + 2]);
    yield {
      key: String(values[at]),
      version: Number(values[at + 1]),
      json: bytes.toString('utf16le', begin, end),
      cells: values.slice(at + 3, at + 3 + cells),
    };
    begin = end;
  }
};
