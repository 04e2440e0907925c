/**
 * Shows a bed for which the code throws an error. The other beds of the screen go on. The bed has no values, no waves
 * and no patient, and a notice, so no old value looks new. The bed is computed again after each tick.
 */
import { vigilFailsText } from '../../../contracts/bed-notices.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { Bed } from '../../protocol/rest.ts';
import type { ForEach } from './each.ts';
import { type BedState, type LiveState, markHeaderChanged, nextChangeNo, wardOf } from './state.ts';

/** Called with each error about one bed. */
export type OnBedError = (error: unknown) => void;

export const failedBedCode = 'view-failed';

/** Returns the bed with a notice instead of its values. */
export function failedBedView(state: LiveState, bed: BedState): Bed {
  const { associationId, deviceId, period, tray } = bed;
  return {
    ...{ associationId, ward: wardOf(bed), bed: period ? visibleText(period.bed) : null },
    ...(tray ? { tray: visibleText(tray.ward) } : {}),
    ...{ occupied: (period?.patient ?? null) !== null, patient: null, since: period?.from ?? null },
    device: { deviceId, online: null, onlineChangedAt: null, conditions: [] },
    notices: [{ code: failedBedCode, text: vigilFailsText, since: formatInstant(state.nowMs) }],
    ...{ waves: [], limits: null, standby: null, scores: null, values: [] },
  };
}

/**
 * Gives all data and alarms of the failed beds new change numbers, so that the next sending computes them again. Called
 * about once a second.
 */
export function retryFailedBeds(state: LiveState, each: ForEach): void {
  const failed = [...state.failedBeds];
  state.failedBeds.clear();
  each(failed, (associationId) => {
    const bed = state.beds.get(associationId);
    if (!bed) return;
    markHeaderChanged(state, bed);
    each(state.alarmsOf.get(associationId) ?? [], (alarmId) => {
      const alarmState = state.alarms.get(alarmId);
      if (alarmState) state.alarms.set(alarmId, { ...alarmState, changeNo: nextChangeNo(state) });
    });
    bed.changeNo = state.changeNo;
  });
}
