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

/** What every reader gets of a reading that lies in the log. */
function read(contentType: string, reading: unknown) {
  const record = { deviceId: 'd1', receivedAt: time, reading };
  const checked = checkRecord(contentType, Buffer.from(JSON.stringify(record)));
  return checked.ok ? (checked.body as { reading: Record<string, unknown> }).reading : undefined;
}

describe('of an observation every reader uses', () => {
  it.each<[string, unknown, unknown]>([
    ['nothing of null', null, []],
    ['that SpO2 is no number, where it is text', { ...spo2, value: '98' }, [noSpo2]],
    ['that SpO2 is no number, where it is null', { ...spo2, value: null }, [noSpo2]],
    ['that SpO2 is no number, where its validity is not known', { ...spo2, value: 98, validity: 'demo' }, [noSpo2]],
    ['that SpO2 is no number, where it has no unit', { code: spo2.code, value: 98 }, [noSpo2]],
    [
      'the word that it calibrates',
      { ...spo2, value: null, validity: 'calibrating' },
      [{ ...spo2, validity: 'calibrating' }],
    ],
    ['nothing of an unknown code', { code: 'x', value: 1, unit: '1' }, []],
  ])('%s, and the heart rate beside it', (_name, item, left) => {
    expect(read(contentTypes.observation, { time, values: [item, hr] })?.values).toEqual([...(left as []), hr]);
  });

  it('a numeric with a member that is not known', () => {
    expect(read(contentTypes.observation, { time, more: 1, values: [{ ...hr, site: 'x' }] })?.values).toEqual([
      { ...hr, site: 'x' },
    ]);
  });

  it('no interval and no identity that cannot be used', () => {
    const reading = { time, boot: 'b', seq: '1', intervalMs: 0, values: [hr] };
    expect(read(contentTypes.observation, reading)).toEqual({ time, values: [hr] });
  });

  it.each<[string, unknown]>([
    ['no usable numeric', { time, values: [null, { ...spo2, value: 'x' }] }],
    ['no values', { time, values: [] }],
    ['more than 64 values', { time, values: [...Array(64).fill(hr), null] }],
    ['no time', { values: [hr, null] }],
    ['a time that is a number', { time: 0, values: [hr] }],
  ])('nothing, with %s', (_name, reading) => {
    expect(read(contentTypes.observation, reading)).toBeUndefined();
  });
});

describe('of a list of the device’s own alarms every reader uses', () => {
  const vt = { code: 'MDC_EVT_ECG_V_TACHY', priority: 'high', kind: 'physiological', text: 'VTACH' };
  const gravest = { ...vt, code: 'unknown', text: 'Alarm that cannot be read' };
  it.each<[string, unknown, unknown]>([
    ['a known one', vt, vt],
    ['one with a member that is not known', { ...vt, site: 'x' }, { ...vt, site: 'x' }],
    ['null as an alarm that cannot be read, as grave as can be', null, gravest],
    ['a code that cannot be used as unknown, with its text', { ...vt, code: 'V T' }, { ...vt, code: 'unknown' }],
    ['an unknown priority as high', { ...vt, priority: 'red' }, vt],
    ['a priority of none as low', { ...vt, priority: 'none' }, { ...vt, priority: 'low' }],
    ['an unknown kind as of the patient', { ...vt, priority: 'low', kind: 'x' }, { ...vt, priority: 'low' }],
    ['the code where there is no text', { ...vt, text: undefined }, { ...vt, text: vt.code }],
    ['the beginning of a text that is too long', { ...vt, text: 'x'.repeat(200) }, { ...vt, text: 'x'.repeat(120) }],
    ['no onset when its time cannot be read', { ...vt, since: 'now', value: 3 }, { ...vt, value: 3 }],
    ['no side when it is neither low nor high', { ...vt, side: 'left', limit: '3' }, vt],
  ])('%s, and the alarm beside it', (_name, item, used) => {
    const beside = { ...vt, code: 'MDC_EVT_APNEA' };
    expect(read(contentTypes.alerts, { time, alerts: [item, beside] })?.alerts).toEqual([used, beside]);
  });

  it('the gravest of more than 64', () => {
    const alerts = [...Array(64).fill({ ...vt, priority: 'low' }), vt];
    const used = read(contentTypes.alerts, { time, alerts })?.alerts as { priority: string }[];
    expect(used).toHaveLength(64);
    expect(used[0]).toEqual(vt);
  });

  it('takes no sound that the schema does not name', () => {
    expect(read(contentTypes.alerts, { time, alerts: [], sound: 'loud' })).toEqual({ time, alerts: [] });
  });

  it.each<[string, object]>([
    ['no list', { time, alerts: {} }],
    ['no time', { alerts: [vt] }],
  ])('nothing, with %s', (_name, reading) => {
    expect(read(contentTypes.alerts, reading)).toBeUndefined();
  });
});

describe('of a status every reader uses', () => {
  const leads = { condition: 'MDC_EVT_LEADS_OFF', present: true };
  it.each<[string, object, object]>([
    [
      'the conditions that it knows',
      { conditions: [{ condition: 'X', present: true }, leads] },
      { conditions: [leads] },
    ],
    ['a condition without its bad code', { conditions: [{ ...leads, code: 7 }] }, { conditions: [leads] }],
    [
      'nothing of a condition that may be present or not',
      { conditions: [{ ...leads, present: 'x' }] },
      { conditions: [] },
    ],
    ['nothing of a list that is none', { conditions: 'X' }, {}],
    [
      'the device without its bad serial',
      { device: { manufacturer: 'A', model: 'B', serial: 7 } },
      { device: { manufacturer: 'A', model: 'B' } },
    ],
    ['nothing of a device that is none', { device: [] }, {}],
    ['no member that is not known', { conditions: [{ ...leads, more: 1 }], more: 1 }, { conditions: [leads] }],
  ])('%s', (_name, members, used) => {
    expect(read(contentTypes.status, { online: true, ...members })).toEqual({ online: true, ...used });
  });
});

it('for any JSON, the usable part fits the schema and nothing throws', () => {
  const seed = Date.now();
  console.log(`seed ${seed}`);
  const odd = fc.oneof(fc.jsonValue(), fc.constant(hr), fc.constant(noSpo2), fc.constant(time), fc.constant(Infinity));
  const members = ['code', 'priority', 'kind', 'text', 'since', 'parameter', 'side', 'value', 'limit', 'signal'];
  const alert = fc.record(Object.fromEntries(members.map((name) => [name, odd])), { requiredKeys: [] });
  const any = fc.record(
    {
      time: fc.oneof(fc.constant(time), odd),
      boot: odd,
      seq: odd,
      intervalMs: odd,
      values: fc.oneof(odd, fc.array(odd, { maxLength: 70 })),
      online: fc.oneof(fc.boolean(), odd),
      device: odd,
      conditions: fc.oneof(odd, fc.array(odd)),
      alerts: fc.oneof(odd, fc.array(fc.oneof(odd, alert), { maxLength: 70 })),
      sound: odd,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(any, (sent) => {
      for (const usable of [usableObservation(sent), usableStatus(sent)]) {
        if (usable) expect(usable.faults.length >= usable.stated).toBe(true);
      }
      // A list of alarms with a time is never refused, and none of its alarms is left out.
      const isList = sent.time === time && Array.isArray(sent.alerts);
      const used = usableAlerts(sent)?.body.alerts.length;
      expect(used).toBe(isList ? Math.min(64, (sent.alerts as unknown[]).length) : undefined);
    }),
    { seed, numRuns: 2_000 },
  );
});
