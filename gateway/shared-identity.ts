/** Reports to the bed, the log and the metrics that two devices use one certificate (core/shared-identity.ts). */
import type { Logger } from 'pino';
import { leftOutBefore } from './core/quiet.ts';
import { noteLost } from './core/shared-identity.ts';
import type { Counters } from './counters.ts';
import type { Source } from './source.ts';

export type IdentityAlarm = {
  /** Two devices send. May be called for each sign of it. */
  raise(source: Source): void;
  /** A connection that was alive lost its client id to a newer one. */
  lostAlive(source: Source, address: string | undefined): void;
};

export function createIdentityAlarm(options: {
  readonly tellBed: (source: Source) => void;
  readonly counters: Counters;
  readonly log: Logger;
  readonly now: () => number;
}): IdentityAlarm {
  const { counters, log, now } = options;

  function raise(source: Source): void {
    counters.sharedIdentity += 1;
    const leftOut = leftOutBefore(source.quiet, now());
    if (leftOut !== undefined) log.error({ deviceId: source.deviceId, leftOut }, 'two devices use one certificate');
    options.tellBed(source);
  }

  return {
    raise,
    lostAlive(source, address) {
      const { observations, status, waveforms } = source.numbers;
      const boot = observations.boot ?? status.boot ?? waveforms.boot;
      if (noteLost(source.identity, { boot, address }, now())) raise(source);
    },
  };
}
