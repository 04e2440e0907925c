/** Reads the lines of a CSV file of assignments, in the encodings of common programs. The server reads the cells. */
import { t } from './texts.ts';

export type CsvLines =
  | { readonly ok: true; readonly lines: readonly string[] }
  | { readonly ok: false; readonly message: string };

/**
 * Returns the lines of the file without empty lines at the end. If the file cannot be sent, returns a sentence that
 * says why.
 * @param linesMax maximum number of lines, with the header
 */
export function csvLines(bytes: Uint8Array, linesMax: number): CsvLines {
  const text = textOf(bytes);
  if (text === undefined)
    return { ok: false, message: t('The file is not in UTF-8. Save it again, in Excel as “CSV UTF-8”.') };
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) return { ok: false, message: t('The file is empty.') };
  const rows = lines.length - 1;
  if (lines.length > linesMax)
    return {
      ok: false,
      message: t('The file has {rows} rows. Upload at most {linesMax} rows at a time.', {
        rows,
        linesMax: linesMax - 1,
      }),
    };
  return { ok: true, lines };
}

/** Returns the text in UTF-8 or, with a byte order mark, in UTF-16; undefined for all other encodings. */
function textOf(bytes: Uint8Array): string | undefined {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
