/**
 * The buttons with which a person lets only this screen sound the alarms of the ward, or lets every screen sound again. The
 * page of all wards has them only if it shows one ward, because a person takes the sound of one ward.
 */
import { useApp } from '../shell/app.ts';

export function WardSoundAct() {
  const app = useApp();
  const { wards, isHeard, request, take, giveBack } = app.wardSounds;
  const ward = shownWard(app.ward.value, app.screen.value?.beds.values() ?? []);
  if (ward === undefined || !app.may('pause-audio')) return null;
  const sound = wards.value.find((entry) => entry.ward === ward);
  const asked = request.value?.ward === ward ? request.value : undefined;
  const isPending = asked !== undefined && asked.error === undefined;
  const isDisabled = isPending || !isHeard.value;
  const button = (wanted: 'here' | 'everywhere', text: string, title: string, act: () => void) => (
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
      {isPending && asked.wanted === wanted ? 'Asking …' : text}
    </button>
  );
  return (
    <>
      {sound?.isOwn !== true &&
        button('here', 'Sound only here', `The other screens leave the sound of ${ward} to this screen`, () =>
          take(ward),
        )}
      {sound !== undefined &&
        sound.state !== 'elsewhere' &&
        button('everywhere', 'Sound everywhere', `Every screen sounds the alarms of ${ward} again`, () =>
          giveBack(ward),
        )}
      {asked?.error !== undefined && (
        <span class="alarm__error" role="alert" data-testid="sound-error">
          Not changed. {asked.error}
        </span>
      )}
    </>
  );
}

/** Returns the ward that the page shows; undefined if it shows beds of several wards, or none. */
function shownWard(chosen: string, beds: Iterable<{ readonly ward: string | null }>): string | undefined {
  if (chosen !== '*') return chosen;
  const names = new Set([...beds].flatMap(({ ward }) => ward ?? []));
  return names.size === 1 ? [...names][0] : undefined;
}
