/** Tests of the technical alarms of one sensor with several parameters (CLINICAL, "Judged or told", 4 and 8). */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, type Numerics, reading } from '../../bed.testing.ts';

/** Feeds one reading each second. @param numerics returns the values of a second */
function run(patientBed: Bed, from: number, to: number, numerics: (s: number) => Numerics): void {
  for (let s = from; s <= to; s += 1) patientBed.feed(reading(s, numerics(s)));
}

function acknowledgeAll(patientBed: Bed, s: number): void {
  for (const key of Object.keys(patientBed.liveAlarms())) patientBed.acknowledge(s, key);
}

const technical = (patientBed: Bed) =>
  Object.values(patientBed.liveAlarms())
    .filter(({ kind }) => kind === 'technical')
    .map(({ text, priority, signal }) => `${text}, ${priority}, ${signal}`);

describe('the technical alarms of one sensor', () => {
  it('a sensor that is off has one call: the call of its main parameter', () => {
    const patientBed = bed();
    run(patientBed, 0, 60, (s) => (s < 30 ? { HR: 80, SpO2: 97, PR: 80 } : { HR: 80, SpO2: null, PR: null }));
    expect(technical(patientBed)).toEqual(['SpO2: no value, low, on']);
  });

  it('the call of a sensor that is off is medium if the last value of any of its parameters was beyond a limit', () => {
    const patientBed = bed();
    run(patientBed, 0, 60, (s) => (s < 30 ? { SpO2: 97, PR: 130 } : { SpO2: null, PR: null }));
    expect(technical(patientBed)).toEqual(['SpO2: no value, medium, on']);
  });

  it('the alarm about intermittent values of a parameter calls although another parameter of the sensor never has a value', () => {
    const patientBed = bed();
    run(patientBed, 0, 30, () => ({ HR: 80, SpO2: 97, PR: null }));
    acknowledgeAll(patientBed, 31);
    run(patientBed, 31, 150, (s) => ({ HR: 80, SpO2: s % 4 === 0 ? 97 : null, PR: null }));
    expect(technical(patientBed)).toEqual([
      'PR: no value, low, acknowledged',
      'SpO2: valid only now and then, low, on',
    ]);
  });

  it('a parameter has a call of its own if it falls silent long after the main parameter of its sensor', () => {
    const patientBed = bed();
    run(patientBed, 0, 60, (s) => ({ SpO2: s < 20 ? 97 : null, PR: 80 }));
    acknowledgeAll(patientBed, 61);
    run(patientBed, 61, 160, (s) => ({ SpO2: null, PR: s < 110 ? 80 : null }));
    expect(technical(patientBed)).toEqual(['SpO2: no value, low, acknowledged', 'PR: no value, low, on']);
  });

  it('an intermittent systolic pressure calls although the mean pressure is silent', () => {
    const patientBed = bed();
    run(patientBed, 0, 100, (s) => ({ ABPs: s % 4 === 0 ? 120 : null, ABPm: null }));
    expect(technical(patientBed)).toEqual(['ABPm: no value, low, on', 'ABPs: valid only now and then, low, on']);
  });

  it('a sensor with intermittent values has one call: the call of its main parameter', () => {
    const patientBed = bed();
    run(patientBed, 0, 100, (s) => (s % 4 === 0 ? { SpO2: 97, PR: 80 } : { SpO2: null, PR: null }));
    expect(technical(patientBed)).toEqual(['SpO2: valid only now and then, low, on']);
  });
});
