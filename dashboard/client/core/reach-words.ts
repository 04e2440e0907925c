/** The texts about the ways to reach a person: whether each way works now, as the newest confirmation shows. */
import { minuteMs } from '../../../contracts/durations.ts';
import { reachCheckEveryMsMax, reachNotedEveryMs } from '../../../contracts/messages/deliveries.ts';
import type { ReachState, WardReach, WhoAnswer } from '../../protocol/delivery.ts';
import { channelNames, stageText } from './delivery-words.ts';
import { dutyNames } from './duty-words.ts';
import { whenText } from './times.ts';

export type ReachLine = {
  /** `reached`: a confirmation came back from the person's device or page. `less`: only a service has confirmed, or nothing was tried. */
  readonly kind: 'reached' | 'less' | 'down';
  readonly text: string;
};

/** Returns `phone: on the phone, 2 min ago`, or why the person cannot be reached through this channel. */
export function reachLine({ channel, state, stage, at, reason }: ReachState, nowMs: number): ReachLine {
  const name = channelNames[channel];
  const when = at === undefined ? '' : `, ${agoText(nowMs - Date.parse(at))}`;
  switch (state) {
    case 'reached': {
      const isFromDevice = stage === 'on-device' || stage === 'painted' || stage === 'answered';
      return {
        kind: isFromDevice ? 'reached' : 'less',
        text: `${stage === undefined ? `${name}: reached` : stageText(channel, stage)}${when}`,
      };
    }
    case 'asked':
      return { kind: 'less', text: `${name}: asked, no answer yet${when}` };
    case 'down':
      return { kind: 'down', text: `${name}: not reached${when}${reason === undefined ? '' : ` (${reason})`}` };
    case 'unknown':
      if (at !== undefined) return { kind: 'less', text: `${name}: not known now, last result ${when.slice(2)}` };
      return { kind: 'less', text: `${name}: not tried yet${reason === undefined ? '' : ` (${reason})`}` };
  }
}

/** Says how often Vigil checks a person, and how old a result on the board may be although nothing has changed. */
export const checksText =
  `Vigil checks each person on duty at least every ${reachCheckEveryMsMax / minuteMs} min. An age is the one of the last ` +
  'result that Vigil has noted: it notes each change, and otherwise a result every ' +
  `${reachNotedEveryMs / minuteMs} to ${(reachNotedEveryMs + reachCheckEveryMsMax) / minuteMs} min.`;

/** Returns an age in whole units: `12 s ago`, `3 min ago`, `2 h ago`. */
export function agoText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}

type ReachedPerson = WardReach['people'][number];

/** Returns the persons of a ward: first those who cannot be reached, then the others, each group by name. */
export function orderedPeople(people: readonly ReachedPerson[]): ReachedPerson[] {
  return people.toSorted((a, b) => Number(a.isReached) - Number(b.isReached) || a.name.localeCompare(b.name, 'en'));
}

export const dutiesText = (duties: ReachedPerson['duties']): string =>
  duties.map((duty) => dutyNames[duty].toLowerCase()).join(', ');

const standingWords = {
  accepted: '',
  overdue: ', hand-over overdue',
  'not-accepted': ', has not accepted the duty',
} as const;

type WhoCall = WhoAnswer['calls'][number];

/** Returns `after 1:00: Ben Buddy (buddy), by phone, Vigil page; waits 60 s for the answer`. */
export function whoLine({ afterMs, name, duty, standing, channels, waitMs, fault }: WhoCall): string {
  const after = afterMs === 0 ? 'at once' : `after ${durationText(afterMs)}`;
  const why = fault === undefined ? '' : ` But ${name} ${fault}.`;
  const by = channels.map((channel) => channelNames[channel]).join(', ');
  return `${after}: ${name} (${dutyNames[duty].toLowerCase()}${standingWords[standing]}) by ${by}. Vigil waits ${durationText(waitMs)} for the answer.${why}`;
}

/** Returns the sentence about a duty for which nobody can be called. */
export function emptyDutyText({ duty, away }: WhoAnswer['empty'][number]): string {
  const who = away.length === 0 ? '' : `: ${away.join(', ')} ${away.length === 1 ? 'is' : 'are'} away`;
  return `No ${dutyNames[duty].toLowerCase()} can be called${who}.`;
}

function durationText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Returns when an entry was added. With it, a person can notice an entry that somebody else added. */
export const addedText = (addedAt: string, nowMs: number): string => `added ${whenText(Date.parse(addedAt), nowMs)}`;
