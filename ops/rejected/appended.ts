/** The audit trail's entries about readings that were sent through again, so that no reading is sent twice. */

/** Number of records in one audit record, which has room for 2,000 characters. */
export const batchMax = 20;

const appendedMark = 'appended ';

/** Returns the audit trail's detail about appended readings. Read back, it shows which ones must not be sent again. */
export function appendedDetail(names: readonly string[]): string {
  return appendedMark + names.join(' ');
}

/** Returns the names in such a detail; an empty list for any other detail. */
export function appendedIn(detail: string): string[] {
  return detail.startsWith(appendedMark) ? detail.slice(appendedMark.length).split(' ') : [];
}
