import { describe, expect, test } from '@jest/globals';
import { contractDecider } from '../../src/domain/contract/decider.ts';
import type { ContractTerms } from '../../src/domain/contract/events.ts';
import { validity, warnings } from '../../src/domain/contract/validity.ts';
import { instant } from '../../src/domain/shared/instant.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import { sampleDraft } from '../support/sample-events.ts';
import { at, EUR, euro, terms } from '../catalog/fixtures.ts';

const updated = { type: 'ContractUpdated', at, contract: terms } as const;
const known = { known: true, terms, since: at } as const;

describe('the contract is recorded', () => {
  test('when it is told for the first time', () => {
    expect(contractDecider.decide({ at, terms }, { known: false })).toEqual({ accepted: true, events: [updated] });
  });

  test('asked twice, nothing more is recorded', () => {
    expect(contractDecider.decide({ at, terms }, known)).toEqual({ accepted: true, events: [] });
  });

  test('when anything of it differs, also only the balance', () => {
    const spent = { ...terms, balance: euro(100) };
    expect(contractDecider.decide({ at, terms: spent }, known)).toEqual({
      accepted: true,
      events: [{ ...updated, contract: spent }],
    });
  });

  test('trap 32: a maximum of 0 and no maximum are different contracts', () => {
    const nothing = { ...terms, maxOrderAmount: euro(0) };
    expect(contractDecider.decide({ at, terms: nothing }, known)).toEqual({
      accepted: true,
      events: [{ ...updated, contract: nothing }],
    });
  });

  test('and stands from then on', () => {
    expect(contractDecider.evolve({ known: false }, updated)).toEqual(known);
  });

  test('it comes back equal through the codec', () => {
    const codec = createCodec();
    const sealed = JSON.stringify({ ...codec.seal(sampleDraft(updated), codec.genesis), position: 'p' });
    expect(codec.decode(JSON.parse(sealed) as Parameters<typeof codec.decode>[0]).event).toEqual(updated);
  });
});

describe('validity', () => {
  const from = instant('2026-01-01T00:00:00.000Z');
  const until = instant('2026-12-31T23:59:59.000Z');
  const contract: ContractTerms = { name: 'C', currency: EUR, validFrom: from, validUntil: until };

  test('trap 30: from its start to its end, both inclusive', () => {
    expect(validity(contract, from)).toBe('valid');
    expect(validity(contract, until)).toBe('valid');
    expect(validity(contract, instant('2025-12-31T23:59:59.999Z'))).toBe('not_yet_valid');
    expect(validity(contract, instant('2026-12-31T23:59:59.001Z'))).toBe('expired');
  });

  test('trap 30: a status that is told and not Active blocks, an absent one does not', () => {
    expect(validity({ ...contract, status: ' ACTIVE ' }, at)).toBe('valid');
    expect(validity({ ...contract, status: 'Inactive' }, at)).toBe('not_active');
    expect(validity(contract, at)).toBe('valid');
  });

  test('trap 30: absent dates bound nothing', () => {
    expect(validity({ name: 'C', currency: EUR }, at)).toBe('valid');
  });

  test.each([
    ['2026-12-01T23:59:58.000Z', []],
    ['2026-12-01T23:59:59.000Z', ['ends_within_30_days']],
    ['2026-12-24T23:59:59.000Z', ['ends_within_7_days']],
    ['2026-12-30T23:59:59.000Z', ['ends_within_1_day']],
    ['2027-01-01T00:00:00.000Z', ['expired']],
  ])('trap 31: on %s it warns of %j', (now, found) => {
    expect(warnings(contract, instant(now))).toEqual(found);
  });

  test('trap 31: a contract without an end warns of none', () => {
    expect(warnings({ name: 'C', currency: EUR }, at)).toEqual([]);
  });
});
