import { z } from 'zod';
import type { DomainEvent } from '../../application/ports/codec.ts';
import { isInstant, type Instant } from '../../domain/shared/instant.ts';
import { Currency, type Money } from '../../domain/shared/money.ts';

/** What is stored of an event: all but its type and time, which have places of their own. */
type DataOf<Event> = Omit<Event, 'at' | 'type'>;

/** One schema for each event of a union: a new event without one breaks the build. */
export type Schemas<Event extends DomainEvent> = {
  readonly [Type in Event['type']]: z.ZodType<DataOf<Extract<Event, { readonly type: Type }>>>;
};

// Names optional fields too, which an inferred type would let one forget.
type Shape<T> = {
  readonly [Key in keyof T]-?: undefined extends T[Key]
    ? z.ZodExactOptional<z.ZodType<Exclude<T[Key], undefined>>>
    : z.ZodType<T[Key]>;
};

/** Exactly these fields: one too many may be a secret that strayed into an event. */
export const object = <T>(shape: Shape<T>): z.ZodType<T> => z.strictObject(shape) as unknown as z.ZodType<T>;

/** A text that its own parser accepts, and leaves as it is. */
export const parsed = <Text extends string>(parse: (text: string) => Text): z.ZodType<Text> =>
  z.custom<Text>((value) => {
    try {
      return typeof value === 'string' && parse(value) === value;
    } catch {
      return false;
    }
  });

/** Names every case, so that a new one breaks the build. */
export const oneOf = <Case extends string>(cases: Readonly<Record<Case, true>>): z.ZodType<Case> =>
  z.enum(Object.keys(cases) as Case[]);

export const text: z.ZodType<string> = z.string();
/** A whole number from 0 on: versions, quantities, counts. */
export const count: z.ZodType<number> = z.int().nonnegative();
export const flag: z.ZodType<boolean> = z.boolean();
export const time: z.ZodType<Instant> = z.custom<Instant>((value) => typeof value === 'string' && isInstant(value));
export const currency = parsed(Currency);
export const amount = object<Money>({ minor: count, currency });
