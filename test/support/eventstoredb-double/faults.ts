/** What the double does wrong. Tests turn it at any time; all is well at first. */
export interface Faults {
  /** Batch appends are neither written nor answered. */
  silent: boolean;
  /** Of the next so many appends the reply is lost after they were written; so is everything else on their stream. */
  loseReplies: number;
  /** The next so many appends are written and never answered. */
  swallowReplies: number;
  /** Written ids are forgotten: a repeat is answered as a conflict. */
  forgetIds: boolean;
  /** As while the server starts: appends say "Server Is Not Ready", reads and subscriptions end with ABORTED. */
  notReady: boolean;
  /** Nobody may do anything. */
  denied: boolean;
  /** The next so many reads end with UNAVAILABLE after their first event. */
  breakReads: number;
  /** Reads are never answered. */
  silentReads: boolean;
  /** The next so many questions for the server's features are answered with INTERNAL. */
  breakFeatures: number;
  /** Every append is answered so much later. */
  delayMs: number;
}

export const noFaults = (): Faults => ({
  silent: false,
  loseReplies: 0,
  swallowReplies: 0,
  forgetIds: false,
  notReady: false,
  denied: false,
  breakReads: 0,
  silentReads: false,
  breakFeatures: 0,
  delayMs: 0,
});

/** Whether one of a number of faults is due now. */
export const takeOne = (faults: Faults, which: 'loseReplies' | 'swallowReplies' | 'breakReads' | 'breakFeatures') => {
  const due = faults[which] > 0;
  if (due) faults[which] -= 1;
  return due;
};
