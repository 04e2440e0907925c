/** Reads two tables from the log: the associations of devices with patients, and the wards that screens show. */
import type { Logger } from 'pino';
import type { PresenceRecord } from '../contracts/messages/presence.ts';
import { contentTypes, type DeviceAssociations } from '../contracts/messages/records.ts';
import { countsAtStart } from '../contracts/presence-at-start.ts';
import { parseInstant } from '../contracts/time.ts';
import { pseudonym } from '../log/envelope/pseudonym.ts';
import type { SealedLog, TableRecord } from '../log/sealed-log.ts';
import type { ReadRecord } from '../log/sealed-reading.ts';
import { type Period, readPeriods } from './core/associations.ts';
import type { Presence } from './core/inbox.ts';

/**
 * Maximum number of devices with associations. A dashboard creates at most half as many. Above this number, Vigil does
 * not keep the associations of further devices. Vigil then refuses the readings of every device that is not in the
 * table. Otherwise these readings might be stored without their patient.
 */
const devicesMaxDefault = 100_000;
/**
 * Maximum number of dashboard processes that are remembered. If there are more, the gateway forgets the process that
 * has written nothing for the longest time.
 */
const presencesMax = 1_000;

export type Tables = {
  /** Resolves when both tables are read. */
  readonly ready: Promise<void>;
  isReady(): boolean;
  /** Returns the periods of a device, in the order of the table; empty if the table does not have the device. */
  periodsOf(devicePseudonym: string): readonly Period[];
  /**
   * Returns whether Vigil can know to which patient a reading of this device belongs. False if its associations may
   * have been left out.
   */
  serves(devicePseudonym: string): boolean;
  presences(): Iterable<Presence>;
  close(): Promise<void>;
};

const noPeriods: readonly Period[] = [];

type DeviceEntry = { readonly version: number; readonly periods: readonly Period[] };

export async function followTables(options: {
  readonly log: Logger;
  readonly sealedLog: Pick<SealedLog, 'followTable'>;
  readonly pseudonymKey: string;
  readonly now: () => number;
  readonly onAssociation: (deviceId: string) => void;
  /** Maximum number of devices with associations; `devicesMaxDefault` if absent. */
  readonly devicesMax?: number;
}): Promise<Tables> {
  const { log, sealedLog, pseudonymKey, now, devicesMax = devicesMaxDefault } = options;
  const devices = new Map<string, DeviceEntry>();
  const presences = new Map<string, Presence>();
  let isReady = false;
  let hasOverflowed = false;

  function onRecord(read: ReadRecord | null, { topic, key, offset }: TableRecord): void {
    if (read === null) {
      if (topic === 'associations') devices.delete(key);
      else presences.delete(key);
      return;
    }
    const { record } = read;
    // The delivery process writes its sign of life for the dashboards; the gateway does not use it.
    if (record.contentType === contentTypes.deliverySign) return;
    const isUsed =
      (record.contentType === contentTypes.associations && takeAssociations(key, record.body)) ||
      (record.contentType === contentTypes.presence && takePresence(key, record.body));
    if (!isUsed) log.error({ topic, offset, contentType: record.contentType }, 'an invalid table record was left out');
  }

  function takeAssociations(key: string, body: DeviceAssociations): boolean {
    const periods = readPeriods(body, now());
    if (!periods || pseudonym(pseudonymKey, 'device', body.deviceId) !== key) return false;
    // Several dashboard processes write the table, so an older version may come after a newer version.
    if (body.version < (devices.get(key)?.version ?? 0)) return true;
    if (!devices.has(key) && devices.size >= devicesMax) {
      if (!hasOverflowed)
        log.error(
          { devices: devices.size },
          'too many devices have associations: readings of further devices are refused',
        );
      hasOverflowed = true;
      return true;
    }
    devices.set(key, { version: body.version, periods });
    if (isReady) options.onAssociation(body.deviceId);
    return true;
  }

  function takePresence(key: string, body: PresenceRecord): boolean {
    if (parseInstant(body.at) === undefined) return false;
    presences.delete(key);
    if (!isReady && !countsAtStart(body, now())) return true;
    presences.set(key, {
      readAtMs: now(),
      wards: new Set(body.wards),
      hasEngineering: body.engineering === true,
    });
    const oldest = presences.size > presencesMax ? presences.keys().next().value : undefined;
    if (oldest !== undefined) presences.delete(oldest);
    return true;
  }

  const table = await sealedLog.followTable(['associations', 'presence'], onRecord);
  const ready = table.ready.then(() => {
    isReady = true;
    log.info({ devices: devices.size }, 'associations read');
  });
  return {
    ready,
    isReady: () => isReady,
    periodsOf: (devicePseudonym) => devices.get(devicePseudonym)?.periods ?? noPeriods,
    serves: (devicePseudonym) => !hasOverflowed || devices.has(devicePseudonym),
    presences: () => presences.values(),
    close: table.close,
  };
}
