import { closeSync, fstatSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { privateDirectory } from '../../certs/files.ts';

/** Size of one file. There is one predecessor, so a log takes at most twice this on disk. */
const logFileBytesMax = 10 * 1024 * 1024;
/** How often the path is checked: a file that somebody removed or moved is made anew. */
const lookEveryMs = 1_000;

export type LogFile = { write(text: string): void; close(): void };

type Options = { readonly bytesMax?: number; readonly nowMs?: () => number };

/**
 * Appends to a file that only we can read. A full file becomes `<file>.1`, and the former `<file>.1` is deleted. Never throws: a full disk,
 * a removed file or a folder that cannot be written costs log lines, not the process. When lines can be written again, the first one gives
 * the number of lost lines.
 */
export function openLogFile(path: string, options: Options = {}): LogFile {
  const { bytesMax = logFileBytesMax, nowMs = () => performance.now() } = options;
  let file: number | undefined;
  let bytes = 0;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let lost = 0;
  let closed = false;

  function open(): void {
    privateDirectory(dirname(path));
    file = openSync(path, 'a', 0o600);
    bytes = fstatSync(file).size;
  }

  function shut(): void {
    const open_ = file;
    file = undefined;
    if (open_ === undefined) return;
    try {
      closeSync(open_);
    } catch {
      // Lines that could not be written until now are lost.
    }
  }

  /** Opens the file if it is not open, is full, or is no longer the one at its path. */
  function ready(): void {
    const atMs = nowMs();
    const isDue = atMs - lookedAtMs >= lookEveryMs;
    if (isDue) lookedAtMs = atMs;
    if (file !== undefined && bytes > bytesMax) {
      shut();
      renameSync(path, `${path}.1`);
      open();
    } else if (file !== undefined && isDue && !isAt(path, file)) {
      shut();
      open();
    } else if (file === undefined && isDue) open();
  }

  try {
    ready();
  } catch {
    // The next lines try again.
  }
  return {
    write(text) {
      if (closed) return;
      try {
        ready();
        if (file === undefined) throw new Error('not open');
        if (lost > 0) bytes += writeSync(file, `${lost} lines of this log could not be written\n`);
        lost = 0;
        bytes += writeSync(file, text);
      } catch {
        lost += 1;
        shut();
      }
    },
    close() {
      closed = true;
      shut();
    },
  };
}

function isAt(path: string, file: number): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  const ours = fstatSync(file);
  return there?.ino === ours.ino && there.dev === ours.dev;
}
