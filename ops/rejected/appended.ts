/**
 * The text in the audit trail that names redriven readings. A later redrive reads this text, so that no reading is sent
 * twice.
 */

/** Maximum number of readings that one audit record names. The detail of an audit record can have 2,000 characters. */
export const batchMax = 20;

const appendedMark = 'appended ';

/** Returns the detail of an audit record that names the appended readings. */
export function appendedDetail(names: readonly string[]): string {
  return appendedMark + names.join(' ');
}

/** Returns the names of the readings in a detail made by `appendedDetail`; an empty list for any other detail. */
export function appendedNamesIn(detail: string): string[] {
  return detail.startsWith(appendedMark) ? detail.slice(appendedMark.length).split(' ') : [];
}
