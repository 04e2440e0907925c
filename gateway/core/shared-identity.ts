/**
 * Detects two devices with one certificate, as far as one gateway can (contracts/shared-identity.ts). They take the client id from each
 * other again and again, though the connection that lost it was alive. Or current readings come by turns from two starts (`boot`).
 */
import { noTurns, noteBoot as noteBootIn, noteTurn, type Turns } from '../../contracts/shared-identity.ts';

/** What one gateway has seen of one device. */
export type IdentityWatch = {
  turns: Turns;
  /** Which connection last lost the client id while it was alive: the start of the device, or its address if it names no start. */
  lostBy: string | undefined;
};

export function newIdentityWatch(): IdentityWatch {
  return { turns: noTurns, lostBy: undefined };
}

/** Notes a current reading (not one of a backlog). @returns whether two devices send */
export function noteBoot(watch: IdentityWatch, boot: string, nowMs: number): boolean {
  const { turns, isShared } = noteBootIn(watch.turns, boot, nowMs);
  watch.turns = turns;
  return isShared;
}

/** The connection that lost its client id. */
type Loser = {
  /** The start of the device that sent on it; undefined if it named none. */
  readonly boot: string | undefined;
  /** The network address of the other side; undefined if it is not known. */
  readonly address: string | undefined;
};

/**
 * Notes that a connection which was alive lost its client id to another one. A single device that connects again before its old socket
 * closes takes the id from itself: then the start that lost, or the address, is the same as before. If neither is known, nothing is
 * counted.
 * @returns whether two devices send
 */
export function noteLost(watch: IdentityWatch, { boot, address }: Loser, nowMs: number): boolean {
  const loser = boot !== undefined ? `boot ${boot}` : address !== undefined ? `address ${address}` : undefined;
  if (loser === undefined) return false;
  const before = watch.lostBy;
  watch.lostBy = loser;
  if (loser === before) return false;
  const { turns, isShared } = noteTurn(watch.turns, nowMs);
  watch.turns = turns;
  return isShared;
}
