/** Words for the gaps of waves and for the state of the page "Waves". */
import type { WaveGapReason } from '../../../contracts/wave-gaps.ts';
import { t, texts } from './texts.ts';
import { clockText, dateTimeText } from './times.ts';

export const gapTexts: Readonly<Record<WaveGapReason, string>> = texts({
  'other-stay': 'not this stay',
  'not-kept': 'no longer kept (24 h)',
  'not-yet': 'may still come',
  'not-searched': 'not searched: too much data',
  none: 'no samples',
});

/** Returns a text about the clock of the device; undefined if the error of the clock is too small to matter. */
export function clockErrorNote(errorMs: number): string | undefined {
  if (Math.abs(errorMs) < 3_000) return undefined;
  const seconds = Math.round(Math.abs(errorMs) / 1000);
  return t('The times are those of the device. Its clock is {seconds} s {part}.', {
    seconds,
    part: errorMs > 0 ? t('behind') : t('ahead'),
  });
}

type KnownTimes = {
  readonly stay: { readonly fromMs: number; readonly toMs: number | null } | undefined;
  readonly keptFromMs: number | null;
};

/** Returns why the page shows no wave. */
export function emptyText(
  view: { readonly fromMs: number; readonly toMs: number },
  { stay, keptFromMs }: KnownTimes,
): string {
  if (stay !== undefined && view.toMs <= stay.fromMs)
    return t('This stay began at {time}. Earlier waves belong to nobody or to another patient.', {
      time: dateTimeText(stay.fromMs),
    });
  if (stay !== undefined && stay.toMs !== null && view.fromMs >= stay.toMs)
    return t('This stay ended at {time}.', { time: dateTimeText(stay.toMs) });
  if (keptFromMs !== null && view.toMs <= keptFromMs)
    return t('No waves are kept from before {time}: waves are kept for 24 hours.', { time: dateTimeText(keptFromMs) });
  return t('The log has no waves from {time} to {time2}.', {
    time: clockText(view.fromMs),
    time2: clockText(view.toMs),
  });
}
