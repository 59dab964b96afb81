import type { DomainEvent, Draft } from '../../src/application/ports/codec.ts';
import type { EventId, StreamId } from '../../src/application/ports/event-store.ts';
import {
  AmilonOrderId,
  CategoryId,
  Country,
  Culture,
  ExternalOrderId,
  MerchantId,
  ProductCode,
  Reference,
  TenantId,
  UserId,
  VoucherId,
} from '../../src/domain/shared/ids.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import { Currency, money } from '../../src/domain/shared/money.ts';

const at = instant('2026-03-01T10:00:00.000Z');
const orderId = 'dadce95f-c41b-5cd2-8f0b-db13d98c729d';
const externalOrderId = ExternalOrderId('VOU-2026-dadce95f-c41b-4cd2-8f0b-db13d98c729d');
const voucherId = VoucherId(`${orderId}-0123456789abcdef`);
const productCode = ProductCode('P-1');
const merchantId = MerchantId('m-1');
const culture = Culture('it-IT');
const euro = (minor: number) => money(minor, Currency('EUR'));
const secret = { mac: 'bWFj', box: 'Ym94' };
const ofSync = { at, culture, syncId: 'sync-1' } as const;

const voucher = {
  id: voucherId,
  productCode,
  secrets: { code: secret, pin: secret, url: secret, qrCode: secret },
  last4: '1234',
  value: euro(5000),
  expiresAt: instant('2027-03-01T00:00:00.000Z'),
};

/** One event of every type, with all that it may hold. */
export const sampleEvents: { readonly [Type in DomainEvent['type']]: Extract<DomainEvent, { readonly type: Type }> } = {
  OrderRequested: {
    at,
    type: 'OrderRequested',
    externalOrderId,
    mode: 'sandbox',
    body: { keyId: 'key-1', mac: 'bWFj' },
    culture,
    lines: [
      {
        productCode,
        productName: 'Caffè “Österreich” 50 €',
        merchantId,
        quantity: 2,
        unitPrice: euro(5000),
        maxUnitPrice: euro(5100),
      },
    ],
    total: euro(10_000),
    catalog: 12,
    contract: 1,
    reference: Reference('PO-1'),
    userId: UserId('user-1'),
    metadata: 'Ym94',
  },
  OrderSubmissionStarted: { at, type: 'OrderSubmissionStarted', attempt: 1, sendBefore: at },
  OrderSubmissionDeferred: {
    at,
    type: 'OrderSubmissionDeferred',
    attempt: 1,
    reason: 'rate_limited',
    retryAt: at,
  },
  OrderSubmissionUncertain: { at, type: 'OrderSubmissionUncertain', attempt: 1, cause: 'timeout' },
  OrderRejectedByAmilon: {
    at,
    type: 'OrderRejectedByAmilon',
    attempt: 1,
    code: 'insufficient_funds',
    upstream: { status: 400, code: 'E1' },
  },
  OrderCreatedAtAmilon: {
    at,
    type: 'OrderCreatedAtAmilon',
    attempt: 1,
    amilonOrderId: AmilonOrderId('A-1'),
    adopted: false,
  },
  VouchersDelivered: {
    at,
    type: 'VouchersDelivered',
    vouchers: [voucher, { ...voucher, productCode: 'unexpected' }],
    instructions: { 'P-1': 'Show it at the till.' },
  },
  VoucherCorrected: { at, type: 'VoucherCorrected', voucher },
  VoucherRevoked: { at, type: 'VoucherRevoked', voucherId },
  VoucherRevealed: { at, type: 'VoucherRevealed', voucherId, reason: 'asked for' },
  OrderDelayed: {
    at,
    type: 'OrderDelayed',
    progress: 'in_progress',
    upstreamStatus: 'Pending',
    delivered: 1,
  },
  OrderFailedAtAmilon: { at, type: 'OrderFailedAtAmilon', upstreamStatus: 'Error', delivered: 0 },
  OrderCancelled: { at, type: 'OrderCancelled', by: 'client', reason: 'no longer wanted' },
  OrderCompleted: { at, type: 'OrderCompleted' },
  OrderPriceMismatchDetected: {
    at,
    type: 'OrderPriceMismatchDetected',
    expected: euro(10_000),
    charged: euro(10_100),
  },
  ExternalIdConflictDetected: {
    at,
    type: 'ExternalIdConflictDetected',
    expected: [{ productCode, quantity: 2 }],
    found: { rows: [{ productCode, quantity: 3 }], codes: 3 },
  },
  OrderReconciliationRequested: { at, type: 'OrderReconciliationRequested' },
  OrderResolved: { at, type: 'OrderResolved', purchase: 'not_purchased', reason: 'told by Amilon' },
  OrderErased: { at, type: 'OrderErased' },
  CatalogSyncRequested: { ...ofSync, type: 'CatalogSyncRequested', trigger: 'daily' },
  MerchantsListed: {
    ...ofSync,
    type: 'MerchantsListed',
    merchants: [
      {
        merchantId,
        otherId: 'other-1',
        code: 'M1',
        name: 'Bottega',
        description: 'A shop',
        logoUrl: 'https://example.test/logo.png',
        websiteUrl: 'https://example.test/',
        category: 'Food',
        country: 'unknown',
        countryRaw: 'Italia?',
        active: true,
        productCount: 3,
        minAmount: euro(500),
        maxAmount: euro(50_000),
        currency: Currency('EUR'),
        averageDiscount: '2.5',
        features: ['online'],
      },
    ],
  },
  ProductsListed: {
    ...ofSync,
    type: 'ProductsListed',
    products: [
      {
        productCode,
        name: 'Bottega 50',
        description: 'A voucher',
        merchantId,
        merchantCode: 'M1',
        price: euro(5000),
        netPrice: euro(4800),
        discount: '4',
        categoryId: CategoryId('c-1'),
        category: 'Food',
        imageUrl: 'https://example.test/image.png',
        active: true,
        stock: 'Available',
        minQuantity: 1,
        maxQuantity: 10,
        terms: 'None.',
        deliveryMethod: 'Email',
        deliveryTime: 'Immediate',
        country: Country('IT'),
      },
    ],
  },
  ProductsDelisted: { ...ofSync, type: 'ProductsDelisted', productCodes: [productCode] },
  MerchantsDelisted: { ...ofSync, type: 'MerchantsDelisted', merchantIds: [merchantId] },
  CatalogSyncCompleted: {
    ...ofSync,
    type: 'CatalogSyncCompleted',
    products: 1,
    merchants: 1,
    quarantined: [{ list: 'products', index: 3, reason: 'no price' }],
    quarantinedCount: 1,
  },
  CatalogSyncRejected: {
    ...ofSync,
    type: 'CatalogSyncRejected',
    list: 'products',
    reason: 'shrunk',
    before: 100,
    now: 10,
  },
  CatalogSyncFailed: { ...ofSync, type: 'CatalogSyncFailed', reason: 'unreadable' },
  CategoriesListed: {
    at,
    type: 'CategoriesListed',
    categories: [{ categoryId: CategoryId('c-1'), name: 'Food' }],
  },
  OrderabilityRulesChanged: {
    at,
    type: 'OrderabilityRulesChanged',
    rules: { countries: [Country('IT')], faceValues: { EUR: [1000, 5000] }, excludedMerchants: ['m-9'] },
  },
  ContractUpdated: {
    at,
    type: 'ContractUpdated',
    contract: {
      name: 'Frame contract',
      status: 'Active',
      validFrom: at,
      validUntil: instant('2027-01-01T00:00:00.000Z'),
      terms: 'As agreed.',
      countries: [Country('IT'), 'unknown'],
      maxOrderAmount: euro(100_000),
      balance: euro(1_000_000),
      currency: Currency('EUR'),
    },
  },
  StoreBound: {
    at,
    type: 'StoreBound',
    storeId: 'store-1',
    upstream: 'sandbox',
    prefix: 'VOU',
    dataKeysId: 'keys-1',
    keyringCheck: 'Y2hlY2s',
  },
};

/** An event ready to be sealed, with all that an envelope may hold. */
export const sampleDraft = (event: DomainEvent): Draft => ({
  stream: `order-${orderId}` as StreamId,
  version: 1,
  id: '0b9f1f5e-6f0a-4a55-9d0a-2d4f6f1f7a01' as EventId,
  event,
  envelope: {
    mode: 'sandbox',
    actor: { type: 'client', id: 'api-key-1' },
    tenant: TenantId('acme'),
    correlation: 'correlation-1',
    causation: 'causation-1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    order: {
      externalOrderId,
      reference: Reference('PO-1'),
      userId: UserId('user-1'),
      status: 'pending',
      purchase: 'not_purchased',
    },
  },
});
