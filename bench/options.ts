import { VigilError } from '../contracts/errors.ts';

/**
 * Returns a whole number from the command line.
 * @throws VigilError `settings-invalid`
 */
export function integerOption(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new VigilError('settings-invalid', `${name} takes a whole number from ${min} to ${max}.`);
  }
  return value;
}
