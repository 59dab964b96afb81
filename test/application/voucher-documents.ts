import type { VoucherDocument } from '../../src/application/ports/order-documents.ts';
import { OrderId, ProductCode, TenantId, VoucherId } from '../../src/domain/shared/ids.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import { Currency, money } from '../../src/domain/shared/money.ts';

const orderId = OrderId('00000000-0000-5000-8000-000000000000');
const at = instant('2026-01-01T00:00:00.000Z');

/** A voucher as lists know it. */
export const voucherDocument: VoucherDocument = {
  voucherId: VoucherId(`${orderId}-0000000000000000`),
  orderId,
  tenant: TenantId('acme'),
  productCode: ProductCode('A'),
  value: money(5000, Currency('EUR')),
  revoked: false,
  statusAsOf: at,
  has: { code: true, pin: false, url: true, qrCode: false },
  deliveredAt: at,
};
