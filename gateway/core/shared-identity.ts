/**
 * Two devices with one certificate. The gateway takes them for one device, so their readings stand at one bed and may be of two
 * patients. There are two signs of it:
 * - They take the client id from each other again and again, though the connection that lost it was alive.
 * - Current readings come by turns from two starts (`boot`) of the device. One device never goes back to an earlier start.
 * A turn is one such change, from the one device to the other.
 */

/** So many turns within `windowMs`: no restart and no bad network does that (ours). */
const turnsMin = 3;
const windowMs = 60_000;
/** Starts of a device that are remembered. Two devices need two; the others are restarts of theirs. */
const bootsMax = 4;

/** What has been seen of one device, on one gateway. */
export type IdentityWatch = {
  /** When the last turns happened, ms since 1970; the oldest first, at most `turnsMin`. */
  readonly turnsMs: number[];
  /** The starts that sent current readings; the one that sent last is the last. */
  readonly boots: string[];
  /** Whose connection last lost the client id while it was alive: the start of the device, or its address where it names no start. */
  lostBy: string | undefined;
};

export function newIdentityWatch(): IdentityWatch {
  return { turnsMs: [], boots: [], lostBy: undefined };
}

/** Notes a current reading (not one of a backlog). @returns whether two devices are at work */
export function noteBoot(watch: IdentityWatch, boot: string, nowMs: number): boolean {
  const { boots } = watch;
  if (boots[boots.length - 1] === boot) return false;
  const at = boots.indexOf(boot);
  if (at >= 0) boots.splice(at, 1);
  boots.push(boot);
  if (boots.length > bootsMax) boots.shift();
  // A start that is seen for the first time is a restart, not a turn.
  return at >= 0 && noteTurn(watch, nowMs);
}

/** The connection that lost its client id. */
export type Loser = {
  /** The start of the device that sent on it; undefined where it named none. */
  readonly boot: string | undefined;
  /** The network address of the other side; undefined where it is not known. */
  readonly address: string | undefined;
};

/**
 * Notes that a connection which was alive lost its client id to another one. One device that connects again before its old socket
 * closes loses the id to itself: then the start that lost, or the address, is the same as before. Where neither is known, nothing is
 * counted.
 * @returns whether two devices are at work
 */
export function noteLost(watch: IdentityWatch, { boot, address }: Loser, nowMs: number): boolean {
  const loser = boot !== undefined ? `boot ${boot}` : address !== undefined ? `address ${address}` : undefined;
  if (loser === undefined) return false;
  const before = watch.lostBy;
  watch.lostBy = loser;
  return loser !== before && noteTurn(watch, nowMs);
}

function noteTurn({ turnsMs }: IdentityWatch, nowMs: number): boolean {
  turnsMs.push(nowMs);
  if (turnsMs.length > turnsMin) turnsMs.shift();
  return turnsMs.length === turnsMin && nowMs - turnsMs[0]! <= windowMs;
}
