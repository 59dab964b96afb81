import type { ReadModel } from '../ports/read-models.ts';

/** How a document of the model differs from the rebuilt one: paths of fields, never their values. */
export interface Difference {
  readonly key: string;
  readonly is: 'changed' | 'missing' | 'stray';
  /** Where they differ, such as `order.status`; at most a few. */
  readonly paths: readonly string[];
}

const MANY_PATHS = 5;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The paths at which two JSON values differ. */
export const pathsOf = (a: unknown, b: unknown, at = ''): readonly string[] => {
  if (a === b) return [];
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return [at === '' ? '(all)' : at];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.flatMap((name) => pathsOf(a[name], b[name], at === '' ? name : `${at}.${name}`)).slice(0, MANY_PATHS);
};

/** A difference as it is now. */
export interface FoundNow {
  readonly difference: Difference;
  /** Of the served document; 0 where there is none. */
  readonly version: number;
  /** Whether both have seen the same: then it is sure. */
  readonly sameVersion: boolean;
}

/** The difference at one key as it is now; `undefined` where there is none. */
export const differenceAt = async <Doc>(
  { live, shadow }: { readonly live: ReadModel<Doc>; readonly shadow: ReadModel<Doc> },
  key: string,
): Promise<FoundNow | undefined> => {
  const [is, right] = [await live.get(key), await shadow.get(key)];
  const paths = pathsOf(is, right);
  if (paths.length === 0) return undefined;
  if (is === undefined) return { difference: { key, is: 'missing', paths: [] }, version: 0, sameVersion: false };
  const { version } = is;
  if (right === undefined) return { difference: { key, is: 'stray', paths: [] }, version, sameVersion: false };
  return {
    difference: { key, is: 'changed', paths: withoutDoc(paths) },
    version,
    sameVersion: right.version === version,
  };
};

/** Many documents have their version in them, too. */
const withoutDoc = (paths: readonly string[]): readonly string[] => [
  ...new Set(paths.map((path) => path.replace(/^doc\./, ''))),
];
