/** Decides which screens name an alarm that another screen has not confirmed. */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { PresenceRecord, WhyUnconfirmed } from '../../../contracts/messages/presence.ts';
import { countsAtStart } from '../../../contracts/presence-at-start.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import type { UnconfirmedScreen } from '../../protocol/live.ts';
import { isVisible, type OpenScreen, seesAlarm } from './screen.ts';
import type { LiveState } from './state.ts';

/** Maximum number of stations in one list of notices, and of beds of one station. Others are left out. */
export const stationsMax = 20;
const bedsMax = 5;
/**
 * A record of another dashboard counts for this time after it was read. A dashboard writes about every second
 * (`presenceEveryMs`).
 */
export const otherDashboardMs = 10_000;
/**
 * Maximum number of remembered other dashboards. If there are more, the dashboard with the oldest last record is
 * removed.
 */
const dashboardsMax = 50;

/** An alarm that a screen has not confirmed in time. */
export type Unconfirmed = {
  /** Identifies the screen among all dashboards. For a screen of another dashboard: the same as `stationId`. */
  readonly screenId: string;
  /** Identifies the station among all dashboards: all screens of one login (one browser) have the same station. */
  readonly stationId: string;
  /** The pseudonym of the person. */
  readonly actor: string;
  readonly person: string;
  readonly alarmId: string;
  readonly associationId: string;
  readonly sinceMs: number;
  readonly why: WhyUnconfirmed;
  /**
   * Whether the screen has confirmed an alarm before. False for a screen of another dashboard, because this is not
   * known.
   */
  readonly hasConfirmed: boolean;
};

/**
 * Compares two screens for their order: screens that have confirmed an alarm before come first. Within each of the two
 * groups, the screen that waits longest comes first.
 */
export function byNeed(a: Unconfirmed, b: Unconfirmed): number {
  return Number(b.hasConfirmed) - Number(a.hasConfirmed) || a.sinceMs - b.sinceMs;
}

/**
 * Returns the first `max` entries in rounds: the first entry of each person, then the second entry of each person, and
 * so on. The entries of one person are taken in rounds, too: one entry of each station. So a person with many screens
 * cannot hide the screens of other persons.
 */
export function chooseFairly(entries: readonly Unconfirmed[], max: number): Unconfirmed[] {
  const ofStations = inRounds(entries.toSorted(byNeed), ({ stationId }) => stationId);
  return inRounds(ofStations, ({ actor }) => actor).slice(0, max);
}

function inRounds<T>(entries: readonly T[], keyOf: (entry: T) => string): T[] {
  const counts = new Map<string, number>();
  const numbered = entries.map((entry) => {
    const round = counts.get(keyOf(entry)) ?? 0;
    counts.set(keyOf(entry), round + 1);
    return { entry, round };
  });
  return numbered.sort((a, b) => a.round - b.round).map(({ entry }) => entry);
}

/** The last records of the other dashboards, by the id of the process. */
export type OtherDashboards = Map<string, { readonly readAtMs: number; readonly record: PresenceRecord }>;

/**
 * Notes the presence record of another dashboard. The time in a new record does not matter.
 * @param isOld whether the record was in the log before this server started. An old record whose process ended long ago
 *   is ignored.
 */
export function noteDashboard(
  others: OtherDashboards,
  boot: string,
  record: PresenceRecord,
  { isOld, nowMs }: { readonly isOld: boolean; readonly nowMs: number },
): void {
  others.delete(boot);
  if (isOld && !countsAtStart(record, nowMs)) return;
  others.set(boot, { readAtMs: nowMs, record });
  const oldest = others.size > dashboardsMax ? others.keys().next().value : undefined;
  if (oldest !== undefined) others.delete(oldest);
}

/** Returns the records of other dashboards that this server has read within the last `otherDashboardMs`. */
export function currentRecords(others: OtherDashboards, nowMs: number): [boot: string, record: PresenceRecord][] {
  return [...others].flatMap(([boot, { readAtMs, record }]) =>
    nowMs - readAtMs <= otherDashboardMs ? [[boot, record] as [string, PresenceRecord]] : [],
  );
}

/**
 * Returns the alarms that screens of the other dashboards have not confirmed.
 * @param personOf returns the name of a person by the pseudonym
 */
export function unconfirmedElsewhere(
  others: OtherDashboards,
  personOf: (actor: string) => string,
  nowMs: number,
): Unconfirmed[] {
  return currentRecords(others, nowMs).flatMap(([boot, { unconfirmed = [] }]) =>
    unconfirmed.map(({ screen, since, actor, ...entry }) => ({
      ...entry,
      actor,
      person: personOf(actor),
      screenId: `${boot} ${screen}`,
      stationId: `${boot} ${screen}`,
      hasConfirmed: false,
      sinceMs: Math.min(parseInstant(since) ?? nowMs, nowMs),
    })),
  );
}

/** Returns the wards that screens of the other dashboards watch. */
export function watchedElsewhere(others: OtherDashboards, nowMs: number): Set<string> {
  return new Set(currentRecords(others, nowMs).flatMap(([, { wards }]) => wards));
}

/**
 * Returns the notices for one screen, at most one for each station. A notice names the alarms that a screen of the
 * station has not confirmed. The notice leaves out alarms that no longer call, and alarms that this screen does not
 * show. Stations whose screens have confirmed alarms before come first. Within each of the two groups, the station that
 * waits longest comes first. A screen also gets a notice about itself, because its page may start to paint again.
 */
export function unconfirmedFor(
  state: LiveState,
  { viewer, scope }: OpenScreen,
  ownScreenId: string,
  entries: readonly Unconfirmed[],
): UnconfirmedScreen[] {
  const isShown = ({ alarmId, associationId }: Unconfirmed) => {
    const alarmState = state.alarms.get(alarmId);
    const bed = state.beds.get(associationId);
    if (alarmState === undefined || bed === undefined || !isUnanswered(alarmState.alarm)) return false;
    return isVisible(viewer, scope, bed) && seesAlarm(viewer, alarmState);
  };
  const byStation = Map.groupBy(entries.filter(isShown).sort(byNeed), ({ stationId }) => stationId);
  const firsts = [...byStation.values()].map(([first]) => first!);
  const chosen = chooseFairly(firsts, stationsMax).sort(byNeed);
  return chosen.map(({ stationId }) => noticeOf(byStation.get(stationId)!, ownScreenId));
}

function noticeOf(ofStation: readonly Unconfirmed[], ownScreenId: string): UnconfirmedScreen {
  const own = ofStation.filter(({ screenId }) => screenId === ownScreenId);
  const shown = own.length > 0 ? own : ofStation;
  const oldest = shown.reduce((first, entry) => (entry.sinceMs < first.sinceMs ? entry : first));
  return {
    person: oldest.person,
    ...(own.length > 0 && { isOwn: true }),
    associationIds: [...new Set(shown.map(({ associationId }) => associationId))].slice(0, bedsMax),
    alarms: new Set(shown.map(({ alarmId }) => alarmId)).size,
    since: formatInstant(oldest.sinceMs),
    why: oldest.why,
  };
}
