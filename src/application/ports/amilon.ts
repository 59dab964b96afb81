import type { Category, Merchant, Product } from '../../domain/catalog-snapshot/events.ts';
import type { ContractTerms } from '../../domain/contract/events.ts';
import type { FetchFailure } from '../../domain/order/retry-matrix.ts';
import type { RefusalCode, SecretField, UpstreamProgress } from '../../domain/order/values.ts';
import type { AmilonOrderId, Culture, ExternalOrderId, MerchantId, ProductCode } from '../../domain/shared/ids.ts';
import type { Instant, Ms } from '../../domain/shared/instant.ts';
import type { Money } from '../../domain/shared/money.ts';

/** What a voucher hides; only a reveal ever carries it. */
export type VoucherSecrets = { readonly [F in SecretField]?: string };

/** A voucher in clear: never logged, stored or answered; encrypted by the caller at once. */
export interface UpstreamVoucher {
  readonly secrets: VoucherSecrets;
  /** Absent where the wire does not tell and regrouping found no line with room (amilon.md section 2). */
  readonly productCode?: ProductCode;
  readonly value: Money;
  readonly expiresAt?: Instant;
  readonly instructions?: string;
  readonly revoked: boolean;
}

export interface UpstreamOrder {
  readonly amilonOrderId?: AmilonOrderId;
  readonly progress: UpstreamProgress;
  readonly upstreamStatus: string;
  /** Present where the wire has rows. */
  readonly rows?: readonly {
    readonly productCode: ProductCode;
    readonly quantity: number;
    readonly unitPrice?: Money;
  }[];
  /** TotalRequestedCodes, where the wire has it. */
  readonly codes?: number;
  readonly total?: Money;
  readonly vouchers: readonly UpstreamVoucher[];
}

/** What is sent, and what the answer is read with (currency and regrouping of the flat wire). */
export interface Submission {
  readonly externalOrderId: ExternalOrderId;
  readonly lines: readonly SubmittedLine[];
}

export interface SubmittedLine {
  readonly productCode: ProductCode;
  readonly quantity: number;
  readonly merchantId: MerchantId;
  readonly unitPrice: Money;
}

export type CreateAnswer =
  | { readonly is: 'done'; readonly order: UpstreamOrder }
  | { readonly is: 'duplicate' }
  | {
      readonly is: 'refused';
      readonly code: RefusalCode;
      readonly upstream: { readonly status: number; readonly code?: string };
    }
  | {
      readonly is: 'not_bought';
      readonly why: 'too_late' | 'not_sent' | 'unauthorized' | 'rate_limited' | 'contract' | 'not_found';
      readonly retryAfter?: Ms;
    }
  | {
      readonly is: 'unknown';
      readonly why: 'timeout' | 'reset' | 'server_error' | 'unreadable';
      readonly retryAfter?: Ms;
    };

/** An HTML 404 (a proxy, a wrong base) is `unavailable`, never `absent` (amilon.md trap 19). */
export type ReadAnswer =
  | { readonly is: 'found'; readonly order: UpstreamOrder }
  | { readonly is: 'absent' }
  | { readonly is: 'unavailable'; readonly why: string; readonly retryAfter?: Ms };

export type Readiness =
  'ready' | { readonly why: 'no_token' | 'circuit_open' | 'rate_limited' | 'unauthorized'; readonly retryAfter: Ms };

/** An answer to a question that buys nothing; why it failed decides whether to ask again (retry matrix). */
export type Fetched<T> =
  | { readonly is: 'ok'; readonly value: T; readonly quarantined: readonly QuarantinedRow[] }
  | {
      readonly is: 'failed';
      readonly why: FetchFailure;
      readonly detail: string;
      readonly retryAfter?: Ms;
    };

/** A row that could not be read; the others count (amilon.md trap 35 and 38). */
export interface QuarantinedRow {
  readonly index: number;
  readonly reason: string;
}

/** Rows as Amilon lists them are what the catalogue records: every field of the report; absent stays absent. */
export type UpstreamProduct = Product;
export type UpstreamMerchant = Merchant;
export type UpstreamCategory = Category;
/** Absent is neither inactive nor 0 (amilon.md trap 30). */
export type UpstreamContract = ContractTerms;

/** Amilon. One exchange per call, plus the token's own (design 10); nothing here retries, nothing here throws. */
export interface Amilon {
  /** Whether a create could be sent now: token and circuit are checked before the write-ahead (design 9). */
  ready(): Promise<Readiness>;
  /** Buys. Nothing is sent after `sendBefore`, checked right before the socket is written. */
  create(submission: Submission, sendBefore: Instant): Promise<CreateAnswer>;
  /** What Amilon holds under the submission's external id. */
  read(submission: Submission): Promise<ReadAnswer>;
  contract(): Promise<Fetched<UpstreamContract>>;
  products(culture: Culture): Promise<Fetched<readonly UpstreamProduct[]>>;
  merchants(culture: Culture): Promise<Fetched<readonly UpstreamMerchant[]>>;
  categories(): Promise<Fetched<readonly UpstreamCategory[]>>;
}
