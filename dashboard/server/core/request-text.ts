/**
 * Judges and composes the texts of a request in one place, so that no route takes a text that a screen would show as
 * another.
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
export function composeTexts(value: unknown): unknown {
  if (typeof value === 'string') return normalText(value);
  if (Array.isArray(value)) return value.map(composeTexts);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === unseen ? member : composeTexts(member)]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
