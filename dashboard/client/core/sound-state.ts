/** The text in the top bar about the sound of this screen. The bar always shows this text and a picture. */

import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import { activePauseEndMs } from '../../../contracts/audio-pause.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { WardSound } from '../../protocol/sound.ts';
import { t } from './texts.ts';
import { clockText } from './times.ts';
import type { Tuning } from './volume.ts';
import { soundStateText } from './ward-sound-words.ts';

/**
 * `on`: this screen sounds. `quiet`: a different screen sounds, or the sound is paused. `off`: this screen cannot
 * sound.
 */
export type SoundState = { readonly kind: 'on' | 'quiet' | 'off'; readonly text: string };

export type SoundFacts = {
  readonly speaker: 'on' | 'blocked' | 'failed';
  readonly wards: readonly WardSound[];
  /** The wards for which this screen is silent. */
  readonly silent: ReadonlySet<string>;
  readonly alarms: Iterable<Alarm>;
  readonly nowMs: number;
  readonly tuning: Tuning;
};

export function soundState({ speaker, wards, silent, alarms, nowMs, tuning }: SoundFacts): SoundState {
  if (speaker === 'failed') return { kind: 'off', text: t('No sound: this browser cannot play it') };
  if (speaker === 'blocked') return { kind: 'off', text: t('No sound: the browser blocks it') };
  const owners = soundStateText(wards, silent);
  // The text must also say if this screen plays softer than at full volume, because this screen may be the only screen
  // that sounds a ward.
  if (owners !== undefined)
    return { kind: silent.size > 0 ? 'quiet' : 'on', text: [owners, ...softerText(tuning)].join('; ') };
  const pausedUntilMs = pauseEndMs(alarms, nowMs);
  if (pausedUntilMs !== undefined)
    return { kind: 'quiet', text: t('Sound paused until {time}', { time: clockText(pausedUntilMs) }) };
  if (tuning.isNight) return { kind: 'on', text: t('Sound on, night') };
  const text = { full: t('Sound on'), middle: t('Sound on, middle volume'), low: t('Sound on, lowest volume') };
  return { kind: 'on', text: text[tuning.volume] };
}

/** Returns a list with a text if this screen plays alarms softer than at full volume; an empty list if not. */
function softerText({ volume, isNight }: Tuning): string[] {
  if (isNight) return [t('here: night')];
  if (volume === 'full') return [];
  return [volume === 'low' ? t('here: lowest volume') : t('here: middle volume')];
}

/** Returns when the first pause ends; undefined if any unanswered alarm is not paused. */
function pauseEndMs(alarms: Iterable<Alarm>, nowMs: number): number | undefined {
  let firstEndMs: number | undefined;
  for (const alarm of alarms) {
    if (!isUnanswered(alarm)) continue;
    const endMs = activePauseEndMs(alarm.audioPausedUntil, nowMs);
    if (endMs === undefined) return undefined;
    firstEndMs = Math.min(firstEndMs ?? endMs, endMs);
  }
  return firstEndMs;
}
