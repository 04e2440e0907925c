/**
 * Decides which gateway has a client id. Gateways communicate through the log only. Each writes which id it claims for which of its
 * connections, follows the claims of all, and acts in that order. So the newest connection wins on all gateways, and all agree on it.
 */
import type { Logger } from 'pino';
import { type ClaimRecord, contentTypes } from '../contracts/messages/records.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { observe } from '../process/histogram.ts';
import { type LastClaims, noteClaim } from './core/claims.ts';
import type { Counters } from './counters.ts';
import type { Sink } from './listener/sink.ts';
import type { Measures } from './measures.ts';
import type { Source } from './source.ts';

/**
 * How long CONNACK waits for the claim. After that the client is accepted anyway. Kafka is away then, so no gateway acknowledges
 * anything, and a device that waits in its connection costs less than one that connects again and again.
 */
const waitMs = 2_000;
/** If the log did not take a claim, it is written again after this time, while its connection lasts. */
const againMs = 1_000;

export type Claims = Pick<Sink, 'claim'> & {
  /** Resolves when every claim that is written from then on will be read. */
  readonly ready: Promise<void>;
  /** The connection ended: its claim is not written again. A claim that was written may still be read, and is then reported. */
  forget(source: Source): void;
  close(): Promise<void>;
};

/** A connection whose claim was not yet read in the log. */
type Open = {
  readonly source: Source;
  readonly clientId: string;
  readonly sinceMs: number;
  /** Undefined after it was called. */
  settle: ((claimed: boolean) => void) | undefined;
  timer: NodeJS.Timeout;
  again: NodeJS.Timeout | undefined;
  /** Its connection has ended. */
  over: boolean;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export async function createClaims(options: {
  readonly sealedLog: Pick<SealedLog, 'append' | 'followTable'>;
  /** This process's start. */
  readonly boot: string;
  /** The log has the claim of a connection that did not wait for it. The connection may have ended. */
  readonly onClaimed: (source: Source) => void;
  /** Another gateway took a client id. */
  readonly onTaken: (clientId: string) => void;
  readonly counters: Counters;
  readonly measures: Measures;
  readonly log: Logger;
  readonly monotonicMs: () => number;
}): Promise<Claims> {
  const { sealedLog, boot, counters, measures, log, monotonicMs } = options;
  const met: LastClaims = new Map();
  /** By connection: the connections of the listener, and those that ended before their claim was read. */
  const open = new Map<string, Open>();

  function write(claim: Open): void {
    const { source, clientId } = claim;
    const body: ClaimRecord = { clientId, connection: source.boot };
    sealedLog.append('sessions', boot, contentTypes.claim, body).catch((error: unknown) => {
      if (open.get(source.boot) !== claim) return;
      if (claim.over) {
        remove(claim);
        return;
      }
      log.debug({ error: (error as Error).message }, 'a claim did not reach the log, trying again');
      claim.again = setTimeout(() => {
        claim.again = undefined;
        write(claim);
      }, againMs);
    });
  }

  function remove(claim: Open): void {
    open.delete(claim.source.boot);
    clearTimeout(claim.timer);
    clearTimeout(claim.again);
  }

  function settle(claim: Open, claimed: boolean): void {
    const { settle } = claim;
    claim.settle = undefined;
    settle?.(claimed);
  }

  function onOwn({ connection }: ClaimRecord, offset: string): void {
    const claim = open.get(connection);
    if (!claim) return;
    remove(claim);
    claim.source.claim = Number(offset);
    observe(measures.claimMs, monotonicMs() - claim.sinceMs);
    if (claim.settle) settle(claim, true);
    else options.onClaimed(claim.source);
  }

  const table = await sealedLog.followTable(
    ['sessions'],
    (read, { offset }) => {
      // This topic has no other type of record (contracts/messages/homes.ts).
      if (read?.record.contentType !== contentTypes.claim) return;
      const { place } = read.opened;
      if (!noteClaim(met, place.boot, place.seq)) return;
      if (place.boot === boot) onOwn(read.record.body, offset);
      else options.onTaken(read.record.body.clientId);
    },
    'end',
  );

  return {
    ready: table.ready,
    forget({ boot: connection }) {
      const claim = open.get(connection);
      if (!claim) return;
      claim.over = true;
      if (claim.again) remove(claim);
    },
    claim(source, clientId, settled) {
      const giveUp = () => {
        counters.connectionsUnclaimed += 1;
        settle(claim, false);
      };
      const claim: Open = {
        source,
        clientId,
        sinceMs: monotonicMs(),
        settle: settled,
        timer: setTimeout(giveUp, waitMs),
        again: undefined,
        over: false,
      };
      open.set(source.boot, claim);
      write(claim);
      return () => remove(claim);
    },
    async close() {
      for (const claim of [...open.values()]) remove(claim);
      await table.close();
    },
  };
}
