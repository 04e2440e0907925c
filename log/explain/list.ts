/** Lists of records with a maximum, so that an explanation needs bounded memory. */

/** Largest number of records of one kind in memory. If there are more, the later ones are left out, and the part is not whole (ours). */
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
