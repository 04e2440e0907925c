/** The texts about the screen that has the sound of a ward. */
import type { DisplaySound, WardSound } from '../../protocol/sound.ts';
import { firstThatFits } from './short-texts.ts';
import { t, texts } from './texts.ts';

const reasons = texts({
  away: 'has no connection',
  silent: 'does not answer',
  hidden: 'has its browser tab hidden',
  blocked: 'plays no sound',
  'other-ward': 'shows another ward',
  'not-shown': 'has not shown an alarm',
  'not-sounding': 'plays another sound',
});

/**
 * Returns the text of the top bar about the screens that sound the alarms of the wards. Undefined if no ward has an
 * owner. The text names each ward with an owner, even if the owner does not sound, so that the top bar keeps its layout
 * when the sound changes.
 */
export function soundStateText(sounds: readonly WardSound[], silent: ReadonlySet<string>): string | undefined {
  const parts = sounds.map(({ ward, person, state, isOwn }) => {
    if (state !== 'sounding') return t('{ward}: every screen sounds', { ward });
    if (isOwn) return t('{ward}: this screen sounds', { ward });
    return silent.has(ward)
      ? t('{ward}: the screen of {person} sounds', { ward, person })
      : t('{ward}: the screen of {person} sounds, and this one', { ward, person });
  });
  return parts.length === 0 ? undefined : parts.join('; ');
}

/** Returns the text of the notice about a ward whose owner does not sound; undefined if the owner sounds. */
export function unheardText(sound: WardSound): string | undefined {
  const { ward, person, isOwn } = sound;
  switch (sound.state) {
    case 'sounding':
      return undefined;
    case 'elsewhere':
      return t('A screen of {person} at another server has the sound of {ward}. This screen sounds, too.', {
        person,
        ward,
      });
    case 'unheard': {
      const why = reasons[sound.why];
      return isOwn
        ? t('Every screen sounds the alarms of {ward}, because this screen, which should sound alone, {why}.', {
            ...{ ward, why },
          })
        : t(
            'Every screen sounds the alarms of {ward}, because the screen of {person}, which should sound alone, {why}.',
            {
              ...{ ward, person, why },
            },
          );
    }
  }
}

export function lostText(ward: string): string {
  return t('Every screen sounds the alarms of {ward} from now on. No screen sounds alone any more.', { ward });
}

/**
 * Returns the notice for a narrow window.
 * @param isElsewhere true: a screen at another server has the sound. False: no screen has the sound
 */
export function shortSoundText(ward: string, isElsewhere: boolean): string {
  return isElsewhere
    ? t('This screen sounds, and one at another server.')
    : firstThatFits(
        t('Every screen sounds the alarms of {ward}.', { ward }),
        t('Every screen sounds the alarms of the ward.'),
      );
}

/**
 * Returns the text of the notice about a wall display that should sound a ward and cannot. Undefined if nothing is
 * wrong, or if the state is not known yet.
 */
export function displayText({ ward, display, why }: DisplaySound): string | undefined {
  switch (why) {
    case 'blocked':
      return t(
        'The wall display {display} should sound the alarms of {ward}, but its browser plays no sound. Every screen sounds. Press “Turn sound on” on the display.',
        { ward, display },
      );
    case 'hidden':
      return t(
        'The wall display {display} should sound the alarms of {ward}, but its page is hidden. Every screen sounds.',
        { ward, display },
      );
    case 'silent':
    case 'asked':
      return undefined;
  }
}

/** Returns the notice about a display that cannot sound its ward, for a narrow window. */
export const shortDisplayText = (): string => t('The wall display plays no sound. Every screen sounds.');
