/** Bytes of the value as JSON in UTF-8. */
export const jsonBytes = (value: unknown): number => {
  const json = JSON.stringify(value);
  let bytes = json.length;
  for (let i = 0; i < json.length; i += 1) bytes += extraBytes(json.charCodeAt(i));
  return bytes;
};

// A surrogate is half of four bytes; JSON.stringify escapes those that stand alone.
const extraBytes = (code: number): number => {
  if (code < 0x80) return 0;
  return code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
};

/** The rows in their order, in runs of at most `maxBytes`; a row that is larger alone is a run of its own. */
export const chunksOf = <Row>(rows: readonly Row[], maxBytes: number): readonly (readonly Row[])[] => {
  const chunks: Row[][] = [];
  let room = -1;
  for (const row of rows) {
    const bytes = jsonBytes(row) + 1;
    const last = chunks.at(-1);
    if (last === undefined || bytes > room) {
      chunks.push([row]);
      room = maxBytes - bytes;
    } else {
      last.push(row);
      room -= bytes;
    }
  }
  return chunks;
};
