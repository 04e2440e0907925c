/**
 * Prepares the values of a bed for the screen. The order is fixed, the values of a pressure stand together, and each
 * value has its limits.
 */

import { clockErrorShownMsMin, clockErrorText, sampledMs } from '../../../contracts/device-clock.ts';
import type { Alarm, GroupInForce, Limits, LimitsInForce, Priority } from '../../../contracts/messages/alarms.ts';
import { numberText } from '../../../contracts/number-text.ts';
import { type LimitGroup, type Parameter, type ParameterGroup, parameters } from '../../../contracts/parameters.ts';
import type { Numeric } from '../../protocol/rest.ts';
import { isAboutNow, mostSeriousAlarm } from './alarm-order.ts';
import type { PlacedBed } from './bed-groups.ts';
import { labelText, serverText } from './server-texts.ts';
import { t } from './texts.ts';
import { whenText } from './times.ts';

export type ShownValue = { readonly parameter: Parameter; readonly numeric: Numeric };

/** A number with its label, or the two or three numbers of a pressure with their label. */
export type Readout = {
  /** The code of the first value, which identifies the readout. */
  readonly key: string;
  readonly group: ParameterGroup;
  readonly label: string;
  readonly unitLabel: string;
  /** One value. A pressure has up to three values: systolic, diastolic and mean, as far as the device sends them. */
  readonly values: readonly ShownValue[];
  readonly isPressure: boolean;
};

const groupOrder: readonly ParameterGroup[] = ['HR', 'SpO2', 'ABP', 'NIBP', 'RR', 'EtCO2', 'PR', 'Temp'];
const pressureLabels: Partial<Readonly<Record<ParameterGroup, string>>> = { ABP: 'ABP', NIBP: 'NBP' };

/**
 * Returns the readouts of a bed. If several sensors measure the same parameter (there are three ways to count breaths),
 * the readout shows the newest value. The newest value is the value with the latest corrected time, and not with the
 * latest time of a device, because somebody may have set a device's clock back. If the times are equal, the receive
 * time decides.
 */
export function readoutsOf(values: readonly Numeric[]): Readout[] {
  const newest = new Map<string, ShownValue>();
  for (const numeric of values) {
    const parameter = parameters.get(numeric.code);
    if (!parameter) continue;
    const newestSoFar = newest.get(parameter.label);
    if (!newestSoFar || isReadLater(numeric, newestSoFar.numeric)) newest.set(parameter.label, { parameter, numeric });
  }
  const shownValues = [...newest.values()];
  return groupOrder.flatMap((group) => {
    const groupValues = shownValues.filter((value) => value.parameter.group === group);
    const label = pressureLabels[group];
    if (label === undefined)
      return groupValues.map((value) => newReadout(group, labelText(value.parameter.label), [value], false));
    groupValues.sort((a, b) => a.parameter.mdc - b.parameter.mdc);
    return groupValues.length === 0 ? [] : [newReadout(group, label, groupValues, true)];
  });
}

function isReadLater(a: Numeric, b: Numeric): boolean {
  return (ageStartMs(a) - ageStartMs(b) || Date.parse(a.receivedAt) - Date.parse(b.receivedAt)) > 0;
}

function newReadout(group: ParameterGroup, label: string, values: readonly ShownValue[], isPressure: boolean): Readout {
  const first = values[0]!;
  return { key: first.numeric.code, group, label, unitLabel: first.parameter.unitLabel, values, isPressure };
}

/** Returns the time from which the age of a value counts (protocol/rest.ts, `Numeric`). */
export function ageStartMs({ time, receivedAt, clockOffsetMs = 0 }: Numeric): number {
  return sampledMs(Date.parse(time), Date.parse(receivedAt), clockOffsetMs);
}

/**
 * Returns the text of the mark for a wrong clock of the device; undefined if the clock is wrong by less than
 * `clockErrorShownMsMin`.
 */
export function wrongClockText({ clockOffsetMs = 0 }: Numeric): string | undefined {
  if (Math.abs(clockOffsetMs) < clockErrorShownMsMin) return undefined;
  return t('The device clock is {clockError}: the age counts from the corrected time', {
    clockError: serverText(clockErrorText(clockOffsetMs)),
  });
}

/**
 * Returns a number with the digits of its parameter. If the value is missing, returns a dash and a note that says why.
 */
export function valueText(shown: ShownValue): { text: string; note: string | undefined } {
  const { numeric, parameter } = shown;
  const note = numeric.validity === undefined ? undefined : serverText(numeric.validity);
  if (numeric.value === undefined) return { text: '–', note: note ?? t('no value') };
  return { text: numberText(numeric.value, parameter.digits), note };
}

/** The limits of a parameter for the screen. */
export type ShownLimits = {
  readonly limits: Limits;
  /** Whether the low or the high limit is the patient's own. */
  readonly hasOwn: boolean;
  /**
   * If the low and high limits are off: the reason, and the time until which they are off. Undefined if they are on.
   */
  readonly off: GroupInForce['off'];
};

/**
 * Returns the name of the limit that the value is beyond; undefined if the value is within its limits. If the value is
 * also beyond the extreme limit, returns the extreme limit.
 */
export function limitBeyond(value: number | undefined, { low, high, extremeLow, extremeHigh }: Limits) {
  if (value === undefined) return undefined;
  if (extremeHigh !== undefined && value > extremeHigh) return 'extremeHigh';
  if (extremeLow !== undefined && value < extremeLow) return 'extremeLow';
  if (high !== undefined && value > high) return 'high';
  return low !== undefined && value < low ? 'low' : undefined;
}

/**
 * Returns the limits of a parameter that the alarm processor uses and has published; undefined if it has published no
 * limits.
 */
export function limitsFor(parameter: Parameter, inForce: LimitsInForce | null): ShownLimits | undefined {
  const group = groupInForce(parameter.limits, inForce);
  if (group === undefined) return undefined;
  const { limits, own, off } = group;
  if (off === undefined && limits.low === undefined && limits.high === undefined) return undefined;
  return { limits, hasOwn: own?.low !== undefined || own?.high !== undefined, off };
}

export function groupInForce(group: LimitGroup | undefined, inForce: LimitsInForce | null): GroupInForce | undefined {
  return inForce?.groups.find((entry) => entry.group === group);
}

/** Returns a text with the reason why limits are off, and with the time until which they are off. */
export function offText(off: NonNullable<GroupInForce['off']>, nowMs: number): string {
  const until = off.until === undefined ? '' : t(' until {when}', { when: whenText(Date.parse(off.until), nowMs) });
  return t('Alarm limits are off{until}: {reason}', { until, reason: off.reason });
}

/**
 * Returns the priority whose colour a readout has: the highest priority of the present physiological alarms of this
 * device and parameter; undefined without such alarms. Acknowledged alarms count too. Two codes with the same label,
 * such as two ways to count breaths, count as one parameter. Late, ended and technical alarms do not count, because
 * they are not about the number on the screen.
 */
export function readoutPriority(
  values: readonly ShownValue[],
  alarms: readonly Alarm[],
  deviceId: string,
): Priority | undefined {
  const labels = new Set<string | undefined>(values.map((value) => value.parameter.label));
  return mostSeriousAlarm(
    alarms.filter(
      (alarm) =>
        isAboutNow(alarm) &&
        alarm.kind === 'physiological' &&
        alarm.deviceId === deviceId &&
        labels.has(parameters.get(alarm.code ?? '')?.label),
    ),
  )?.priority;
}

/** Returns the name of a patient for a list, for example `Example, Ada`. */
export function patientName(patient: { familyName: string; givenName: string }): string {
  return patient.givenName === '' ? patient.familyName : `${patient.familyName}, ${patient.givenName}`;
}

/**
 * Returns the place of an alarm: `3`, or `ICU 3` if the screen shows several wards. If the device has no bed, returns
 * the device id.
 */
export function placeText(
  bed: { ward: string | null; bed: string | null } | undefined,
  deviceId: string,
  showsWard: boolean,
) {
  if (bed?.bed === undefined || bed.bed === null) return deviceId;
  return showsWard && bed.ward !== null ? `${bed.ward} ${bed.bed}` : bed.bed;
}

/** Created only once, because it takes far longer to create a collator than to compare two texts. */
const numberCollator = new Intl.Collator('en', { numeric: true });

/**
 * Compares two beds by the names of ward and bed. Numbers in a name are compared by value, so that 2 comes before 10.
 */
export function compareBeds(a: Pick<PlacedBed, 'ward' | 'bed'>, b: typeof a): number {
  return numberCollator.compare(a.ward, b.ward) || numberCollator.compare(a.bed, b.bed);
}
