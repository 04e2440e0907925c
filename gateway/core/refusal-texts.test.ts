import { describe, expect, it } from 'vitest';
import { parameters } from '../../contracts/parameters.ts';
import { judgePayload } from './validate.ts';

const nowMs = Date.parse('2026-03-01T12:00:00.000Z');
const bounds = { aheadMaxMs: 300_000, lateMaxMs: 604_800_000 };
const time = '2026-03-01T12:00:00.000Z';
const hr = { code: 'MDC_ECG_HEART_RATE', value: 72, unit: '/min' };
const wave = { start: time, code: 'MDC_ECG_ELEC_POTL_II', rateHz: 250, scale: 0.005, offset: 0, samples: 'AAAA' };

type Kind = 'observations' | 'waveforms' | 'status' | 'alerts';
function wordsOf(kind: Kind, body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const judged = judgePayload(kind, Buffer.from(text), text, nowMs, bounds);
  return judged.verdict === 'accepted' ? 'accepted' : judged.fault.message;
}
const numeric = (members: object) => wordsOf('observations', { time, values: [{ ...hr, ...members }] });

const together = /boot and seq go together: without both, the gateway numbers the message/;
const two = [hr, { ...hr, code: 'MDC_TEMP_BODY', unit: 'Cel', value: 37 }];
const vt = { code: 'MDC_EVT_ECG_V_TACHY', priority: 'high', kind: 'physiological', text: 'VTACH' };
const alarms = (members: object) => wordsOf('alerts', { time, alerts: [vt, { ...vt, ...members }] });
const birth = (members: object) => wordsOf('status', { online: true, ...members });
const leads = { condition: 'MDC_EVT_LEADS_OFF', present: true };

/** Messages that are used in part: the words say what was left out, and what would be right. */
const partly: [string, string, RegExp][] = [
  ['a message has a seq alone', wordsOf('observations', { time, seq: 1, values: [hr] }), /has no boot/],
  ['a message has a boot alone', wordsOf('observations', { time, boot: 'b', values: [hr] }), together],
  ['a wave has a seq alone', wordsOf('waveforms', { ...wave, samples: 'AAA=', seq: 1 }), /has no boot.*go together/],
  ['a status has a seq alone', birth({ seq: 1 }), /has no boot.*go together/],
  ['alarms have a boot alone', wordsOf('alerts', { time, boot: 'b', alerts: [] }), /has no seq.*go together/],
  [
    'a seq is 0',
    wordsOf('observations', { time, boot: 'b', seq: 0, values: [hr] }),
    /seq must be a whole number from 1/,
  ],
  [
    'a boot has a blank',
    wordsOf('observations', { time, boot: 'a b', seq: 1, values: [hr] }),
    /boot must be 1 to 64 of/,
  ],
  ['and the two go together', wordsOf('observations', { time, boot: 'a b', seq: 1, values: [hr] }), together],
  ['an interval is 0', wordsOf('observations', { time, intervalMs: 0, values: [hr] }), /intervalMs must be .* 100 to/],
  ['a numeric is null', wordsOf('observations', { time, values: [...two, null] }), /values\[2\] must be an object/],
  [
    'a numeric has no code that is known',
    wordsOf('observations', { time, values: [...two, { ...hr, code: 'HR' }] }),
    /values\[2\]\.code must be a code of contracts\/parameters\.ts/,
  ],
  ['a device is a name', birth({ device: 'Monitor' }), /device must be an object with manufacturer and model/],
  [
    'a serial is a number',
    birth({ device: { manufacturer: 'A', model: 'B', serial: 7 } }),
    /device\.serial must be text of at most 80/,
  ],
  ['conditions are no list', birth({ conditions: leads }), /conditions must be a list of at most 64/],
  [
    'a condition is not known',
    birth({ conditions: [leads, { ...leads, condition: 'LEADS' }] }),
    /conditions\[1\]\.condition must be one of .*MDC_EVT_LEADS_OFF/,
  ],
  ['a condition is text', birth({ conditions: ['LEADS'] }), /conditions\[0\] must be an object/],
  [
    'a condition is not said to be present',
    birth({ conditions: [{ condition: 'MDC_EVT_LEADS_OFF' }] }),
    /\[0\]\.present must be true/,
  ],
  ['an alarm has another priority', alarms({ priority: 'red' }), /alerts\[1\]\.priority must be high, medium or low/],
  ['an alarm has no text', alarms({ text: undefined }), /alerts\[1\] has no text/],
  ['an alarm has a code with blanks', alarms({ code: 'V T' }), /alerts\[1\]\.code must be 1 to 64 of/],
  ['a sound is not known', wordsOf('alerts', { time, alerts: [], sound: 'loud' }), /sound must be on, paused or off/],
  [
    'a pause has no end',
    wordsOf('alerts', { time, alerts: [], pausedUntil: 7 }),
    /pausedUntil must be an instant in UTC/,
  ],
];

describe('a refusal says what is wrong, where it is, and what would be right', () => {
  it.each<[string, string, RegExp]>([
    ['a message has no time', wordsOf('observations', { values: [hr] }), /has no time/],
    ['a status has no online', wordsOf('status', { time }), /has no online/],
    ['a wave has no rate', wordsOf('waveforms', { ...wave, rateHz: undefined }), /has no rateHz/],
    ['alarms have no list', wordsOf('alerts', { time }), /has no alerts/],
    [
      'a time has no milliseconds',
      wordsOf('observations', { time: '2026-03-01T12:00:00Z', values: [hr] }),
      /time must be .*2026-03-01T12:00:00\.000Z/,
    ],
    [
      'a time is a number',
      wordsOf('observations', { time: nowMs, values: [hr] }),
      /time must be .*2026-03-01T12:00:00\.000Z/,
    ],
    [
      'a start has another zone',
      wordsOf('waveforms', { ...wave, start: '2026-03-01T13:00:00.000+01:00' }),
      /start must be .*UTC/,
    ],
    [
      'a time is not of the calendar',
      wordsOf('observations', { time: '2026-02-30T12:00:00.000Z', values: [hr] }),
      /no instant of the calendar.*2026-03-01T12:00:00\.000Z/,
    ],
    ['values are no list', wordsOf('observations', { time, values: hr }), /values must be a list of 1 to 64/],
    ['values are empty', wordsOf('observations', { time, values: [] }), /values must be a list of 1 to 64/],
    ['the only value is text', numeric({ value: '72' }), /values\[0\]\.value must be a number/],
    [
      'the only code is of another kind',
      numeric({ code: 'HR' }),
      /values\[0\]\.code must be .*contracts\/parameters\.ts/,
    ],
    ['the only numeric has no unit', numeric({ unit: undefined }), /values\[0\] has no unit/],
    [
      'a validity is not known',
      numeric({ validity: 'good' }),
      /values\[0\]\.validity must be invalid, questionable or calibrating/,
    ],
    ['a rate is too high', wordsOf('waveforms', { ...wave, rateHz: 5000 }), /rateHz must be a number from 1 to 2000/],
    ['samples are no base64', wordsOf('waveforms', { ...wave, samples: '1,2,3' }), /samples must be base64/],
    ['a message is a list', wordsOf('observations', [1]), /must be a JSON object/],
    ['a message is text', wordsOf('status', '"online"'), /must be a JSON object/],
    ['a unit is another', numeric({ unit: 'bpm' }), /MDC_ECG_HEART_RATE.*\/min/],
    ['a code is not in the table', numeric({ code: 'MDC_NO' }), /MDC_NO.*contracts\/parameters\.ts/],
    [
      'a wave is not in the table',
      wordsOf('waveforms', { ...wave, code: 'MDC_NO' }),
      /MDC_NO.*contracts\/parameters\.ts/,
    ],
    ['a value is absurd', numeric({ value: 900 }), /MDC_ECG_HEART_RATE.*0 to 350 \/min/],
    ['a numeric says nothing', numeric({ value: undefined }), /MDC_ECG_HEART_RATE.*validity/],
    [
      'one of two values is text',
      wordsOf('observations', { time, values: [hr, { ...hr, code: 'MDC_TEMP_BODY', unit: 'Cel', value: '37' }] }),
      /MDC_TEMP_BODY has a value that is not a number/,
    ],
    [
      'a clock is ahead',
      wordsOf('observations', { time: '2026-03-01T13:00:00.000Z', values: [hr] }),
      /5 min ahead of the gateway, where it is 2026-03-01T12:00:00\.000Z/,
    ],
    [
      'a clock begins at 1970',
      wordsOf('observations', { time: '1970-01-01T00:00:00.000Z', values: [hr] }),
      /7 d ago; at the gateway it is 2026-03-01T12:00:00\.000Z/,
    ],
    ...partly,
  ])('%s', (_name, words, expected) => {
    expect(words).toMatch(expected);
    expect(words).not.toMatch(/cannot be used/);
  });

  it('and every unit of the table is said as it must be sent', () => {
    for (const { code, unit } of parameters.values()) expect(numeric({ code, unit: 'none' })).toContain(` ${unit}`);
  });
});

describe('the words repeat nothing that a device sent but its code', () => {
  const name = 'Jane Doe';
  it.each<[string, string]>([
    ['a unit', numeric({ unit: name })],
    ['a code of another kind', numeric({ code: name })],
    ['a validity', numeric({ validity: name })],
    ['a value', numeric({ value: name })],
    ['a time', wordsOf('observations', { time: name, values: [hr] })],
    ['a member of the message', wordsOf('observations', { [name]: 1 })],
    ['a member of a numeric', wordsOf('observations', { time, values: [{ [name]: 1 }] })],
  ])('%s', (_what, words) => {
    expect(words).not.toContain('Jane');
    expect(words).not.toBe('accepted');
  });
});
