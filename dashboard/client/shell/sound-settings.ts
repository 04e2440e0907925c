/**
 * The volume and the night mode of this screen. The browser stores the volume and the choice of the night mode. A night
 * that a person began ends when the page closes.
 */
import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ScreenSettings } from '../../protocol/sound.ts';
import { isBegunNight, isHourOfNight, type NightChoice, nightChoices, nightEndMs } from '../core/night.ts';
import { type Tuning, type Volume, volumes } from '../core/volume.ts';
import { openKeptChoice } from './kept-choice.ts';

export type SoundSettings = {
  readonly volume: ReadonlySignal<Volume>;
  readonly night: ReadonlySignal<NightChoice>;
  readonly isNight: ReadonlySignal<boolean>;
  chooseVolume(next: Volume): void;
  chooseNight(next: NightChoice): void;
  /**
   * Ends the present night. If it is not night, begins a night until `endsAtMs`. If a person ends a night of fixed
   * hours, night mode stays off until these hours are over.
   */
  toggleNight(): void;
  /**
   * The end of the night that a person began, ms since 1970. If nobody began a night: the end of a night that a person
   * would begin now.
   */
  readonly endsAtMs: ReadonlySignal<number>;
  /** Whether a person has begun or ended the present night; undefined if nobody has. */
  readonly byHand: ReadonlySignal<'begun' | 'ended' | undefined>;
};

const SoundSettingsContext = createContext<SoundSettings | undefined>(undefined);
export const SoundSettingsProvider = SoundSettingsContext.Provider;

export function useSoundSettings(): SoundSettings {
  const settings = useContext(SoundSettingsContext);
  if (!settings) throw new Error('useSoundSettings was called outside of a SoundSettingsProvider.');
  return settings;
}

/**
 * Opens the settings. Writes `data-night` of `root` for the style sheets, and tunes the loudspeaker.
 * @param now the server's time, ms. It changes regularly
 */
export function openSoundSettings(options: {
  readonly now: ReadonlySignal<number>;
  /** Whether it is night by the hours of the watched ward. */
  readonly isWardNight: ReadonlySignal<boolean>;
  readonly root: HTMLElement;
  readonly tune: (tuning: Tuning, settings: ScreenSettings) => void;
}): SoundSettings {
  const { now, isWardNight, root, tune } = options;
  const volume = openKeptChoice(() => localStorage, 'vigil.volume', volumes, 'full');
  const night = openKeptChoice(() => localStorage, 'vigil.night', nightChoices, 'ward');
  const untilMs = signal(0);
  /** Whether a person has ended the present night. */
  const isEnded = signal(false);
  const isBegun = computed(() => isBegunNight(untilMs.value, now.value));
  const isHour = computed(() => isHourOfNight(night.value.value, isWardNight.value, now.value));
  const isNow = computed(() => isBegun.value || (isHour.value && !isEnded.value));
  // After a night, forgets that a person has ended it, so that the next night begins as usual.
  effect(() => {
    if (!isHour.value) isEnded.value = false;
  });
  const byHand = computed(() => (isBegun.value ? 'begun' : isHour.value && isEnded.value ? 'ended' : undefined));
  effect(() => {
    root.dataset.night = isNow.value ? 'on' : 'off';
    const tuning = { volume: volume.value.value, isNight: isNow.value };
    tune(tuning, { ...tuning, night: night.value.value, ...(byHand.value && { byHand: byHand.value }) });
  });
  return {
    volume: volume.value,
    night: night.value,
    isNight: isNow,
    byHand,
    endsAtMs: computed(() => (isBegun.value ? untilMs.value : nightEndMs(now.value))),
    chooseVolume: volume.choose,
    chooseNight: night.choose,
    toggleNight() {
      const endsNow = isNow.peek();
      batch(() => {
        isEnded.value = endsNow && isHour.peek();
        untilMs.value = endsNow || isHour.peek() ? 0 : nightEndMs(now.peek());
      });
    },
  };
}
