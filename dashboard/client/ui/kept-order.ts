/** Sorts the rows of a list. Keeps the rows at their places while somebody points at the list. */
import { useRef } from 'preact/hooks';
import { keptOrder } from '../core/kept-order.ts';
import { useHand } from './hand.ts';

/**
 * Returns the rows in the order of the list, and the event handlers for the element that contains the rows.
 * @param sortedRows the rows in the order that they should have
 * @param keyOf returns the key of a row; no two rows have the same key
 */
export function useKeptOrder<Row>(sortedRows: readonly Row[], keyOf: (row: Row) => string) {
  const hand = useHand();
  const shownKeys = useRef<readonly string[]>([]);
  const byKey = new Map(sortedRows.map((row) => [keyOf(row), row]));
  shownKeys.current = keptOrder(shownKeys.current, [...byKey.keys()], hand.isPointing.value);
  return { rows: shownKeys.current.flatMap((key) => byKey.get(key) ?? []), on: hand.on };
}
