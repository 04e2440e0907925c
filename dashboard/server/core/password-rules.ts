/**
 * Checks a new password according to NIST SP 800-63B-4: the password must have 12 to 256 characters, and must not be
 * the user id or a repetition of few characters. The password need not have digits or special characters.
 */
import type { Fault } from '../../../contracts/errors.ts';

const passwordCharactersMin = 12;
const passwordCharactersMax = 256;

/** Returns what is wrong with a new password, or undefined. */
export function passwordFault(password: string, userId: string): Fault | undefined {
  const characters = [...password.normalize('NFKC')];
  const fault = (message: string): Fault => ({ code: 'settings-invalid', message });
  if (characters.length < passwordCharactersMin)
    return fault(`The password has ${characters.length} characters; it needs at least ${passwordCharactersMin}.`);
  if (characters.length > passwordCharactersMax)
    return fault(`The password has more than ${passwordCharactersMax} characters.`);
  if (new Set(characters).size < 5) return fault('The password has fewer than five different characters.');
  if (
    userId.length > 2 &&
    password.toLowerCase().split(userId.toLowerCase()).join('').length < passwordCharactersMin / 2
  )
    return fault('The password is little more than the user id.');
  return undefined;
}
