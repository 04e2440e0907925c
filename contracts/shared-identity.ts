/**
 * Detects two devices with one certificate. Vigil takes them for one device, so their readings are shown at one bed and may belong to two
 * patients. They can be detected because their current readings come by turns from two starts (`boot`). A single device never returns to
 * an earlier start. A gateway judges the readings that pass through it (gateway/core/shared-identity.ts). A process that reads the log
 * judges the readings of all gateways together, since each of the two devices may use its own gateway.
 */
import { assess, type DeviceClock, initialClock } from './device-clock.ts';
import { clocksApartMsMax } from './steady-time.ts';

/** Number of turns within `windowMs` that proves two devices. No restart and no bad network causes so many (ours). */
const turnsMin = 3;
const windowMs = 60_000;
/** How many starts of a device are remembered. Two of them send. */
const bootsMax = 4;

export type Turns = {
  /** When the last turns happened, ms since 1970; the oldest first, at most `turnsMin`. */
  readonly turnsMs: readonly number[];
  /** The starts that sent current readings; the last entry sent last. */
  readonly boots: readonly string[];
};

export const noTurns: Turns = { turnsMs: [], boots: [] };

/** Notes a current reading (not one of a backlog). @returns `isShared`: two devices send */
export function noteBoot(
  turns: Turns,
  boot: string,
  nowMs: number,
): { readonly turns: Turns; readonly isShared: boolean } {
  const { boots, turnsMs } = turns;
  if (boots[boots.length - 1] === boot) return { turns, isShared: false };
  const next = { turnsMs, boots: [...boots.filter((seen) => seen !== boot), boot].slice(-bootsMax) };
  // A start that is seen for the first time is a restart, not a turn.
  return boots.includes(boot) ? noteTurn(next, nowMs) : { turns: next, isShared: false };
}

/** Notes one more turn, whatever showed it. */
export function noteTurn(turns: Turns, nowMs: number): { readonly turns: Turns; readonly isShared: boolean } {
  const turnsMs = [...turns.turnsMs, nowMs].slice(-turnsMin);
  const isShared = turnsMs.length === turnsMin && Math.max(...turnsMs) - Math.min(...turnsMs) <= windowMs;
  return { turns: { ...turns, turnsMs }, isShared };
}

/** One start of a device. Times are receive times of its readings, ms since 1970. */
type Start = { readonly boot: string; readonly clock: DeviceClock; readonly firstMs: number; readonly lastMs: number };

/** What a reader of the log knows about a device's starts. Plain JSON: the alarm engine keeps it in its state. */
export type Starts = { readonly turns: Turns; readonly starts: readonly Start[] };

export const noStarts: Starts = { turns: noTurns, starts: [] };

export type StartReading = { readonly boot: string; readonly timeMs: number; readonly receivedMs: number };

/** Returns the starts with this one at the end; its former entry is removed. */
function latest(starts: readonly Start[], former: Start | undefined, start: Start): readonly Start[] {
  if (former !== undefined && former === starts.at(-1)) return starts.with(-1, start);
  return [...starts.filter((other) => other !== former), start].slice(-bootsMax);
}

/**
 * Notes a reading in the log's order. Each start has its own clock, because two devices have two clocks. These are no sign of two
 * devices: a backlog (it does not show the present), a record that is read again, and readings of a finished start that a gateway appends
 * late. Two starts count as active only if each sent after the other had begun, by more than the clocks of two gateways may differ.
 * @returns `isShared`: two devices send
 */
export function noteStart(
  now: Starts,
  { boot, timeMs, receivedMs }: StartReading,
): { readonly starts: Starts; readonly isShared: boolean } {
  const last = now.starts.at(-1);
  const former = last?.boot === boot ? last : now.starts.find((start) => start.boot === boot);
  if (former !== undefined && receivedMs <= former.lastMs) return { starts: now, isShared: false };
  const { clock, late } = assess(former?.clock ?? initialClock, timeMs, receivedMs);
  const start = { boot, clock, firstMs: former?.firstMs ?? receivedMs, lastMs: receivedMs };
  const starts = latest(now.starts, former, start);
  const isAfter =
    former === undefined ||
    now.starts.every((other) => other === former || receivedMs > other.firstMs + clocksApartMsMax);
  if (late || !isAfter) return { starts: { turns: now.turns, starts }, isShared: false };
  const { turns, isShared } = noteBoot(now.turns, boot, receivedMs);
  return { starts: { turns, starts }, isShared };
}
