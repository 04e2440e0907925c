/**
 * Follows the `associations` table: which patient is at which device, the category that selects the limits, and when a
 * period ended.
 */
import { appliesUntilMs, currentPeriod } from '../../contracts/association-at.ts';
import type { AssociationPeriod, DeviceAssociations } from '../../contracts/messages/records.ts';
import { type TimedPeriod, timedPeriods } from '../../contracts/periods.ts';
import { pseudonym, unassignedAssociation } from '../../log/envelope/pseudonym.ts';
import { attemptEach } from '../../process/timer-tasks.ts';
import type { AssociationInput } from './core/inputs.ts';

/**
 * Maximum number of devices in the table, which has one row for each device. Rows of further devices are refused and
 * counted.
 */
const devicesMax = 100_000;

export type Associations = {
  /**
   * Handles a row of the table.
   * @param nowMs the time at which the row was read. A start or an end after `nowMs` counts as `nowMs`.
   */
  fold(body: DeviceAssociations, nowMs: number): void;
  /**
   * Removes the row of a device that the hospital deleted. After this call no patient is at the device.
   * @param key the pseudonym of the device
   */
  forget(key: string, nowMs: number): void;
  /**
   * Returns an association; undefined if the table does not have it yet, or no longer has it. An id that begins with
   * `u-` (a device without a patient) is always found.
   */
  find(associationId: string): AssociationInput | undefined;
  /** Waits until `find` finds the association. Resolves to false if `find` does not find it within `waitMs`. */
  waitFor(associationId: string, waitMs: number): Promise<boolean>;
  /** Returns the associations of patients who are at a device now. */
  currentIds(): Iterable<string>;
  /** Returns the number of refused rows. */
  refusedCount(): number;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createAssociations(pseudonymKey: string): Associations {
  const devices = new Map<string, DeviceAssociations>();
  const periods = new Map<
    string,
    TimedPeriod<AssociationPeriod> & { readonly deviceId: string; readonly endedAt: number | null }
  >();
  /** Device ids by the devices' pseudonyms. */
  const deviceIds = new Map<string, string>();
  /** Device ids, by the id of the association that the device has without a patient. */
  const unassigned = new Map<string, string>();
  /**
   * One function for each waiting caller of `waitFor`. The function checks after each new row whether the association
   * has come.
   */
  const waiting = new Set<() => void>();
  let refused = 0;

  function fold(body: DeviceAssociations, nowMs: number): void {
    const before = devices.get(body.deviceId);
    if (before && before.version > body.version) return;
    const timed = timedPeriods(body.periods, nowMs);
    if (!timed || (!before && devices.size >= devicesMax)) {
      refused += 1;
      return;
    }
    // If a period is no longer in the row, the period has ended, and its alarms have ended too.
    const listedIds = new Set(body.periods.map((period) => period.associationId));
    for (const { associationId } of before?.periods ?? [])
      if (!listedIds.has(associationId)) periods.delete(associationId);
    devices.set(body.deviceId, body);
    unassigned.set(unassignedAssociation(pseudonymKey, body.deviceId), body.deviceId);
    const { deviceId } = body;
    deviceIds.set(pseudonym(pseudonymKey, 'device', deviceId), deviceId);
    for (const each of timed) {
      const untilMs = appliesUntilMs(timed, each);
      const endedAt = Number.isFinite(untilMs) ? Math.max(untilMs, each.fromMs) : null;
      periods.set(each.period.associationId, { ...each, deviceId, endedAt });
    }
    for (const check of waiting) check();
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

  /**
   * Returns the association of a device without a patient. While a patient is at the device, this association counts as
   * ended.
   */
  function unassignedInputOf(deviceId: string): AssociationInput {
    const current = currentPeriod(devices.get(deviceId)?.periods ?? []);
    const endedAt = current ? (periods.get(current.associationId)?.fromMs ?? null) : null;
    return { type: 'association', category: 'unassigned', ward: null, endedAt };
  }

  function find(associationId: string): AssociationInput | undefined {
    const timed = periods.get(associationId);
    if (timed) {
      const { deviceId, fromMs, endedAt } = timed;
      const { ward, patient } = timed.period;
      const category = patient?.category ?? 'unassigned';
      return { type: 'association', category, ward, endedAt, deviceId, from: fromMs };
    }
    const deviceId = unassigned.get(associationId);
    if (deviceId !== undefined) return unassignedInputOf(deviceId);
    return associationId.startsWith('u-')
      ? { type: 'association', category: 'unassigned', ward: null, endedAt: null }
      : undefined;
  }

  return {
    fold,
    forget,
    find,
    waitFor(associationId, waitMs) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const check = () => {
        const isPresent = find(associationId) !== undefined;
        if (isPresent) finish(true);
        return isPresent;
      };
      const timer = setTimeout(() => finish(false), waitMs);
      function finish(isPresent: boolean): void {
        clearTimeout(timer);
        waiting.delete(check);
        resolve(isPresent);
      }
      if (!check()) waiting.add(check);
      return promise;
    },
    currentIds() {
      const ids: string[] = [];
      attemptEach('patients', devices.values(), ({ periods: devicePeriods }) => {
        const current = currentPeriod(devicePeriods);
        if (current !== undefined && current.patient !== null) ids.push(current.associationId);
      });
      return ids;
    },
    refusedCount: () => refused,
  };
}
