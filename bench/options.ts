import { VigilError } from '../contracts/errors.ts';

/**
 * Returns the value of an option that is a whole number.
 * @throws VigilError `settings-invalid` if the text is not a whole number from `min` to `max`
 */
export function integerOption(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new VigilError('settings-invalid', `${name} takes a whole number from ${min} to ${max}.`);
  }
  return value;
}
