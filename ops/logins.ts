/** Writes the demo logins. Only a person at a terminal gets the passwords. A log gets the name of the file that contains them. */
import type { Login } from './demo.ts';

/**
 * Returns the lines to print; none if there are no logins.
 * @param shown a person reads this at a terminal, so passwords may be printed
 * @param read how to read the file of the passwords
 */
export function loginLines(logins: readonly Login[], shown: boolean, read: string): string[] {
  if (logins.length === 0) return [];
  const rows = logins.map(({ userId, role, password, wards }) => {
    const where = wards === '*' ? 'all wards' : wards;
    return shown ? `  ${userId.padEnd(12)} ${password}   ${where}` : `  ${userId.padEnd(12)} ${role}, ${where}`;
  });
  return ['Demo logins of this installation:', ...rows, ...(shown ? [] : [`Their passwords are not logged: ${read}`])];
}
