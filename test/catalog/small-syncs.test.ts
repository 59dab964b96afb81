import { describe, expect, test } from '@jest/globals';
import { applyRules, syncCategories, syncContract } from '../../src/application/catalog/small-syncs.ts';
import { CategoryId, Country } from '../../src/domain/shared/ids.ts';
import { DAY, MINUTE, plus } from '../../src/domain/shared/instant.ts';
import { euro, rules, terms } from './fixtures.ts';
import { current, failed, ok, typesOf, world } from './world.ts';

describe('contract, categories and rules', () => {
  const food = { categoryId: CategoryId('c-1'), name: 'Food' };

  test('the contract is recorded only when it differs', async () => {
    const w = world();
    await syncContract(w.deps)();
    await syncContract(w.deps)();
    w.upstream.contract = ok({ ...terms, balance: euro(100) });
    await syncContract(w.deps)();
    expect(await typesOf(w, 'contract-amilon')).toEqual(['ContractUpdated', 'ContractUpdated']);
    expect((await w.deps.catalogue.contract()).contract).toMatchObject({ terms: { balance: euro(100) } });
  });

  test('trap 31: what was told last stays while Amilon does not answer, and says when it was', async () => {
    const w = world();
    await syncContract(w.deps)();
    const known = await w.deps.catalogue.contract();
    await w.clock.advance(MINUTE);
    w.upstream.contract = failed('contract');
    expect(await syncContract(w.deps)()).toBe('failed');
    expect(await w.deps.catalogue.contract()).toEqual(known);
  });

  test('trap 31: being told the same again renews its date', async () => {
    const w = world();
    await syncContract(w.deps)();
    await w.clock.advance(MINUTE);
    await syncContract(w.deps)();
    expect((await w.deps.catalogue.contract()).confirmedAt).toBe(w.clock.now());
  });

  test('trap 31: a contract near its end is warned of', async () => {
    const w = world();
    w.upstream.contract = ok({ ...terms, validUntil: w.clock.now() });
    await syncContract(w.deps)();
    expect(w.log.map(({ level, fields }) => ({ level, fields }))).toMatchObject([
      { level: 'warn', fields: { warnings: ['ends_within_1_day'] } },
    ]);
  });

  test('trap 31: it is warned of also while Amilon does not answer', async () => {
    const w = world();
    w.upstream.contract = ok({ ...terms, validUntil: plus(w.clock.now(), 8 * DAY) });
    await syncContract(w.deps)();
    w.upstream.contract = failed('contract');
    await w.clock.advance(2 * DAY);
    await syncContract(w.deps)();
    expect(w.log.filter(({ message }) => message === 'contract wants a look')).toMatchObject([
      { fields: { warnings: ['ends_within_30_days'] } },
      { fields: { warnings: ['ends_within_7_days'] } },
    ]);
  });

  test('the categories are recorded only when they differ', async () => {
    const w = world();
    w.upstream.categories = ok([food]);
    await syncCategories(w.deps)();
    await syncCategories(w.deps)();
    expect(await typesOf(w, 'catalog-categories')).toEqual(['CategoriesListed']);
    expect((await current(w)).categories).toEqual(new Map([[food.categoryId, food]]));
  });

  test('categories that Amilon does not answer change nothing', async () => {
    const w = world();
    w.upstream.categories = failed('refused');
    expect(await syncCategories(w.deps)()).toBe('failed');
    expect(await typesOf(w, 'catalog-categories')).toEqual([]);
  });

  test('trap 37: the rules are recorded at a start whose configuration differs', async () => {
    const w = world();
    await applyRules(w.deps)(rules);
    await applyRules(w.deps)(rules);
    await applyRules(w.deps)({ ...rules, countries: [Country('FR')] });
    expect(await typesOf(w, 'catalog-orderability')).toEqual(['OrderabilityRulesChanged', 'OrderabilityRulesChanged']);
    expect((await current(w)).rules.countries).toEqual(['FR']);
  });
});
