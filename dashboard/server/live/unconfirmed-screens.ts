/** Collects the alarms that the screens have not confirmed, for other screens, other dashboards and the metrics. */
import { type UnconfirmedOnScreen, unconfirmedMax } from '../../../contracts/messages/presence.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import { createHistogram, type Histogram, observe } from '../../../process/histogram.ts';
import type { UnconfirmedScreen } from '../../protocol/live.ts';
import type { FirstConfirmation, UnconfirmedAlarm } from '../core/confirmations.ts';
import type { OpenScreen } from '../core/screen.ts';
import { audienceOf, type LiveState } from '../core/state.ts';
import {
  chooseFairly,
  type OtherDashboards,
  type Unconfirmed,
  unconfirmedElsewhere,
  unconfirmedFor,
  watchedElsewhere,
} from '../core/unconfirmed.ts';

/** Maximum number of alarms of one screen in the result; further alarms of the same screen are left out. */
const perScreenMax = 20;
/**
 * Maximum number of alarms whose first painting is remembered. Above this number, the oldest alarm is forgotten, and
 * may be counted twice.
 */
const alarmsMax = 20_000;

/** The part of a screen (screen-connection.ts) that this file uses. */
export type ConfirmingScreen = {
  readonly number: number;
  /** All screens of one session are in one browser, and so at one station. */
  readonly claims: { readonly sessionId: string };
  readonly person: { readonly userId: string; readonly name: string };
  watched(): OpenScreen | undefined;
  watchedWards(): string[];
  unconfirmedAlarms(): UnconfirmedAlarm[];
};

export type UnconfirmedScreens = {
  /** Collects the alarms that these screens have not confirmed. Must be called once a second. */
  collect(screens: Iterable<ConfirmingScreen>): void;
  /** Returns the notices for one screen, from the last collection. */
  noticesFor(screen: ConfirmingScreen): UnconfirmedScreen[];
  /**
   * Returns the alarms that screens of this dashboard had not confirmed at the last collection, the oldest first. Lists
   * each alarm once for each station. If there are too many, chooses them in rounds: one alarm of each person in each
   * round. So no person hides the screens of another person.
   */
  forPresence(): UnconfirmedOnScreen[];
  /** Notes in the histograms how long it took until a screen of this dashboard first painted or sounded an alarm. */
  confirmed(confirmations: readonly FirstConfirmation[]): void;
  readonly figures: ConfirmationFigures;
};

export type ConfirmationFigures = {
  /** Present number of pairs of a screen and an alarm that the screen has not confirmed. */
  unconfirmed: number;
  /**
   * Since the start: how often a screen did not confirm an alarm in time. `watched`: another screen watched the ward
   * then.
   */
  readonly total: { watched: number; unwatched: number };
};

/**
 * The time from the raising of an alarm until a screen first painted the alarm, and until a screen first sounded the
 * alarm, ms.
 */
export type ConfirmationTimes = Readonly<Record<FirstConfirmation['what'], Histogram>>;

/** Returns empty histograms for times from 10 ms to 164 s. */
export function newConfirmationTimes(): ConfirmationTimes {
  return { painted: createHistogram(10, 15), sounded: createHistogram(10, 15) };
}

/**
 * Returns the message to the other dashboards about unconfirmed alarms. The number of a station is the number of its
 * first screen.
 */
function presenceOf(here: readonly Unconfirmed[]): UnconfirmedOnScreen[] {
  const ofStations = new Map<string, Unconfirmed>();
  for (const entry of here) {
    const key = `${entry.stationId} ${entry.alarmId}`;
    const other = ofStations.get(key);
    if (other === undefined || entry.sinceMs < other.sinceMs) ofStations.set(key, entry);
  }
  return chooseFairly([...ofStations.values()], unconfirmedMax)
    .sort((a, b) => a.sinceMs - b.sinceMs)
    .map(({ stationId, actor, associationId, alarmId, sinceMs, why }) => ({
      screen: Number(stationId.split(' ').at(-1)),
      actor,
      associationId,
      alarmId,
      since: formatInstant(sinceMs),
      why,
    }));
}

export function createUnconfirmedScreens(options: {
  readonly boot: string;
  readonly state: () => LiveState;
  readonly others: () => OtherDashboards;
  /** Returns the pseudonym of an account, and the name of the person with a pseudonym. */
  readonly pseudonymOf: (userId: string) => string;
  readonly personOf: (actor: string) => string | undefined;
  readonly times: ConfirmationTimes;
  readonly now: () => number;
}): UnconfirmedScreens {
  const { boot, state, others, pseudonymOf, personOf, times, now } = options;
  const startedAtMs = now();
  let here: Unconfirmed[] = [];
  let entries: Unconfirmed[] = [];
  let presence: UnconfirmedOnScreen[] = [];
  let counted = new Set<string>();
  const firstSeen = { painted: new Map<string, number>(), sounded: new Map<string, number>() };
  const figures: ConfirmationFigures = {
    unconfirmed: 0,
    total: { watched: 0, unwatched: 0 },
  };
  const idOf = ({ number }: ConfirmingScreen) => `${boot} ${number}`;

  function collect(screens: Iterable<ConfirmingScreen>): void {
    here = [];
    /** The number of the first screen of each station. */
    const stations = new Map<string, number>();
    const watched = watchedElsewhere(others(), now());
    for (const screen of screens) {
      const { userId, name } = screen.person;
      const actor = pseudonymOf(userId);
      const station = stations.get(screen.claims.sessionId) ?? screen.number;
      stations.set(screen.claims.sessionId, station);
      const ids = { screenId: idOf(screen), stationId: `${boot} ${station}`, actor };
      for (const ward of screen.watchedWards()) watched.add(ward);
      for (const alarm of screen.unconfirmedAlarms().slice(0, perScreenMax))
        here.push({ ...alarm, ...ids, person: name });
    }
    presence = presenceOf(here);
    entries = [...here, ...unconfirmedElsewhere(others(), (actor) => personOf(actor) ?? 'another person', now())];
    count(watched);
  }

  /** Counts each alarm once for each screen and each time that the screen did not confirm it. */
  function count(watched: ReadonlySet<string>): void {
    const present = new Set<string>();
    for (const { screenId, alarmId, associationId, sinceMs } of here) {
      const key = `${screenId} ${alarmId} ${sinceMs}`;
      present.add(key);
      if (counted.has(key)) continue;
      const bed = state().beds.get(associationId);
      const ward = bed === undefined ? null : audienceOf(bed);
      figures.total[ward !== null && watched.has(ward) ? 'watched' : 'unwatched'] += 1;
    }
    counted = present;
    figures.unconfirmed = here.length;
  }

  return {
    collect,
    figures,
    noticesFor(screen) {
      const open = entries.length === 0 ? undefined : screen.watched();
      return open === undefined ? [] : unconfirmedFor(state(), open, idOf(screen), entries);
    },
    forPresence: () => presence,
    confirmed(confirmations) {
      for (const { alarm, what, atMs } of confirmations) {
        const raisedAtMs = parseInstant(alarm.raisedAt) ?? Number.NaN;
        const seen = firstSeen[what];
        // Skips alarms from before the start of this server, because they may have been painted before.
        if (seen.has(alarm.alarmId) || !(raisedAtMs >= startedAtMs)) continue;
        seen.set(alarm.alarmId, atMs);
        if (seen.size > alarmsMax) seen.delete(seen.keys().next().value!);
        observe(times[what], atMs - raisedAtMs);
      }
    },
  };
}
