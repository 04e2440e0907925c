/**
 * Checks the texts of each request except a password, and converts them to Unicode's composed form. So no route accepts
 * a text that looks like a different text on a screen.
 */
import { normalText, textFaultIn } from '../../../contracts/text.ts';

/**
 * The field at the top of the body whose text is not checked: a password is neither shown nor stored as text. The field
 * `newPassword` is checked and composed like every other text.
 */
const uncheckedField = 'password';

/**
 * Returns a sentence with the refused field of a request and the reason, without the text of the field. Undefined if
 * all fields are accepted.
 */
export function requestTextFault(body: unknown): string | undefined {
  const checkedBody = isObject(body)
    ? Object.fromEntries(Object.entries(body).filter(([name]) => name !== uncheckedField))
    : body;
  const textFault = textFaultIn(checkedBody);
  return textFault && `${textFault.path || 'The request'} ${textFault.fault}.`;
}

/**
 * Returns the request's body with every text in Unicode's composed form. Each field `password` stays as it was typed.
 */
export function normalizeTexts(value: unknown): unknown {
  if (typeof value === 'string') return normalText(value);
  if (Array.isArray(value)) return value.map(normalizeTexts);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === uncheckedField ? member : normalizeTexts(member)]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
