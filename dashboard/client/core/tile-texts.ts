/**
 * Computes the sizes of the texts of a tile. The texts are the head with bed and patient, and the strip with the alarm.
 * The widths are for the widest usual font (DejaVu Sans, bold).
 */

import { fitBedName } from './bed-name.ts';

/**
 * The sizes of tiles whose texts have their normal size. A screen of 1920 × 1080 px shows 64 compact tiles of this
 * size.
 */
const normalTile = { widthPx: 466, heightPx: 300 } as const;
const normalCompactTile = { widthPx: 200, heightPx: 120 } as const;

/**
 * Returns the factor by which the texts of a large tile are enlarged. People read texts and numbers from the same
 * distance, so the texts grow with the tile, without a maximum.
 */
export function textScale(widthPx: number, heightPx: number, isCompact: boolean): number {
  const normal = isCompact ? normalCompactTile : normalTile;
  return Math.max(1, Math.min(widthPx / normal.widthPx, heightPx / normal.heightPx));
}

/** Width of the line around a tile. */
export const tileEdgePx = 1;

const boldEm = 0.69;

/** The content of a tile's head without the patient's name. */
export type TileHead = {
  readonly bed: string;
  /** Whether the head has the mark for a notice about the bed. */
  readonly hasNotice: boolean;
  /** Whether the head has the mark that the device's own sound is off or paused. */
  readonly hasSoundOffMark: boolean;
  /** Name of the ward; null if only one ward is on the screen. */
  readonly ward: string | null;
  /** An early warning score. */
  readonly score?: string | undefined;
  /** Text about a device that is not connected. */
  readonly state: string | undefined;
};

/** Sizes of tile.css: gaps, minimum widths of bed, name and ward, and the width of small letters. */
const headGapPx = 8;
const headRowGapPx = 2;
const bedLeastPx = 38;
const wardBasisPx = 36;
const nameBasisPx = 84;
const headLeastPx = 28;
const compactHeadLeastPx = 24;
const noticePx = 18;
const smallCharPx = 12 * 0.64;
const smallEdgesPx = 14;
const nameLinePx = 19;

/**
 * Returns the height of a tile's head. A long bed name takes several lines. The parts that do not fit beside the name
 * are in the lines below.
 */
export function headHeightPx(
  { bed, hasNotice, hasSoundOffMark, ward, score, state }: TileHead,
  tilePx: number,
  isCompact = false,
): number {
  const leastPx = isCompact ? compactHeadLeastPx : headLeastPx;
  const name = fitBedName(bed, tilePx, isCompact);
  const bedPx = name.isWide ? tilePx : Math.max(bedLeastPx, name.widthPx);
  const besidePx = [
    nameBasisPx,
    ...(ward === null || isCompact ? [] : [wardBasisPx]),
    ...(hasNotice ? [noticePx] : []),
    ...(hasSoundOffMark ? [noticePx] : []),
    ...(score === undefined ? [] : [score.length * smallCharPx + smallEdgesPx]),
    ...(state === undefined ? [] : [state.length * smallCharPx + smallEdgesPx]),
    // In a compact tile the ward has the last line for itself.
    ...(ward !== null && isCompact ? [tilePx - headGapPx] : []),
  ];
  const roomPx = tilePx - headGapPx;
  let usedPx = bedPx;
  let lines = 1;
  for (const px of besidePx) {
    if (usedPx + headGapPx + px > roomPx) {
      lines += 1;
      usedPx = px;
    } else usedPx += headGapPx + px;
  }
  return Math.max(leastPx, Math.ceil(name.heightPx) + (lines - 1) * (headRowGapPx + nameLinePx));
}

/** Sizes of tile.css for the letters and lines of an alarm's text, px. The text of a more serious alarm is larger. */
const alarmLetters = {
  high: { fontPx: 20, linePx: 26 },
  medium: { fontPx: 17, linePx: 22 },
  low: { fontPx: 15, linePx: 20 },
  none: { fontPx: 13, linePx: 20 },
} as const;
/** Sizes of tile-compact.css for the letters and lines of an alarm's text on a compact tile, px. */
const compactLetters = {
  high: { fontPx: 15, linePx: 20 },
  medium: { fontPx: 14, linePx: 18 },
  low: { fontPx: 13, linePx: 18 },
} as const;
/**
 * A tile always shows the whole text of an alarm, because a cut text, such as "SpO2 not …", could mean anything. A
 * longer text has smaller letters, so that the tile keeps its height in nearly all cases. `alertTextMax` limits the
 * length of the texts of devices.
 */
export type TextLength = 'usual' | 'long' | 'longest';

export function textLength(text: string, isCompact: boolean): TextLength {
  if (text.length <= (isCompact ? 30 : 48)) return 'usual';
  return text.length <= 84 ? 'long' : 'longest';
}

const longLetters = {
  full: { long: { fontPx: 15, linePx: 19 }, longest: { fontPx: 12, linePx: 16 } },
  compact: { long: { fontPx: 12, linePx: 15 }, longest: { fontPx: 10, linePx: 12 } },
} as const;

/** Empty room above and below the lines together, and at both sides together, px. */
const stripEdgesPx = { full: 6, compact: 4 } as const;
const stripSidesPx = { full: 16, compact: 12 } as const;
/** Distance after each word of the strip. */
const wordGapPx = 8;
const remarkCharPx = 12 * 0.64;
const remarkEdgesPx = 12;

/** The priority of the alarm in the strip of a tile; `none` for a notice. */
export type StripKind = keyof typeof alarmLetters;

/**
 * Returns the height of the strip with an alarm.
 * @param texts the mark of the priority, the text, and the remarks, which have smaller letters
 * @param length the length of the text that is shown
 */
export function alarmStripPx(
  texts: readonly string[],
  tilePx: number,
  priority: Exclude<StripKind, 'none'>,
  length: TextLength = 'usual',
): number {
  const { fontPx, linePx } = length === 'usual' ? alarmLetters[priority] : longLetters.full[length];
  const [mark = '', text = '', ...remarks] = texts;
  const roomPx = tilePx - stripSidesPx.full;
  const units = [
    mark.length * fontPx * boldEm,
    text.length * fontPx * boldEm,
    ...remarks.map((remark) => remark.length * remarkCharPx + remarkEdgesPx),
  ];
  let lines = 1;
  let usedPx = 0;
  for (const px of units) {
    if (usedPx > 0 && usedPx + px > roomPx) {
      lines += 1;
      usedPx = 0;
    }
    if (px > roomPx) lines += Math.ceil(px / (roomPx * wrapShare)) - 1;
    usedPx += px + wordGapPx;
  }
  return stripEdgesPx.full + linePx * lines;
}
/** The part of each line that a text of several lines fills on average. Lines break between words. */
const wrapShare = 0.85;

/** Returns the height of the strip with a notice about the bed; 0 without a notice. */
export function noticeStripPx(text: string, tilePx: number): number {
  if (text === '') return 0;
  const { fontPx, linePx } = alarmLetters.none;
  return stripEdgesPx.full + linePx * linesOf(text, tilePx - stripSidesPx.full, fontPx * boldEm);
}

/** Returns the height of the strip of a compact tile. */
export function compactStripPx(
  text: string,
  tilePx: number,
  priority: Exclude<StripKind, 'none'>,
  length: TextLength = 'usual',
): number {
  const { fontPx, linePx } = length === 'usual' ? compactLetters[priority] : longLetters.compact[length];
  return stripEdgesPx.compact + linePx * linesOf(text, tilePx - stripSidesPx.compact, fontPx * boldEm);
}

/** The longest texts that a usual high alarm may show in the strip before the alarm leaves the list. */
const usualWords = ['***', 'SpO2 000 < 000', 'ended, unseen', '99 ×', 'escalated', '+99 *** **'];

/**
 * Returns the height of the strip of a usual high alarm. In a tile without an alarm, only waves use this room. So when
 * an alarm comes, no number changes its size, and no tile changes its height.
 */
export function alarmRoomPx(tilePx: number, isCompact: boolean): number {
  if (isCompact) return stripEdgesPx.compact + compactLetters.high.linePx;
  return alarmStripPx(usualWords, tilePx, 'high');
}

/**
 * Returns the number of lines of a text. Lines break between words. Inside a word they break only if the word is wider
 * than a line.
 */
export function linesOf(text: string, widthPx: number, charPx: number): number {
  const charsPerLine = Math.max(1, Math.floor(widthPx / charPx));
  let lines = 1;
  let usedChars = 0;
  for (const word of text.split(' ')) {
    const neededChars = usedChars === 0 ? word.length : word.length + 1;
    if (usedChars + neededChars <= charsPerLine) {
      usedChars += neededChars;
      continue;
    }
    if (usedChars > 0) lines += 1;
    lines += Math.ceil(word.length / charsPerLine) - 1;
    usedChars = word.length % charsPerLine || charsPerLine;
  }
  return lines;
}
