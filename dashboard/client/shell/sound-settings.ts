/** The volume and the night mode of this screen. The browser keeps the volume and the choice; a night that a person began ends with the page. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { isNight, type NightChoice, nightChoices, nightEndMs } from '../core/night.ts';
import { type Tuning, type Volume, volumes } from '../core/volume.ts';
import { openKeptChoice } from './kept-choice.ts';

export type SoundSettings = {
  readonly volume: ReadonlySignal<Volume>;
  readonly night: ReadonlySignal<NightChoice>;
  readonly isNight: ReadonlySignal<boolean>;
  chooseVolume(next: Volume): void;
  chooseNight(next: NightChoice): void;
  /** Begins night mode until `endsAtMs`, or ends such a night. */
  toggleNight(): void;
  /** When the present night ends that a person began; otherwise when a night would end that begins now. Ms since 1970. */
  readonly endsAtMs: ReadonlySignal<number>;
  /** Whether a person began the present night. */
  readonly isBegun: ReadonlySignal<boolean>;
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
 * @param now the server's time, ms; changes regularly
 */
export function openSoundSettings(options: {
  readonly now: ReadonlySignal<number>;
  readonly root: HTMLElement;
  readonly tune: (tuning: Tuning) => void;
}): SoundSettings {
  const { now, root, tune } = options;
  const volume = openKeptChoice(() => localStorage, 'vigil.volume', volumes, 'full');
  const night = openKeptChoice(() => localStorage, 'vigil.night', nightChoices, 'off');
  const untilMs = signal(0);
  const isBegun = computed(() => isNight('off', untilMs.value, now.value));
  const isNow = computed(() => isNight(night.value.value, untilMs.value, now.value));
  effect(() => {
    root.dataset.night = isNow.value ? 'on' : 'off';
    tune({ volume: volume.value.value, isNight: isNow.value });
  });
  return {
    volume: volume.value,
    night: night.value,
    isNight: isNow,
    isBegun,
    endsAtMs: computed(() => (isBegun.value ? untilMs.value : nightEndMs(now.value))),
    chooseVolume: volume.choose,
    chooseNight: night.choose,
    toggleNight() {
      untilMs.value = isBegun.peek() ? 0 : nightEndMs(now.peek());
    },
  };
}
