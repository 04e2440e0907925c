/**
 * The rule for the short texts of notices, which a narrow window shows: each short text must fit into the strip of
 * notices.
 */

/**
 * The strip has two lines in a window of 360 px. The unit of all widths is the width of the letter "e" in a wide font
 * (DejaVu Sans Bold). `notices-long.screen.test.ts` checks in a browser that the texts fit.
 */
const linesMax = 2;
const spaceWidth = 0.5;
const lineWidthMax = 24.9;

/**
 * Returns the first text that fits into the strip of a narrow window. If no text fits, returns the last text, which
 * must have no names in it.
 */
export function firstThatFits(...texts: readonly [string, ...string[]]): string {
  return texts.find(fitsStrip) ?? texts.at(-1)!;
}

/** Returns whether a text fits into the strip. Words move to the next line as in a browser. */
export function fitsStrip(text: string): boolean {
  let lines = 1;
  let filled = 0;
  for (const word of text.split(' ')) {
    const width = widthOf(word);
    if (width > lineWidthMax) return false;
    const isFirst = filled === 0;
    if (!isFirst && filled + spaceWidth + width > lineWidthMax) {
      lines += 1;
      filled = width;
    } else filled += (isFirst ? 0 : spaceWidth) + width;
  }
  return lines <= linesMax;
}

/**
 * The widths of letters. If several rows match a letter, the first row counts. A letter without a row has the width 1.
 */
const letterWidths: readonly (readonly [RegExp, number])[] = [
  [/[MW@%mw\u{2e80}-\u{10ffff}]/u, 1.65],
  [/\p{Lu}/u, 1.25],
  [/[bdghnopqu0-9]/u, 1.05],
  [/[rt]/u, 0.75],
  [/[fijl.,:;'’]/u, 0.55],
];

function widthOf(word: string): number {
  return [...word].reduce((sum, letter) => sum + (letterWidths.find(([letters]) => letters.test(letter))?.[1] ?? 1), 0);
}
