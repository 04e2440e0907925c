/** Lists with a maximum length, so that an explanation needs a limited amount of memory. */

/**
 * Largest number of records of one kind in memory. If there are more, later records are left out, and the explanation
 * says that records may be missing (ours).
 */
export const itemsMax = 50_000;

/** A list with at most `itemsMax` items. */
export function createList<Item>() {
  const items: Item[] = [];
  let isFull = false;
  return {
    items,
    add(item: Item): void {
      if (items.length < itemsMax) items.push(item);
      else isFull = true;
    },
    isWhole: () => !isFull,
  };
}
