/** Which patient is at which device, from the `associations` table: the category that selects the limits, and when a period ended. */
import { currentPeriod, decidesUntilMs } from '../../contracts/association-at.ts';
import type { AssociationPeriod, DeviceAssociations } from '../../contracts/messages/records.ts';
import { type Timed, timePeriods } from '../../contracts/periods.ts';
import { pseudonym, unassignedAssociation } from '../../log/envelope/pseudonym.ts';
import type { AssociationInput } from './core/inputs.ts';

/** Maximum number of devices in the table. It has a row for each device of the hospital. Further rows are refused and counted. */
const devicesMax = 100_000;

export type Associations = {
  /** @param nowMs when the row was read. Every start and end in the row happened before that, even if its time stamp says otherwise. */
  fold(body: DeviceAssociations, nowMs: number): void;
  /**
   * Removes a device's row (a tombstone: the hospital deleted the device). Its patient then counts as no longer at the device. The
   * screens show the same.
   * @param key pseudonym of the device
   */
  forget(key: string, nowMs: number): void;
  /** Undefined if the table does not know the association (yet). */
  at(associationId: string): AssociationInput | undefined;
  /** Resolves true once the table knows the association, false after `waitMs`. */
  known(associationId: string, waitMs: number): Promise<boolean>;
  /** The associations of patients who are at a device now. */
  open(): Iterable<string>;
  refused(): number;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createAssociations(pseudonymKey: string): Associations {
  const devices = new Map<string, DeviceAssociations>();
  const periods = new Map<
    string,
    Timed<AssociationPeriod> & { readonly deviceId: string; readonly endedAt: number | null }
  >();
  /** Device ids by the devices' pseudonyms. */
  const deviceIds = new Map<string, string>();
  /** Device ids by the association that a device has while no patient is on it. */
  const unassigned = new Map<string, string>();
  const waiting = new Set<() => void>();
  let refused = 0;

  function fold(body: DeviceAssociations, nowMs: number): void {
    const before = devices.get(body.deviceId);
    if (before && before.version > body.version) return;
    const timed = timePeriods(body.periods, nowMs);
    if (!timed || (!before && devices.size >= devicesMax)) {
      refused += 1;
      return;
    }
    // A period that is no longer in the row has ended for good. Its alarms ended when it did.
    const staying = new Set(body.periods.map((period) => period.associationId));
    for (const { associationId } of before?.periods ?? [])
      if (!staying.has(associationId)) periods.delete(associationId);
    devices.set(body.deviceId, body);
    unassigned.set(unassignedAssociation(pseudonymKey, body.deviceId), body.deviceId);
    const { deviceId } = body;
    deviceIds.set(pseudonym(pseudonymKey, 'device', deviceId), deviceId);
    for (const each of timed) {
      const overMs = decidesUntilMs(timed, each);
      const endedAt = Number.isFinite(overMs) ? Math.max(overMs, each.fromMs) : null;
      periods.set(each.period.associationId, { ...each, deviceId, endedAt });
    }
    for (const wake of waiting) wake();
  }

  function forget(key: string, nowMs: number): void {
    const deviceId = deviceIds.get(key);
    if (deviceId === undefined) return;
    for (const { associationId } of devices.get(deviceId)?.periods ?? []) {
      const period = periods.get(associationId);
      if (period?.endedAt === null) periods.set(associationId, { ...period, endedAt: nowMs });
    }
    deviceIds.delete(key);
    devices.delete(deviceId);
  }

  function ofDevice(deviceId: string): AssociationInput {
    const now = currentPeriod(devices.get(deviceId)?.periods ?? []);
    const endedAt = now ? (periods.get(now.associationId)?.fromMs ?? null) : null;
    return { type: 'association', category: 'unassigned', ward: null, endedAt };
  }

  function at(associationId: string): AssociationInput | undefined {
    const known = periods.get(associationId);
    if (known) {
      const { deviceId, fromMs, endedAt } = known;
      const { ward, patient } = known.period;
      const category = patient?.category ?? 'unassigned';
      return { type: 'association', category, ward, endedAt, deviceId, from: fromMs };
    }
    const deviceId = unassigned.get(associationId);
    if (deviceId !== undefined) return ofDevice(deviceId);
    return associationId.startsWith('u-')
      ? { type: 'association', category: 'unassigned', ward: null, endedAt: null }
      : undefined;
  }

  return {
    fold,
    forget,
    at,
    known(associationId, waitMs) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const look = () => {
        const found = at(associationId) !== undefined;
        if (found) done(true);
        return found;
      };
      const timer = setTimeout(() => done(false), waitMs);
      function done(found: boolean): void {
        clearTimeout(timer);
        waiting.delete(look);
        resolve(found);
      }
      if (!look()) waiting.add(look);
      return promise;
    },
    *open() {
      for (const { periods: devicePeriods } of devices.values()) {
        const current = currentPeriod(devicePeriods);
        if (current !== undefined && current.patient !== null) yield current.associationId;
      }
    },
    refused: () => refused,
  };
}
