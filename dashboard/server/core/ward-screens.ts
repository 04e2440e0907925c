/**
 * Decides whether a ward is watched, and which screens sound it, from the screens of this dashboard and of the other
 * dashboards. Pure.
 */
import type { WardSound } from '../../protocol/sound.ts';
import { currentRecords, type OtherDashboards } from './unconfirmed.ts';
import type { ScreensOfWard } from './ward-overview.ts';

export type WardScreens = {
  /** The wards on screens of this dashboard that paint, and that confirm all alarms of the ward. */
  readonly watched: readonly string[];
  /** The wards on those screens of this dashboard whose audio runs. */
  readonly audible: ReadonlySet<string>;
  /** Returns the state of the sound if one screen has the sound of the ward; undefined if every screen sounds. */
  readonly soundOf: (ward: string) => WardSound | undefined;
  readonly others: OtherDashboards;
  readonly isKafkaAway: boolean;
};

/** Returns what the screens do for a ward. While Kafka is away, the screens of other dashboards are not known. */
export function screensOfWard(screens: WardScreens, ward: string, nowMs: number): ScreensOfWard {
  const isWatchedElsewhere = currentRecords(screens.others, nowMs).some(([, { wards }]) => wards.includes(ward));
  const isWatched = screens.watched.includes(ward) || isWatchedElsewhere;
  return {
    isWatched: isWatched || (screens.isKafkaAway ? null : false),
    sound: soundOfWard(screens, ward, isWatchedElsewhere),
  };
}

function soundOfWard(screens: WardScreens, ward: string, isWatchedElsewhere: boolean): ScreensOfWard['sound'] {
  const owned = screens.soundOf(ward);
  const person = owned && { person: owned.person };
  if (owned?.state === 'sounding') return { state: 'one-screen', ...person };
  if (owned?.state === 'unheard') return { state: 'unheard', ...person };
  if (screens.audible.has(ward)) return { state: 'every-screen' };
  if (isWatchedElsewhere || owned !== undefined || screens.isKafkaAway) return { state: 'unknown' };
  return { state: 'nobody' };
}
