import { expect, it } from 'vitest';
import { certificateNoticeMs, earliestEndMs, endingCertificates } from './certificate-ends.ts';

const nowMs = Date.UTC(2026, 0, 1);
const device = (deviceId: string, remainingMs: number) => ({ deviceId, endMs: nowMs + remainingMs });

it.each([
  ['leaves out', 'in exactly 30 days', certificateNoticeMs, []],
  ['returns', 'in a millisecond less than 30 days', certificateNoticeMs - 1, ['bed-01']],
  ['returns', 'now', 0, ['bed-01']],
  ['returns', 'a millisecond ago', -1, ['bed-01']],
])('endingCertificates %s a device whose certificate ends or ended %s', (_verb, _when, remainingMs, names) => {
  expect(endingCertificates([device('bed-01', remainingMs)], nowMs).map(({ deviceId }) => deviceId)).toEqual(names);
});

it('endingCertificates returns the certificates in the order of their ends, the earliest first', () => {
  const all = [device('late', 3_000), device('long', certificateNoticeMs * 2), device('soon', 1_000)];
  expect(endingCertificates(all, nowMs).map(({ deviceId }) => deviceId)).toEqual(['soon', 'late']);
  expect(earliestEndMs(all)).toBe(nowMs + 1_000);
});

it('endingCertificates leaves out a device that is also connected with its renewed certificate', () => {
  const devices = [device('bed-01', 1_000), device('bed-01', certificateNoticeMs * 2), device('bed-01', 2_000)];
  expect(endingCertificates(devices, nowMs)).toEqual([]);
  expect(earliestEndMs(devices)).toBe(nowMs + certificateNoticeMs * 2);
});

it('earliestEndMs returns undefined if no device is connected', () => {
  expect(earliestEndMs([])).toBeUndefined();
  expect(endingCertificates([], nowMs)).toEqual([]);
});
