import type { DomainEvent } from '../../application/ports/codec.ts';
import { isInstant, type Instant } from '../../domain/shared/instant.ts';
import { Currency, type Money } from '../../domain/shared/money.ts';

/** What is stored of an event: all but its type and time, which have places of their own. */
type DataOf<Event> = Omit<Event, 'at' | 'type'>;

/** Whether a stored value is what belongs there; it is taken as it is. Every event of a rebuild passes some 25 of these. */
export type Check<T> = (value: unknown) => value is T;

/** What an object is checked by, and what to say of one that is not right. */
export interface Schema<T> {
  readonly fits: Check<T>;
  /** The first of its fields that is not right; `undefined` where it is no such object at all, or has a field too many. */
  readonly wrongField: (value: unknown) => string | undefined;
}

/** One schema for each event of a union: a new event without one breaks the build. */
export type Schemas<Event extends DomainEvent> = {
  readonly [Type in Event['type']]: Schema<DataOf<Extract<Event, { readonly type: Type }>>>;
};

/** May be absent; never `undefined`, which JSON does not have. */
interface Optional<T> {
  readonly optional: Check<T>;
}

export const optional = <T>(check: Check<T>): Optional<T> => ({ optional: check });

// Names optional fields too, which an inferred type would let one forget.
type Shape<T> = {
  readonly [Key in keyof T]-?: undefined extends T[Key] ? Optional<Exclude<T[Key], undefined>> : Check<T[Key]>;
};

interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly check: (value: unknown) => boolean;
}

const fieldsOf = <T>(shape: Shape<T>): readonly Field[] =>
  Object.entries<Check<unknown> | Optional<unknown>>(shape).map(([name, check]) =>
    typeof check === 'function' ? { name, required: true, check } : { name, required: false, check: check.optional },
  );

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRight = ({ required, check }: Field, value: unknown): boolean =>
  value === undefined ? !required : check(value);

/** Exactly these fields: one too many may be a secret that strayed into an event. */
export const schema = <T>(shape: Shape<NoInfer<T>>): Schema<T> => {
  const fields = fieldsOf(shape);
  return {
    fits: (value): value is T => {
      if (!isObject(value)) return false;
      let known = 0;
      for (const field of fields) {
        const found = value[field.name];
        if (!isRight(field, found)) return false;
        if (found !== undefined) known += 1;
      }
      return Object.keys(value).length === known;
    },
    wrongField: (value) =>
      isObject(value) ? fields.find((field) => !isRight(field, value[field.name]))?.name : undefined,
  };
};

export const object = <T>(shape: Shape<NoInfer<T>>): Check<T> => schema<T>(shape).fits;

/** A text that its own parser accepts, and leaves as it is. */
export const parsed =
  <Text extends string>(parse: (text: string) => Text): Check<Text> =>
  (value): value is Text => {
    try {
      return typeof value === 'string' && parse(value) === value;
    } catch {
      return false;
    }
  };

/** Names every case, so that a new one breaks the build. */
export const oneOf = <Case extends string>(cases: Readonly<Record<Case, true>>): Check<Case> => {
  const known = new Set<unknown>(Object.keys(cases));
  return (value): value is Case => known.has(value);
};

export const either =
  <A, B>(a: Check<A>, b: Check<B>): Check<A | B> =>
  (value): value is A | B =>
    a(value) || b(value);

export const listOf =
  <T>(check: Check<T>): Check<readonly T[]> =>
  (value): value is readonly T[] =>
    Array.isArray(value) && value.every(check);

/** Any names, each with a value of this kind. */
export const named =
  <T>(check: Check<T>): Check<Readonly<Record<string, T>>> =>
  (value): value is Readonly<Record<string, T>> =>
    isObject(value) && Object.values(value).every(check);

export const text: Check<string> = (value) => typeof value === 'string';
/** A whole number from 0 on: versions, quantities, counts. */
export const count: Check<number> = (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
export const flag: Check<boolean> = (value) => typeof value === 'boolean';
export const time: Check<Instant> = (value): value is Instant => typeof value === 'string' && isInstant(value);
export const currency = parsed(Currency);
export const amount = object<Money>({ minor: count, currency });
