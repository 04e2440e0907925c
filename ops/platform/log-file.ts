import { closeSync, fstatSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ensurePrivateDirectory } from '../../certs/files.ts';

/** Size at which a file is full. With the previous file `<file>.1`, a log takes about twice this size on disk. */
const logFileBytesMax = 10 * 1024 * 1024;
/** Time between two checks that the file still exists at its path. */
const lookEveryMs = 1_000;

export type LogFile = { write(text: string): void; close(): void };

type Options = { readonly bytesMax?: number; readonly nowMs?: () => number };

/**
 * Opens a log file that only its owner can read. A full file is renamed to `<file>.1`, which replaces the previous
 * `<file>.1`. A removed file is created again. Never throws: lines that cannot be written are lost, for instance on a
 * full disk. The number of lost lines is written before the next line that can be written.
 */
export function openLogFile(path: string, options: Options = {}): LogFile {
  const { bytesMax = logFileBytesMax, nowMs = () => performance.now() } = options;
  let file: number | undefined;
  let bytes = 0;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let lostLines = 0;
  let isClosed = false;

  function open(): void {
    ensurePrivateDirectory(dirname(path));
    file = openSync(path, 'a', 0o600);
    bytes = fstatSync(file).size;
  }

  function closeFile(): void {
    const openFile = file;
    file = undefined;
    if (openFile === undefined) return;
    try {
      closeSync(openFile);
    } catch {
      // A failed close loses lines, as a failed write does.
    }
  }

  /** Opens the file again if it is not open, is full, or was removed or moved. */
  function prepare(): void {
    const atMs = nowMs();
    const isDue = atMs - lookedAtMs >= lookEveryMs;
    if (isDue) lookedAtMs = atMs;
    if (file !== undefined && bytes > bytesMax) {
      closeFile();
      renameSync(path, `${path}.1`);
      open();
    } else if (file !== undefined && isDue && !isFileAtPath(file, path)) {
      closeFile();
      open();
    } else if (file === undefined && isDue) open();
  }

  try {
    prepare();
  } catch {
    // `write` tries again.
  }
  return {
    write(text) {
      if (isClosed) return;
      try {
        prepare();
        if (file === undefined) throw new Error('not open');
        if (lostLines > 0) bytes += writeSync(file, `${lostLines} lines of this log could not be written\n`);
        lostLines = 0;
        bytes += writeSync(file, text);
      } catch {
        lostLines += 1;
        closeFile();
      }
    },
    close() {
      isClosed = true;
      closeFile();
    },
  };
}

/** Returns whether the open file is the file at the path. */
function isFileAtPath(file: number, path: string): boolean {
  const atPath = statSync(path, { throwIfNoEntry: false });
  const opened = fstatSync(file);
  return atPath?.ino === opened.ino && atPath.dev === opened.dev;
}
