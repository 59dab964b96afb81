import type { SyncTrigger } from '../../domain/catalog-snapshot/events.ts';
import type { Culture } from '../../domain/shared/ids.ts';
import { DAY, HOUR, MINUTE, elapsed, later, plus } from '../../domain/shared/instant.ts';
import type { Instant, Ms } from '../../domain/shared/instant.ts';
import { syncCategories, syncContract } from './small-syncs.ts';
import { syncCatalogue } from './sync-catalogue.ts';
import type { SyncDeps } from './sync-catalogue.ts';

/** What can be synced; a culture stands for its products and merchants. */
type SyncSubject = 'contract' | 'categories' | Culture;

export interface SyncSchedule {
  /** Syncs everything now, then daily, what failed sooner; resolves after `stop`. Never rejects. */
  run(): Promise<void>;
  /** Syncs the subject soon, at most every few minutes: after a refusal that hints at a change (amilon.md trap 40). */
  wake(subject: SyncSubject): void;
}

interface Task {
  readonly subject: SyncSubject;
  readonly sync: (trigger: SyncTrigger) => Promise<boolean>;
  nextAt: Instant;
  trigger: SyncTrigger;
  failures: number;
  ranAt?: Instant;
}

const EVERY: Ms = DAY;
/** What another instance synced within this needs no daily sync of ours. */
const FRESH: Ms = DAY - HOUR;
const WAKE_AT_MOST_EVERY: Ms = 5 * MINUTE;
const RETRY: { readonly first: Ms; readonly longest: Ms } = { first: MINUTE, longest: HOUR };

/** One sync at a time in this instance, so that syncs never starve orders (amilon.md section 5). */
export const createSyncSchedule = (deps: SyncDeps): SyncSchedule => {
  const tasks = tasksOf(deps);
  let waiting = new AbortController();
  return {
    run: async () => {
      while (!deps.stop.aborted) {
        const now = deps.clock.now();
        const due = tasks.find((task) => task.nextAt <= now);
        if (due !== undefined) await runTask(deps, due);
        else {
          waiting = new AbortController();
          const earliest = tasks.map((task) => task.nextAt).reduce((a, b) => (a < b ? a : b));
          await deps.clock.sleep(elapsed(now, earliest), AbortSignal.any([deps.stop, waiting.signal]));
        }
      }
    },
    wake: (subject) => {
      const task = tasks.find((known) => known.subject === subject);
      if (task === undefined) return;
      const now = deps.clock.now();
      const at = task.ranAt === undefined ? now : later(now, plus(task.ranAt, WAKE_AT_MOST_EVERY));
      if (at >= task.nextAt) return;
      task.nextAt = at;
      task.trigger = 'order_refused';
      waiting.abort();
    },
  };
};

const tasksOf = (deps: SyncDeps): readonly Task[] => {
  const now = deps.clock.now();
  const task = (subject: SyncSubject, sync: Task['sync']): Task => ({
    subject,
    sync,
    nextAt: now,
    trigger: 'start',
    failures: 0,
  });
  return [
    task('contract', async () => (await syncContract(deps)()) === 'completed'),
    task('categories', async () => (await syncCategories(deps)()) === 'completed'),
    ...deps.catalogue.cultures.map((culture) => task(culture, (trigger) => syncCulture(deps, culture, trigger))),
  ];
};

const syncCulture = async (deps: SyncDeps, culture: Culture, trigger: SyncTrigger): Promise<boolean> => {
  const { lastCompleted } = (await deps.catalogue.snapshot(culture)).state;
  const fresh = lastCompleted !== 'never' && elapsed(lastCompleted.syncedAt, deps.clock.now()) < FRESH;
  if (trigger === 'daily' && fresh) return true;
  return (await syncCatalogue(deps)(culture, trigger)).is === 'completed';
};

const runTask = async (deps: SyncDeps, task: Task): Promise<void> => {
  const done = await attempt(deps, task);
  const now = deps.clock.now();
  task.ranAt = now;
  task.failures = done ? 0 : task.failures + 1;
  // What failed keeps its trigger: it is still the same sync that is wanted.
  if (done) task.trigger = 'daily';
  task.nextAt = plus(now, done ? EVERY : pauseAfter(task.failures, deps.identifiers.random()));
};

const attempt = async (deps: SyncDeps, task: Task): Promise<boolean> => {
  try {
    return await task.sync(task.trigger);
  } catch (error) {
    deps.log.error({ subject: task.subject, err: error }, 'sync broke off, it is tried again');
    return false;
  }
};

/** Doubles up to an hour; half of it is jitter, so that instances do not meet again. */
const pauseAfter = (failures: number, random: number): Ms =>
  Math.round(Math.min(RETRY.first * 2 ** (failures - 1), RETRY.longest) * (0.5 + random / 2));
