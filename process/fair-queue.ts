/**
 * A queue in which each source has its own line, and the lines take turns. A source with a thousand items waits behind itself and does
 * not delay the others.
 */
export type FairQueue<Item> = {
  /** Adds an item. If there is no room, returns the item that must go: the newest of the longest line. */
  add(source: string, item: Item): Item | undefined;
  /**
   * Takes the first item of the line whose turn it is.
   * @param mayTake whether a source may be served now; other sources' lines keep their turn
   */
  take(mayTake?: (source: string) => boolean): Item | undefined;
  /** Returns false if the item does not wait any more. */
  remove(source: string, item: Item): boolean;
  size(): number;
  /** Returns how many items of a source wait. */
  sizeOf(source: string): number;
  /** Removes and returns all items that wait. */
  clear(): Item[];
};

/** @param itemsMax limit for all lines together, at least 1 */
export function createFairQueue<Item>(itemsMax: number): FairQueue<Item> {
  /** In the order of their turns. */
  const lines = new Map<string, Set<Item>>();
  let size = 0;

  function remove(source: string, item: Item): boolean {
    const line = lines.get(source);
    if (!line?.delete(item)) return false;
    size -= 1;
    if (line.size === 0) lines.delete(source);
    return true;
  }

  function add(source: string, item: Item): Item | undefined {
    if (size < itemsMax) {
      const line = lines.get(source) ?? new Set();
      lines.set(source, line.add(item));
      size += 1;
      return undefined;
    }
    let longest: [string, Set<Item>] | undefined;
    for (const entry of lines) if (entry[1].size > (longest?.[1].size ?? 0)) longest = entry;
    const own = lines.get(source)?.size ?? 0;
    if (!longest || longest[1].size <= own + 1) return item;
    const newest = [...longest[1]].at(-1)!;
    remove(longest[0], newest);
    add(source, item);
    return newest;
  }

  return {
    add,
    remove,
    size: () => size,
    sizeOf: (source) => lines.get(source)?.size ?? 0,
    take(mayTake = () => true) {
      for (const [source, line] of lines) {
        if (!mayTake(source)) continue;
        for (const item of line) {
          remove(source, item);
          if (line.size > 0) {
            lines.delete(source);
            lines.set(source, line);
          }
          return item;
        }
      }
      return undefined;
    },
    clear() {
      const all = [...lines.values()].flatMap((line) => [...line]);
      lines.clear();
      size = 0;
      return all;
    },
  };
}
