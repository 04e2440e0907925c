/** What the audit trail keeps of readings that were sent through again, so that none is sent twice. */

/** Records that one audit record speaks of: it holds 2,000 characters. */
export const batchMax = 20;

const appendedMark = 'appended ';

/** What the audit trail keeps of readings that were appended: read back, it says what must not be sent again. */
export function appendedDetail(names: readonly string[]): string {
  return appendedMark + names.join(' ');
}

/** The names in such a detail; none in any other. */
export function appendedIn(detail: string): string[] {
  return detail.startsWith(appendedMark) ? detail.slice(appendedMark.length).split(' ') : [];
}
