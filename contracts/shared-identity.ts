/**
 * Detects two devices that use one certificate. Vigil treats the two devices as one device. So screens show their
 * readings at one bed, although the readings may be of two patients. Each start of a device has a random id (`boot`). A
 * single device never returns to an earlier boot, but the readings of two devices alternate between two boots. A change
 * back to an earlier boot is called a turn.
 *
 * A gateway counts the turns in the readings that it receives, and how often two connections take the client id from
 * each other (gateway/core/shared-identity.ts). The alarm engine counts the turns in the log, because the two devices
 * may be connected to two gateways.
 */
import { assessReading, type DeviceClock, initialClock } from './device-clock.ts';
import { clocksApartMsMax } from './steady-time.ts';

/**
 * This many turns within `windowMs` prove two devices. Restarts and a bad network do not cause so many turns (our
 * choice).
 */
const turnsMin = 3;
const windowMs = 60_000;
/** Maximum number of boots that are remembered for each device. */
const bootsMax = 4;

export type Turns = {
  /** When the last turns happened, ms since 1970; the oldest first, at most `turnsMin`. */
  readonly turnsMs: readonly number[];
  /** The boots that sent current readings, in the order of their last reading. */
  readonly boots: readonly string[];
};

export const noTurns: Turns = { turnsMs: [], boots: [] };

/** Counts a current reading, which is not from a backlog. @returns `isShared`: two devices use this certificate */
export function noteBoot(
  turns: Turns,
  boot: string,
  nowMs: number,
): { readonly turns: Turns; readonly isShared: boolean } {
  const { boots, turnsMs } = turns;
  if (boots[boots.length - 1] === boot) return { turns, isShared: false };
  const next = { turnsMs, boots: [...boots.filter((seen) => seen !== boot), boot].slice(-bootsMax) };
  // A boot that was not seen before is a restart, not a turn.
  return boots.includes(boot) ? noteTurn(next, nowMs) : { turns: next, isShared: false };
}

/** Counts one more turn. @returns `isShared`: two devices use this certificate */
export function noteTurn(turns: Turns, nowMs: number): { readonly turns: Turns; readonly isShared: boolean } {
  const turnsMs = [...turns.turnsMs, nowMs].slice(-turnsMin);
  const isShared = turnsMs.length === turnsMin && Math.max(...turnsMs) - Math.min(...turnsMs) <= windowMs;
  return { turns: { ...turns, turnsMs }, isShared };
}

/** One start of a device, with the receive times of its first and last reading, ms since 1970. */
type Start = { readonly boot: string; readonly clock: DeviceClock; readonly firstMs: number; readonly lastMs: number };

/** State of the detection in the log. This is plain JSON, because the engine's state contains it. */
export type Starts = { readonly turns: Turns; readonly starts: readonly Start[] };

export const noStarts: Starts = { turns: noTurns, starts: [] };

export type StartReading = { readonly boot: string; readonly timeMs: number; readonly receivedMs: number };

/** Returns `starts` with `start` at the end, and without `former`, the earlier entry of the same start. */
function moveToEnd(starts: readonly Start[], former: Start | undefined, start: Start): readonly Start[] {
  if (former !== undefined && former === starts.at(-1)) return starts.with(-1, start);
  return [...starts.filter((other) => other !== former), start].slice(-bootsMax);
}

/**
 * Counts a reading, in the log's order. Each boot has its own clock estimate, because two devices have two clocks. Does
 * not count a reading of a backlog, a repeated record, or a late record of an ended boot. So a reading is counted only
 * if it was received clearly after the first reading of every other boot: the difference must be larger than the
 * possible difference between the clocks of two gateways.
 * @returns `isShared`: two devices use this certificate
 */
export function noteStart(
  former: Starts,
  { boot, timeMs, receivedMs }: StartReading,
): { readonly starts: Starts; readonly isShared: boolean } {
  const lastStart = former.starts.at(-1);
  const formerStart = lastStart?.boot === boot ? lastStart : former.starts.find((start) => start.boot === boot);
  if (formerStart !== undefined && receivedMs <= formerStart.lastMs) return { starts: former, isShared: false };
  const { clock, late } = assessReading(formerStart?.clock ?? initialClock, timeMs, receivedMs);
  const start = { boot, clock, firstMs: formerStart?.firstMs ?? receivedMs, lastMs: receivedMs };
  const starts = moveToEnd(former.starts, formerStart, start);
  const isAfterOtherBoots =
    formerStart === undefined ||
    former.starts.every((other) => other === formerStart || receivedMs > other.firstMs + clocksApartMsMax);
  if (late || !isAfterOtherBoots) return { starts: { turns: former.turns, starts }, isShared: false };
  const { turns, isShared } = noteBoot(former.turns, boot, receivedMs);
  return { starts: { turns, starts }, isShared };
}
