/**
 * The state of the sound in the top bar. The bar shows this state at every width, because silence is a danger on a
 * phone too. The room for the text never changes, so that no alarm moves when the sound changes. A press shows the
 * whole text.
 */
import { soundState } from '../core/sound-state.ts';
import { useApp } from '../shell/app.ts';
import { useSoundSettings } from '../shell/sound-settings.ts';
import { SpeakerMark } from './speaker-mark.tsx';

export function SoundState() {
  const app = useApp();
  const { wards, silent } = app.wardSounds;
  const settings = useSoundSettings();
  const { kind, text } = soundState({
    ...{ speaker: app.speakerState.value, wards: wards.value, silent: silent.value, nowMs: app.now.value },
    tuning: { volume: settings.volume.value, isNight: settings.isNight.value },
    alarms: app.screen.value?.alarms.values() ?? [],
  });
  return (
    <div class="bar__sound-box">
      <button
        type="button"
        class={`bar__sound bar__sound--${kind}`}
        data-testid="sound-state"
        data-state={kind}
        data-may-shorten
        title={text}
        popovertarget="sound-text"
      >
        <SpeakerMark crossed={kind !== 'on'} />
        <span class="bar__sound-text">{text}</span>
      </button>
      <p id="sound-text" class="bar__sound-whole" popover="auto" data-testid="sound-text">
        {text}
      </p>
    </div>
  );
}
