/**
 * The time zones of the wards, from the wards file of the dashboards. The times in messages are in these zones. A file
 * that is missing or wrong stops and delays nothing: as long as no file was read, the times are in UTC, with the label
 * UTC.
 */
import type { Logger } from 'pino';
import type { Registry } from '../../contracts/ward-registry.ts';
import { type FollowedFile, followFile } from '../../process/follow-file.ts';
import type { Metrics } from '../../process/metrics.ts';
import { readWardsFile } from '../../process/wards-file.ts';

/** Pause before the file is read again, ms (ours). */
const againMs = 2_000;

export type WardZones = {
  /** Returns the zone of a ward; undefined if it is not known. */
  of(ward: string | null): string | undefined;
  addMetrics(metrics: Metrics): void;
  close(): void;
};

/**
 * Reads the file, and reads it again when it changes. If a changed file is wrong, the former zones stay in force. Each
 * fault is logged once. Never throws.
 * @param path path of the wards file; empty: no ward has a zone
 */
export function followWardZones(path: string, log: Pick<Logger, 'info' | 'error'>, everyMs = againMs): WardZones {
  let zones: ReadonlyMap<string, string> = new Map();
  let file: FollowedFile<Registry> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let fault: string | undefined;
  let inUtc = 0;

  const take = ({ wards }: Registry) => {
    fault = undefined;
    zones = new Map(wards.flatMap(({ ward, zone }) => (zone === undefined ? [] : [[ward, zone] as const])));
    log.info({ wards: wards.length, zones: zones.size }, 'the zones of the wards are read');
  };
  const note = (error: string) => {
    if (error !== fault) log.error({ error }, 'the zones of the wards cannot be read; messages keep what they had');
    fault = error;
  };
  const open = () => {
    try {
      file = followFile({ path, read: readWardsFile, onRead: take, onFault: note, everyMs });
      take(file.current());
    } catch (error) {
      note((error as Error).message);
      timer = setTimeout(open, everyMs);
      timer.unref();
    }
  };
  if (path !== '') open();

  return {
    of(ward) {
      const zone = ward === null ? undefined : zones.get(ward);
      if (zone === undefined) inUtc += 1;
      return zone;
    },
    addMetrics(metrics) {
      metrics.counter(
        'vigil_delivery_utc_times_total',
        'Alarms in messages for which the zone of the ward is not known. A time in such a message is in UTC.',
        () => inUtc,
      );
      metrics.gauge(
        'vigil_delivery_zones_refused',
        '1 while the wards file of the delivery process cannot be read or is wrong.',
        () => (fault === undefined ? 0 : 1),
      );
    },
    close() {
      clearTimeout(timer);
      file?.close();
    },
  };
}
