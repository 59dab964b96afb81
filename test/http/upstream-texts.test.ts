import { describe, expect, it } from '@jest/globals';
import { withSafeTexts } from '../../src/infrastructure/http/upstream-texts.ts';

describe("Amilon's texts at output", () => {
  it.each([
    ['<p>Valid <b>12 months</b></p>', '<p>Valid <b>12 months</b></p>'],
    ['<p onclick="steal()">Hi</p><script>steal()</script>', '<p>Hi</p>'],
    ['<a href="javascript:steal()" style="x">terms</a>', '<a>terms</a>'],
    ['<a href="https://shop.example/terms">terms</a>', '<a href="https://shop.example/terms">terms</a>'],
    ['<img src=x onerror=steal()>Text<iframe src="//x"></iframe>', 'Text'],
    ['Food & drink < 5 €', 'Food &amp; drink &lt; 5 €'],
  ])('of HTML %s only what is harmless is left', (told, shown) => {
    expect(withSafeTexts({ description: told, terms: told, instructions: told })).toEqual({
      description: shown,
      terms: shown,
      instructions: shown,
    });
  });

  it.each([
    ['Marks & Spencer', 'Marks & Spencer'],
    ['<b>Fnac</b>', 'Fnac'],
    ['<img src=x onerror=steal()>Fnac', 'Fnac'],
    ['&lt;script&gt;', '&lt;script&gt;'],
  ])('a name %s has no tags', (told, shown) => {
    const body = { data: [{ name: told, merchant: { name: told }, category: told, features: [told] }] };
    expect(withSafeTexts(body)).toEqual({
      data: [{ name: shown, merchant: { name: shown }, category: shown, features: [shown] }],
    });
  });

  it.each([
    ['https://cdn.example/a.png', { imageUrl: 'https://cdn.example/a.png' }],
    ['www.shop.example', { imageUrl: 'www.shop.example' }],
    ['javascript:steal()', {}],
    [' java\nscript:steal()', {}],
    ['data:text/html,x', {}],
  ])('a link %j leads to a page or is left out', (told, shown) => {
    expect(withSafeTexts({ imageUrl: told })).toEqual(shown);
  });

  it('ids, codes, amounts and what is not told stay as they are', () => {
    const body = {
      code: 'A<B',
      productCode: 'P&1',
      faceValue: { amount: '1.00' },
      active: true,
      meta: { generation: 1 },
    };
    expect(withSafeTexts(body)).toEqual(body);
  });
});
