/** The texts about the screen that has the sound of a ward. */
import type { WardSound, WhyUnheard } from '../../protocol/sound.ts';
import { firstThatFits } from './short-texts.ts';

const reasons: Readonly<Record<WhyUnheard, string>> = {
  away: 'has no connection',
  silent: 'does not answer',
  hidden: 'has its browser tab hidden',
  blocked: 'plays no sound',
  'other-ward': 'shows another ward',
  'not-shown': 'has not shown an alarm',
  'not-sounding': 'plays another sound',
};

/**
 * Returns the text of the top bar: which screen sounds the alarms of each ward. Undefined if no ward has an owner. A
 * ward whose owner does not sound stays in the text, so that nothing moves when this screen begins to sound.
 */
export function soundStateText(sounds: readonly WardSound[], silent: ReadonlySet<string>): string | undefined {
  const texts = sounds.map(({ ward, person, state, isOwn }) => {
    if (state !== 'sounding') return `${ward}: every screen sounds`;
    if (isOwn) return `${ward}: this screen sounds`;
    return `${ward}: the screen of ${person} sounds${silent.has(ward) ? '' : ', and this one'}`;
  });
  return texts.length === 0 ? undefined : texts.join('; ');
}

/** Returns the text of the notice about a ward whose owner does not sound; undefined if the owner sounds. */
export function unheardText(sound: WardSound): string | undefined {
  const { ward, person, isOwn } = sound;
  switch (sound.state) {
    case 'sounding':
      return undefined;
    case 'elsewhere':
      return `A screen of ${person} at another server has the sound of ${ward}. This screen sounds, too.`;
    case 'unheard': {
      const who = isOwn ? 'this screen' : `the screen of ${person}`;
      return `The sound of ${ward}: no screen has it now, because ${who} ${reasons[sound.why]}. Every screen sounds.`;
    }
  }
}

export function lostText(ward: string): string {
  return `The sound of ${ward}: no screen has it any more. Every screen sounds.`;
}

/** Returns the notice for a narrow window. @param isElsewhere a screen at another server has the sound; otherwise no screen has it */
export function shortSoundText(ward: string, isElsewhere: boolean): string {
  return isElsewhere
    ? 'This screen sounds, and one at another server.'
    : firstThatFits(
        `Every screen sounds: none has the sound of ${ward}.`,
        'Every screen sounds: none has the sound of the ward.',
      );
}
