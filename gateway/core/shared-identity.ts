/**
 * Two devices with one certificate. The gateway takes them for one device, so their readings stand at one bed and may be of two
 * patients. They give themselves away in two ways: they take the client id from each other again and again, though the one that
 * lost it was alive; or readings about now come by turns from two starts (`boot`) of the device, which a device never returns to.
 */

/** So many turns within `windowMs`: no restart and no bad network does that (ours). */
const turnsMin = 3;
const windowMs = 60_000;
/** Starts of a device that are remembered: two are at work. */
const bootsMax = 4;

/** What has been seen of one device, on one gateway. */
export type IdentityWatch = {
  /** When turns were taken, ms since 1970; the oldest first, at most `turnsMin`. */
  readonly turnsMs: number[];
  /** Starts whose readings came, the last one last. */
  readonly boots: string[];
  /** Who last lost the client id while alive: the start of the device, or the address where it names no start. */
  lostBy: string | undefined;
};

export function newIdentityWatch(): IdentityWatch {
  return { turnsMs: [], boots: [], lostBy: undefined };
}

/** Notes a reading about now. @returns whether two devices are at work */
export function noteBoot(watch: IdentityWatch, boot: string, nowMs: number): boolean {
  const { boots } = watch;
  if (boots[boots.length - 1] === boot) return false;
  const at = boots.indexOf(boot);
  if (at >= 0) boots.splice(at, 1);
  boots.push(boot);
  if (boots.length > bootsMax) boots.shift();
  // A start that is met for the first time is a restart.
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
