import { categoriesDecider } from '../../domain/catalog-snapshot/categories.ts';
import type { OrderabilityRules } from '../../domain/catalog-snapshot/events.ts';
import { rulesDecider } from '../../domain/catalog-snapshot/rules.ts';
import { contractDecider } from '../../domain/contract/decider.ts';
import { warnings } from '../../domain/contract/validity.ts';
import { handleCommand } from '../command-handling.ts';
import type { CommandHandlingDeps, Provenance } from '../command-handling.ts';
import { categoriesStream, contractStream, rulesStream } from './catalogue.ts';
import { fetchWithRetries } from './fetching.ts';
import type { SyncDeps } from './sync-catalogue.ts';

const by = (id: string, correlation: string): Provenance => ({
  actor: { type: 'service', id },
  correlation,
  causation: correlation,
});

/** Records the contract where it differs from what was told before. @throws Unavailable */
export const syncContract = (deps: SyncDeps) => async (): Promise<'completed' | 'failed'> => {
  const answer = await fetchWithRetries(deps, 'contract', () => deps.amilon.contract());
  if (answer.is === 'failed') return 'failed';
  const terms = answer.value;
  await handleCommand(
    deps,
    { stream: contractStream, aggregate: contractDecider },
    (at) => ({ at, terms }),
    by('contract-sync', deps.identifiers.unique()),
  );
  deps.catalogue.contractConfirmed(deps.clock.now());
  const found = warnings(terms, deps.clock.now());
  if (found.length > 0) deps.log.warn({ warnings: found, validUntil: terms.validUntil }, 'contract wants a look');
  return 'completed';
};

/** Records the categories where they differ from what was told before. @throws Unavailable */
export const syncCategories = (deps: SyncDeps) => async (): Promise<'completed' | 'failed'> => {
  const answer = await fetchWithRetries(deps, 'categories', () => deps.amilon.categories());
  if (answer.is === 'failed') return 'failed';
  const categories = answer.value;
  await handleCommand(
    deps,
    { stream: categoriesStream, aggregate: categoriesDecider },
    (at) => ({ at, categories }),
    by('categories-sync', deps.identifiers.unique()),
  );
  return 'completed';
};

/** Records the configured rules where they differ from those in force; to be called at each start. @throws Unavailable */
export const applyRules =
  (deps: CommandHandlingDeps) =>
  async (rules: OrderabilityRules): Promise<void> => {
    await handleCommand(
      deps,
      { stream: rulesStream, aggregate: rulesDecider },
      (at) => ({ at, rules }),
      by('configuration', deps.identifiers.unique()),
    );
  };
