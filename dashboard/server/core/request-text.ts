/**
 * Checks the texts of a request, and puts them into Unicode's composed form, in one place. So no route takes a text that
 * would look like a different text on a screen.
 */
import { normalText, textFaultIn } from '../../../contracts/text.ts';

/** Never shown and never stored, so it may hold any characters. */
const unseen = 'password';

/**
 * Returns a sentence that says which text of a request is refused and why, without the text; undefined if all are fine.
 */
export function requestTextFault(body: unknown): string | undefined {
  const shown = isObject(body) ? Object.fromEntries(Object.entries(body).filter(([name]) => name !== unseen)) : body;
  const found = textFaultIn(shown);
  return found && `${found.at || 'The request'} ${found.fault}.`;
}

/** Returns the request's body with every text in Unicode's composed form; a password stays as it was typed. */
export function normalizeTexts(value: unknown): unknown {
  if (typeof value === 'string') return normalText(value);
  if (Array.isArray(value)) return value.map(normalizeTexts);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === unseen ? member : normalizeTexts(member)]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
