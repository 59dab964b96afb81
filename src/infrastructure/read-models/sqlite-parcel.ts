import type { Unlisted } from './sqlite-unlisted.ts';

type Row = readonly [key: string, version: number, end: number, cells: Unlisted['cells']];

/** Documents as they go to a thread: all their texts in one piece of memory, which goes over and is not copied. */
export interface Parcel {
  readonly rows: readonly Row[];
  readonly texts: ArrayBuffer;
}

/** In UTF-16, as texts lie in memory: they are written out by mere copying. */
const BYTES = 2;

export const packed = (documents: readonly Unlisted[]): Parcel => {
  const length = documents.reduce((sum, { json }) => sum + json.length, 0);
  const texts = new ArrayBuffer(BYTES * length);
  const bytes = Buffer.from(texts);
  let end = 0;
  const rows = documents.map(({ key, version, json, cells }): Row => {
    end += bytes.write(json, end, 'utf16le');
    return [key, version, end, cells];
  });
  return { rows, texts };
};

export const unpacked = function* ({ rows, texts }: Parcel): Iterable<Unlisted> {
  const bytes = Buffer.from(texts);
  let begin = 0;
  for (const [key, version, end, cells] of rows) {
    yield { key, version, json: bytes.toString('utf16le', begin, end), cells };
    begin = end;
  }
};
