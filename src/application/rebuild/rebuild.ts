import type { ConsumerRecords } from '../ports/consumer-records.ts';
import type { Hold, Owner, Progress } from '../ports/consumers.ts';
import type { Position } from '../ports/event-store.ts';
import type { Compared, ReadModel, Stored } from '../ports/read-models.ts';
import { differenceAt, pathsOf } from './difference.ts';
import type { Difference, FoundNow } from './difference.ts';
import { createFilling } from './fill.ts';
import type { FillDeps, Filling } from './fill.ts';
import { fillInParts } from './parts.ts';
import type { Parts } from './parts.ts';
import { added, noSum } from './sum.ts';

export interface RebuildDeps<Doc> extends FillDeps<Doc> {
  readonly records: ConsumerRecords;
  readonly owner: Owner;
  /** The model as it is served. */
  readonly live: ReadModel<Doc>;
  /** A moment in which the model may come further. */
  readonly pause: () => Promise<void>;
  /** Folds streams side by side, where so many events are quicker folded so. */
  readonly openParts?: (hold: Hold, events: number) => Parts<unknown> | undefined;
  /** Told as each part begins. */
  readonly began: (part: 'fill' | 'compare' | 'switch') => void;
}

export type Rebuilt =
  | { readonly is: 'served'; readonly documents: number; readonly progress: Progress; readonly found: Found }
  /** Run again, it goes on. */
  | { readonly is: 'interrupted' }
  /** Another rebuild of the same model took over. */
  | { readonly is: 'fenced' }
  /** What the store gives back is not what was written to it: nothing was served, the next run begins anew. */
  | { readonly is: 'damaged'; readonly documents: number }
  /** The model never stood still where the shadow had come to. Run again, it goes on. */
  | { readonly is: 'never_still' };

interface Found {
  readonly differences: readonly Difference[];
  /** Documents that differ, also beyond those that are told; those that were not looked at once more are counted. */
  readonly many: number;
}

/** Documents looked at once more, at most: under load many have merely moved on while both were read. */
const LOOKED_AT_AGAIN = 100_000;
/** Documents told, at most. */
const TOLD = 1_000;
/** How often documents that differ are looked at again, until the model has come as far as the shadow was. */
const ROUNDS = 50;
const SWITCHES = 1_000;

/**
 * Fills a shadow of a read model from the feed with the same projection, while the model goes on; proves by its sum
 * that the store kept every document; finds how the model differs from it; and has it served in one step (design 13).
 * Nothing is lost or doubled: who fills the model next goes on at the shadow's position.
 * @throws Unavailable: run again, it goes on
 */
export const rebuild = async <Doc>(deps: RebuildDeps<Doc>): Promise<Rebuilt> => {
  const hold = await deps.shadow.sink.hold(deps.owner);
  if (hold === 'held') return { is: 'fenced' };
  deps.began('fill');
  const filled = await inParts(deps, hold);
  if (filled === 'fenced') return { is: 'fenced' };
  const filling = createFilling(deps, { ...hold, progress: filled });
  if ((await filling.toHead()) === 'fenced') return { is: 'fenced' };
  return deps.stop.aborted ? { is: 'interrupted' } : compareAndServe(deps, filling, hold);
};

const inParts = async <Doc>(deps: RebuildDeps<Doc>, hold: Hold): Promise<Progress | 'fenced'> => {
  if (deps.openParts === undefined) return hold.progress;
  const events = await deps.feed.behind(hold.progress.at);
  if (events === 'unknown') return hold.progress;
  const parts = deps.openParts(hold, events);
  if (parts === undefined) return hold.progress;
  try {
    return await fillInParts({ ...deps, parts, events }, hold);
  } finally {
    await parts.close();
  }
};

const compareAndServe = async <Doc>(deps: RebuildDeps<Doc>, filling: Filling, hold: Hold): Promise<Rebuilt> => {
  deps.began('compare');
  // The store makes the lists while what it holds is read: neither waits for the other.
  const [{ sum, documents, suspects, many }, listed] = await Promise.all([compare(deps), deps.shadow.list(hold)]);
  if (listed === 'fenced') return { is: 'fenced' };
  if (sum !== (filling.progress().sum ?? noSum)) {
    // Whoever takes a shadow over writes in it: it is no damage that the sum is another then.
    return (await deps.shadow.discard(hold)) === 'fenced' ? { is: 'fenced' } : { is: 'damaged', documents };
  }
  const differences = await confirmed(deps, filling, suspects);
  if (differences === 'fenced') return { is: 'fenced' };
  deps.began('switch');
  const served = await serve(deps, filling, hold);
  if (served !== 'served') return { is: served };
  const found = { differences: differences.slice(0, TOLD), many: differences.length + many - suspects.length };
  return { is: 'served', documents, progress: filling.progress(), found };
};

/** A document that is not the same in both. */
interface Suspect {
  readonly key: string;
  /** The shadow's, when both were read; 0 where it had none. */
  readonly version: number;
}

/** One scan of both: the sum of what is stored, and the keys where they differ or one is further. */
const compare = async <Doc>({ shadow, fingerprint }: RebuildDeps<Doc>) => {
  let total = 0n;
  let documents = 0;
  let many = 0;
  const suspects: Suspect[] = [];
  for await (const compared of shadow.compare()) {
    if (compared.shadow !== undefined) {
      documents += 1;
      total += fingerprint(compared.shadow);
    }
    if (same(compared)) continue;
    many += 1;
    if (suspects.length < LOOKED_AT_AGAIN) suspects.push({ key: compared.key, version: compared.shadow?.version ?? 0 });
  }
  return { sum: added(noSum, total), documents, suspects, many };
};

/** Most are the same text; one that says the same in another order of its fields is the same document too. */
const same = ({ live, shadow }: Compared): boolean => live === 'same' || pathsOf(read(live), read(shadow)).length === 0;

const read = (stored: Stored | undefined): unknown =>
  stored === undefined ? undefined : { version: stored.version, doc: JSON.parse(stored.json) as unknown };

/**
 * What differs for sure: at the same version; or once the model has come as far as the shadow was when both were read,
 * and its document has not. What moved on each time, or is late, is no difference.
 */
const confirmed = async <Doc>(
  deps: RebuildDeps<Doc>,
  filling: Filling,
  suspects: readonly Suspect[],
): Promise<readonly Difference[] | 'fenced'> => {
  const sure: Difference[] = [];
  const passed = new Set([filling.progress().at]);
  let open = suspects;
  for (let round = 0; open.length > 0 && round < ROUNDS && !deps.stop.aborted; round += 1) {
    if (round > 0) await deps.pause();
    const more = await filling.toHead();
    if (more === 'fenced') return 'fenced';
    for (const position of more) passed.add(position);
    const cameSoFar = passed.has(await liveAt(deps));
    open = await lookAgain(deps, open, ({ difference, version, sameVersion }, before) => {
      const isSure = sameVersion || difference.is === 'stray' || (cameSoFar && version < before);
      if (isSure) sure.push(difference);
      return isSure;
    });
  }
  return sure.toSorted((a, b) => (a.key < b.key ? -1 : 1));
};

/** @returns those of which `settle` is not sure yet. */
const lookAgain = async <Doc>(
  { live, shadow }: RebuildDeps<Doc>,
  suspects: readonly Suspect[],
  settle: (found: FoundNow, before: number) => boolean,
): Promise<readonly Suspect[]> => {
  const left: Suspect[] = [];
  for (const suspect of suspects) {
    const found = await differenceAt({ live, shadow: shadow.model }, suspect.key);
    if (found !== undefined && !settle(found, suspect.version)) left.push(suspect);
  }
  return left;
};

const liveAt = async <Doc>({ records, consumer }: RebuildDeps<Doc>): Promise<Position | 'start'> =>
  (await records.progress(consumer.name))?.at ?? 'start';

const serve = async <Doc>(
  deps: RebuildDeps<Doc>,
  filling: Filling,
  hold: Hold,
): Promise<'served' | 'fenced' | 'never_still' | 'interrupted'> => {
  for (let tries = 0; tries < SWITCHES; tries += 1) {
    const at = await liveAt(deps);
    const passed = await filling.toHead();
    if (passed === 'fenced') return 'fenced';
    if (deps.stop.aborted) return 'interrupted';
    const served = await deps.shadow.serve(hold, new Set([at, ...passed]));
    if (served !== 'ahead') return served;
  }
  return 'never_still';
};
