/** The notice about a screen that has not confirmed alarms. */
import type { UnconfirmedScreen } from '../../protocol/live.ts';
import type { Bed } from '../../protocol/rest.ts';
import { placeText } from './numerics.ts';
import { firstThatFits } from './short-texts.ts';
import { t, texts } from './texts.ts';
import { whenText } from './times.ts';

const reasons = texts({
  never: 'its page is old and must be loaded again',
  hidden: 'its browser tab is hidden',
  silent: 'its page is stuck',
  'not-shown': 'they are on no visible part of its page',
});

/**
 * Returns the text of the notice.
 * @param nowMs the server's time
 */
export function unconfirmedText(
  { person, isOwn, associationIds, alarms, since, why }: UnconfirmedScreen,
  beds: ReadonlyMap<string, Bed>,
  showWard: boolean,
  nowMs: number,
): string {
  const places = associationIds.flatMap((associationId) => {
    const bed = beds.get(associationId);
    return bed === undefined ? [] : [placeText(bed, bed.device.deviceId, showWard)];
  });
  const where = places.length === 0 ? '' : t(' of {places}', { places: [...new Set(places)].join(', ') });
  const what = `${alarms === 1 ? t('an alarm') : t('{alarms} alarms', { alarms })}${where}`;
  const when = whenText(Date.parse(since), nowMs);
  const reason = why === 'not-shown' && alarms === 1 ? t('it is on no visible part of its page') : reasons[why];
  if (isOwn) return t('This screen has not shown {what} since {when}: {reason}.', { what, when, reason });
  return t('The screen of {person} has not shown {what} since {when}: {reason}. Look at that screen.', {
    person,
    what,
    when,
    reason,
  });
}

/** Returns the notice for a narrow window. */
export function shortUnconfirmedText({ person, isOwn, alarms }: UnconfirmedScreen): string {
  const what = alarms === 1 ? t('an alarm') : t('{alarms} alarms', { alarms });
  if (isOwn) return t('This screen has not shown {what}.', { what });
  return firstThatFits(
    t('Look at the screen of {person}: it has not shown {what}.', { person, what }),
    t('Look at another screen: it has not shown {what}.', { what }),
  );
}
