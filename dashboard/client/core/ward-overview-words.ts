/** The order and the texts of the cards of the overview of the wards. Pure. */
import { priorities, priorityRank } from '../../../contracts/priorities.ts';
import type { WardCard, WardOverview } from '../../protocol/ward-overview.ts';
import { ageText } from './ages.ts';
import { t } from './texts.ts';
import { shortTime, whenText } from './times.ts';

/** One line of a card. `isBad`: somebody should act. `isUnknown`: the server does not have the facts. */
export type CardLine = {
  readonly label: string;
  readonly text: string;
  readonly state: 'plain' | 'bad' | 'unknown';
};

const notKnown = () => t('not known');

/**
 * The page shows cards that are older than this as not live, ms (ours). The page asks every 3 s, so several answers are
 * then missing.
 */
export const overviewOldMs = 10_000;

/** Returns the lines of a card, in the order in which the card shows them. */
export function cardLines(card: WardCard, nowMs: number): CardLine[] {
  return [
    oldestLine(card, nowMs),
    bedsLine(card),
    standbyLine(card, nowMs),
    ...dutyLines(card),
    reachLine(card),
    devicesLine(card),
    watchLine(card),
    soundLine(card),
    soundTestLine(card, nowMs),
  ];
}

function line(label: string, text: string, state: CardLine['state'] = 'plain'): CardLine {
  return { label, text, state };
}

function oldestLine({ oldestUnansweredAt }: WardCard, nowMs: number): CardLine {
  const label = t('Oldest unanswered alarm');
  if (oldestUnansweredAt === null) return line(label, t('none'));
  const raisedMs = Date.parse(oldestUnansweredAt);
  // The clock of the alarm processor may be ahead of this page's time.
  const age = ageText(Math.max(0, nowMs - raisedMs));
  return line(label, t('{age}, raised {when}', { age, when: whenText(raisedMs, nowMs) }), 'bad');
}

function bedsLine({ beds, occupied }: WardCard): CardLine {
  if (beds === null)
    return line(t('Beds'), t('{occupied} occupied; free beds: {notKnown}', { occupied, notKnown: notKnown() }));
  return line(
    t('Beds'),
    t('{occupied} occupied, {free} free, {registered} in all', {
      occupied,
      free: beds.free,
      registered: beds.registered,
    }),
  );
}

function standbyLine({ standby }: WardCard, nowMs: number): CardLine {
  if (standby.count === 0) return line(t('Standby'), t('no bed'));
  const named = standby.beds.map(({ bed, until }) => t('{bed} until {time}', { bed, time: shortTime(until, nowMs) }));
  return line(t('Standby'), `${standby.count}: ${listText(named, standby.count)}`);
}

function dutyLines({ duties }: WardCard): CardLine[] {
  if (duties === null)
    return [line(t('In charge'), notKnown(), 'unknown'), line(t('Beds without a nurse'), notKnown(), 'unknown')];
  if (!duties.inUse) return [line(t('In charge'), t('not known: this ward has no assignments'), 'unknown')];
  const { chargeNurses, noNurse, overdue } = duties;
  return [
    chargeNurses.length > 0 ? line(t('In charge'), chargeNurses.join(', ')) : line(t('In charge'), t('nobody'), 'bad'),
    line(t('Beds without a nurse'), noNurse === 0 ? t('no bed') : String(noNurse), noNurse > 0 ? 'bad' : 'plain'),
    ...(overdue > 0 ? [line(t('Hand-over overdue'), t('{n} bed|{n} beds', { n: overdue }), 'bad')] : []),
  ];
}

function reachLine({ reach, duties }: WardCard): CardLine {
  const label = t('Cannot be reached');
  if (duties?.inUse === false) return line(label, t('this ward has no assignments'));
  if (reach === null) return line(label, notKnown(), 'unknown');
  const unknownText = reach.unknown === 0 ? '' : t('not known of {unknown}', { unknown: reach.unknown });
  if (reach.unreached > 0) {
    const text = listText(reach.names, reach.unreached);
    return line(label, unknownText === '' ? text : `${text}; ${unknownText}`, 'bad');
  }
  return unknownText === '' ? line(label, t('nobody')) : line(label, unknownText, 'unknown');
}

function devicesLine({ devices: { inBeds, inTrouble, withoutBed } }: WardCard): CardLine {
  const parts = [
    t('{inBeds} in beds', { inBeds }),
    inTrouble === 0 ? t('none in trouble') : t('{inTrouble} in trouble', { inTrouble }),
    ...(withoutBed === 0 ? [] : [t('{withoutBed} without a bed', { withoutBed })]),
  ];
  return line(t('Devices'), parts.join(', '), inTrouble > 0 ? 'bad' : 'plain');
}

function watchLine({ isWatched, occupied }: WardCard): CardLine {
  const label = t('Watched on a screen');
  if (isWatched === null) return line(label, notKnown(), 'unknown');
  return isWatched ? line(label, t('yes')) : line(label, t('no'), occupied > 0 ? 'bad' : 'plain');
}

function soundLine({ sound, occupied, isWatched }: WardCard): CardLine {
  const person = sound.person ?? t('one person');
  switch (sound.state) {
    case 'one-screen':
      return line(t('Sound'), t('the screen of {person}', { person }));
    case 'unheard':
      return line(
        t('Sound'),
        t('the screen of {person} has the sound, but does not sound. Every other screen sounds', { person }),
        'bad',
      );
    case 'every-screen':
      return line(t('Sound'), t('every screen of the ward'));
    case 'unknown':
      return line(
        t('Sound'),
        isWatched === null ? notKnown() : t('not known: only screens of another server show the ward'),
        'unknown',
      );
    case 'nobody':
      return line(t('Sound'), t('no screen sounds'), occupied > 0 ? 'bad' : 'plain');
  }
}

function soundTestLine({ soundTest, uncountedTest }: WardCard, nowMs: number): CardLine {
  const label = t('Sound tested');
  if (soundTest === null) {
    if (uncountedTest === undefined) return line(label, t('no test in the last 30 days'), 'unknown');
    const time = shortTime(uncountedTest.at, nowMs);
    return line(
      label,
      uncountedTest.why === 'no-screen'
        ? t('not known: the test of {time} does not name its screen', { time })
        : t('not known: the test of {time} was at a screen that does not have the sound', { time }),
      'unknown',
    );
  }
  const time = shortTime(soundTest.at, nowMs);
  const { screen = notKnown() } = soundTest;
  return soundTest.heard
    ? line(label, t('{time}, heard at {screen}', { time, screen }))
    : line(label, t('{time}, not heard at {screen}', { time, screen }), 'bad');
}

/** Returns the names in one text, with the number of further names. */
function listText(names: readonly string[], count: number): string {
  const more = count - names.length;
  return more > 0 ? t('{names} and {more} more', { names: names.join(', '), more }) : names.join(', ');
}

/** Returns sentences about reasons to doubt the cards; empty if the cards show the present. */
export function overviewFaults(overview: WardOverview, problem: string | undefined, nowMs: number): string[] {
  const atMs = Date.parse(overview.at);
  const faults: string[] = [];
  if (nowMs - atMs > overviewOldMs) {
    const reason = problem === undefined ? '' : ` ${problem}`;
    faults.push(
      t('Not live: the cards show what was known at {when}.{reason}', { when: whenText(atMs, nowMs), reason }),
    );
  }
  if (overview.kafka === 'away') {
    const since =
      overview.kafkaAt === null
        ? t('nothing yet')
        : t('what was known at {when}', { when: whenText(Date.parse(overview.kafkaAt), nowMs) });
    faults.push(t('The server does not reach Kafka: the cards show {since}. Watch the bedside monitors.', { since }));
  }
  if (overview.alarms === 'stale') faults.push(t('Some readings are not judged: alarms may be missing.'));
  // Vigil calls nobody for a ward that has never had an assignment.
  if (overview.wards.every(({ duties }) => duties?.inUse === false)) return faults;
  if (overview.delivery === 'away') faults.push(t('Nobody is called for alarms: no delivery process runs.'));
  if (overview.delivery === 'unread')
    faults.push(t('It is not known who is called for alarms: this server does not read the deliveries.'));
  return faults;
}

/**
 * Compares two cards. The ward with the more serious unanswered alarm comes first. If the alarms are equal, the ward
 * with more bad lines comes first.
 */
export function compareCards(nowMs: number): (a: WardCard, b: WardCard) => number {
  const badLines = (card: WardCard) => cardLines(card, nowMs).filter(({ state }) => state === 'bad').length;
  return (a, b) =>
    rankOf(b) - rankOf(a) || badLines(b) - badLines(a) || a.ward.localeCompare(b.ward, 'en', { numeric: true });
}

/**
 * Returns the rank of the most serious unanswered alarm: 3 for high, 2 for medium, 1 for low; 0 without unanswered
 * alarms.
 */
function rankOf({ unanswered }: WardCard): number {
  const worst = priorities.find((priority) => unanswered[priority] > 0);
  return worst === undefined ? 0 : priorityRank[worst];
}
