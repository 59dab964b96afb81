import type { CommandHandlingDeps, Provenance } from './command-handling.ts';
import { handleCommand, loadStream } from './command-handling.ts';
import { accept, refuse } from '../domain/shared/decider.ts';
import type { Decision } from '../domain/shared/decider.ts';
import type { Instant } from '../domain/shared/instant.ts';
import type { StoreId, StreamId } from './ports/event-store.ts';
import type { Binding, StoreEvent } from './ports/store-binding.ts';

const stream = 'store-binding' as StreamId;

type Expected = Omit<Binding, 'storeId'>;
type Bound = Binding | undefined;
type Differs = { readonly reason: 'differs'; readonly field: keyof Expected; readonly bound: string };

const evolve = (_bound: Bound, { at: _at, type: _type, ...binding }: StoreEvent): Bound => binding;

const fields = ['upstream', 'prefix', 'dataKeysId', 'keyringCheck'] as const;

/**
 * Binds a new store to what it is used with, or compares: a store that took orders for one upstream, prefix,
 * data-key store and keyring is never opened with another (design 2).
 */
export const bindStore = async (
  deps: CommandHandlingDeps,
  expected: Expected,
): Promise<
  { readonly bound: true; readonly storeId: StoreId } | { readonly bound: false; readonly refusal: Differs }
> => {
  const aggregate = {
    initial: undefined as Bound,
    evolve,
    decide: (at: Instant, bound: Bound): Decision<StoreEvent, Differs> => {
      if (bound === undefined) {
        return accept({ at, type: 'StoreBound', storeId: deps.identifiers.unique(), ...expected });
      }
      const field = fields.find((candidate) => bound[candidate] !== expected[candidate]);
      return field === undefined ? accept() : refuse({ reason: 'differs', field, bound: bound[field] });
    },
  };
  const handled = await handleCommand(deps, { stream, aggregate }, (at) => at, starting);
  if (!handled.accepted) return { bound: false, refusal: handled.refusal };
  if (handled.state === undefined) throw new TypeError('a bound store has no binding');
  return { bound: true, storeId: handled.state.storeId as StoreId };
};

const starting: Provenance = {
  actor: { type: 'service', id: 'start' },
  correlation: 'store-binding',
  causation: 'store-binding',
};

/** What a store is bound to; `undefined` for an empty one. @throws Unavailable, Undecodable, BrokenChain */
export const readBinding = async (
  deps: Pick<CommandHandlingDeps, 'store' | 'codec'>,
): Promise<(Binding & { readonly storeId: StoreId }) | undefined> => {
  const { state } = await loadStream(deps, stream, { initial: undefined as Bound, evolve });
  return state === undefined ? undefined : { ...state, storeId: state.storeId as StoreId };
};
