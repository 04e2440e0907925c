/**
 * The texts about the ways to reach a person. Each text says whether the way works now. The newest confirmation
 * decides.
 */
import { minuteMs } from '../../../contracts/durations.ts';
import { reachCheckEveryMsMax, reachNotedEveryMs } from '../../../contracts/reach-pace.ts';
import type { ReachState, WardReach, WhoAnswer } from '../../protocol/delivery.ts';
import { channelNames, stageText } from './delivery-words.ts';
import { dutyNames } from './duty-words.ts';
import { insideSentence, t, texts } from './texts.ts';
import { whenText } from './times.ts';

export type ReachLine = {
  /**
   * `reached`: a confirmation came back from the person's device or page. `less`: only a service has confirmed, or
   * nothing was tried.
   */
  readonly kind: 'reached' | 'less' | 'down';
  readonly text: string;
};

/**
 * Returns the newest confirmation of a channel, for example `phone: on the phone, 2 min ago`, or why the person cannot
 * be reached through the channel.
 */
export function reachLine({ channel, state, stage, at, reason }: ReachState, nowMs: number): ReachLine {
  const name = channelNames[channel];
  const when = at === undefined ? '' : `, ${agoText(nowMs - Date.parse(at))}`;
  switch (state) {
    case 'reached': {
      const isFromDevice = stage === 'on-device' || stage === 'painted' || stage === 'answered';
      return {
        kind: isFromDevice ? 'reached' : 'less',
        text: `${stage === undefined ? t('{name}: reached', { name }) : stageText(channel, stage)}${when}`,
      };
    }
    case 'asked':
      return { kind: 'less', text: t('{name}: asked, no answer yet{when}', { name, when }) };
    case 'down':
      return {
        kind: 'down',
        text: t('{name}: not reached{when}{part}', { name, when, part: reason === undefined ? '' : ` (${reason})` }),
      };
    case 'unknown':
      if (at !== undefined)
        return { kind: 'less', text: t('{name}: not known now, last result {when}', { name, when: when.slice(2) }) };
      return {
        kind: 'less',
        text: t('{name}: not tried yet{part}', { name, part: reason === undefined ? '' : ` (${reason})` }),
      };
  }
}

/**
 * The sentence on the board about how often Vigil tries the channels of a person, and how old an unchanged result may
 * be.
 */
export const checksText = () =>
  t(
    'Vigil checks each person on duty at least every {everyMin} min. It records a changed result at once, and an unchanged result every {fromMin} to {toMin} min. The age that you see is the time since the last recorded result.',
    {
      everyMin: reachCheckEveryMsMax / minuteMs,
      fromMin: reachNotedEveryMs / minuteMs,
      toMin: (reachNotedEveryMs + reachCheckEveryMsMax) / minuteMs,
    },
  );

/** Returns an age in whole units, for example `12 s ago`, `3 min ago` or `2 h ago`. */
export function agoText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return t('{seconds} s ago', { seconds });
  const minutes = Math.floor(seconds / 60);
  return minutes < 120
    ? t('{minutes} min ago', { minutes })
    : t('{minutes} h ago', { minutes: Math.floor(minutes / 60) });
}

type ReachedPerson = WardReach['people'][number];

/** Returns first the persons who cannot be reached and then all others, each group sorted by name. */
export function orderedPeople(people: readonly ReachedPerson[]): ReachedPerson[] {
  return people.toSorted((a, b) => Number(a.isReached) - Number(b.isReached) || a.name.localeCompare(b.name, 'en'));
}

export const dutiesText = (duties: ReachedPerson['duties']): string =>
  duties.map((duty) => insideSentence(dutyNames[duty])).join(', ');

const standingWords = texts({
  overdue: ', hand-over overdue',
  'not-accepted': ', has not accepted the duty',
});

type WhoCall = WhoAnswer['calls'][number];

/**
 * Returns the sentence about a call that would come, for example `after 60 s: Ben Buddy (buddy) by phone, Vigil page.
 * Vigil waits 60 s for the answer.`
 */
export function whoLine({ afterMs, name, duty, standing, channels, waitMs, fault }: WhoCall): string {
  const after = afterMs === 0 ? t('at once') : t('after {duration}', { duration: durationText(afterMs) });
  const why = fault === undefined ? '' : t(' But {name} {fault}.', { name, fault });
  const by = channels.map((channel) => channelNames[channel]).join(', ');
  return t('{after}: {name} ({duty}{standing}) by {by}. Vigil waits {duration} for the answer.{why}', {
    after,
    name,
    duty: insideSentence(dutyNames[duty]),
    standing: standing === 'accepted' ? '' : standingWords[standing],
    by,
    duration: durationText(waitMs),
    why,
  });
}

/** Returns the sentence about a duty for which nobody can be called. */
export function emptyDutyText({ duty, away }: WhoAnswer['empty'][number]): string {
  const who =
    away.length === 0 ? '' : t(': {away} is away|: {away} are away', { n: away.length, away: away.join(', ') });
  return t('No {duty} can be called{who}.', { duty: insideSentence(dutyNames[duty]), who });
}

function durationText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  return seconds % 60 === 0
    ? t('{seconds} min', { seconds: seconds / 60 })
    : t('{seconds} min {seconds2} s', { seconds: Math.floor(seconds / 60), seconds2: seconds % 60 });
}

/** Returns when an entry was added, so that a person notices an entry that somebody else has added. */
export const addedText = (addedAt: string, nowMs: number): string =>
  t('added {when}', { when: whenText(Date.parse(addedAt), nowMs) });
