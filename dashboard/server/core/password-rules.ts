/**
 * Checks a new password after NIST SP 800-63B-4: the password must be long enough, and must not be the user id or a
 * repetition of few characters. The password need not have digits or special characters.
 */
import type { Fault } from '../../../contracts/errors.ts';

const passwordCharactersMin = 12;
const passwordCharactersMax = 256;

/** Returns what is wrong with a new password, or undefined. */
export function passwordFault(password: string, userId: string): Fault | undefined {
  const characters = [...password.normalize('NFKC')];
  const bad = (message: string): Fault => ({ code: 'settings-invalid', message });
  if (characters.length < passwordCharactersMin)
    return bad(`The password has ${characters.length} characters; it needs at least ${passwordCharactersMin}.`);
  if (characters.length > passwordCharactersMax)
    return bad(`The password has more than ${passwordCharactersMax} characters.`);
  if (new Set(characters).size < 5) return bad('The password has fewer than five different characters.');
  if (
    userId.length > 2 &&
    password.toLowerCase().split(userId.toLowerCase()).join('').length < passwordCharactersMin / 2
  )
    return bad('The password is little more than the user id.');
  return undefined;
}
