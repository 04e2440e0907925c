/** Finds the fonts of printed pages: DejaVu Sans. Its licence allows embedding (docs/decisions/082-strip-pdf.md). */
import { createRequire } from 'node:module';

const fileNames = { text: 'DejaVuSans.ttf', bold: 'DejaVuSans-Bold.ttf' } as const;

/** Returns the path of a font's file. */
export function fontFile(weight: keyof typeof fileNames): string {
  return createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${fileNames[weight]}`);
}
