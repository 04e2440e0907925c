/**
 * A fair queue: each source has its own line of items, and the queue takes an item from each line in turn. So a source
 * with a thousand items does not delay the other sources.
 */
export type FairQueue<Item> = {
  /**
   * Adds an item. If the queue is full, removes and returns the newest item of the longest line. This may be the added
   * item.
   */
  add(source: string, item: Item): Item | undefined;
  /**
   * Removes and returns the first item of the next line.
   * @param mayTake returns whether a source may be served now; a source that may not be served keeps its turn
   */
  take(mayTake?: (source: string) => boolean): Item | undefined;
  /** Removes an item. Returns false if the item is not in the queue. */
  remove(source: string, item: Item): boolean;
  size(): number;
  sizeOf(source: string): number;
  /** Removes and returns all items. */
  clear(): Item[];
};

/** Creates a queue. @param itemsMax maximum number of items in all lines together, at least 1 */
export function createFairQueue<Item>(itemsMax: number): FairQueue<Item> {
  /** The line of each source, in the order of their turns. */
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
    const sourceCount = lines.get(source)?.size ?? 0;
    if (!longest || longest[1].size <= sourceCount + 1) return item;
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
      const allItems = [...lines.values()].flatMap((line) => [...line]);
      lines.clear();
      size = 0;
      return allItems;
    },
  };
}
