import { accept } from '../shared/decider.ts';
import type { Decider } from '../shared/decider.ts';
import type { Instant } from '../shared/instant.ts';
import { same } from '../shared/same.ts';
import type { OrderabilityEvent, OrderabilityRules } from './events.ts';

/** Until rules were recorded nothing may be ordered. */
const nothingAllowed: OrderabilityRules = { countries: [], faceValues: {}, excludedMerchants: [] };

export interface ApplyRules {
  readonly at: Instant;
  readonly rules: OrderabilityRules;
}

/** Every list in one order and each value once, so that a reordered configuration is no change. */
const normal = ({ countries, faceValues, excludedMerchants }: OrderabilityRules): OrderabilityRules => ({
  countries: [...new Set(countries)].sort(),
  faceValues: Object.fromEntries(
    Object.entries(faceValues).map(([currency, amounts]) => [currency, [...new Set(amounts)].sort((a, b) => a - b)]),
  ),
  excludedMerchants: [...new Set(excludedMerchants.map((id) => id.trim().toLowerCase()))].sort(),
});

export const rulesDecider: Decider<ApplyRules, OrderabilityEvent, OrderabilityRules, never> = {
  initial: nothingAllowed,
  evolve: (_state, event) => event.rules,
  decide: (command, state) => {
    const rules = normal(command.rules);
    return same(rules, state) ? accept() : accept({ type: 'OrderabilityRulesChanged', at: command.at, rules });
  },
};
