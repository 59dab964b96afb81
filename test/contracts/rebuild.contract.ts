import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { noProgress } from '../../src/application/ports/consumers.ts';
import type { Hold, Owner, Progress, Sink } from '../../src/application/ports/consumers.ts';
import type { Position } from '../../src/application/ports/event-store.ts';
import type { Compared, ReadModel, ReadModels, Shadow, Write } from '../../src/application/ports/read-models.ts';
import { lines } from '../support/lines.ts';
import type { Line } from '../support/lines.ts';

export interface RebuildSubject {
  readonly subject: ReadModels;
  /** The same read models, as another process has them open. */
  readonly another: () => Promise<ReadModels>;
  close(): Promise<void>;
}

const service = 'service' as Owner;
const rebuild = 'rebuild' as Owner;

const at = (n: number, more: Partial<Progress> = {}): Progress => ({
  ...noProgress,
  at: `position-${String(n)}` as Position,
  ...more,
});
const passed = (...positions: readonly number[]) => new Set(positions.map((n) => at(n).at));
const write = (key: string, version: number, text: string): Write<Line> => ({ key, version, doc: { text } });

const held = async <Doc>(sink: Pick<Sink<Doc, never>, 'hold'>, owner: Owner): Promise<Hold> => {
  const hold = await sink.hold(owner);
  if (hold === 'held') throw new Error('another owner has the consumer');
  return hold;
};

const textsOf = async (model: ReadModel<Line>): Promise<readonly string[]> =>
  (await model.find({ limit: 100 })).found.map(({ doc }) => doc.text);

/** Lists of a shadow are there from the switch on; its documents before. */
const scanned = async (model: ReadModel<Line>): Promise<readonly string[]> => {
  const texts: string[] = [];
  for await (const { json } of model.scan()) texts.push((JSON.parse(json) as Line).text);
  return texts;
};

const comparedBy = async (shadow: Shadow<Line>): Promise<readonly Compared[]> => {
  const all: Compared[] = [];
  for await (const compared of shadow.compare()) all.push(compared);
  return all;
};

/** Asks again until it is so: readers may stay a moment with what was served. */
const until = async (model: ReadModel<Line>, texts: readonly string[]): Promise<void> => {
  while (JSON.stringify(await textsOf(model)) !== JSON.stringify(texts)) await new Promise(setImmediate);
};

/** Every rule of a generation that is filled beside the one that is served (design 13). */
export const rebuildContract = (open: () => Promise<RebuildSubject>): void => {
  describe('a shadow', () => {
    let opened: RebuildSubject;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    /** A model with one document, whose holder is at position 1. */
    const filled = async () => {
      const live = await opened.subject.open(lines);
      const hold = await held(live.sink, service);
      await live.sink.keep(hold, at(1), [write('a', 1, 'old')]);
      return { ...live, hold };
    };

    it('needs a model that is there under the same definition', async () => {
      await expect(opened.subject.shadow(lines)).rejects.toMatchObject({ name: 'NoSuchModel', retryable: false });
      expect(await opened.subject.existing(lines)).toBeUndefined();
      await filled();
      await expect(opened.subject.shadow({ ...lines, schema: 2 })).rejects.toMatchObject({ name: 'NoSuchModel' });
      expect(await opened.subject.existing({ ...lines, schema: 2 })).toBeUndefined();
      expect(await textsOf((await opened.subject.existing(lines)) ?? fail())).toEqual(['old']);
    });

    it('is filled from the start, with a position of its own; nobody sees it, and who fills the model goes on', async () => {
      const live = await filled();
      const shadow = await (await opened.another()).shadow(lines);
      const hold = await held(shadow.sink, rebuild);
      expect(hold.progress).toEqual(noProgress);
      await shadow.sink.keep(hold, at(7, { sum: 'abc' }), [write('a', 1, 'new'), write('b', 1, 'more')]);
      expect(await scanned(shadow.model)).toEqual(['new', 'more']);
      expect(await textsOf(live.model)).toEqual(['old']);
      expect(await live.sink.keep(live.hold, at(2), [write('a', 2, 'older')])).toBe('kept');
      expect(await textsOf(live.model)).toEqual(['older']);
      expect((await shadow.model.get('a'))?.doc).toEqual({ text: 'new' });
    });

    it('is found again as it was left, and the newer of two who fill it fences the older off', async () => {
      await filled();
      const first = await (await opened.another()).shadow(lines);
      const before = await held(first.sink, rebuild);
      await first.sink.keep(before, at(7, { sum: 'abc' }), [write('a', 1, 'new')]);
      const second = await (await opened.another()).shadow(lines);
      const after = await held(second.sink, 'another rebuild' as Owner);
      expect(after.progress).toEqual(at(7, { sum: 'abc' }));
      expect(await scanned(second.model)).toEqual(['new']);
      expect(await first.sink.keep(before, at(8), [write('b', 1, 'late')])).toBe('fenced');
      expect(await first.list(before)).toBe('fenced');
      expect(await first.serve(before, passed(1))).toBe('fenced');
      expect(await second.serve(after, passed(1))).toBe('served');
    });

    it('is compared with what is served, document by document: the same, another text or version, missing, too many', async () => {
      const live = await filled();
      const ours = [write('a', 1, 'new'), write('b', 1, 'same'), write('c', 2, 'later'), write('d', 1, 'only ours')];
      const theirs = [write('b', 1, 'same'), write('c', 1, 'later'), write('z', 1, 'only theirs')];
      await live.sink.keep(live.hold, at(2), theirs);
      const shadow = await (await opened.another()).shadow(lines);
      await shadow.sink.keep(await held(shadow.sink, rebuild), at(2), ours);
      const found = new Map((await comparedBy(shadow)).map(({ key, ...compared }) => [key, compared]));
      const stored = ({ key, version, doc }: Write<Line>) => ({ key, version, json: JSON.stringify(doc) });
      const [a, b, c, d] = ours.map(stored);
      expect(Object.fromEntries(found)).toEqual({
        a: { shadow: a, live: stored(write('a', 1, 'old')) },
        b: { shadow: b, live: 'same' },
        c: { shadow: c, live: stored(write('c', 1, 'later')) },
        d: { shadow: d, live: undefined },
        z: { shadow: undefined, live: stored(write('z', 1, 'only theirs')) },
      });
    });

    it('is compared with what is served by then, in any number', async () => {
      await filled();
      const first = await (await opened.another()).shadow(lines);
      const many = Array.from({ length: 5_100 }, (_, n) => write(`k${String(n)}`, 1, String(n)));
      const hold = await held(first.sink, rebuild);
      await first.sink.keep(hold, at(1), many);
      expect(await first.serve(hold, passed(1))).toBe('served');
      const next = await opened.subject.shadow(lines);
      await next.sink.keep(
        await held(next.sink, rebuild),
        at(1),
        many.filter(({ key }) => !['k0', 'k999'].includes(key)),
      );
      const compared = await comparedBy(next);
      const differing = compared.filter(({ live }) => live !== 'same').map(({ key }) => key);
      expect([compared.length, differing]).toEqual([5_100, ['k0', 'k999']]);
    });

    it('is served by one switch: readers see it, the holder is fenced off, and the next goes on at its position', async () => {
      const live = await filled();
      const other = await (await opened.another()).open(lines);
      const shadow = await (await opened.another()).shadow(lines);
      const hold = await held(shadow.sink, rebuild);
      await shadow.sink.keep(hold, at(7), [write('a', 1, 'new'), write('b', 1, 'more')]);
      expect(await shadow.serve(hold, passed(0, 1))).toBe('served');
      for (const { model } of [live, other]) await until(model, ['more', 'new']);
      expect(await live.sink.keep(live.hold, at(2), [write('a', 2, 'stale')])).toBe('fenced');
      const next = await held(live.sink, service);
      expect(next.progress).toEqual(at(7));
      expect(await live.sink.keep(next, at(8), [write('a', 2, 'newer')])).toBe('kept');
      for (const { model } of [live, other]) await until(model, ['more', 'newer']);
      expect(await shadow.sink.keep(hold, at(9), [])).toBe('fenced');
    });

    it('has its lists made before it is served, and what is kept after that is in them', async () => {
      const live = await filled();
      const shadow = await opened.subject.shadow(lines);
      const hold = await held(shadow.sink, rebuild);
      await shadow.sink.keep(hold, at(1), [write('a', 1, 'one'), write('b', 1, 'two')]);
      expect(await shadow.list(hold)).toBe('listed');
      const before = await textsOf(live.model);
      await shadow.sink.keep(hold, at(2), [write('a', 2, 'zero'), write('c', 1, 'three')]);
      expect([await shadow.list(hold), await textsOf(live.model)]).toEqual(['listed', before]);
      expect(await shadow.serve(hold, passed(1, 2))).toBe('served');
      await until(live.model, ['three', 'two', 'zero']);
    });

    it('is not served while the model is further than the shadow', async () => {
      const live = await filled();
      const shadow = await opened.subject.shadow(lines);
      const hold = await held(shadow.sink, rebuild);
      await shadow.sink.keep(hold, at(1), [write('a', 1, 'new')]);
      await live.sink.keep(live.hold, at(2), [write('a', 2, 'older')]);
      expect(await shadow.serve(hold, passed(0, 1))).toBe('ahead');
      expect(await live.sink.keep(live.hold, at(3), [write('a', 3, 'oldest')])).toBe('kept');
      expect(await textsOf(live.model)).toEqual(['oldest']);
      await shadow.sink.keep(hold, at(3), [write('a', 3, 'newest'), write('b', 1, 'more')]);
      expect(await shadow.serve(hold, passed(2, 3))).toBe('served');
      await until(live.model, ['more', 'newest']);
    });

    it('gives way to what was served before by a rollback, at its old position, and back again', async () => {
      const live = await filled();
      expect(await opened.subject.rollBack(lines)).toBe(false);
      const shadow = await opened.subject.shadow(lines);
      const hold = await held(shadow.sink, rebuild);
      await shadow.sink.keep(hold, at(7), [write('a', 1, 'new')]);
      await shadow.serve(hold, passed(1));
      const next = await held(live.sink, service);
      expect(await (await opened.another()).rollBack(lines)).toBe(true);
      await until(live.model, ['old']);
      expect(await live.sink.keep(next, at(8), [write('b', 1, 'stale')])).toBe('fenced');
      expect((await held(live.sink, service)).progress).toEqual(at(1));
      expect(await opened.subject.rollBack(lines)).toBe(true);
      await until(live.model, ['new']);
      expect((await held(live.sink, service)).progress).toEqual(at(7));
    });

    it('begins anew after it was served, and after it was discarded', async () => {
      const live = await filled();
      for (const text of ['second', 'third', 'fourth']) {
        const discarded = await opened.subject.shadow(lines);
        const before = await held(discarded.sink, rebuild);
        await discarded.sink.keep(before, at(9), [write('z', 1, 'gone')]);
        expect(await discarded.discard(before)).toBe('discarded');
        const shadow = await opened.subject.shadow(lines);
        const hold = await held(shadow.sink, rebuild);
        expect([hold.progress, await scanned(shadow.model)]).toEqual([noProgress, []]);
        await shadow.sink.keep(hold, at(1), [write('a', 1, text)]);
        expect(await shadow.serve(hold, passed(1))).toBe('served');
        await until(live.model, [text]);
      }
    });

    it('is not discarded by whoever it was taken over from', async () => {
      await filled();
      const shadow = await opened.subject.shadow(lines);
      const hold = await held(shadow.sink, rebuild);
      const taken = await (await opened.another()).shadow(lines);
      const newer = await held(taken.sink, 'newer' as Owner);
      await taken.sink.keep(newer, at(1), [write('a', 1, 'kept')]);
      expect(await shadow.discard(hold)).toBe('fenced');
      expect(await scanned(taken.model)).toHaveLength(1);
      expect(await taken.discard(newer)).toBe('discarded');
    });

    it('goes with the model when a version of the service with another definition takes over', async () => {
      const live = await filled();
      const shadow = await opened.subject.shadow(lines);
      const hold = await held(shadow.sink, rebuild);
      await opened.subject.open({ ...lines, schema: 2 });
      await expect(comparedBy(shadow)).rejects.toMatchObject({ name: 'NoSuchModel' });
      expect(await shadow.serve(hold, passed(1))).toBe('fenced');
      expect(await live.sink.hold(service)).toBe('held');
      expect(await opened.subject.rollBack({ ...lines, schema: 2 })).toBe(false);
    });
  });
};

const fail = (): never => {
  throw new Error('the model is there');
};
