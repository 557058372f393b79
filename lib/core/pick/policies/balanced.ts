/** Evens out the time until each runs dry: the one that lasts longest is picked. The figure is in tenths of hours. */
export function balanced(hours: number): number {
  return Math.round(hours * 10);
}
