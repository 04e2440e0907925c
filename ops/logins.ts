/** How the demo logins are said: with their passwords to a person at a terminal only. What goes into a log names the file that has them. */
import type { Login } from './demo.ts';

/**
 * Lines to print; none where there are no logins.
 * @param shown a person reads this at a terminal: the passwords may be said
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
