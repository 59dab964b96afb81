import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fingerprint } from '../src/infrastructure/composition/fingerprint.ts';

const document = fc.record({
  key: fc.string({ unit: 'grapheme' }),
  version: fc.nat(),
  json: fc.json({ stringUnit: 'grapheme' }),
});

describe("a document's fingerprint", () => {
  it('is 128 bits of the SHA-256 of its key, version and JSON, whatever was asked before', () => {
    fc.assert(
      fc.property(document, (one) => {
        const text = `${one.key} ${String(one.version)} ${one.json}`;
        const digits = createHash('sha256').update(text, 'utf16le').digest('hex').slice(0, 32);
        expect(fingerprint(one)).toBe(BigInt(`0x${digits}`));
      }),
    );
  });

  it('takes in all of a large one', () => {
    const large = { key: 'k', version: 1, json: JSON.stringify('€'.repeat(200_000)) };
    const digits = createHash('sha256').update(`k 1 ${large.json}`, 'utf16le').digest('hex').slice(0, 32);
    expect(fingerprint(large)).toBe(BigInt(`0x${digits}`));
  });
});
