import { describe, expect, it } from 'vitest';
import type { GatewayNotice } from '../../../contracts/bed-notices.ts';
import { bed, reading, t0 } from '../../bed.testing.ts';

const notice = (s: number, code: GatewayNotice = 'unattributed', forMs = 120_000) => ({
  type: 'notice' as const,
  deviceId: 'bed-01',
  receivedAt: t0 + s * 1000,
  notice: code,
  forMs,
});

describe('a notice of the gateway', () => {
  it.each([
    ['unattributed', 'Some readings are not shown: not clear whose they are'],
    ['shared-identity', 'Two devices use one certificate: values may be of two patients'],
    ['refused-ahead', 'Readings are refused: the device clock is too far ahead'],
    ['refused-old', 'Readings are refused: their time is too long ago'],
  ] as const)(
    'a notice of kind %s raises a medium technical alarm that ends after the time of the notice',
    (code, text) => {
      const patientBed = bed();
      patientBed.feed(notice(0, code));
      expect(patientBed.events).toMatchObject([
        { type: 'raised', alarm: { condition: code, kind: 'technical', priority: 'medium', text, present: true } },
      ]);
      patientBed.tick(119.9);
      expect(patientBed.eventTypes(code)).toEqual(['raised']);
      patientBed.tick(120);
      expect(patientBed.eventTypes(code)).toEqual(['raised', 'resolved', 'cleared']);
    },
  );

  it('a repeated notice has one alarm, which ends after the time of the last notice', () => {
    const patientBed = bed();
    for (const s of [0, 60, 120]) patientBed.feed(notice(s));
    patientBed.tick(239.9);
    expect(patientBed.eventTypes('unattributed')).not.toContain('resolved');
    patientBed.tick(240);
    expect(patientBed.eventTypes('unattributed').slice(-2)).toEqual(['resolved', 'cleared']);
    expect(patientBed.eventTypes('unattributed').filter((type) => type === 'raised')).toHaveLength(1);
  });

  it('a notice whose time has passed when it is read raises no alarm', () => {
    const patientBed = bed();
    patientBed.feed(notice(0), t0 + 120_000);
    expect(patientBed.events).toEqual([]);
  });

  const readingThirtySecondsLate = (s: number) => reading(s, { HR: 80 }, { receivedAt: t0 + s * 1000 + 30_000 });
  function bedThirtySecondsBehind() {
    const patientBed = bed();
    for (let s = 0; s <= 60; s += 1) patientBed.feed(readingThirtySecondsLate(s));
    expect(patientBed.liveAlarms()['clock-skew']).toMatchObject({ text: 'Device clock is 30 s behind' });
    return patientBed;
  }

  it.each(['refused-ahead', 'refused-old'] as const)(
    'a notice of kind %s ends the alarm about a wrong clock',
    (code) => {
      const patientBed = bedThirtySecondsBehind();
      patientBed.feed(notice(105, code));
      expect(patientBed.liveAlarms()['clock-skew']).toBeUndefined();
      expect(patientBed.liveAlarms()[code]).toBeDefined();
    },
  );

  it('the alarm about a wrong clock stays while the gateway still accepts other readings', () => {
    const patientBed = bedThirtySecondsBehind();
    patientBed.feed(notice(91, 'refused-ahead'));
    expect(patientBed.liveAlarms()['clock-skew']).toBeDefined();
    expect(patientBed.liveAlarms()['refused-ahead']).toBeDefined();
  });

  it('a notice of another kind does not end the alarm about a wrong clock', () => {
    const patientBed = bedThirtySecondsBehind();
    patientBed.feed(notice(105, 'unattributed'));
    expect(patientBed.liveAlarms()['clock-skew']).toBeDefined();
  });
});
