import type { Hold, Owner, Progress } from '../ports/consumers.ts';
import type { Shadow } from '../ports/read-models.ts';
import { createFilling } from './fill.ts';
import type { FillDeps } from './fill.ts';

export interface FirstFillDeps<Doc> extends Omit<FillDeps<Doc>, 'shadow' | 'told' | 'stop'> {
  readonly owner: Owner;
  readonly openShadow: () => Promise<Shadow<Doc>>;
}

/** Told of each batch, until `stop`. */
export interface FirstFilling {
  readonly told: (progress: Progress) => Promise<void>;
  readonly stop: AbortSignal;
}

/**
 * Fills a model that holds nothing yet, where the feed holds more than one batch, as a rebuild fills it: a shadow beside
 * the empty one, lists at the end, and one switch. Stopped and run again, it goes on.
 * @returns whether it is served; then `hold` is fenced off, and the next one goes on behind what was filled
 * @throws VersionGap, Unavailable
 */
export const fillFirst = async <Doc>(
  deps: FirstFillDeps<Doc>,
  hold: Hold,
  { told, stop }: FirstFilling,
): Promise<boolean> => {
  if (hold.progress.at !== 'start' || (await deps.feed.read('start', deps.batch)).atHead) return false;
  const shadow = await deps.openShadow();
  const filled = await shadow.sink.hold(deps.owner);
  if (filled === 'held') return false;
  const passed = await createFilling({ ...deps, shadow, told, stop }, filled).toHead();
  if (passed === 'fenced' || stop.aborted) return false;
  return (await shadow.serve(filled, new Set(['start', ...passed]))) === 'served';
};
