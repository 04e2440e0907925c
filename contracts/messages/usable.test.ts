import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRecord } from './check.ts';
import { contentTypes } from './records.ts';
import { usableObservation, usableStatus } from './usable.ts';
import { usableAlerts } from './usable-alerts.ts';

const time = '2026-03-01T12:00:00.000Z';
const hr = { code: 'MDC_ECG_HEART_RATE', value: 30, unit: '/min' };
const spo2 = { code: 'MDC_PULS_OXIM_SAT_O2', unit: '%' };
const noSpo2 = { ...spo2, validity: 'invalid' };

/** Returns the reading as every reader of the log sees it; undefined if no part of the reading is usable. */
function read(contentType: string, reading: unknown) {
  const record = { deviceId: 'd1', receivedAt: time, reading };
  const checked = checkRecord(contentType, Buffer.from(JSON.stringify(record)));
  return checked.ok ? (checked.body as { reading: Record<string, unknown> }).reading : undefined;
}

describe('checkRecord of an observation', () => {
  it.each<[string, unknown, unknown]>([
    ['leaves out a numeric that is null', null, []],
    ['replaces a value that is text by an invalid SpO2', { ...spo2, value: '98' }, [noSpo2]],
    ['replaces a value that is null by an invalid SpO2', { ...spo2, value: null }, [noSpo2]],
    [
      'replaces a value with an unknown validity by an invalid SpO2',
      { ...spo2, value: 98, validity: 'demo' },
      [noSpo2],
    ],
    ['replaces a value without a unit by an invalid SpO2', { code: spo2.code, value: 98 }, [noSpo2]],
    [
      'keeps the validity `calibrating` of an unusable value',
      { ...spo2, value: null, validity: 'calibrating' },
      [{ ...spo2, validity: 'calibrating' }],
    ],
    ['leaves out a numeric of an unknown code', { code: 'x', value: 1, unit: '1' }, []],
  ])('checkRecord %s, and keeps the heart rate', (_name, item, used) => {
    expect(read(contentTypes.observation, { time, values: [item, hr] })?.values).toEqual([...(used as []), hr]);
  });

  it('checkRecord keeps a numeric with an unknown member', () => {
    expect(read(contentTypes.observation, { time, more: 1, values: [{ ...hr, site: 'x' }] })?.values).toEqual([
      { ...hr, site: 'x' },
    ]);
  });

  it('checkRecord leaves out an unusable interval and identity of an observation', () => {
    const reading = { time, boot: 'b', seq: '1', intervalMs: 0, values: [hr] };
    expect(read(contentTypes.observation, reading)).toEqual({ time, values: [hr] });
  });

  it.each<[string, unknown]>([
    ['without a usable numeric', { time, values: [null, { ...spo2, value: 'x' }] }],
    ['with an empty list of values', { time, values: [] }],
    ['with more than 64 values', { time, values: [...Array(64).fill(hr), null] }],
    ['without a time', { values: [hr, null] }],
    ['whose time is a number', { time: 0, values: [hr] }],
  ])('checkRecord refuses an observation %s', (_name, reading) => {
    expect(read(contentTypes.observation, reading)).toBeUndefined();
  });
});

describe('checkRecord of a list of alarms', () => {
  const vt = { code: 'MDC_EVT_ECG_V_TACHY', priority: 'high', kind: 'physiological', text: 'VTACH' };
  const unreadable = { ...vt, code: 'unknown', text: 'Alarm that cannot be read' };
  it.each<[string, unknown, unknown]>([
    ['keeps a valid alarm', vt, vt],
    ['keeps an alarm with an unknown member', { ...vt, site: 'x' }, { ...vt, site: 'x' }],
    ['replaces null by an unreadable alarm of high priority', null, unreadable],
    ['replaces an unusable code by `unknown` and keeps the text', { ...vt, code: 'V T' }, { ...vt, code: 'unknown' }],
    ['replaces an unknown priority by high', { ...vt, priority: 'red' }, vt],
    ['replaces the priority none by low', { ...vt, priority: 'none' }, { ...vt, priority: 'low' }],
    ['replaces an unknown kind by physiological', { ...vt, priority: 'low', kind: 'x' }, { ...vt, priority: 'low' }],
    ['uses the code if the text is missing', { ...vt, text: undefined }, { ...vt, text: vt.code }],
    ['cuts a text that is too long', { ...vt, text: 'x'.repeat(200) }, { ...vt, text: 'x'.repeat(120) }],
    ['leaves out an unusable onset time', { ...vt, since: 'now', value: 3 }, { ...vt, value: 3 }],
    ['leaves out an unknown side', { ...vt, side: 'left', limit: '3' }, vt],
  ])('checkRecord %s, and keeps the next alarm', (_name, item, used) => {
    const next = { ...vt, code: 'MDC_EVT_APNEA' };
    expect(read(contentTypes.alerts, { time, alerts: [item, next] })?.alerts).toEqual([used, next]);
  });

  it('checkRecord keeps the 64 most serious of more than 64 alarms', () => {
    const alerts = [...Array(64).fill({ ...vt, priority: 'low' }), vt];
    const usedAlarms = read(contentTypes.alerts, { time, alerts })?.alerts as { priority: string }[];
    expect(usedAlarms).toHaveLength(64);
    expect(usedAlarms[0]).toEqual(vt);
  });

  it('checkRecord leaves out an unknown sound', () => {
    expect(read(contentTypes.alerts, { time, alerts: [], sound: 'loud' })).toEqual({ time, alerts: [] });
  });

  it.each<[string, object]>([
    ['that is not a list', { time, alerts: {} }],
    ['without a time', { alerts: [vt] }],
  ])('checkRecord refuses a list of alarms %s', (_name, reading) => {
    expect(read(contentTypes.alerts, reading)).toBeUndefined();
  });
});

describe('checkRecord of a status', () => {
  const leads = { condition: 'MDC_EVT_LEADS_OFF', present: true };
  it.each<[string, object, object]>([
    [
      'keeps only the known conditions',
      { conditions: [{ condition: 'X', present: true }, leads] },
      { conditions: [leads] },
    ],
    ['keeps a condition without its unusable code', { conditions: [{ ...leads, code: 7 }] }, { conditions: [leads] }],
    [
      'leaves out a condition that is neither present nor absent',
      { conditions: [{ ...leads, present: 'x' }] },
      { conditions: [] },
    ],
    ['leaves out conditions that are not a list', { conditions: 'X' }, {}],
    [
      'keeps the device without its unusable serial number',
      { device: { manufacturer: 'A', model: 'B', serial: 7 } },
      { device: { manufacturer: 'A', model: 'B' } },
    ],
    [
      'keeps the serial number and the firmware of the device',
      { device: { manufacturer: 'A', model: 'B', serial: 'S', firmware: '2.1' } },
      { device: { manufacturer: 'A', model: 'B', serial: 'S', firmware: '2.1' } },
    ],
    [
      'keeps the device and its serial number without its unusable firmware',
      { device: { manufacturer: 'A', model: 'B', serial: 'S', firmware: 7 } },
      { device: { manufacturer: 'A', model: 'B', serial: 'S' } },
    ],
    ['leaves out a device that is not an object', { device: [] }, {}],
    ['leaves out unknown members', { conditions: [{ ...leads, more: 1 }], more: 1 }, { conditions: [leads] }],
  ])('checkRecord %s', (_name, members, used) => {
    expect(read(contentTypes.status, { online: true, ...members })).toEqual({ online: true, ...used });
  });
});

it('usableObservation, usableStatus and usableAlerts never throw, for any JSON', () => {
  const seed = Date.now();
  console.log(`seed ${seed}`);
  const anyValue = fc.oneof(
    fc.jsonValue(),
    fc.constant(hr),
    fc.constant(noSpo2),
    fc.constant(time),
    fc.constant(Infinity),
  );
  const members = ['code', 'priority', 'kind', 'text', 'since', 'parameter', 'side', 'value', 'limit', 'signal'];
  const alert = fc.record(Object.fromEntries(members.map((name) => [name, anyValue])), { requiredKeys: [] });
  const anyMessage = fc.record(
    {
      time: fc.oneof(fc.constant(time), anyValue),
      boot: anyValue,
      seq: anyValue,
      intervalMs: anyValue,
      values: fc.oneof(anyValue, fc.array(anyValue, { maxLength: 70 })),
      online: fc.oneof(fc.boolean(), anyValue),
      device: anyValue,
      conditions: fc.oneof(anyValue, fc.array(anyValue)),
      alerts: fc.oneof(anyValue, fc.array(fc.oneof(anyValue, alert), { maxLength: 70 })),
      sound: anyValue,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(anyMessage, (sent) => {
      for (const usable of [usableObservation(sent), usableStatus(sent)]) {
        if (usable) expect(usable.faults.length >= usable.replacedCount).toBe(true);
      }
      // A message with a time and up to 64 alarms is always accepted with all its alarms.
      const isList = sent.time === time && Array.isArray(sent.alerts);
      const usedCount = usableAlerts(sent)?.body.alerts.length;
      expect(usedCount).toBe(isList ? Math.min(64, (sent.alerts as unknown[]).length) : undefined);
    }),
    { seed, numRuns: 2_000 },
  );
});
