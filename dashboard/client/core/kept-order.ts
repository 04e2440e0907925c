/** Decides the order of the rows of a list. While somebody points at the list, the rows keep their places. Pure. */

/**
 * Returns the keys in the order in which a list shows them.
 * @param shownKeys the keys as the list shows them now
 * @param sortedKeys all keys that the list must show, in the order that they should have
 * @param isHeld whether somebody points at the list. If true, each row keeps its place, and new rows come at the end
 */
export function keptOrder(shownKeys: readonly string[], sortedKeys: readonly string[], isHeld: boolean): string[] {
  if (!isHeld) return [...sortedKeys];
  const wanted = new Set(sortedKeys);
  const shown = new Set(shownKeys);
  return [...shownKeys.filter((key) => wanted.has(key)), ...sortedKeys.filter((key) => !shown.has(key))];
}
