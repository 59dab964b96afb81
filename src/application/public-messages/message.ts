import type { Instant } from '../../domain/shared/instant.ts';
import type { TenantId } from '../../domain/shared/ids.ts';
import type { Money } from '../../domain/shared/money.ts';
import { decimalOf } from '../../domain/shared/money.ts';
import type { Recorded } from '../ports/event-store.ts';

/** What other systems are told: a CloudEvent's attributes and its data, the same on every channel (design 16). */
export interface PublicMessage {
  /** The stored event's own id. */
  readonly id: string;
  /** The stream as a URN: `sequence` counts within it. */
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** The stream's version, zero-padded to 20 digits: text order is event order, without gaps per order. */
  readonly sequence: string;
  readonly time: Instant;
  readonly correlationid: string;
  readonly causationid: string;
  readonly traceparent?: string;
  /** Whose it is; absent: everybody's (catalogue, contract). Never part of what is sent. */
  readonly tenant?: TenantId;
  readonly data: { readonly [field: string]: unknown };
}

/** How this installation names itself in messages. */
export interface Naming {
  /** Reverse DNS, before the type. */
  readonly typePrefix: string;
  /** Which environment, in the source. */
  readonly environment: string;
}

/** `OrderRequested` → `requested`: one fact, one word, on every channel. */
export const publicName = (type: string): string =>
  type
    .replace(/^(Order|Catalog|Contract)(?=[A-Z])/, '')
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .toLowerCase();

const categoryOf = ({ stream }: Recorded): string => stream.slice(0, stream.indexOf('-'));

const subjectOf = ({ stream }: Recorded): string => stream.slice(stream.indexOf('-') + 1);

/** The attributes of the message about an event, whatever its data. */
export const attributesOf = (recorded: Recorded, naming: Naming): Omit<PublicMessage, 'data'> => {
  const { envelope } = recorded;
  const category = categoryOf(recorded);
  return {
    id: recorded.id,
    source: `urn:voucher-orders:${naming.environment}:${category}:${subjectOf(recorded)}`,
    type: `${naming.typePrefix}.${category}.${publicName(recorded.type)}.v1`,
    subject: subjectOf(recorded),
    sequence: String(recorded.version).padStart(20, '0'),
    time: envelope.occurredAt,
    correlationid: envelope.correlation,
    causationid: envelope.causation,
    ...(envelope.traceparent === undefined ? {} : { traceparent: envelope.traceparent }),
    ...(envelope.tenant === undefined ? {} : { tenant: envelope.tenant }),
  };
};

/** Stands for an event that this version cannot read, so that a reader sees the gap (design 16). */
export const unreadableMessage = (recorded: Recorded, naming: Naming): PublicMessage => ({
  ...attributesOf(recorded, naming),
  type: `${naming.typePrefix}.${categoryOf(recorded)}.unreadable.v1`,
  data: { version: recorded.version, mode: recorded.envelope.mode },
});

/** Money as every public answer writes it: decimal text and currency. */
export const publicMoney = (money: Money): { readonly amount: string; readonly currency: string } => ({
  amount: decimalOf(money),
  currency: money.currency,
});

/** What mapping an event's own facts needs to know of it. */
export type Facts = { readonly [field: string]: unknown };
