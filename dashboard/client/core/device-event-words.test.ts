import { expect, it } from 'vitest';
import { eventDetails, eventsCsv, reasonsText, refusedText } from './device-event-words.ts';
import type { DeviceRow } from './device-rows.ts';

const at = new Date(2026, 0, 6, 7).toISOString();
const refusedOf = (refused: DeviceRow['facts']['refused']) => refusedText({ refused } as DeviceRow['facts']);

it('the text about refused messages has their number, reasons and last time, or "none"; while the server reads the log, it has no number', () => {
  const reasons = [
    { code: 'time-invalid', messages: 30 },
    { code: 'payload-not-json', messages: 2 },
  ];
  expect(refusedOf(null)).toBe('Refused messages: this server still reads the log.');
  expect(refusedOf({ messages: 0, apart: 0, reasons: [], lastAt: null })).toBe(
    'Refused messages of the last day: none.',
  );
  expect(refusedOf({ messages: 32, apart: 1, reasons, lastAt: at })).toBe(
    'Refused messages of the last day: 32 (wrong time 30, not JSON 2), the last at 2026-01-06 07:00:00. ' +
      '1 reading was kept apart: its patient is not clear.',
  );
});

it('an unknown reason is shown as its code, even if the code is the name of a built-in member, such as "constructor"', () => {
  expect(reasonsText([{ code: 'constructor', messages: 1 }])).toBe('constructor 1');
});

it('the details of an event name what changed, and how many events are not listed', () => {
  const event = { deviceId: 'd', at, kind: 'firmware-changed', firmware: '4.2', firmwareBefore: '4.1', leftOut: 7 };
  expect(eventDetails(event)).toBe('4.1 → 4.2 · 7 earlier events are not listed, because there were too many');
  expect(eventDetails({ deviceId: 'd', at, kind: 'connected' })).toBe('');
});

it('a device cannot put a formula into the CSV file', () => {
  const event = { deviceId: 'd', at: '2026-01-06T07:00:00.000Z', kind: 'firmware-declared', firmware: '=1+1,"x"' };
  expect(eventsCsv([event])).toBe(
    'time,device,kind,event,details\r\n' +
      `2026-01-06T07:00:00.000Z,d,firmware-declared,firmware first seen,"'=1+1,""x"""\r\n`,
  );
});
