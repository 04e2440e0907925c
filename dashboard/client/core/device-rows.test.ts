import { describe, expect, it } from 'vitest';
import {
  askEveryMs,
  certificateText,
  clockText,
  type DeviceChoice,
  type DeviceRow,
  firmwareText,
  gapsText,
  lastSeenText,
  reportsOf,
  shownDevices,
  wardsOf,
} from './device-rows.ts';

type Fields = {
  device?: Partial<DeviceRow['device']>;
  facts?: Partial<DeviceRow['facts']>;
  current?: DeviceRow['current'];
};
const bed = { associationId: 'a', ward: 'icu', bed: 'ICU-1', occupied: true, others: [], openTasks: 0 };

function row(deviceId: string, { device, facts, current = bed }: Fields = {}, lastWard?: string): DeviceRow {
  return {
    device: { deviceId, online: true, onlineChangedAt: null, conditions: [], ...device },
    version: 1,
    current,
    ...(lastWard === undefined ? {} : { lastWard }),
    facts: {
      lastSeenAt: null,
      clockOffsetMs: null,
      certificateEndsAt: null,
      gaps: null,
      refused: null,
      inTrouble: false,
      troubles: [],
      events: [],
      ...facts,
    },
  };
}

const refused = { messages: 2, apart: 0, reasons: [{ code: 'time-invalid', messages: 2 }], lastAt: null };
const all: DeviceChoice = { text: '', ward: '', which: 'all' };
const condition = { condition: 'MDC_EVT_BATT_LO', present: true } as never;
const fine = row('m-10', { device: { model: 'Acme Vista' }, facts: { serial: 'SN-77' } });
const offline = row('m-9', { device: { online: false }, facts: { inTrouble: true, refused } });
const weak = row('m-8', { device: { conditions: [condition] }, facts: { inTrouble: true } });
const spare = row('m-1', { device: { online: false }, current: null }, 'step');
const wrongClock = row('m-2', {
  facts: { troubles: ['Device clock is 30 s behind'], inTrouble: true, clockOffsetMs: 30_000 },
});
const devices = [fine, offline, weak, spare, wrongClock];
const idsOf = (choice: Partial<DeviceChoice>) =>
  shownDevices(devices, { ...all, ...choice }).map((of) => of.device.deviceId);

describe('shownDevices', () => {
  it('devices in trouble come first; in each group, the ids are in the order of their numbers', () => {
    expect(idsOf({})).toEqual(['m-2', 'm-8', 'm-9', 'm-1', 'm-10']);
  });

  it.each([
    [{ which: 'trouble' }, ['m-2', 'm-8', 'm-9']],
    [{ which: 'no-bed' }, ['m-1']],
    [{ which: 'refused' }, ['m-9']],
    [{ ward: 'step' }, ['m-1']],
    [{ text: ' sn-77 ' }, ['m-10']],
    [{ text: 'VISTA' }, ['m-10']],
    [{ text: 'icu-1', which: 'trouble' }, ['m-2', 'm-8', 'm-9']],
    [{ text: 'nothing' }, []],
  ] as const)('the choice %o shows exactly the devices that match it', (choice, ids) =>
    expect(idsOf(choice)).toEqual(ids),
  );

  it('wardsOf names each ward once, also the last ward of a device without a bed, and the chosen ward', () => {
    expect(wardsOf(devices, '')).toEqual(['icu', 'step']);
    expect(wardsOf(devices, 'hdu')).toEqual(['hdu', 'icu', 'step']);
  });
});

it.each([
  [null, 'not known'],
  [0, 'right'],
  [2_999, 'right'],
  [30_000, '30 s behind'],
])('a clock error of %s ms is "%s"', (clockOffsetMs, text) =>
  expect(clockText(row('m', { facts: { clockOffsetMs } }))).toContain(text),
);

it('if the server has read nothing about a device, the page says “not known” instead of a time', () => {
  expect(lastSeenText(fine, 0)).toBe('not known');
  const lastSeenAt = new Date(2026, 0, 1, 10, 0).toISOString();
  expect(lastSeenText(row('m', { facts: { lastSeenAt } }), Date.parse(lastSeenAt))).toBe('10:00:00');
});

it('certificateText says in how many days and when the certificate ends, or that the end is not known', () => {
  const nowMs = new Date(2026, 0, 1, 12).getTime();
  const textOf = (certificateEndsAt: string | null) =>
    certificateText(row('m', { facts: { certificateEndsAt } }).facts, nowMs);
  expect(textOf(null)).toContain('not known');
  expect(textOf(new Date(2026, 0, 13, 13).toISOString())).toBe('Certificate ends in 12 days (2026-01-13 13:00:00).');
});

it('reportsOf says that a device is offline at a bed, and says nothing about a device in order', () => {
  expect([fine, spare, offline, wrongClock].map(reportsOf)).toEqual([
    undefined,
    undefined,
    'offline at a bed',
    'Device clock is 30 s behind',
  ]);
});

it('if the server does not know the firmware or the gaps, the texts say "not declared" and "not known", and never 0', () => {
  const sinceMs = new Date(2026, 0, 6, 7).getTime();
  const unknown = row('m-1').facts;
  expect([firmwareText(unknown), gapsText(unknown, sinceMs)]).toEqual([
    'Firmware: not declared.',
    'Gaps in the readings: not known, because this server has read no numbered reading of the device.',
  ]);
  const texts = [0, 1, 7].map((missing) => gapsText({ ...unknown, gaps: { missing, unused: 0, sinceMs } }, sinceMs));
  expect([firmwareText({ ...unknown, firmware: '2.1' }), ...texts]).toEqual([
    'Firmware: 2.1',
    'Gaps in the readings: none since 07:00:00.',
    'Gaps in the readings: 1 reading is missing since 07:00:00.',
    'Gaps in the readings: 7 readings are missing since 07:00:00.',
  ]);
  // Refused readings do not count as missing.
  expect(gapsText({ ...unknown, gaps: { missing: 0, unused: 3, sinceMs } }, sinceMs)).toBe(
    'Gaps in the readings: none since 07:00:00. 3 readings came, but were refused or kept apart.',
  );
});

it.each([
  [0, 5_000],
  [200, 5_000],
  [201, 15_000],
])('the page asks for a list of %d devices every %d ms', (count, expected) => {
  expect(askEveryMs(count)).toBe(expected);
});
