import { describe, expect, it } from '@jest/globals';
import type { Finding } from '../../src/application/ports/read-models.ts';
import { pageOf } from '../../src/application/queries/pages.ts';
import type { Part } from '../../src/application/queries/pages.ts';

const place = (n: number) => ({ sort: n, key: `k${String(n)}` });
const found = (...numbers: readonly number[]) => numbers.map((n) => ({ ...place(n), version: 1, doc: n }));

/** A list that answers with these, one after the other. */
const reading = (...findings: readonly Finding<number>[]) => {
  const asked: Part[] = [];
  const read = async (part: Part): Promise<Finding<number>> => {
    const finding = findings[asked.push(part) - 1];
    if (finding === undefined) throw new Error('asked once too often');
    return finding;
  };
  return { asked, read };
};

describe('a page', () => {
  it('goes on where the looking stopped, even when nothing was found: one request looks no further', async () => {
    const { read, asked } = reading({ found: [], stopped: place(7) });
    expect(await pageOf(read, { limit: 2, after: place(1) })).toEqual({ data: [], next: place(7) });
    expect(asked).toEqual([{ after: place(1), limit: 3, looking: 1_000 }]);
  });

  it('shows what was found before the looking stopped', async () => {
    const { read } = reading({ found: found(2, 5), stopped: place(7) });
    expect(await pageOf(read, { limit: 2 })).toEqual({ data: [2, 5], next: place(7) });
  });

  it('ends where the list ends', async () => {
    const { read } = reading({ found: found(2, 5) });
    expect(await pageOf(read, { limit: 2 })).toEqual({ data: [2, 5] });
  });

  it('goes on behind its last document where more were found than it shows', async () => {
    const { read } = reading({ found: found(2, 5, 6) });
    expect(await pageOf(read, { limit: 2 })).toEqual({ data: [2, 5], next: place(5) });
  });
});
