/** Decides which devices the page Devices shows, and in which order. Also makes texts about devices. Pure. */

import { certificateEndText } from '../../../contracts/certificate-end.ts';
import { clockErrorShownMsMin, clockErrorText } from '../../../contracts/device-clock.ts';
import { technicalConditions } from '../../../contracts/parameters.ts';
import type { Devices } from '../../protocol/devices.ts';
import { serverText } from './server-texts.ts';
import { t, texts } from './texts.ts';
import { dateTimeText, whenText } from './times.ts';

export type DeviceRow = Devices['devices'][number];

/**
 * How often the page asks for the list, ms (ours). A list of 1,000 devices has 540 kB. The server compresses it, but
 * must write it and the page must read it.
 */
export function askEveryMs(deviceCount: number): number {
  return deviceCount > 200 ? 15_000 : 5_000;
}

/** What a person chose on the page. `ward` is the empty text for all wards. */
export type DeviceChoice = {
  readonly text: string;
  readonly ward: string;
  readonly which: 'all' | 'trouble' | 'refused' | 'no-bed';
};

/** Returns sentences about what is wrong with a device; empty if nothing is known to be wrong. */
function troublesOf({ device, facts }: DeviceRow): string[] {
  const conditionTexts = device.conditions
    .filter((condition) => condition.present)
    .map((condition) => t(technicalConditions[condition.condition].text));
  return [...new Set([...conditionTexts, ...facts.troubles.map(serverText)])];
}

/** Returns what is wrong with a device as one text; undefined if nothing is known to be wrong. */
export function reportsOf(row: DeviceRow): string | undefined {
  const troubles = troublesOf(row);
  if (troubles.length > 0) return troubles.join(', ');
  // If a device in trouble has no text, the trouble is that the device is offline at its bed
  // (dashboard/server/core/device-list.ts).
  return row.facts.inTrouble ? t('offline at a bed') : undefined;
}

/** Returns the matching devices, first the devices in trouble and then all others, each group sorted by id. */
export function shownDevices(devices: readonly DeviceRow[], { text, ward, which }: DeviceChoice): DeviceRow[] {
  const wanted = text.trim().toLowerCase();
  return sorted(devices).filter((row) => {
    if (ward !== '' && (row.current?.ward ?? row.lastWard) !== ward) return false;
    if (which === 'trouble' && !row.facts.inTrouble) return false;
    if (which === 'refused' && !row.facts.refused?.messages) return false;
    if (which === 'no-bed' && row.current !== null) return false;
    return wanted === '' || searchedText(row).includes(wanted);
  });
}

/**
 * The sorted rows of each list from the server. So the page need not sort the list again after each key press in the
 * search field.
 */
const sortedRows = new WeakMap<readonly DeviceRow[], readonly DeviceRow[]>();

function sorted(devices: readonly DeviceRow[]): readonly DeviceRow[] {
  const stored = sortedRows.get(devices);
  if (stored) return stored;
  const rows = [...devices].sort((a, b) => Number(b.facts.inTrouble) - Number(a.facts.inTrouble) || byId(a, b));
  sortedRows.set(devices, rows);
  return rows;
}

function searchedText({ device, current, facts }: DeviceRow): string {
  return [device.deviceId, device.model, facts.serial, current?.ward, current?.bed].join('\n').toLowerCase();
}

const idOrder = new Intl.Collator('en', { numeric: true });
const byId = (a: DeviceRow, b: DeviceRow) => idOrder.compare(a.device.deviceId, b.device.deviceId);

/** Returns the wards of the devices and the chosen ward, sorted. `chosen` is empty for all wards. */
export function wardsOf(devices: readonly DeviceRow[], chosen: string): string[] {
  const wards = devices.flatMap((row) => row.current?.ward ?? row.lastWard ?? []);
  return [...new Set(chosen === '' ? wards : [...wards, chosen])].sort(idOrder.compare);
}

/** Returns the error of the device's clock as a text; `not known` if the server has no reading of the device. */
export function clockText({ facts: { clockOffsetMs } }: DeviceRow): string {
  if (clockOffsetMs === null) return t('not known');
  return Math.abs(clockOffsetMs) < clockErrorShownMsMin ? t('right') : serverText(clockErrorText(clockOffsetMs));
}

/** Returns a sentence about the end of the device's certificate. */
export function certificateText({ certificateEndsAt }: DeviceRow['facts'], nowMs: number): string {
  if (certificateEndsAt === null) return t('End of the certificate: not known until the device connects again.');
  const endMs = Date.parse(certificateEndsAt);
  return `${serverText(certificateEndText(endMs, nowMs))} (${dateTimeText(endMs)}).`;
}

/** Returns a sentence about the version of the firmware that the device declares. */
export function firmwareText({ firmware }: DeviceRow['facts']): string {
  return firmware === undefined ? t('Firmware: not declared.') : t('Firmware: {firmware}', { firmware });
}

/** Returns sentences about readings of the last day: how many never came, and how many came but were not used. */
export function gapsText({ gaps }: DeviceRow['facts'], nowMs: number): string {
  if (gaps === null)
    return t('Gaps in the readings: not known, because this server has read no numbered reading of the device.');
  const since = whenText(gaps.sinceMs, nowMs);
  const unused =
    gaps.unused === 0
      ? ''
      : ` ${t('{n} reading came, but was refused or kept apart.|{n} readings came, but were refused or kept apart.', { n: gaps.unused })}`;
  const missing =
    gaps.missing === 0
      ? t('Gaps in the readings: none since {since}.', { since })
      : t(
          'Gaps in the readings: {n} reading is missing since {since}.|Gaps in the readings: {n} readings are missing since {since}.',
          {
            n: gaps.missing,
            since,
          },
        );
  return missing + unused;
}

/**
 * Returns when the server last read something about the device; `not known` if the server has read nothing about the
 * device since the server's start.
 */
export function lastSeenText({ facts: { lastSeenAt } }: DeviceRow, nowMs: number): string {
  return lastSeenAt === null ? t('not known') : whenText(Date.parse(lastSeenAt), nowMs);
}

export const deviceEventNames = texts({
  connected: 'connected',
  disconnected: 'disconnected',
  'clock-set-back': 'the clock of the device was set back',
  'certificate-renewed': 'connected with a renewed certificate',
  closed: 'disconnected: the connection was closed',
  will: 'disconnected: the connection broke',
  'keep-alive': 'disconnected: the device sent nothing for too long',
  refused: 'the gateway refused the device and ended the connection',
  'taken-over': 'a newer connection of the device replaced this one',
  drained: 'the gateway stopped in order and ended the connection',
  assigned: 'assigned to a bed',
  moved: 'moved to another bed',
  corrected: 'patient’s data corrected',
  ended: 'use ended',
}) satisfies Record<NonNullable<DeviceRow['facts']['events']>[number]['kind'], string>;
