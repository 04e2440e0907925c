/**
 * Finds a field of date and time that a person filled in only partly. The value of such a field is empty, so a form
 * that reads only the value would ignore the time that the person typed.
 */
import { t } from '../core/texts.ts';

/** Returns whether the field has a part of a date and time, or a date that does not exist. */
export const isHalfFilled = (field: HTMLInputElement): boolean => field.validity.badInput;

/** Returns a sentence about the first half-filled field of a form; undefined if each field is complete or empty. */
export function halfFilledText(form: HTMLFormElement): string | undefined {
  const field = [...form.querySelectorAll('input')].find(isHalfFilled);
  if (field === undefined) return undefined;
  const label = field.labels?.[0]?.querySelector('span')?.textContent.trim() ?? '';
  return t(
    '“{label}” has only a part of a date and a time, or a date that does not exist. Fill in all of it, or clear it.',
    {
      label,
    },
  );
}
