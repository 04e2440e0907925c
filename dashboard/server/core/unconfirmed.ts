/** Decides which screens are told about an alarm that another screen has not confirmed. */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { PresenceRecord, WhyUnconfirmed } from '../../../contracts/messages/presence.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import type { UnconfirmedScreen } from '../../protocol/live.ts';
import { isVisible, type OpenScreen, seesAlarm } from './screen.ts';
import type { LiveState } from './state.ts';

/** Screens in one notice list, and beds of one screen. Further screens and beds are left out. */
const screensMax = 20;
const bedsMax = 5;
/**
 * What another dashboard wrote counts for this time after this server read it. A dashboard writes at least every 2.5 s.
 */
export const otherDashboardMs = 10_000;
/** A record whose own time differs more from this server's time is ignored: its process has ended. */
const recordAgeMsMax = 30_000;
/** Maximum of other dashboards that are remembered; above it, the one that was read longest ago is forgotten. */
const dashboardsMax = 50;

/** An alarm that a screen has not confirmed in time. */
export type Unconfirmed = {
  /** Identifies the screen: among all dashboards. */
  readonly screenId: string;
  readonly person: string;
  readonly alarmId: string;
  readonly associationId: string;
  readonly sinceMs: number;
  readonly why: WhyUnconfirmed;
};

/** What the other dashboards wrote last, by the id of the process. */
export type OtherDashboards = Map<string, { readonly readAtMs: number; readonly record: PresenceRecord }>;

/** Notes the presence record of another dashboard. A record of a process that ended long ago stays in the log, and is ignored. */
export function noteDashboard(others: OtherDashboards, boot: string, record: PresenceRecord, nowMs: number): void {
  others.delete(boot);
  if (!(Math.abs(nowMs - (parseInstant(record.at) ?? Number.NaN)) <= recordAgeMsMax)) return;
  others.set(boot, { readAtMs: nowMs, record });
  const oldest = others.size > dashboardsMax ? others.keys().next().value : undefined;
  if (oldest !== undefined) others.delete(oldest);
}

/** Returns the records of the other dashboards that still count. */
function currentRecords(others: OtherDashboards, nowMs: number): [boot: string, record: PresenceRecord][] {
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
      person: personOf(actor),
      screenId: `${boot} ${screen}`,
      sinceMs: Math.min(parseInstant(since) ?? nowMs, nowMs),
    })),
  );
}

/** Returns the wards that screens of the other dashboards watch. */
export function watchedElsewhere(others: OtherDashboards, nowMs: number): Set<string> {
  return new Set(currentRecords(others, nowMs).flatMap(([, { wards }]) => wards));
}

/**
 * Returns the notices for one screen: one for each screen that has not confirmed alarms which this screen shows, too, and
 * that still call. A screen gets a notice about itself, too, because its page may paint again.
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
  const byScreen = Map.groupBy(entries.filter(isShown), ({ screenId }) => screenId);
  return [...byScreen].slice(0, screensMax).map(([screenId, ofScreen]): UnconfirmedScreen => {
    const oldest = ofScreen.reduce((first, entry) => (entry.sinceMs < first.sinceMs ? entry : first));
    const associationIds = [...new Set(ofScreen.map(({ associationId }) => associationId))].slice(0, bedsMax);
    return {
      person: oldest.person,
      ...(screenId === ownScreenId && { isOwn: true }),
      associationIds,
      alarms: ofScreen.length,
      since: formatInstant(oldest.sinceMs),
      why: oldest.why,
    };
  });
}
