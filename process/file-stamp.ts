import { statSync } from 'node:fs';

/** Returns a text that changes when the file changes, is replaced or is removed. An absent file has a stamp too. */
export function fileStamp(path: string): string {
  try {
    const { mtimeNs, ctimeNs, size, ino } = statSync(path, { bigint: true });
    return `${mtimeNs}/${ctimeNs}/${size}/${ino}`;
  } catch {
    return 'absent';
  }
}
