import { z } from 'zod';

/** The names of an object's fields, as the schema has them at a path. */
export const knownFields = (schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] => {
  const at = path.reduce<z.core.$ZodType | undefined>(partOf, schema);
  const inner = at === undefined ? undefined : unwrapped(at);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
};

const partOf = (schema: z.core.$ZodType | undefined, step: PropertyKey): z.core.$ZodType | undefined => {
  const inner = schema === undefined ? undefined : unwrapped(schema);
  if (inner instanceof z.ZodArray) return inner.element;
  if (!(inner instanceof z.ZodObject)) return undefined;
  const shape: Readonly<Record<PropertyKey, z.core.$ZodType>> = inner.shape;
  return shape[step];
};

/** What is there once it is there, before it is made into something else. */
const unwrapped = (schema: z.core.$ZodType): z.core.$ZodType => {
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional || schema instanceof z.ZodDefault)
    return unwrapped(schema.def.innerType);
  return schema;
};
