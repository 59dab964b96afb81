/** What a decision answers: events to record, or the reason why nothing is recorded. */
export type Decision<Event, Refusal> =
  | { readonly accepted: true; readonly events: readonly Event[] }
  | { readonly accepted: false; readonly refusal: Refusal };

/** An aggregate: its first state, how a fact changes it, and what a command makes of it. All three are pure. */
export interface Decider<Command, Event, State, Refusal> {
  readonly initial: State;
  readonly evolve: (state: State, event: Event) => State;
  readonly decide: (command: Command, state: State) => Decision<Event, Refusal>;
}

export const accept = <Event>(...events: readonly Event[]): Decision<Event, never> => ({ accepted: true, events });

export const refuse = <Refusal>(refusal: Refusal): Decision<never, Refusal> => ({ accepted: false, refusal });

/** Closes a switch: a case that is missing breaks the build. */
export const assertNever = (value: never): never => {
  throw new TypeError(`not a known case: ${JSON.stringify(value)}`);
};
