/** Reports to the bed, the log and the metrics that two devices use one certificate (core/shared-identity.ts). */
import type { Logger } from 'pino';
import { linesLeftOut } from './core/log-limiter.ts';
import { noteLostClientId } from './core/shared-identity.ts';
import type { Counters } from './counters.ts';
import type { Source } from './source.ts';

export type IdentityAlarm = {
  /** Reports that two devices use one certificate. May be called for each sign. */
  raise(source: Source): void;
  /**
   * Notes that a live connection lost its client id to a newer connection. Reports two devices if the loss proves that
   * they use one certificate.
   */
  lostIdWhileAlive(source: Source, address: string | undefined, newerAddress: string | undefined): void;
};

export function createIdentityAlarm(options: {
  readonly notifyBed: (source: Source) => void;
  readonly counters: Counters;
  readonly log: Logger;
  readonly now: () => number;
}): IdentityAlarm {
  const { counters, log, now } = options;

  function raise(source: Source): void {
    counters.sharedIdentity += 1;
    const leftOut = linesLeftOut(source.logLimiter, now());
    if (leftOut !== undefined) log.error({ deviceId: source.deviceId, leftOut }, 'two devices use one certificate');
    options.notifyBed(source);
  }

  return {
    raise,
    lostIdWhileAlive(source, address, newerAddress) {
      const { observations, status, waveforms } = source.numbers;
      const boot = observations.boot ?? status.boot ?? waveforms.boot;
      if (noteLostClientId(source.identity, { boot, address, newerAddress }, now())) raise(source);
    },
  };
}
