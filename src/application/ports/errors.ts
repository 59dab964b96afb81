/** Broken machinery: says whether the same call may succeed later (style.md rule 7). */
export abstract class MachineryError extends Error {
  abstract readonly retryable: boolean;
}

/** A store, broker or other part cannot be reached or did not answer; the same call may succeed later. */
export class Unavailable extends MachineryError {
  override readonly name = 'Unavailable';
  readonly retryable = true;
  readonly part: string;
  constructor(part: string, options?: { readonly cause?: unknown; readonly detail?: string }) {
    super(`${part} is not available${options?.detail === undefined ? '' : `: ${options.detail}`}`, options);
    this.part = part;
  }
}

/** A stored event that this version of the service cannot read. */
export class Undecodable extends MachineryError {
  override readonly name = 'Undecodable';
  readonly retryable = false;
}

/** A stored event is not what was written, or not where it was written. */
export class BrokenChain extends MachineryError {
  override readonly name = 'BrokenChain';
  readonly retryable = false;
}

/** A position or cursor that another store made. */
export class ForeignPosition extends MachineryError {
  override readonly name = 'ForeignPosition';
  readonly retryable = false;
}

/** A document is not at the version before the event's: the consumer starts again from its stored checkpoint. */
export class VersionGap extends MachineryError {
  override readonly name = 'VersionGap';
  readonly retryable = true;
}

/** A read model that is not there under this version's definition: the service fills it when it starts. */
export class NoSuchModel extends MachineryError {
  override readonly name = 'NoSuchModel';
  readonly retryable = false;
  constructor(model: string) {
    super(`there is no read model ${model} of this version of the service: start the service, it fills it`);
  }
}
