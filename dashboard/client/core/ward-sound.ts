/**
 * Decides for which wards this page may be silent because another screen has the sound. Also decides which alarms sound
 * here. All times are by the page's steady clock, ms, unless a comment says otherwise.
 */
import type { Alarm, Priority } from '../../../contracts/messages/alarms.ts';
import { soundLevelOf } from '../../../contracts/sound-level.ts';
import { soundSilenceMsMax } from '../../protocol/pace.ts';
import type { SoundNews, WardSound } from '../../protocol/sound.ts';

/**
 * How long an alarm must be unanswered until it sounds on every screen: the time that a person has to answer (CLINICAL,
 * "Delivery"). Somebody may have turned down a loudspeaker, or a screen may report a sound that it does not play. Even
 * then, people hear the alarm at the latest after this time.
 */
export const soundsEverywhereAfterMs: Readonly<Record<Priority, number>> = {
  high: 60_000,
  medium: 120_000,
  low: 120_000,
};
/** How long the page shows that no screen has the sound of a ward any more. */
export const lostShownMs = 60_000;

/**
 * Returns the wards for which this page may be silent. The page sent a report at `heardAt`, and the server received
 * this report before it sent `news`. So `news` is at most `nowMs - heardAt` old, even if the heartbeat was delayed on
 * the way or in the page.
 */
export function silentWards(news: SoundNews | undefined, nowMs: number): ReadonlySet<string> {
  const silent = new Set<string>();
  const newsAgeMs = nowMs - (news?.heardAt ?? Number.NEGATIVE_INFINITY);
  if (news === undefined || newsAgeMs < 0) return silent;
  for (const sound of news.wards)
    if (sound.state === 'sounding' && !sound.isOwn && newsAgeMs + sound.soundedAgoMs <= soundSilenceMsMax)
      silent.add(sound.ward);
  return silent;
}

/** The time since which each alarm should sound, by `alarmId`. */
export type DueSince = ReadonlyMap<string, number>;

/**
 * Returns the time since which each present alarm should sound. If an alarm was answered or paused and must sound
 * again, its time begins anew.
 */
export function dueSinceAfter(
  before: DueSince,
  alarms: Iterable<Alarm>,
  times: { readonly serverNowMs: number; readonly nowMs: number },
): DueSince {
  const dueSince = new Map<string, number>();
  for (const alarm of alarms)
    if (soundLevelOf(alarm, times.serverNowMs) !== undefined)
      dueSince.set(alarm.alarmId, before.get(alarm.alarmId) ?? times.nowMs);
  return dueSince;
}

/**
 * Returns whether this page leaves the sound of an alarm to another screen.
 * @param silent the wards for which the page may be silent
 * @param called the alarms whose calls the person of this page has not answered. These alarms sound here. Without this
 * rule the person would hear nothing during the whole wait for the answer, which is as long as
 * `soundsEverywhereAfterMs`.
 * @param ward the ward of the alarm's bed; null or undefined for a device without a bed, whose alarms always sound here
 */
export function isLeftToOther(
  alarm: Alarm,
  ward: string | null | undefined,
  { silent, called }: { readonly silent: ReadonlySet<string>; readonly called: ReadonlySet<string> },
  dueSince: DueSince,
  nowMs: number,
): boolean {
  if (ward === null || ward === undefined || !silent.has(ward) || called.has(alarm.alarmId)) return false;
  const dueForMs = nowMs - (dueSince.get(alarm.alarmId) ?? nowMs);
  return dueForMs < soundsEverywhereAfterMs[alarm.priority];
}

/** How far the audio of the page had played at a time. */
export type AudioProgress = { readonly atMs: number; readonly audioS: number };
const progressMsMin = 500;

/**
 * Returns whether the audio has played since `before`, for at least half of the passed time. Returns undefined if too
 * little time has passed. A browser can report that its audio runs although the audio device plays nothing.
 */
export function hasPlayedOn(before: AudioProgress, after: AudioProgress): boolean | undefined {
  const passedMs = after.atMs - before.atMs;
  if (passedMs < progressMsMin) return undefined;
  return (after.audioS - before.audioS) * 1_000 >= passedMs / 2;
}

/** The wards whose sound no screen has any more, with the time at which the page learned this. */
export type LostSounds = ReadonlyMap<string, number>;

/**
 * Returns the wards whose sound no screen has any more.
 * @param before the wards whose sound had an owner
 * @param isShown whether the page still shows a ward
 */
export function lostSoundsAfter(
  lost: LostSounds,
  before: readonly WardSound[],
  after: readonly WardSound[],
  isShown: (ward: string) => boolean,
  nowMs: number,
): LostSounds {
  const next = new Map(lost);
  for (const { ward } of before) next.set(ward, nowMs);
  for (const { ward } of after) next.delete(ward);
  for (const [ward, atMs] of next) if (!isShown(ward) || nowMs - atMs >= lostShownMs) next.delete(ward);
  return next;
}
