import type { Quoted } from '../../application/place-order.ts';
import { Problem } from './problems.ts';

/** Nothing can be ordered now, whatever is asked for (amilon.md trap 30). */
export const notReady = (
  why: Extract<Quoted, { readonly is: 'catalog_not_ready' | 'contract_not_valid' }>,
  known: { readonly purchase?: 'not_purchased' } = {},
): Problem =>
  why.is === 'catalog_not_ready'
    ? new Problem('catalog_not_ready', { ...known, headers: { 'Retry-After': '5' } })
    : new Problem('contract_not_valid', {
        detail: `The contract with Amilon is not valid: ${why.detail}.`,
        ...known,
        headers: { 'Retry-After': '3600' },
      });
