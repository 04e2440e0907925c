/** How a loop treats its items. The shell can give a loop that goes on after an error about one item. */
export type ForEach = <T>(items: Iterable<T>, work: (item: T) => void) => void;

/** Ends with the first error. */
export const forEach: ForEach = (items, work) => {
  for (const item of items) work(item);
};
