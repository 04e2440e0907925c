import { describe, expect, it } from 'vitest';
import { parameters } from '../../contracts/parameters.ts';
import { judgePayload } from './validate.ts';

const nowMs = Date.parse('2026-03-01T12:00:00.000Z');
const bounds = { aheadMaxMs: 300_000, lateMaxMs: 604_800_000 };
const time = '2026-03-01T12:00:00.000Z';
const hr = { code: 'MDC_ECG_HEART_RATE', value: 72, unit: '/min' };
const wave = { start: time, code: 'MDC_ECG_ELEC_POTL_II', rateHz: 250, scale: 0.005, offset: 0, samples: 'AAAA' };

type Kind = 'observations' | 'waveforms' | 'status' | 'alerts';
/** Returns the text of the refusal or of the partial acceptance; `accepted` if the message has no fault. */
function faultText(kind: Kind, body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const judged = judgePayload(kind, Buffer.from(text), text, nowMs, bounds);
  return judged.verdict === 'accepted' ? 'accepted' : judged.fault.message;
}
const numeric = (members: object) => faultText('observations', { time, values: [{ ...hr, ...members }] });

const bothNeeded = /boot and seq go together: without both, the gateway numbers the message/;
const twoNumerics = [hr, { ...hr, code: 'MDC_TEMP_BODY', unit: 'Cel', value: 37 }];
const vt = { code: 'MDC_EVT_ECG_V_TACHY', priority: 'high', kind: 'physiological', text: 'VTACH' };
const alarms = (members: object) => faultText('alerts', { time, alerts: [vt, { ...vt, ...members }] });
const birth = (members: object) => faultText('status', { online: true, ...members });
const leads = { condition: 'MDC_EVT_LEADS_OFF', present: true };

/** Messages that are accepted in part: the text says what is left out and what would be right. */
const partialAcceptances: [string, string, RegExp][] = [
  ['a message has a seq but no boot', faultText('observations', { time, seq: 1, values: [hr] }), /has no boot/],
  ['a message has a boot but no seq', faultText('observations', { time, boot: 'b', values: [hr] }), bothNeeded],
  [
    'a wave has a seq but no boot',
    faultText('waveforms', { ...wave, samples: 'AAA=', seq: 1 }),
    /has no boot.*go together/,
  ],
  ['a status has a seq but no boot', birth({ seq: 1 }), /has no boot.*go together/],
  [
    'a list of alarms has a boot but no seq',
    faultText('alerts', { time, boot: 'b', alerts: [] }),
    /has no seq.*go together/,
  ],
  [
    'a seq is 0',
    faultText('observations', { time, boot: 'b', seq: 0, values: [hr] }),
    /seq must be a whole number from 1/,
  ],
  [
    'a boot has a blank',
    faultText('observations', { time, boot: 'a b', seq: 1, values: [hr] }),
    /boot must be 1 to 64 of/,
  ],
  [
    'only the boot of a numbered message is wrong',
    faultText('observations', { time, boot: 'a b', seq: 1, values: [hr] }),
    bothNeeded,
  ],
  [
    'an interval is 0',
    faultText('observations', { time, intervalMs: 0, values: [hr] }),
    /intervalMs must be .* 100 to/,
  ],
  [
    'a numeric is null',
    faultText('observations', { time, values: [...twoNumerics, null] }),
    /values\[2\] must be an object/,
  ],
  [
    'a numeric has an unknown code',
    faultText('observations', { time, values: [...twoNumerics, { ...hr, code: 'HR' }] }),
    /values\[2\]\.code must be a code of contracts\/parameters\.ts/,
  ],
  ['a device is a text', birth({ device: 'Monitor' }), /device must be an object with manufacturer and model/],
  [
    'a serial is a number',
    birth({ device: { manufacturer: 'A', model: 'B', serial: 7 } }),
    /device\.serial must be text of at most 80/,
  ],
  ['conditions are not a list', birth({ conditions: leads }), /conditions must be a list of at most 64/],
  [
    'a condition is unknown',
    birth({ conditions: [leads, { ...leads, condition: 'LEADS' }] }),
    /conditions\[1\]\.condition must be one of .*MDC_EVT_LEADS_OFF/,
  ],
  ['a condition is a text', birth({ conditions: ['LEADS'] }), /conditions\[0\] must be an object/],
  [
    'a condition has no member present',
    birth({ conditions: [{ condition: 'MDC_EVT_LEADS_OFF' }] }),
    /\[0\]\.present must be true/,
  ],
  [
    'an alarm has an unknown priority',
    alarms({ priority: 'red' }),
    /alerts\[1\]\.priority must be high, medium or low/,
  ],
  ['an alarm has no text', alarms({ text: undefined }), /alerts\[1\] has no text/],
  ['an alarm has a code with blanks', alarms({ code: 'V T' }), /alerts\[1\]\.code must be 1 to 64 of/],
  ['a sound is unknown', faultText('alerts', { time, alerts: [], sound: 'loud' }), /sound must be on, paused or off/],
  [
    'the end of a pause is a number',
    faultText('alerts', { time, alerts: [], pausedUntil: 7 }),
    /pausedUntil must be an instant in UTC/,
  ],
];

describe('judgePayload', () => {
  it.each<[string, string, RegExp]>([
    ['a message has no time', faultText('observations', { values: [hr] }), /has no time/],
    ['a status has no online', faultText('status', { time }), /has no online/],
    ['a wave has no rate', faultText('waveforms', { ...wave, rateHz: undefined }), /has no rateHz/],
    ['a message on the topic alerts has no list of alarms', faultText('alerts', { time }), /has no alerts/],
    [
      'a time has no milliseconds',
      faultText('observations', { time: '2026-03-01T12:00:00Z', values: [hr] }),
      /time must be .*2026-03-01T12:00:00\.000Z/,
    ],
    [
      'a time is a number',
      faultText('observations', { time: nowMs, values: [hr] }),
      /time must be .*2026-03-01T12:00:00\.000Z/,
    ],
    [
      'a start is in another time zone',
      faultText('waveforms', { ...wave, start: '2026-03-01T13:00:00.000+01:00' }),
      /start must be .*UTC/,
    ],
    [
      'a time does not exist in the calendar',
      faultText('observations', { time: '2026-02-30T12:00:00.000Z', values: [hr] }),
      /does not exist in the calendar.*2026-03-01T12:00:00\.000Z/,
    ],
    ['values are not a list', faultText('observations', { time, values: hr }), /values must be a list of 1 to 64/],
    ['values are empty', faultText('observations', { time, values: [] }), /values must be a list of 1 to 64/],
    ['the only value is a text', numeric({ value: '72' }), /values\[0\]\.value must be a number/],
    [
      'the only code is not an MDC code',
      numeric({ code: 'HR' }),
      /values\[0\]\.code must be .*contracts\/parameters\.ts/,
    ],
    ['the only numeric has no unit', numeric({ unit: undefined }), /values\[0\] has no unit/],
    [
      'a validity is unknown',
      numeric({ validity: 'good' }),
      /values\[0\]\.validity must be invalid, questionable or calibrating/,
    ],
    ['a rate is too high', faultText('waveforms', { ...wave, rateHz: 5000 }), /rateHz must be a number from 1 to 2000/],
    ['samples are not base64', faultText('waveforms', { ...wave, samples: '1,2,3' }), /samples must be base64/],
    ['a message is a list', faultText('observations', [1]), /must be a JSON object/],
    ['a message is a text', faultText('status', '"online"'), /must be a JSON object/],
    ['a unit is wrong', numeric({ unit: 'bpm' }), /MDC_ECG_HEART_RATE.*\/min/],
    ['a code is not in the table', numeric({ code: 'MDC_NO' }), /MDC_NO.*contracts\/parameters\.ts/],
    [
      'a wave is not in the table',
      faultText('waveforms', { ...wave, code: 'MDC_NO' }),
      /MDC_NO.*contracts\/parameters\.ts/,
    ],
    ['a value is not possible', numeric({ value: 900 }), /MDC_ECG_HEART_RATE.*0 to 350 \/min/],
    ['a numeric has neither a value nor a validity', numeric({ value: undefined }), /MDC_ECG_HEART_RATE.*validity/],
    [
      'one of two values is a text',
      faultText('observations', { time, values: [hr, { ...hr, code: 'MDC_TEMP_BODY', unit: 'Cel', value: '37' }] }),
      /MDC_TEMP_BODY has a value that is not a number/,
    ],
    [
      'a clock is ahead',
      faultText('observations', { time: '2026-03-01T13:00:00.000Z', values: [hr] }),
      /5 min ahead of the gateway's time, 2026-03-01T12:00:00\.000Z/,
    ],
    [
      'a clock begins at 1970',
      faultText('observations', { time: '1970-01-01T00:00:00.000Z', values: [hr] }),
      /7 d before the gateway's time, 2026-03-01T12:00:00\.000Z/,
    ],
    ...partialAcceptances,
  ])('judgePayload says what is wrong, where it is, and what would be right if %s', (_name, message, expected) => {
    expect(message).toMatch(expected);
    expect(message).not.toMatch(/cannot be used/);
  });

  it('judgePayload names the right unit of each parameter as the device must send it', () => {
    for (const { code, unit } of parameters.values()) expect(numeric({ code, unit: 'none' })).toContain(` ${unit}`);
  });
});

describe('a fault text', () => {
  const name = 'Jane Doe';
  it.each<[string, string]>([
    ['a unit', numeric({ unit: name })],
    ['a code', numeric({ code: name })],
    ['a validity', numeric({ validity: name })],
    ['a value', numeric({ value: name })],
    ['a time', faultText('observations', { time: name, values: [hr] })],
    ['the name of a member of the message', faultText('observations', { [name]: 1 })],
    ['the name of a member of a numeric', faultText('observations', { time, values: [{ [name]: 1 }] })],
  ])('a fault text does not contain a text that the device sent as %s', (_what, message) => {
    expect(message).not.toContain('Jane');
    expect(message).not.toBe('accepted');
  });
});
