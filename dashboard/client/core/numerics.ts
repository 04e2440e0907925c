/**
 * A bed's values as a clinician reads them: in a fixed order, a pressure in one place, each with the limits that judge
 * it.
 */
import { clockErrorShownMsMin, sampledMs } from '../../../contracts/device-clock.ts';
import type { Alarm, GroupInForce, Limits, LimitsInForce, Priority } from '../../../contracts/messages/alarms.ts';
import { numberText } from '../../../contracts/number-text.ts';
import { type LimitGroup, type Parameter, type ParameterGroup, parameters } from '../../../contracts/parameters.ts';
import type { Numeric } from '../../protocol/rest.ts';
import { gravest, isAboutNow } from './alarm-order.ts';
import type { PlacedBed } from './bed-groups.ts';
import { whenText } from './times.ts';

export type Shown = { readonly parameter: Parameter; readonly numeric: Numeric };

export type Slot = {
  /** The id comes from its first code: it stays while the bed has that code. */
  readonly key: string;
  readonly group: ParameterGroup;
  readonly label: string;
  readonly unitLabel: string;
  /** One value; of a pressure systolic, diastolic and mean, as far as they came. */
  readonly values: readonly Shown[];
  readonly pressure: boolean;
};

const groupOrder: readonly ParameterGroup[] = ['HR', 'SpO2', 'ABP', 'NIBP', 'RR', 'EtCO2', 'PR', 'Temp'];
const pressureLabels: Partial<Readonly<Record<ParameterGroup, string>>> = { ABP: 'ABP', NIBP: 'NBP' };

/**
 * Returns the slots of a bed. If several sensors measure the same (three ways to count breaths), the newest value
 * counts: by the corrected time, since a device's clock may have been set back after one of them stopped; of one
 * instant by receipt.
 */
export function slotsOf(values: readonly Numeric[]): Slot[] {
  const newest = new Map<string, Shown>();
  for (const numeric of values) {
    const parameter = parameters.get(numeric.code);
    if (!parameter) continue;
    const newestSoFar = newest.get(parameter.label);
    if (!newestSoFar || isReadLater(numeric, newestSoFar.numeric)) newest.set(parameter.label, { parameter, numeric });
  }
  const shown = [...newest.values()];
  return groupOrder.flatMap((group) => {
    const mine = shown.filter((value) => value.parameter.group === group);
    const label = pressureLabels[group];
    if (label === undefined) return mine.map((value) => slot(group, value.parameter.label, [value], false));
    mine.sort((a, b) => a.parameter.mdc - b.parameter.mdc);
    return mine.length === 0 ? [] : [slot(group, label, mine, true)];
  });
}

function isReadLater(a: Numeric, b: Numeric): boolean {
  return (bornAtMs(a) - bornAtMs(b) || Date.parse(a.receivedAt) - Date.parse(b.receivedAt)) > 0;
}

function slot(group: ParameterGroup, label: string, values: readonly Shown[], pressure: boolean): Slot {
  const first = values[0]!;
  return { key: first.numeric.code, group, label, unitLabel: first.parameter.unitLabel, values, pressure };
}

/** The instant from which a value's age counts (protocol/rest.ts, `Numeric`). */
export function bornAtMs({ time, receivedAt, clockOffsetMs = 0 }: Numeric): number {
  return sampledMs(Date.parse(time), Date.parse(receivedAt), clockOffsetMs);
}

/**
 * What the mark at a number says of its device's clock; undefined if the clock is right, within what an age may show.
 */
export function clockText({ clockOffsetMs = 0 }: Numeric): string | undefined {
  if (Math.abs(clockOffsetMs) < clockErrorShownMsMin) return undefined;
  const seconds = Math.round(Math.abs(clockOffsetMs) / 1000);
  return `The device clock is ${seconds} s ${clockOffsetMs > 0 ? 'behind' : 'ahead'}: the age counts from the corrected time`;
}

/** Returns a number with its parameter's digits; without a value, a dash and a word that says why. A real 0 is `0`. */
export function valueText(shown: Shown): { text: string; note: string | undefined } {
  const { numeric, parameter } = shown;
  if (numeric.value === undefined) return { text: '–', note: numeric.validity ?? 'no value' };
  return { text: numberText(numeric.value, parameter.digits), note: numeric.validity };
}

/** What a screen shows of the limits of a parameter. */
export type ShownLimits = {
  readonly limits: Limits;
  /** Whether one of the plain limits is the patient's own. */
  readonly own: boolean;
  /** Whether the plain limits are off. */
  readonly off: GroupInForce['off'];
};

/**
 * Returns the limits that judge a parameter, as the alarm processor published them; undefined if it published none.
 * Nothing is computed here.
 */
export function limitsFor(parameter: Parameter, inForce: LimitsInForce | null): ShownLimits | undefined {
  const found = groupInForce(parameter.limits, inForce);
  if (found === undefined) return undefined;
  const { limits, own, off } = found;
  if (off === undefined && limits.low === undefined && limits.high === undefined) return undefined;
  return { limits, own: own?.low !== undefined || own?.high !== undefined, off };
}

export function groupInForce(group: LimitGroup | undefined, inForce: LimitsInForce | null): GroupInForce | undefined {
  return inForce?.groups.find((entry) => entry.group === group);
}

/** Why limits are off, and until when. */
export function offText(off: NonNullable<GroupInForce['off']>, nowMs: number): string {
  const until = off.until === undefined ? '' : ` until ${whenText(Date.parse(off.until), nowMs)}`;
  return `Alarm limits are off${until}: ${off.reason}`;
}

/**
 * Returns the priority that colours a slot's number: of the gravest alarm about one of its values. Such an alarm is of
 * the same parameter and device, is present, and is physiological. It counts whether acknowledged or not: the condition
 * is there. A late alarm is about an older value; an ended or a technical alarm says nothing of the number.
 */
export function slotPriority(
  values: readonly Shown[],
  alarms: readonly Alarm[],
  deviceId: string,
): Priority | undefined {
  const codes = new Set(values.map((value) => value.numeric.code));
  return gravest(
    alarms.filter(
      (alarm) =>
        isAboutNow(alarm) &&
        alarm.kind === 'physiological' &&
        alarm.deviceId === deviceId &&
        alarm.code !== undefined &&
        codes.has(alarm.code),
    ),
  )?.priority;
}

/** A patient's name as written on lists: `Example, Ada`. */
export function patientName(patient: { familyName: string; givenName: string }): string {
  return patient.givenName === '' ? patient.familyName : `${patient.familyName}, ${patient.givenName}`;
}

/** Where an alarm is: `3`, or `ICU 3` if several wards are on one screen; a device without a bed by its id. */
export function placeText(
  bed: { ward: string | null; bed: string | null } | undefined,
  deviceId: string,
  wards: boolean,
) {
  if (bed?.bed === undefined || bed.bed === null) return deviceId;
  return wards && bed.ward !== null ? `${bed.ward} ${bed.bed}` : bed.bed;
}

/** Shared: making a collator costs far more than comparing. */
const byNumber = new Intl.Collator('en', { numeric: true });

/** Beds in the order of the ward's doors: 2 before 10. */
export function compareBeds(a: Pick<PlacedBed, 'ward' | 'bed'>, b: typeof a): number {
  return byNumber.compare(a.ward, b.ward) || byNumber.compare(a.bed, b.bed);
}
