/** Measures between two instants of a wave, as with calipers on paper. */
import { t } from './texts.ts';

export type Calipers = { readonly aMs: number; readonly bMs: number };

export type Measure = {
  readonly ms: number;
  /** How many times the distance of the two instants fits into a minute; undefined if the instants are equal. */
  readonly perMinute: number | undefined;
  /** The value at the later instant minus the value at the earlier instant; undefined if a value is missing. */
  readonly difference: number | undefined;
};

/** @param valueAt the value of the wave at an instant; undefined in a gap */
export function measure({ aMs, bMs }: Calipers, valueAt: (ms: number) => number | undefined): Measure {
  const [fromMs, toMs] = aMs <= bMs ? [aMs, bMs] : [bMs, aMs];
  const ms = Math.round(toMs - fromMs);
  const [from, to] = [valueAt(fromMs), valueAt(toMs)];
  return {
    ms,
    perMinute: ms > 0 ? 60_000 / ms : undefined,
    difference: from === undefined || to === undefined ? undefined : to - from,
  };
}

/** Returns a measure as text, for example `812 ms · 73.9 /min · +0.35 mV`. */
export function measureText({ ms, perMinute, difference }: Measure, unit: string): string {
  const parts = [t('{ms} ms', { ms })];
  if (perMinute !== undefined) parts.push(t('{perMinute} /min', { perMinute: perMinute.toFixed(1) }));
  if (difference !== undefined) {
    const rounded = difference.toFixed(2);
    const sign = difference >= 0 && !rounded.startsWith('-') ? '+' : '';
    parts.push(`${sign}${rounded}${unit === '1' ? '' : ` ${unit}`}`);
  } else parts.push(t('no sample at one end'));
  return parts.join(' · ');
}
