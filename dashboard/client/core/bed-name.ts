/**
 * Breaks the name of a bed into lines, and chooses the size of its letters on a tile. Names are never shortened,
 * because two beds of a ward may differ only in their last letters. Lines break after a space, a hyphen, a slash or a
 * low line. They break inside a word only if the word is longer than a line of the smallest letters. Pure.
 */

/** Returns the parts of a name between which a line may break. Together, the parts are the name. */
export function bedParts(name: string): string[] {
  return name.split(/(?<=[\s/_-])/);
}

/** The width of a letter in its font size, for the widest usual font (DejaVu Sans, bold). */
const boldEm = 0.69;
const lineHeight = 1.15;
/** Sizes of tile.css: empty room at both sides of the name together, and above and below a long name together. */
const sidesPx = 16;
const abovePx = 6;
/** Empty room at the right of the head. On a compact tile it has the number of values that the tile does not show. */
const rightPx = { full: 8, compact: 32 } as const;
/** The part of the tile's width that a name may have beside the patient (`max-width` in tile.css). */
const share = 0.6;

export type BedNameFit = {
  /** Size of the letters for a tile of the normal size. */
  readonly fontPx: number;
  readonly lines: number;
  /** Width and height of the name. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Whether the name has the whole width of the tile. The patient is then in the line below. */
  readonly isWide: boolean;
};

/** The sizes of letters, the best first. A name in large letters beside the patient is better than a name below. */
const fonts = [
  { isWide: false, fontPx: 16 },
  { isWide: false, fontPx: 14 },
  { isWide: false, fontPx: 12 },
  { isWide: true, fontPx: 16 },
  { isWide: true, fontPx: 14 },
  { isWide: true, fontPx: 12 },
  { isWide: true, fontPx: 10 },
] as const;
/** A name in more lines than this uses smaller letters or the whole width, if that makes fewer lines. */
const linesGood = 2;

/**
 * Returns how a name fits into the head of a tile.
 * @param tilePx width of the tile without its edge, for a tile of the normal size
 */
export function fitBedName(name: string, tilePx: number, isCompact: boolean): BedNameFit {
  const fits = fonts.map((font) => fitOf(name, tilePx - rightPx[isCompact ? 'compact' : 'full'], font));
  const whole = fits.filter(({ isBroken }) => !isBroken);
  const candidates = whole.length > 0 ? whole : fits.filter(({ isWide }) => isWide);
  const linesMin = Math.min(...candidates.map(({ lines }) => lines));
  const { isBroken: _, ...best } = candidates.find(({ lines }) => lines <= Math.max(linesMin, linesGood))!;
  return best;
}

function fitOf(name: string, tilePx: number, { isWide, fontPx }: (typeof fonts)[number]) {
  const widthPxMax = tilePx * (isWide ? 1 : share);
  const charPx = fontPx * boldEm;
  const charsMax = Math.max(1, Math.floor((widthPxMax - sidesPx) / charPx));
  const { lines, isBroken } = linesOf(bedParts(name), charsMax);
  return {
    ...{ fontPx, lines, isWide, isBroken },
    widthPx: isWide || lines > 1 ? widthPxMax : Math.min(widthPxMax, name.length * charPx + sidesPx),
    heightPx: lines * fontPx * lineHeight + (lines > 1 || isWide ? abovePx : 0),
  };
}

/** Returns the number of lines of the parts, and whether a line breaks inside a part. */
function linesOf(parts: readonly string[], charsMax: number): { lines: number; isBroken: boolean } {
  let lines = 1;
  let used = 0;
  let isBroken = false;
  for (const part of parts) {
    // A space at the end of a line needs no room.
    const chars = part.trimEnd().length;
    if (used + chars > charsMax) {
      if (used > 0) lines += 1;
      used = 0;
      if (chars > charsMax) {
        isBroken = true;
        lines += Math.ceil(chars / charsMax) - 1;
        used = chars % charsMax || charsMax;
        continue;
      }
    }
    used += part.length;
  }
  return { lines, isBroken };
}

/**
 * Returns the number of letters of the longest part of a name. In a list, the style sheet chooses the size of the
 * letters by this number, so that no line breaks inside a word.
 */
export function longestPart(name: string): number {
  return Math.max(...bedParts(name).map((part) => part.trimEnd().length));
}
