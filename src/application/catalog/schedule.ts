import type { SyncTrigger } from '../../domain/catalog-snapshot/events.ts';
import type { CatalogSnapshot } from '../../domain/catalog-snapshot/state.ts';
import type { Culture } from '../../domain/shared/ids.ts';
import { DAY, HOUR, MINUTE, SECOND, elapsed, later, plus } from '../../domain/shared/instant.ts';
import type { Instant, Ms } from '../../domain/shared/instant.ts';
import { syncCategories, syncContract } from './small-syncs.ts';
import { openSyncOf, syncCatalogue } from './sync-catalogue.ts';
import type { SyncDeps } from './sync-catalogue.ts';
import { underLease } from './under-lease.ts';
import type { LeaseDeps } from './under-lease.ts';

/** What can be synced; a culture stands for its products and merchants. */
type SyncSubject = 'contract' | 'categories' | Culture;

export interface SyncSchedule {
  /** Syncs everything now, then daily, what failed sooner; resolves after `stop`. Never rejects. */
  run(): Promise<void>;
  /** Syncs the subject soon, at most every few minutes: after a refusal that hints at a change (amilon.md trap 40). */
  wake(subject: SyncSubject): void;
  /** Syncs the culture next: its request is recorded. */
  request(culture: Culture): void;
}

interface Due {
  readonly at: Instant;
  readonly trigger: SyncTrigger;
}

interface Task {
  readonly subject: SyncSubject;
  readonly sync: (trigger: SyncTrigger) => Promise<boolean>;
  next: Due;
  /** Asked for besides; kept while the task runs. */
  wanted?: Due;
  failures: number;
  ranAt?: Instant;
}

const EVERY: Ms = DAY;
/** What another instance synced within this needs no daily sync of ours. */
const FRESH: Ms = DAY - HOUR;
const WAKE_AT_MOST_EVERY: Ms = 5 * MINUTE;
const RETRY: { readonly first: Ms; readonly longest: Ms } = { first: MINUTE, longest: HOUR };
/** While another instance syncs. */
const HELD: Ms = 5 * SECOND;

type ScheduleDeps = SyncDeps & LeaseDeps;

/** One sync at a time among all instances, so that syncs never starve orders (amilon.md section 5 and trap 38). */
export const createSyncSchedule = (deps: ScheduleDeps): SyncSchedule => {
  const tasks = tasksOf(deps);
  let waiting = new AbortController();
  const want = (subject: SyncSubject, dueOf: (task: Task) => Due): void => {
    const task = tasks.find((known) => known.subject === subject);
    if (task === undefined) return;
    const due = dueOf(task);
    if (task.wanted !== undefined && task.wanted.at <= due.at) return;
    task.wanted = due;
    waiting.abort();
  };
  return {
    run: async () => {
      while (!deps.stop.aborted) {
        const now = deps.clock.now();
        const due = tasks.find((task) => isDue(dueOf(task), now));
        if (due !== undefined) await runTask(deps, due);
        else {
          waiting = new AbortController();
          const earliest = tasks.map((task) => dueOf(task).at).reduce((a, b) => (a < b ? a : b));
          await deps.clock.sleep(elapsed(now, earliest), AbortSignal.any([deps.stop, waiting.signal]));
        }
      }
    },
    wake: (subject) => {
      want(subject, ({ ranAt }) => {
        const now = deps.clock.now();
        const at = ranAt === undefined ? now : later(now, plus(ranAt, WAKE_AT_MOST_EVERY));
        return { at, trigger: 'order_refused' };
      });
    },
    request: (culture) => {
      want(culture, () => ({ at: deps.clock.now(), trigger: 'on_demand' }));
    },
  };
};

/** A clock that was set back lets nothing wait longer than from one daily sync to the next. */
const isDue = ({ at }: Due, now: Instant): boolean => at <= now || elapsed(now, at) > EVERY;

const dueOf = ({ next, wanted }: Task): Due => (wanted !== undefined && wanted.at < next.at ? wanted : next);

const tasksOf = (deps: ScheduleDeps): readonly Task[] => {
  const now = deps.clock.now();
  const task = (subject: SyncSubject, sync: Task['sync']): Task => ({
    subject,
    sync,
    next: { at: now, trigger: 'start' },
    failures: 0,
  });
  return [
    task('contract', async () => (await syncContract(deps)()) === 'completed'),
    task('categories', async () => (await syncCategories(deps)()) === 'completed'),
    ...deps.catalogue.cultures.map((culture) => task(culture, (trigger) => syncCulture(deps, culture, trigger))),
  ];
};

const syncCulture = async (deps: SyncDeps, culture: Culture, trigger: SyncTrigger): Promise<boolean> => {
  const { state } = await deps.catalogue.snapshot(culture);
  return isDone(state, trigger, deps.clock.now()) || (await syncCatalogue(deps)(culture, trigger)).is === 'completed';
};

/** Whether another instance did it meanwhile; never while a sync is open: somebody waits for it. */
const isDone = (state: CatalogSnapshot, trigger: SyncTrigger, now: Instant): boolean => {
  if (openSyncOf(state) !== undefined) return false;
  const { lastCompleted } = state;
  if (trigger !== 'daily' || lastCompleted === 'never') return false;
  // One far ahead was told by a clock that was wrong.
  return Math.abs(elapsed(lastCompleted.syncedAt, now)) < FRESH;
};

const runTask = async (deps: ScheduleDeps, task: Task): Promise<void> => {
  const due = dueOf(task);
  delete task.wanted;
  const done = await attempt(deps, task, due.trigger);
  const now = deps.clock.now();
  const random = deps.identifiers.random();
  if (done === 'held') {
    task.next = { ...due, at: plus(now, Math.round(HELD * (0.5 + random))) };
    return;
  }
  task.ranAt = now;
  task.failures = done ? 0 : task.failures + 1;
  // What failed keeps its trigger: it is still the same sync that is wanted.
  task.next = done
    ? { at: plus(now, EVERY), trigger: 'daily' }
    : { at: plus(now, pauseAfter(task.failures, random)), trigger: due.trigger };
};

const attempt = async (deps: ScheduleDeps, task: Task, trigger: SyncTrigger): Promise<boolean | 'held'> => {
  try {
    return await underLease(deps, () => task.sync(trigger));
  } catch (error) {
    deps.log.error({ subject: task.subject, err: error }, 'sync broke off, it is tried again');
    return false;
  }
};

/** Doubles up to an hour; half of it is jitter, so that instances do not meet again. */
const pauseAfter = (failures: number, random: number): Ms =>
  Math.round(Math.min(RETRY.first * 2 ** (failures - 1), RETRY.longest) * (0.5 + random / 2));
