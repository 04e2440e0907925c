/**
 * The file of the witness's anchors. Lines are only appended. An append returns after its line is on the disk. An
 * append that fails leaves the file as it was.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { VigilError } from '../../contracts/errors.ts';
import { type Anchor, type AnchorFile, readAnchors } from '../../log/audit/anchor.ts';
import { sha256 } from '../../log/audit/trail.ts';

export type AnchorsFile = AnchorFile & {
  /** @throws the error of the file system, for example `ENOSPC`. Then the anchor is not in the file. */
  append(anchor: Anchor): void;
  close(): void;
};

/** @throws VigilError `settings-invalid` if the file cannot be read or written */
export function openAnchorsFile(path: string, verify: Parameters<typeof readAnchors>[2]): AnchorsFile {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const file = openSync(path, 'a', 0o600);
    // If a crash cut off the end of the last line, the rest of this line stays, and the next anchor begins a new line.
    let start = text === '' || text.endsWith('\n') ? '' : '\n';
    return {
      ...readAnchors(text, sha256, verify),
      append(anchor) {
        const bytesBefore = fstatSync(file).size;
        try {
          writeWhole(file, Buffer.from(`${start}${JSON.stringify(anchor)}\n`));
          fsyncSync(file);
          start = '';
        } catch (error) {
          // On a full disk, the file may have a part of the line. If this part stayed, the next anchor would continue
          // it. Then this anchor would be lost, and the audit would report a changed file for ever.
          start = '\n';
          ftruncateSync(file, bytesBefore);
          if (bytesBefore === 0) start = '';
          throw error;
        }
      },
      close: () => closeSync(file),
    };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new VigilError('settings-invalid', `The anchors file ${path} cannot be read or written (${code}).`, {
      cause,
    });
  }
}

/** Writes all bytes. A single call of the file system may write only a part of them. */
function writeWhole(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
