/** Writes one cell of a CSV file (RFC 4180). */
import { visibleText } from './text.ts';

/**
 * Returns a cell of a CSV line. A spreadsheet reads a text that begins with `=`, `+`, `-` or `@` as a formula. Such a
 * text gets an apostrophe, because a text that somebody else wrote must not run as a formula. Some spreadsheets read
 * the text after a semicolon as a new cell, so that text gets an apostrophe, too. A number stays a number, even if it
 * is negative.
 */
export function csvCell(content: string | number): string {
  if (typeof content === 'number') return String(content);
  const safe = visibleText(content).replace(/(^|;)(\s*)([=+\-@])/g, "$1$2'$3");
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
