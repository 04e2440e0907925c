/**
 * Detects two devices that use one certificate, from what one gateway sees (contracts/shared-identity.ts). There are
 * three signs: two live connections take the client id from each other again and again; or connections from another
 * network address take the client id again and again, although they send nothing and end by themselves; or current
 * readings come alternately from two starts (`boot`).
 */
import { noTurns, noteBoot as noteBootIn, noteTurn, type Turns } from '../../contracts/shared-identity.ts';

/**
 * If connections from another address take the client id this often within `takenWindowMs`, two devices use the
 * certificate (ours). The number is high, because behind several proxies a device with a bad network may seem to have
 * several addresses. Slower attacks leave the device connected for most of the time.
 */
const takenMin = 6;
const takenWindowMs = 60_000;

/** The signs that one gateway has seen of one device. */
export type IdentitySigns = {
  turns: Turns;
  /**
   * The live connection that last lost the client id: its start (`boot`), or its address if the device sends no `boot`.
   */
  lastLoser: string | undefined;
  /** When connections from another address last took the client id, ms; the oldest first, at most `takenMin`. */
  takenMs: readonly number[];
};

export function newIdentitySigns(): IdentitySigns {
  return { turns: noTurns, lastLoser: undefined, takenMs: [] };
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
  /** Network address of the newer connection; undefined if it is not known. */
  readonly newerAddress?: string | undefined;
};

/**
 * Notes that a live connection lost its client id to a newer connection. A single device can also cause such a loss, if
 * it connects again before its old socket is closed. Then the same start, or the same address, loses the client id each
 * time. Such a loss is not counted, unless the newer connections come from another address again and again. A loss is
 * also not counted if start and address are both unknown.
 * @returns whether two devices use the certificate
 */
export function noteLostClientId(signs: IdentitySigns, { boot, address, newerAddress }: Loser, nowMs: number): boolean {
  const isFromElsewhere = address !== undefined && newerAddress !== undefined && address !== newerAddress;
  if (isFromElsewhere) signs.takenMs = [...signs.takenMs, nowMs].slice(-takenMin);
  const { takenMs } = signs;
  const isTaken =
    isFromElsewhere && takenMs.length === takenMin && Math.max(...takenMs) - Math.min(...takenMs) <= takenWindowMs;
  const loser = boot !== undefined ? `boot ${boot}` : address !== undefined ? `address ${address}` : undefined;
  if (loser === undefined) return isTaken;
  const previousLoser = signs.lastLoser;
  signs.lastLoser = loser;
  if (loser === previousLoser) return isTaken;
  const { turns, isShared } = noteTurn(signs.turns, nowMs);
  signs.turns = turns;
  return isShared || isTaken;
}
