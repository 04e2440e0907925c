/** Formats the demo logins. A terminal gets the passwords; a log gets only the command that reads their file. */
import type { Login } from './demo.ts';

/**
 * Returns the lines to print; an empty list if there are no logins.
 * @param isTerminal whether the output goes to a person at a terminal; passwords are printed only there
 * @param readCommand the command that prints the file of the passwords
 */
export function loginLines(logins: readonly Login[], isTerminal: boolean, readCommand: string): string[] {
  if (logins.length === 0) return [];
  const rows = logins.map(({ userId, role, password, wards }) => {
    const wardText = wards === '*' ? 'all wards' : wards;
    return isTerminal
      ? `  ${userId.padEnd(12)} ${password}   ${wardText}`
      : `  ${userId.padEnd(12)} ${role}, ${wardText}`;
  });
  const hint = isTerminal ? [] : [`The passwords are not logged. To read them: ${readCommand}`];
  return ['Demo logins of this installation:', ...rows, ...hint];
}
