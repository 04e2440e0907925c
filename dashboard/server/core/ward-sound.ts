/**
 * Decides whether the owner of a ward's sound really sounds the alarms of the ward, and what the server tells the other
 * screens. The owner is the screen that has the sound. The other screens may be silent for this ward only while the
 * owner certainly sounds.
 *
 * All times are by the server's steady clock, ms since 1970.
 */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { OwnedSound } from '../../../contracts/messages/presence.ts';
import { mustBeShownAnew } from '../../../contracts/must-show.ts';
import { soundLevel, soundLevelOf } from '../../../contracts/sound-level.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { ScreenReport } from '../../protocol/live.ts';
import type { PageSound, WardSound, WhyUnheard } from '../../protocol/sound.ts';
import type { Confirmations } from './confirmations.ts';
import { type LiveState, wardOf } from './state.ts';
import { currentRecords, type OtherDashboards } from './unconfirmed.ts';

/**
 * An owner that has not confirmed the sound for this time counts as silent (ours). The owner confirms once a second, so
 * the other screens show the silence with the fourth heartbeat, within 5 s. This time is shorter than
 * `soundSilenceMsMax` of the protocol.
 */
export const unheardAfterMs = 3_500;
/** An owner that does not sound its ward for this time loses the sound (ours). All screens sound meanwhile. */
export const ownerLostMs = 60_000;
/**
 * A person at another session can take the sound away from a screen; then every screen sounds. The session of the
 * former owner must wait this long before it can take the sound of this ward again (ours). So no script can take the
 * sound back each second.
 */
export const retakeAfterMs = 60_000;
/**
 * Maximum number of waiting sessions of all wards. Above this number, the session that has waited longest may take the
 * sound again.
 */
const waitingSessionsMax = 1_000;

/** The screen that has the sound of a ward. */
export type SoundOwner = {
  /** The session and the id of the page. A page that connects again keeps the sound. */
  readonly session: string;
  readonly screen: string;
  readonly userId: string;
  readonly person: string;
  readonly sinceMs: number;
  /**
   * The last time at which the screen certainly sounded all alarms that should sound; undefined before the first
   * confirmation.
   */
  soundedAtMs: number | undefined;
  /** Why the last report of the screen did not confirm the sound; undefined if the report confirmed it. */
  why: WhyUnheard | undefined;
  /** Since when the screen does not sound the ward; undefined while it sounds. */
  unheardSinceMs: number | undefined;
};

/** The open connection of the screen that has the sound. `watches`: the screen shows the whole ward. */
export type OwnerScreen = { readonly watches: boolean; readonly confirmations: Confirmations };

export function newOwner(
  fields: Pick<SoundOwner, 'session' | 'screen' | 'userId' | 'person'>,
  sinceMs: number,
): SoundOwner {
  return { ...fields, sinceMs, soundedAtMs: undefined, why: undefined, unheardSinceMs: sinceMs };
}

/** When a session may take the sound of a ward again, by ward and session, ms. The oldest is first. */
export type RetakeWaits = Map<string, number>;
const waitKey = (ward: string, session: string) => JSON.stringify([ward, session]);

/** Notes that somebody took the sound of a ward away from a session. Every screen sounds then. */
export function noteTakenAway(waits: RetakeWaits, ward: string, session: string, nowMs: number): void {
  const key = waitKey(ward, session);
  waits.delete(key);
  waits.set(key, nowMs + retakeAfterMs);
  for (const [each, untilMs] of waits) {
    if (untilMs > nowMs && waits.size <= waitingSessionsMax) return;
    waits.delete(each);
  }
}

/** Returns how long a session must wait until it may take the sound of the ward, ms; 0 if it may take it now. */
export function retakeWaitMs(waits: RetakeWaits, ward: string, session: string, nowMs: number): number {
  return Math.max(0, (waits.get(waitKey(ward, session)) ?? nowMs) - nowMs);
}

/** Handles a report of the screen that has the sound of the ward. */
export function noteReport(
  owner: SoundOwner,
  report: { readonly page: ScreenReport['page']; readonly sound: PageSound },
  screen: OwnerScreen,
  alarms: readonly Alarm[],
  nowMs: number,
): void {
  owner.why = whyUnheard(report, screen, alarms, nowMs);
  // `beat` is the time of the last heartbeat that the page had read. A time in the future cannot come from this server.
  if (owner.why === undefined && report.sound.beat <= nowMs)
    owner.soundedAtMs = Math.max(report.sound.beat, owner.soundedAtMs ?? 0);
}

function whyUnheard(
  { page, sound }: { readonly page: ScreenReport['page']; readonly sound: PageSound },
  { watches, confirmations }: OwnerScreen,
  alarms: readonly Alarm[],
  nowMs: number,
): WhyUnheard | undefined {
  if (!watches) return 'other-ward';
  if (page === 'hidden') return 'hidden';
  if (sound.audio !== 'on') return 'blocked';
  const due = alarms.filter((alarm) => soundLevelOf(alarm, nowMs) !== undefined);
  if (!due.every((alarm) => hasPainted(confirmations, alarm))) return 'not-shown';
  const level = soundLevel(due, nowMs);
  return level === undefined || sound.level === level ? undefined : 'not-sounding';
}

/** Returns whether the screen has painted everything of an alarm that a person must see. */
function hasPainted({ alarms }: Confirmations, alarm: Alarm): boolean {
  const onScreen = alarms.get(alarm.alarmId);
  return onScreen !== undefined && onScreen.waiting === undefined && !mustBeShownAnew(onScreen.alarm, alarm);
}

/**
 * Returns what the server tells the screens about the sound of the ward.
 * @param screen undefined if the owner has no connection
 */
export function soundOf(owner: SoundOwner, screen: OwnerScreen | undefined, nowMs: number) {
  const { soundedAtMs } = owner;
  const isRecent = soundedAtMs !== undefined && nowMs - soundedAtMs <= unheardAfterMs;
  const unheard = (why: WhyUnheard) => ({ state: 'unheard', why }) as const;
  if (screen === undefined) return unheard('away');
  if (!screen.watches) return unheard('other-ward');
  if (owner.why === 'hidden' || owner.why === 'blocked' || !isRecent) return unheard(owner.why ?? 'silent');
  return { state: 'sounding', soundedAgoMs: Math.ceil(nowMs - soundedAtMs) } as const;
}

/** Notes whether the owner sounds the ward; called once a second. Returns whether the owner keeps the sound. */
export function noteState(owner: SoundOwner, state: WardSound['state'], nowMs: number): boolean {
  owner.unheardSinceMs = state === 'sounding' ? undefined : (owner.unheardSinceMs ?? nowMs);
  return owner.unheardSinceMs === undefined || nowMs - owner.unheardSinceMs <= ownerLostMs;
}

/**
 * Returns, for each of these wards, the alarms of its beds. Devices in a tray belong to no ward here, so their alarms
 * sound on every screen.
 */
export function alarmsOfWards(state: LiveState, wards: Iterable<string>): Map<string, Alarm[]> {
  const alarmsOf = new Map<string, Alarm[]>();
  for (const ward of wards) alarmsOf.set(ward, []);
  if (alarmsOf.size === 0) return alarmsOf;
  for (const bed of state.beds.values()) {
    const ofWard = alarmsOf.get(wardOf(bed) ?? '');
    if (ofWard === undefined) continue;
    for (const alarmId of state.alarmsOf.get(bed.associationId) ?? []) {
      const alarm = state.alarms.get(alarmId)?.alarm;
      if (alarm !== undefined) ofWard.push(alarm);
    }
  }
  return alarmsOf;
}

/** Returns the newest owner that the other dashboards name for each ward. */
export function ownersElsewhere(others: OtherDashboards, nowMs: number): Map<string, OwnedSound> {
  const newest = new Map<string, OwnedSound>();
  for (const [, { sounds = [] }] of currentRecords(others, nowMs))
    for (const sound of sounds) {
      const before = newest.get(sound.ward);
      if (before === undefined || sinceMsOf(sound) > sinceMsOf(before)) newest.set(sound.ward, sound);
    }
  return newest;
}

export function sinceMsOf({ since }: OwnedSound): number {
  return parseInstant(since) ?? 0;
}
