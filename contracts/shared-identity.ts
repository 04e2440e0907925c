/**
 * Two devices with one certificate. Vigil takes them for one device, so their readings stand at one bed and may be of two patients. They
 * give themselves away because readings about now come by turns from two starts (`boot`) of the device, which a device never returns to.
 * A gateway judges what passes through it (gateway/core/shared-identity.ts); who reads the log judges the readings of all gateways
 * together, since each of the two devices may stay at a gateway of its own.
 */
import { assess, type DeviceClock, initialClock } from './device-clock.ts';
import { clocksApartMsMax } from './steady-time.ts';

/** So many turns within `windowMs`: no restart and no bad network does that (ours). */
const turnsMin = 3;
const windowMs = 60_000;
/** Starts of a device that are remembered: two are at work. */
const bootsMax = 4;

export type Turns = {
  /** When the last turns happened, ms since 1970; the oldest first, at most `turnsMin`. */
  readonly turnsMs: readonly number[];
  /** The starts that sent current readings; the one that sent last is the last. */
  readonly boots: readonly string[];
};

export const noTurns: Turns = { turnsMs: [], boots: [] };

/** Notes a current reading (not one of a backlog). @returns `isShared`: two devices are at work */
export function noteBoot(
  turns: Turns,
  boot: string,
  nowMs: number,
): { readonly turns: Turns; readonly isShared: boolean } {
  const { boots, turnsMs } = turns;
  if (boots[boots.length - 1] === boot) return { turns, isShared: false };
  const next = { turnsMs, boots: [...boots.filter((one) => one !== boot), boot].slice(-bootsMax) };
  // A start that is seen for the first time is a restart, not a turn.
  return boots.includes(boot) ? noteTurn(next, nowMs) : { turns: next, isShared: false };
}

/** Notes one more turn, by whatever sign. */
export function noteTurn(turns: Turns, nowMs: number): { readonly turns: Turns; readonly isShared: boolean } {
  const turnsMs = [...turns.turnsMs, nowMs].slice(-turnsMin);
  const isShared = turnsMs.length === turnsMin && Math.max(...turnsMs) - Math.min(...turnsMs) <= windowMs;
  return { turns: { ...turns, turnsMs }, isShared };
}

/** One start of a device. Times are receive times of its readings, ms since 1970. */
type Start = { readonly boot: string; readonly clock: DeviceClock; readonly firstMs: number; readonly lastMs: number };

/** What who reads the log knows of a device's starts. Plain JSON: the alarm engine keeps it in its state. */
export type Starts = { readonly turns: Turns; readonly starts: readonly Start[] };

export const noStarts: Starts = { turns: noTurns, starts: [] };

export type StartReading = { readonly boot: string; readonly timeMs: number; readonly receivedMs: number };

/** With a start as the last, in the place of what it was before. */
function latest(starts: readonly Start[], known: Start | undefined, start: Start): readonly Start[] {
  if (known !== undefined && known === starts.at(-1)) return starts.with(-1, start);
  return [...starts.filter((one) => one !== known), start].slice(-bootsMax);
}

/**
 * Notes a reading in the log's order. Each start has a clock of its own, for two devices have two. What is no sign: a backlog (it is not
 * about now), a record that is read again, and what a gateway appends late of a start that is over: two starts are at work only where
 * each was heard after the other had begun, by more than two gateways' clocks may be apart.
 * @returns `isShared`: two devices are at work
 */
export function noteStart(
  now: Starts,
  { boot, timeMs, receivedMs }: StartReading,
): { readonly starts: Starts; readonly isShared: boolean } {
  const last = now.starts.at(-1);
  const known = last?.boot === boot ? last : now.starts.find((start) => start.boot === boot);
  if (known !== undefined && receivedMs <= known.lastMs) return { starts: now, isShared: false };
  const { clock, late } = assess(known?.clock ?? initialClock, timeMs, receivedMs);
  const start = { boot, clock, firstMs: known?.firstMs ?? receivedMs, lastMs: receivedMs };
  const starts = latest(now.starts, known, start);
  const isAfter =
    known === undefined || now.starts.every((one) => one === known || receivedMs > one.firstMs + clocksApartMsMax);
  if (late || !isAfter) return { starts: { turns: now.turns, starts }, isShared: false };
  const { turns, isShared } = noteBoot(now.turns, boot, receivedMs);
  return { starts: { turns, starts }, isShared };
}
