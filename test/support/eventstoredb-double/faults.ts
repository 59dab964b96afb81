/** What the double does wrong, each for so many calls (`Infinity`: until it is set back). */
export interface Faults {
  /** Appends are neither written nor answered. */
  silent: number;
  /** Appends are written, then their whole batch stream breaks: no reply. */
  loseReplies: number;
  /** Appends are written and never answered. */
  swallowReplies: number;
  /** Appends forget which ids were written: a repeat is a conflict. */
  forgetIds: number;
  /** As while the server starts: appends say "Server Is Not Ready", reads and subscriptions end with ABORTED. */
  notReady: number;
  /** Nobody may do anything. */
  denied: number;
  /** Reads end with UNAVAILABLE after their first event. */
  breakReads: number;
  /** Reads are never answered. */
  silentReads: number;
  /** The question for the server's features is answered with INTERNAL. */
  breakFeatures: number;
}

export const noFaults = (): Faults => ({
  silent: 0,
  loseReplies: 0,
  swallowReplies: 0,
  forgetIds: 0,
  notReady: 0,
  denied: 0,
  breakReads: 0,
  silentReads: 0,
  breakFeatures: 0,
});

/** Whether a fault is due now. */
export const takeOne = (faults: Faults, which: keyof Faults): boolean => {
  const due = faults[which] > 0;
  if (due) faults[which] -= 1;
  return due;
};
