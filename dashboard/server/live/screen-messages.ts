/** Small rules about the messages of a live connection. */
import { textFaultIn } from '../../../contracts/text.ts';
import type { Changes } from '../core/screen.ts';

/** Returns whether a delta would have no changes. */
export function isEmpty(changes: Changes): boolean {
  return Object.values(changes).every((list) => list.length === 0);
}

/** Returns the message in a text; undefined if the text is not a valid message. */
export function parseAs<T>(check: { Check(value: unknown): value is T }, text: string): T | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return check.Check(body) && textFaultIn(body) === undefined ? body : undefined;
  } catch {
    return undefined;
  }
}
