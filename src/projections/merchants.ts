import type { SnapshotEvent } from '../domain/catalog-snapshot/events.ts';
import type { Culture } from '../domain/shared/ids.ts';
import { merchantFields, sortedName } from '../application/ports/catalogue-documents.ts';
import type { MerchantDocument } from '../application/ports/catalogue-documents.ts';
import type { Decoded } from '../application/ports/codec.ts';
import type { Projection } from './projection.ts';

type MerchantsEvent = Extract<SnapshotEvent, { type: 'MerchantsListed' | 'MerchantsDelisted' }>;

const merchantsEvent = ({ event }: Decoded): MerchantsEvent | undefined =>
  event.type === 'MerchantsListed' || event.type === 'MerchantsDelisted' ? event : undefined;

const keyOf = (culture: Culture, merchantId: string): string => `${culture}/${merchantId}`;

/** Rows as Amilon lists them, keyed `{culture}/{merchantId}`; what left the list is flagged. */
export const merchantsProjection: Projection<MerchantDocument> = {
  category: 'catalog',
  definition: {
    name: 'merchants',
    schema: 2,
    within: merchantFields.culture,
    fields: {
      [merchantFields.culture]: (doc) => doc.culture,
      [merchantFields.name]: (doc) => sortedName(doc.merchant.name),
      [merchantFields.listed]: (doc) => doc.listed,
    },
    sort: { field: merchantFields.name, direction: 'asc' },
  },
  keys: (event) => {
    const happened = merchantsEvent(event);
    return happened === undefined ? [] : idsOf(happened).map((id) => keyOf(happened.culture, id));
  },
  evolve: (doc, event, key) => {
    const happened = merchantsEvent(event);
    if (happened === undefined) return undefined;
    const { culture, at } = happened;
    if (happened.type === 'MerchantsDelisted')
      return doc === undefined ? undefined : { ...doc, listed: false, changedAt: at };
    const merchant = happened.merchants.find((row) => row.merchantId === key.slice(culture.length + 1));
    return merchant === undefined ? undefined : { culture, merchant, listed: true, changedAt: at };
  },
};

const idsOf = (event: MerchantsEvent): readonly string[] =>
  event.type === 'MerchantsDelisted' ? event.merchantIds : event.merchants.map((row) => row.merchantId);
