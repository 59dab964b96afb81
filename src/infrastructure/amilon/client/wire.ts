/** JSON as Amilon wrote it: object keys in lower case without nulls and empty texts, every number its decimal text. */
export type Wire = string | boolean | null | readonly Wire[] | WireObject;
export interface WireObject {
  readonly [lowerCaseKey: string]: Wire;
}

// The third argument is in the language, not yet in TypeScript's types.
const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => Wire;

/** Reads a body; `undefined` when it is no JSON. No number becomes a float on the way (amilon.md trap 35). */
export const parseWire = (text: string): Wire | undefined => {
  try {
    return parseWithSource(text.replace(/^\uFEFF/, ''), revive);
  } catch {
    return undefined;
  }
};

const revive = (_key: string, value: unknown, { source }: { readonly source?: string }): unknown => {
  if (typeof value === 'number') return source;
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? lowerCased(value) : value;
};

// Null, empty and missing all mean the same to Amilon (amilon.md traps 17 and 21).
const lowerCased = (object: object): object =>
  Object.fromEntries(
    Object.entries(object)
      .filter(([, value]) => value !== null && value !== '')
      .map(([key, value]) => [key.toLowerCase(), value as unknown]),
  );

export const isWireObject = (wire: Wire | undefined): wire is WireObject =>
  typeof wire === 'object' && wire !== null && !Array.isArray(wire);

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The object without the fields that are undefined: absent stays absent. */
export const present = <T extends object>(object: T): Present<T> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<T>;
