import { describe, expect, test } from '@jest/globals';
import { categoriesDecider } from '../../src/domain/catalog-snapshot/categories.ts';
import { objectionsTo } from '../../src/domain/catalog-snapshot/orderability.ts';
import { rulesDecider } from '../../src/domain/catalog-snapshot/rules.ts';
import { CategoryId, Country } from '../../src/domain/shared/ids.ts';
import { createCodec } from '../../src/infrastructure/codec/codec.ts';
import type { DomainEvent } from '../../src/application/ports/codec.ts';
import { sampleDraft } from '../support/sample-events.ts';
import { at, product, rules, shop } from '../catalog/fixtures.ts';

const throughCodec = (event: DomainEvent): unknown => {
  const codec = createCodec();
  const sealed = codec.seal(sampleDraft(event), codec.genesis);
  return codec.decode(JSON.parse(JSON.stringify({ ...sealed, position: 'p' })) as Parameters<typeof codec.decode>[0])
    .event;
};

describe('the rules of what may be ordered', () => {
  const changed = { type: 'OrderabilityRulesChanged', at, rules } as const;

  test('are recorded when they differ', () => {
    expect(rulesDecider.decide({ at, rules }, rulesDecider.initial)).toEqual({ accepted: true, events: [changed] });
  });

  test('asked twice, nothing more is recorded', () => {
    expect(rulesDecider.decide({ at, rules }, rules)).toEqual({ accepted: true, events: [] });
  });

  test('another order, another case or a value twice is no difference', () => {
    const reordered = {
      countries: [Country('PT'), Country('PT')],
      faceValues: { EUR: [5000, 1000, 1000] },
      excludedMerchants: [' Twitch ', '0199BDD3-32b1-72be-905b-591833b488cf'],
    };
    expect(rulesDecider.decide({ at, rules: reordered }, rules)).toEqual({ accepted: true, events: [] });
  });

  test('replace those before', () => {
    const stricter = { ...rules, faceValues: {} };
    expect(rulesDecider.evolve(rules, { ...changed, rules: stricter })).toEqual(stricter);
  });

  test('until some were recorded nothing is orderable', () => {
    const context = { merchants: new Map([[shop.merchantId, shop]]), rules: rulesDecider.initial };
    expect(objectionsTo(product(1), context)).toEqual(['face_value_not_allowed', 'merchant_not_in_country']);
  });

  test('come back equal through the codec', () => {
    expect(throughCodec(changed)).toEqual(changed);
  });
});

describe('the categories', () => {
  const food = { categoryId: CategoryId('c-1'), name: 'Food' };
  const games = { categoryId: CategoryId('c-2'), name: 'Games' };
  const known = new Map([
    [food.categoryId, food],
    [games.categoryId, games],
  ]);
  const listed = { type: 'CategoriesListed', at, categories: [food, games] } as const;

  test('are recorded when they differ', () => {
    expect(categoriesDecider.decide({ at, categories: [food, games] }, new Map())).toEqual({
      accepted: true,
      events: [listed],
    });
  });

  test('asked twice, nothing more is recorded, in whatever order', () => {
    expect(categoriesDecider.decide({ at, categories: [games, food] }, known)).toEqual({ accepted: true, events: [] });
  });

  test('one that is gone is a difference', () => {
    expect(categoriesDecider.decide({ at, categories: [food] }, known)).toEqual({
      accepted: true,
      events: [{ ...listed, categories: [food] }],
    });
  });

  test('an empty answer keeps those that are known', () => {
    expect(categoriesDecider.decide({ at, categories: [] }, known)).toEqual({ accepted: true, events: [] });
  });

  test('replace those before', () => {
    expect(categoriesDecider.evolve(new Map([[food.categoryId, food]]), { ...listed, categories: [games] })).toEqual(
      new Map([[games.categoryId, games]]),
    );
  });

  test('come back equal through the codec', () => {
    expect(throughCodec(listed)).toEqual(listed);
  });
});
