import type { Ms } from '../../domain/shared/instant.ts';

/** What Amilon is asked for, one name for each of its endpoints. */
export const amilonEndpoints = ['token', 'contract', 'products', 'merchants', 'categories', 'create', 'read'] as const;
export type AmilonEndpoint = (typeof amilonEndpoints)[number];

/** Endpoints of one lane share connections, rate limit and circuit, so that a sync never starves an order. */
export const amilonLanes = ['create', 'read', 'sync'] as const;
export type AmilonLane = (typeof amilonLanes)[number];

/** Lanes that are stopped now, and why. */
export type OpenCircuits = { readonly [L in AmilonLane]?: 'unauthorized' | 'not_found' | 'failing' };

/** One exchange as operators see it; the token's own too. Never a header, body or id. */
export interface CallNote {
  readonly endpoint: AmilonEndpoint;
  readonly outcome: 'answered' | 'not_sent' | 'too_late' | 'timeout' | 'reset';
  /** Of an answer. */
  readonly status?: number;
  readonly ms: Ms;
}

/** Something on the wire that this version does not know or misses; nothing breaks, a person should look. */
export interface Drift {
  readonly kind:
    | 'unknown_field'
    | 'missing_field'
    | 'unreadable_field'
    | 'unreadable_answer'
    | 'unknown_word'
    | 'unknown_code'
    | 'contradiction';
  /** `order`, `voucher`, `product` …, or the endpoint. */
  readonly where: string;
  /** The field, word or code; never a voucher's secret. */
  readonly what: string;
}
