/**
 * The buttons for the sound of the ward. With one button, only this screen sounds the ward's alarms. With the other
 * button, every screen sounds again. A page with beds of several wards has no such buttons, because a person takes the
 * sound of one ward.
 */
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import type { SoundRequest } from '../shell/ward-sound.ts';

export function WardSoundAct() {
  const app = useApp();
  const { wards, displays, isHeard, request, take, giveBack, letDisplay } = app.wardSounds;
  const ward = shownWard(app.ward.value, app.screen.value?.beds.values() ?? []);
  if (ward === undefined || !app.may('pause-audio')) return null;
  const sound = wards.value.find((entry) => entry.ward === ward);
  // A ward without a bed has no alarms to sound.
  if (sound === undefined && (app.screen.value?.beds.size ?? 0) === 0) return null;
  const asked = request.value?.ward === ward ? request.value : undefined;
  const isPending = asked !== undefined && asked.error === undefined;
  const isDisabled = isPending || !isHeard.value;
  const button = (wanted: SoundRequest['wanted'], text: string, title: string, act: () => void) => (
    <button
      type="button"
      class="choice__one choice__one--alone"
      aria-disabled={isDisabled || undefined}
      data-testid={`sound-${wanted}`}
      data-acts-on={`sound of ${ward} ${wanted}`}
      title={title}
      onClick={() => {
        if (!isDisabled) act();
      }}
    >
      {isPending && asked.wanted === wanted ? t('Asking …') : text}
    </button>
  );
  const waitingDisplay = displays.value.some((display) => display.ward === ward && display.why === 'asked');
  return (
    <>
      {sound?.isOwn !== true &&
        button(
          'here',
          t('Sound {ward} only here', { ward }),
          t('All other screens are silent for {ward} while this screen sounds', { ward }),
          () => take(ward),
        )}
      {sound !== undefined &&
        sound.state !== 'elsewhere' &&
        button(
          'everywhere',
          t('Sound {ward} on every screen', { ward }),
          t('Every screen sounds the alarms of {ward} again', { ward }),
          () => giveBack(ward),
        )}
      {sound === undefined &&
        waitingDisplay &&
        button(
          'display',
          t('Let the wall display sound {ward}', { ward }),
          t('All other screens are silent for {ward} while the wall display sounds', { ward }),
          () => letDisplay(ward),
        )}
      {asked?.error !== undefined && (
        <span class="alarm__error" role="alert" data-testid="sound-error">
          {t('Not changed. {message}', { message: asked.error })}
        </span>
      )}
    </>
  );
}

/** Returns the ward that the page shows; undefined if the page shows no beds, or beds of several wards. */
export function shownWard(chosen: string, beds: Iterable<{ readonly ward: string | null }>): string | undefined {
  if (chosen !== '*') return chosen;
  const names = new Set([...beds].flatMap(({ ward }) => ward ?? []));
  return names.size === 1 ? [...names][0] : undefined;
}
