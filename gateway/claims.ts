/**
 * Decides which gateway has a client id. For each of its connections, a gateway writes a claim of the client id to the
 * log. Each gateway reads the claims of all gateways in the order of the log. So all gateways agree on the newest
 * connection of a client id.
 */
import type { Logger } from 'pino';
import { type ClaimRecord, contentTypes } from '../contracts/messages/records.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { observe } from '../process/histogram.ts';
import { runAfter } from '../process/timer-tasks.ts';
import { type LastClaims, noteClaim } from './core/claims.ts';
import type { Counters } from './counters.ts';
import type { Sink } from './listener/sink.ts';
import type { Measures } from './measures.ts';
import type { Source } from './source.ts';

/**
 * Longest time for which CONNACK waits for the claim. After this time the gateway accepts the client without a claim.
 * This loses no message, because no gateway acknowledges a message while Kafka does not answer. If the gateway refused
 * the client, the client would connect again and again, which costs more work than a connected client.
 */
const claimWaitMsMax = 2_000;
/** Time after which a failed claim is written again, if its connection is still open. */
const retryAfterMs = 1_000;

export type Claims = Pick<Sink, 'claim'> & {
  /** Resolves when the gateway has begun to read new claims. */
  readonly ready: Promise<void>;
  /**
   * Notes that a connection ended, so that its claim is not written again. If the claim is in the log already, the
   * claim is still reported.
   */
  forget(source: Source): void;
  close(): Promise<void>;
};

/** A claim that has not been read in the log yet. */
type PendingClaim = {
  readonly source: Source;
  readonly clientId: string;
  readonly sinceMs: number;
  /** Reports whether the log has the claim in time. Undefined after the report. */
  settle: ((claimed: boolean) => void) | undefined;
  timer: NodeJS.Timeout;
  /** Timer of the next attempt to write the claim; undefined if no attempt is planned. */
  retry: NodeJS.Timeout | undefined;
  /** Whether the connection has ended. */
  hasConnectionEnded: boolean;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export async function createClaims(options: {
  readonly sealedLog: Pick<SealedLog, 'append' | 'followTable'>;
  /** Name of this start of the process. */
  readonly boot: string;
  /**
   * Called when the log has the claim of a connection that was accepted without a claim. The connection may have ended
   * since then.
   */
  readonly onClaimed: (source: Source) => void;
  /** Called when another gateway has claimed a client id. */
  readonly onClaimedElsewhere: (clientId: string) => void;
  readonly counters: Counters;
  readonly measures: Measures;
  readonly log: Logger;
  readonly monotonicMs: () => number;
}): Promise<Claims> {
  const { sealedLog, boot, counters, measures, log, monotonicMs } = options;
  const lastClaims: LastClaims = new Map();
  /** The pending claims by the boot of their connection. The connection may have ended before its claim was read. */
  const pendingClaims = new Map<string, PendingClaim>();

  function writeClaim(claim: PendingClaim): void {
    const { source, clientId } = claim;
    const body: ClaimRecord = { clientId, connection: source.boot };
    sealedLog.append('sessions', boot, contentTypes.claim, body).catch((error: unknown) => {
      if (pendingClaims.get(source.boot) !== claim) return;
      if (claim.hasConnectionEnded) {
        removeClaim(claim);
        return;
      }
      log.debug({ error: (error as Error).message }, 'a claim could not be written to the log: trying again');
      claim.retry = runAfter('claim-retry', retryAfterMs, () => {
        claim.retry = undefined;
        writeClaim(claim);
      });
    });
  }

  function removeClaim(claim: PendingClaim): void {
    pendingClaims.delete(claim.source.boot);
    clearTimeout(claim.timer);
    clearTimeout(claim.retry);
  }

  function reportClaimed(claim: PendingClaim, claimed: boolean): void {
    const { settle } = claim;
    claim.settle = undefined;
    settle?.(claimed);
  }

  function onOwnClaim({ connection }: ClaimRecord, offset: string): void {
    const claim = pendingClaims.get(connection);
    if (!claim) return;
    removeClaim(claim);
    claim.source.claim = Number(offset);
    observe(measures.claimMs, monotonicMs() - claim.sinceMs);
    if (claim.settle) reportClaimed(claim, true);
    else options.onClaimed(claim.source);
  }

  const table = await sealedLog.followTable(
    ['sessions'],
    (read, { offset }) => {
      // The topic has only claims (contracts/messages/record-topics.ts).
      if (read?.record.contentType !== contentTypes.claim) return;
      const { origin } = read.opened;
      if (!noteClaim(lastClaims, origin.boot, origin.seq)) return;
      if (origin.boot === boot) onOwnClaim(read.record.body, offset);
      else options.onClaimedElsewhere(read.record.body.clientId);
    },
    'end',
  );

  return {
    ready: table.ready,
    forget({ boot: connection }) {
      const claim = pendingClaims.get(connection);
      if (!claim) return;
      claim.hasConnectionEnded = true;
      if (claim.retry) removeClaim(claim);
    },
    claim(source, clientId, onSettled) {
      const reportUnclaimed = () => {
        counters.connectionsUnclaimed += 1;
        reportClaimed(claim, false);
      };
      const claim: PendingClaim = {
        source,
        clientId,
        sinceMs: monotonicMs(),
        settle: onSettled,
        timer: runAfter('claim-wait', claimWaitMsMax, reportUnclaimed),
        retry: undefined,
        hasConnectionEnded: false,
      };
      pendingClaims.set(source.boot, claim);
      writeClaim(claim);
      return () => removeClaim(claim);
    },
    async close() {
      for (const claim of [...pendingClaims.values()]) removeClaim(claim);
      await table.close();
    },
  };
}
