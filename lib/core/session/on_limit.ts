/** What is done after a run in which a used-up limit ended a thread. */
export const ON_LIMIT = ["tell", "wait", "off"] as const;
export type OnLimit = typeof ON_LIMIT[number];
