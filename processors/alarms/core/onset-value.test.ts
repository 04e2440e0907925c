/** Tests of the value at the onset of an alarm. */
import { describe, expect, it } from 'vitest';
import { bed, highBed, instant, mediumBed, reading } from '../../bed.testing.ts';

const heartRate = (value: number, limit = 120) => ({
  ...{ code: 'MDC_ECG_HEART_RATE', unit: '/min' },
  ...{ value, limit },
});
const correction = { seq: 2_000_000 };

/** A bed with HR 130, 131, 132, …, 136. The alarm is raised at 6 s, with the value 136. */
function risingBed() {
  const patientBed = bed();
  for (let s = 0; s <= 6; s++) patientBed.feed(reading(s, { HR: 130 + s }));
  return patientBed;
}
const atOnset = (patientBed: ReturnType<typeof bed>) => patientBed.liveAlarms()['HR.high']?.atOnset;

describe('the value at the onset', () => {
  it('is the first value beyond the limit, not the value at which the delay had passed, and stays when the value gets worse', () => {
    const patientBed = risingBed();
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({
      ...{ value: 136, onsetAt: instant(0), atOnset: heartRate(130) },
    });
    patientBed.feedEachSecond(7, 20, { HR: 139 });
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ value: 139, atOnset: heartRate(130) });
  });

  it('stays the value of the first onset when the condition ends and comes back, as the time of the onset does', () => {
    const patientBed = mediumBed();
    patientBed.feedEachSecond(7, 12, { HR: 100 });
    patientBed.feedEachSecond(13, 20, { HR: 137 });
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({
      ...{ onsets: 2, onsetAt: instant(0), value: 137, atOnset: heartRate(130) },
    });
  });

  it.each([
    ['the corrected value, if it is beyond the limit', 145, 145],
    ['the next value beyond the limit, if the corrected value is inside it', 130, 151],
  ])('of a reading that the device corrects is %s', (_name, corrected, shown) => {
    const patientBed = bed();
    patientBed.feed(reading(0, { HR: 150 }));
    patientBed.feed(reading(1, { HR: 151 }));
    const events = patientBed.feed(reading(0, { HR: corrected }, correction));
    const atOnset = heartRate(shown, 140);
    expect(events).toMatchObject([{ type: 'updated', alarm: { atOnset, onsetAt: instant(0), signal: 'on' } }]);
    expect(patientBed.feed(reading(2, { HR: 151 }))).toEqual([]);
  });

  it('of a further onset changes nothing, even if the device corrects its reading', () => {
    const patientBed = highBed();
    patientBed.feedEachSecond(3, 9, { HR: 80 });
    patientBed.feed(reading(10, { HR: 152 }));
    patientBed.feed(reading(11, { HR: 151 }));
    expect(patientBed.feed(reading(10, { HR: 146 }, correction))).toEqual([]);
    expect(patientBed.liveAlarms()['HR.extreme-high']).toMatchObject({ onsets: 2, atOnset: heartRate(150, 140) });
  });

  it('is not taken from an older reading that comes later, because the time of the onset stays too', () => {
    const patientBed = bed();
    for (let s = 1; s <= 7; s++) patientBed.feed(reading(s, { HR: 130 + s }));
    patientBed.feed(reading(0, { HR: 121 }, { receivedAt: Date.parse(instant(7)) }));
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ onsetAt: instant(1), atOnset: heartRate(131) });
  });

  it('stays with its limit when a person changes the limit', () => {
    const patientBed = risingBed();
    patientBed.command(7, { type: 'set-limits', group: 'HR', limits: { high: 110 } });
    patientBed.feedEachSecond(8, 20, { HR: 136 });
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ onsets: 1, limit: 110, atOnset: heartRate(130) });
  });

  it('names its own parameter, if another sensor continues the alarm', () => {
    const patientBed = bed();
    patientBed.feed(reading(0, { ABPs: 85 }));
    patientBed.feedEachSecond(1, 10, { ABPs: 84 });
    const pressure = { code: 'MDC_PRESS_BLD_ART_ABP_SYS', value: 85, limit: 90, unit: 'mm[Hg]' };
    expect(patientBed.liveAlarms()['BPsys.low']?.atOnset).toEqual(pressure);
    patientBed.feedEachSecond(11, 20, { NBPs: 83, ABPs: 120 });
    expect(patientBed.liveAlarms()['BPsys.low']).toMatchObject({
      ...{ code: 'MDC_PRESS_BLD_NONINV_SYS', atOnset: pressure },
    });
  });

  it('is not known for an alarm of a state that an older release wrote', () => {
    const before = risingBed();
    const older = JSON.stringify(before.state()).replace(/,"(onsetValue":\d+|atOnset":\{[^}]*\})/g, '');
    expect(older).not.toContain('nset' + 'Value');
    const patientBed = bed('adult', 'association-1', JSON.parse(older));
    patientBed.feedEachSecond(7, 20, { HR: 139 });
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ value: 139, present: true });
    expect(atOnset(patientBed)).toBeUndefined();
  });
});
