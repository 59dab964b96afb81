/** Where a text stops being JSON, as `at line 2, column 5`; never with a part of the text. */
export const jsonBreaksAt = (text: string, error: unknown): string => {
  const position = error instanceof SyntaxError ? positionOf(text, error.message) : undefined;
  if (position === undefined) return 'somewhere';
  const before = text.slice(0, position).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return `at ${position === text.length ? 'its end, ' : ''}line ${String(before.length)}, column ${String(column)}`;
};

const positionOf = (text: string, message: string): number | undefined => {
  const told = /at position (\d+)/.exec(message)?.[1];
  if (told !== undefined) return Number(told);
  if (message.startsWith('Unexpected end')) return text.length;
  return message.startsWith('Unexpected token') ? longestGoodStart(text) : undefined;
};

// For an unexpected token the engine tells no position: it is where the start of the text begins to have one.
const longestGoodStart = (text: string): number => {
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (hasUnexpectedToken(text.slice(0, middle))) bad = middle;
    else good = middle;
  }
  return good;
};

const hasUnexpectedToken = (text: string): boolean => {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return error instanceof SyntaxError && error.message.startsWith('Unexpected token');
  }
};
