import { z } from 'zod';

export const scopes = [
  'orders:write',
  'orders:read',
  'vouchers:read',
  'vouchers:reveal',
  'catalog:read',
  'catalog:pricing',
  'catalog:sync',
  'audit:read',
  'audit:replay',
  'webhooks:manage',
  'ops',
] as const;

/** What a key may be used for. */
export type Scope = (typeof scopes)[number];

export const scopeSchema = z.enum(scopes);
