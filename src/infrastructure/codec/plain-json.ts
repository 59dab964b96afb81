const isPlain = (value: object | null): boolean => {
  if (value === null || Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

const isJsonNumber = (value: number): boolean => Number.isFinite(value) && !Object.is(value, -0);

const flawOf = (value: unknown): string | undefined => {
  if (typeof value === 'object') return isPlain(value) ? undefined : 'not a plain object';
  if (typeof value === 'number') return isJsonNumber(value) ? undefined : 'a number that JSON does not have';
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'text that is not well-formed Unicode';
  return typeof value === 'boolean' ? undefined : typeof value;
};

// Reading it back, `__proto__` is not a field like others.
const isKey = (key: string): boolean => key.isWellFormed() && key !== '__proto__';

/**
 * Stops what JSON would change or lose on the way into the store and back.
 * @throws TypeError naming where, and what kind of value, never the value.
 */
export const assertPlainJson = (value: unknown, where: string): void => {
  const flaw = flawOf(value);
  if (flaw !== undefined) throw new TypeError(`${where} cannot be kept as JSON: ${flaw}`);
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [index, member] of value.entries()) assertPlainJson(member, `${where}[${index}]`);
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (!isKey(key)) throw new TypeError(`${where} cannot be kept as JSON: the name of a field`);
    assertPlainJson(member, `${where}.${key}`);
  }
};
