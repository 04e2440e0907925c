/** Decides which waves the page "Waves" shows, how high their rows are, and at which height a value is drawn. */
import { type Wave, waves } from '../../../contracts/parameters.ts';
import { type Gain, gainFor, gainY } from './gain.ts';
import { orderedWaves } from './wave-choice.ts';

/** Least and largest height of a row, CSS pixels. */
export const rowPxMin = 110;
export const rowPxMax = 260;

/** Returns the number of waves that fit: one on a phone, and at most five. */
export function rowsThatFit(widthPx: number, heightPx: number): number {
  if (widthPx < 600) return 1;
  return Math.max(1, Math.min(5, Math.floor(heightPx / rowPxMin)));
}

export function rowPxFor(heightPx: number, rows: number): number {
  return Math.floor(Math.max(rowPxMin, Math.min(rowPxMax, heightPx / Math.max(1, rows))));
}

/** Returns the wave of a code. The wave of an unknown code has the code as its name, and no unit. */
export function waveOf(code: string): Wave {
  return waves.get(code) ?? { code, mdc: 0, label: code, unit: '1', group: 'Temp', min: -1e9, max: 1e9 };
}

/**
 * Returns the codes to show: the chosen codes that exist. If no chosen code exists, returns the most important waves.
 */
export function shownCodes(existingCodes: readonly string[], chosen: readonly string[], rows: number): string[] {
  const ordered = orderedWaves(existingCodes).map(({ code }) => code);
  const all = [...ordered, ...existingCodes.filter((code) => !ordered.includes(code)).sort()];
  const wanted = all.filter((code) => chosen.includes(code));
  return (wanted.length > 0 ? wanted : all).slice(0, rows);
}

/** The vertical scale of a row. For an ECG, `middle` is the value in the middle of the row. */
export type RowScale =
  | { readonly kind: 'ecg'; readonly middle: number }
  | { readonly kind: 'other'; readonly gain: Gain };

/** The values that the view shows. */
type ShownValues = { readonly min: number; readonly max: number };

/**
 * Returns the scale of a row. An ECG has the gain that the person chose. The middle of an ECG stays while the wave
 * fits, so that the wave does not jump when the paper moves. The scale of any other wave depends on its values.
 * @param mmPerMv the chosen gain of an ECG
 * @param shown undefined if the view has no sample
 */
export function scaleFor(
  wave: Wave,
  former: RowScale | undefined,
  shown: ShownValues | undefined,
  row: { readonly heightPx: number; readonly pxPerMm: number; readonly mmPerMv: number },
): RowScale {
  if (wave.unit === 'mV') {
    const middle = former?.kind === 'ecg' ? former.middle : undefined;
    if (shown === undefined) return { kind: 'ecg', middle: middle ?? 0 };
    const halfMv = row.heightPx / 2 / (row.mmPerMv * row.pxPerMm);
    const fits = middle !== undefined && shown.min >= middle - halfMv && shown.max <= middle + halfMv;
    return { kind: 'ecg', middle: fits ? middle : (shown.min + shown.max) / 2 };
  }
  const formerGain = former?.kind === 'other' ? former.gain : undefined;
  const gain = shown === undefined ? formerGain : gainFor(formerGain, shown.min, shown.max, wave.unit);
  return { kind: 'other', gain: gain ?? { low: 0, high: 1 } };
}

/** Returns the distance of a value from the top of its row, px. A value outside of the row is drawn at its edge. */
export function yOf(
  scale: RowScale,
  value: number,
  row: { readonly heightPx: number; readonly pxPerMm: number; readonly mmPerMv: number },
): number {
  if (scale.kind === 'other') return gainY(scale.gain, value, row.heightPx);
  const y = row.heightPx / 2 - (value - scale.middle) * row.mmPerMv * row.pxPerMm;
  return Math.max(0, Math.min(row.heightPx, y));
}

/**
 * Returns the scale as text. For an ECG this is for example `10 mm/mV`. For any other wave, the text says which value
 * 10 mm stand for.
 */
export function scaleText(
  wave: Wave,
  scale: RowScale,
  row: { readonly heightPx: number; readonly pxPerMm: number; readonly mmPerMv: number },
): string {
  if (scale.kind === 'ecg') return `${row.mmPerMv} mm/mV`;
  const perCentimetre = ((scale.gain.high - scale.gain.low) / row.heightPx) * row.pxPerMm * 10;
  const number = perCentimetre >= 10 ? perCentimetre.toFixed(0) : perCentimetre.toPrecision(2);
  return `10 mm = ${number}${wave.unit === '1' ? '' : ` ${wave.unit.replace('mm[Hg]', 'mmHg')}`}`;
}
