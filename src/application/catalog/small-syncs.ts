import { categoriesDecider } from '../../domain/catalog-snapshot/categories.ts';
import type { OrderabilityRules } from '../../domain/catalog-snapshot/events.ts';
import { rulesDecider } from '../../domain/catalog-snapshot/rules.ts';
import { contractDecider } from '../../domain/contract/decider.ts';
import type { ContractTerms } from '../../domain/contract/events.ts';
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
  if (answer.is === 'failed') {
    const { contract } = await deps.catalogue.contract();
    if (contract.known) warn(deps, contract.terms);
    return 'failed';
  }
  const terms = answer.value;
  await handleCommand(
    deps,
    { stream: contractStream, aggregate: contractDecider },
    (at) => ({ at, terms }),
    by('contract-sync', deps.identifiers.unique()),
  );
  deps.catalogue.contractConfirmed(deps.clock.now());
  warn(deps, terms);
  return 'completed';
};

/** Also of what was told last while Amilon does not answer: it ends all the same (amilon.md trap 31). */
const warn = ({ clock, log }: SyncDeps, terms: ContractTerms): void => {
  const found = warnings(terms, clock.now());
  if (found.length > 0) log.warn({ warnings: found, validUntil: terms.validUntil }, 'contract wants a look');
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
