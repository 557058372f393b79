/** How fast an account's windows fill, learnt from its history; percent per hour of the clock, all its use together. */
export interface Pace {
  readonly short?: Speed;
  readonly long?: Speed;
  /** Turns and leases that were under way on average while it was learnt. */
  readonly turns?: number;
}

export interface Speed {
  readonly percentPerHour: number;
  /** The standard deviation of what one hour adds, in percent. */
  readonly deviation: number;
  /** How many hours of observation it rests on. */
  readonly hours: number;
}
