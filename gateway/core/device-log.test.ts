/** Tests which events of a device are written, and that a device cannot fill the log with events. */
import { expect, it } from 'vitest';
import { type DeviceLog, declaredIn, isClockWrong, type LoggedEvent, recordOfEvent } from './device-log.ts';

const receivedAt = '2026-01-01T12:00:00.000Z';
const minute = 60_000;
const event = (kind: string, fields: Partial<LoggedEvent> = {}): LoggedEvent => ({
  deviceId: 'bed-07',
  receivedAt,
  kind,
  ...fields,
});

/** Returns how many of `times` equal events are written, all at `atMs`. */
function writtenOf(log: DeviceLog, kind: string, times: number, atMs = 0): number {
  return Array.from({ length: times }, () => recordOfEvent(log, event(kind), atMs)).filter(Boolean).length;
}

it('a device that connects again and again writes a burst and then one event every two minutes, and the next record says how many were left out', () => {
  const log: DeviceLog = new Map();
  expect(writtenOf(log, 'connected', 1_000)).toBe(40);
  expect(recordOfEvent(log, event('connected'), 2 * minute - 1)).toBeUndefined();
  expect(recordOfEvent(log, event('connected'), 2 * minute)).toEqual({ ...event('connected'), leftOut: 961 });
  expect(recordOfEvent(log, event('connected'), 2 * minute)).toBeUndefined();
  // Another device has an allowance of its own.
  expect(recordOfEvent(log, event('connected', { deviceId: 'bed-08' }), 0)).toBeDefined();
});

it('a clock that is set back with each reading does not use up the allowance of the connections', () => {
  const log: DeviceLog = new Map();
  expect(writtenOf(log, 'clock-set-back', 1_000)).toBe(6);
  expect(recordOfEvent(log, event('disconnected'), 0)).toMatchObject({ kind: 'disconnected', leftOut: 994 });
});

it('the notice about two devices with one certificate is written even if they connect again and again', () => {
  const log: DeviceLog = new Map();
  writtenOf(log, 'connected', 1_000);
  expect(writtenOf(log, 'shared-identity', 2)).toBe(1);
  expect(recordOfEvent(log, event('declared', { firmware: '4.2' }), 0)).toMatchObject({ firmware: '4.2' });
});

it('firmware and notices that could not be written are written when they come again', () => {
  const log: DeviceLog = new Map();
  for (let n = 0; n < 100; n += 1) recordOfEvent(log, event('declared', { firmware: `4.${n}` }), 0);
  expect(recordOfEvent(log, event('declared', { firmware: '5.0' }), 0)).toBeUndefined();
  expect(recordOfEvent(log, event('declared', { firmware: '5.0' }), 60 * minute)).toMatchObject({ firmware: '5.0' });
  expect(recordOfEvent(log, event('declared', { firmware: '5.0' }), 120 * minute)).toBeUndefined();
  // The notices `held-back` use up the allowance. Each `shared-identity` comes before the former `shared-identity` has
  // ended.
  for (let n = 0; n < 100; n += 1) writtenOf(log, 'held-back', 1, n * 301_000);
  const startMs = 99 * 301_000;
  const written = Array.from({ length: 30 }, (_, n) => writtenOf(log, 'shared-identity', 1, startMs + n * minute));
  expect(written.reduce((sum, n) => sum + n, 0)).toBe(1);
});

it('what a device says about itself is written only when it changes, and not at each connection', () => {
  const log: DeviceLog = new Map();
  const declare = (firmware: string) => recordOfEvent(log, event('declared', { firmware }), 0) !== undefined;
  expect([declare('4.1'), declare('4.1'), declare('4.2'), declare('4.2'), declare('4.1')]).toEqual([
    true,
    false,
    true,
    false,
    true,
  ]);
});

it.each([
  [300_000, false],
  [300_001, true],
])('a notice that comes again %i ms after the last time is a new event: %s', (afterMs, expected) => {
  const log: DeviceLog = new Map();
  expect(writtenOf(log, 'shared-identity', 1)).toBe(1);
  // Each repeat extends the notice.
  expect(writtenOf(log, 'shared-identity', 1, 200_000)).toBe(0);
  expect(writtenOf(log, 'shared-identity', 1, 200_000 + afterMs)).toBe(expected ? 1 : 0);
});

it.each([
  [2_999, false, false],
  [3_000, false, true],
  [-3_000, false, true],
  [2_000, true, true],
  [1_999, true, false],
  [-1_999, true, false],
])('an error of %i ms, with a clock that was wrong before: %s, counts as wrong: %s', (offsetMs, wasWrong, expected) => {
  expect(isClockWrong(offsetMs, wasWrong)).toBe(expected);
});

it.each([
  [
    '{"online":true,"device":{"manufacturer":"A","model":"B","firmware":"4.2","serial":"SN-1"}}',
    { firmware: '4.2', serial: 'SN-1' },
  ],
  ['{"device":{"firmware":"4.2","serial":7}}', { firmware: '4.2' }],
  [`{"device":{"firmware":"${'x'.repeat(81)}"}}`, undefined],
  ['{"device":{"firmware":""}}', undefined],
  ['{"device":null}', undefined],
  ['{"online":true}', undefined],
  ['null', undefined],
  ['{', undefined],
])('of the status %s, the event has %o', (text, expected) => {
  expect(declaredIn(Buffer.from(text))).toEqual(expected);
});
