/**
 * Detects two devices that use one certificate, from what one gateway sees (contracts/shared-identity.ts). There are
 * two signs: two live connections take the client id from each other again and again; or current readings come
 * alternately from two starts (`boot`).
 */
import { noTurns, noteBoot as noteBootIn, noteTurn, type Turns } from '../../contracts/shared-identity.ts';

/** The signs that one gateway has seen of one device. */
export type IdentitySigns = {
  turns: Turns;
  /**
   * The live connection that last lost the client id: its start (`boot`), or its address if the device sends no `boot`.
   */
  lastLoser: string | undefined;
};

export function newIdentitySigns(): IdentitySigns {
  return { turns: noTurns, lastLoser: undefined };
}

/**
 * Notes the `boot` of a current reading. The caller leaves out readings of a backlog.
 * @returns whether two devices use the certificate
 */
export function noteBoot(signs: IdentitySigns, boot: string, nowMs: number): boolean {
  const { turns, isShared } = noteBootIn(signs.turns, boot, nowMs);
  signs.turns = turns;
  return isShared;
}

/** The connection that lost its client id. */
type Loser = {
  /** The start that the device named on this connection; undefined if it named no start. */
  readonly boot: string | undefined;
  /** Network address of the device; undefined if it is not known. */
  readonly address: string | undefined;
};

/**
 * Notes that a live connection lost its client id to a newer connection. A single device can also cause such a loss, if
 * it connects again before its old socket is closed. Then the same start, or the same address, loses the client id each
 * time. Such a loss is not counted. A loss is also not counted if start and address are both unknown.
 * @returns whether two devices use the certificate
 */
export function noteLostClientId(signs: IdentitySigns, { boot, address }: Loser, nowMs: number): boolean {
  const loser = boot !== undefined ? `boot ${boot}` : address !== undefined ? `address ${address}` : undefined;
  if (loser === undefined) return false;
  const previousLoser = signs.lastLoser;
  signs.lastLoser = loser;
  if (loser === previousLoser) return false;
  const { turns, isShared } = noteTurn(signs.turns, nowMs);
  signs.turns = turns;
  return isShared;
}
