import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { privateDirectory } from '../../certs/files.ts';

/** One file and its predecessor: a log takes at most twice this on disk. */
const logFileBytesMax = 10 * 1024 * 1024;

export type LogFile = { write(text: string): void; close(): void };

/**
 * Appends to a file readable only by us; when it is full it becomes `<file>.1`, and what was there before is gone.
 * A disk that is full loses log lines, never the process that writes them.
 */
export function openLogFile(path: string, bytesMax = logFileBytesMax): LogFile {
  privateDirectory(dirname(path));
  let file: number | undefined = openSync(path, 'a', 0o600);
  let bytes = fstatSync(file).size;
  return {
    write(text) {
      if (file === undefined) return;
      try {
        if (bytes > bytesMax) {
          closeSync(file);
          renameSync(path, `${path}.1`);
          file = openSync(path, 'a', 0o600);
          bytes = 0;
        }
        bytes += writeSync(file, text);
      } catch {
        // The disk is full or the folder is gone; the process goes on.
      }
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
