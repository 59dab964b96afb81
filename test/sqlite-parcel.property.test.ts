import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packed, unpacked } from '../src/infrastructure/read-models/sqlite-parcel.ts';

const value = fc.oneof(fc.string({ unit: 'binary' }), fc.integer());
const cell = fc.oneof(value, fc.array(value), fc.constant(null));
const document = fc.record({
  key: fc.string(),
  version: fc.nat(),
  json: fc.oneof(fc.json({ stringUnit: 'binary' }), fc.constantFrom('', '"50 €"', '"𝄞"')),
  cells: fc.array(cell),
});

describe('documents on their way to the thread that writes them', () => {
  it('arrive as they were sent, texts of all letters', () => {
    fc.assert(
      fc.property(fc.array(document), (documents) => {
        const parcel = packed(documents);
        const arrived = structuredClone(parcel, { transfer: [parcel.texts] });
        expect([...unpacked(arrived)]).toEqual(documents);
      }),
    );
  });
});
