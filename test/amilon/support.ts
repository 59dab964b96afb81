import type { Submission, SubmittedLine } from '../../src/application/ports/amilon.ts';
import type { Log } from '../../src/application/ports/log.ts';
import { ExternalOrderId, MerchantId, ProductCode } from '../../src/domain/shared/ids.ts';
import { Currency, money } from '../../src/domain/shared/money.ts';
import { parseWire } from '../../src/infrastructure/amilon/client/wire.ts';
import type { Wire } from '../../src/infrastructure/amilon/client/wire.ts';
import { instant } from '../../src/domain/shared/instant.ts';

export const START = instant('2026-03-02T10:00:00.000Z');

const EUR = Currency('EUR');
export const eur = (minor: number) => money(minor, EUR);

const SIMULATOR = MerchantId('5a4d0b0c-0000-4000-8000-000000000001');

let made = 0;
/** Fresh for every call. */
export const externalId = (): ExternalOrderId => {
  made += 1;
  return ExternalOrderId(`ENGAGE-2026-0f8fad5b-d9cb-469f-a165-${String(made).padStart(12, '0')}`);
};

export const line = (code: string, quantity = 1, rest: Partial<SubmittedLine> = {}): SubmittedLine => ({
  productCode: ProductCode(code),
  quantity,
  merchantId: SIMULATOR,
  unitPrice: eur(1_000),
  ...rest,
});

export const submission = (...lines: readonly SubmittedLine[]): Submission => ({
  externalOrderId: externalId(),
  lines,
});

interface LogLine {
  readonly level: keyof Log;
  readonly fields: object;
  readonly message: string;
}

/** A log that can be read again. */
export const recordingLog = () => {
  const lines: LogLine[] = [];
  const level = (name: keyof Log) => (fields: object, message: string) => {
    lines.push({ level: name, fields, message });
  };
  const log: Log = { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
  return { log, lines, text: () => JSON.stringify(lines) };
};

/** A text as it comes from Amilon. */
export const wire = (text: string): Wire => {
  const read = parseWire(text);
  if (read === undefined) throw new Error(`no JSON: ${text}`);
  return read;
};
