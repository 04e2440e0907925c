import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { Observation } from '../contracts/messages/device.ts';
import { waves } from '../contracts/parameters.ts';
import { septicPatients, wardRecordings } from './core/cast.ts';
import { catalogue, loadRecording, recordingShelf } from './recordings.ts';

/** The low and high limits of the default adult profile (docs/clinician.md). */
const adultLimits: Readonly<Record<string, readonly [number?, number?]>> = {
  MDC_ECG_HEART_RATE: [50, 120],
  MDC_PULS_OXIM_PULS_RATE: [50, 120],
  MDC_PULS_OXIM_SAT_O2: [90],
  MDC_RESP_RATE: [8, 30],
};

describe('catalogue', () => {
  it.each(Object.keys(catalogue))('the readings of the recording %s fit the contract', (name) => {
    const recording = loadRecording(name);
    expect(recording.implausible).toBe(0);
    expect(recording.frames.length + recording.waves.length).toBeGreaterThan(0);
    for (const { values } of recording.frames) {
      const reading = { time: '2026-01-01T00:00:00.000Z', values: [...values] };
      expect(Value.Check(Observation, reading)).toBe(true);
    }
    for (const wave of recording.waves) expect(waves.has(wave.code)).toBe(true);
  });

  it('recordings keep their real gaps and zeros of respiration, saturation and pulse', () => {
    const countMissing = (name: string, code: string) => {
      const numerics = loadRecording(name).frames.flatMap((f) => f.values.filter((v) => v.code === code));
      return {
        invalid: numerics.filter((v) => v.validity === 'invalid').length,
        zero: numerics.filter((v) => v.value === 0).length,
      };
    };
    expect(countMissing('bidmc-13', 'MDC_RESP_RATE')).toEqual({ invalid: 146, zero: 220 });
    expect(countMissing('bidmc-19', 'MDC_PULS_OXIM_SAT_O2')).toEqual({ invalid: 102, zero: 0 });
    expect(countMissing('bidmc-01', 'MDC_PULS_OXIM_PULS_RATE')).toEqual({ invalid: 13, zero: 0 });
  });

  it('recordings have the right waves, rates and numbers of samples', () => {
    const bidmc = loadRecording('bidmc-01');
    expect(bidmc.loopMs).toBe(480_000);
    expect(bidmc.waves.map((w) => [w.code, w.rateHz, w.samples.length])).toEqual([
      ['MDC_IMPED_TTHOR', 125, 60_001],
      ['MDC_PULS_OXIM_PLETH', 125, 60_001],
      ['MDC_ECG_ELEC_POTL_V', 125, 60_001],
      ['MDC_ECG_ELEC_POTL_AVR', 125, 60_001],
      ['MDC_ECG_ELEC_POTL_II', 125, 60_001],
    ]);
    const ii = bidmc.waves.at(-1)!;
    expect(ii.samples[0]! * ii.scale + ii.offset).toBeCloseTo(0.72549, 4);
    // The decoder compares the samples with the checksums in a103l.hea, so this test does not compare them.
    expect(loadRecording('a103l').waves.map((w) => w.samples.length)).toEqual([82_500, 82_500, 82_500]);
  });

  it('recordings first breach the default adult limits at the times in cast.ts', () => {
    const firstBreachS = (name: string) => {
      const frames = loadRecording(name).frames;
      const frame = frames.find(({ values }) =>
        values.some(({ code, value }) => {
          const [low, high] = adultLimits[code] ?? [];
          return value !== undefined && ((low !== undefined && value < low) || (high !== undefined && value > high));
        }),
      );
      return frame === undefined ? undefined : frame.atMs / 1000;
    };
    expect(Object.fromEntries(wardRecordings.map((name) => [name, firstBreachS(name)]))).toEqual({
      'bidmc-01': undefined,
      'bidmc-25': 0,
      'bidmc-13': 0,
      'bidmc-22': 48,
      'bidmc-21': 35,
      'bidmc-19': 49,
      'bidmc-05': 164,
      'bidmc-02': undefined,
      'bidmc-14': 459,
    });
  });

  it('the catalogue contains every recording of the casts', () => {
    for (const name of [...wardRecordings, ...septicPatients.map(({ recording }) => recording)])
      expect(Object.hasOwn(catalogue, name)).toBe(true);
  });
});

describe('recordingShelf and loadRecording', () => {
  it('a recording is decoded once for all beds', () => {
    const shelf = recordingShelf();
    expect(shelf('bidmc-02')).toBe(shelf('bidmc-02'));
  });

  it('a file of the user is decoded, and the error names a file that cannot be read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigil-recordings-'));
    try {
      writeFileSync(join(folder, 'mine.csv'), 'Time [s], HR\n0,60\n');
      expect(loadRecording(join(folder, 'mine.csv')).frames).toHaveLength(1);
      writeFileSync(join(folder, 'lone.hea'), 'lone 1 250 4\nlone.mat 16+24 200 16 0 0 0 0 II\n');
      expect(() => loadRecording(join(folder, 'lone.hea'))).toThrow(/lone\.mat: the file cannot be read/);
      expect(() => loadRecording(join(folder, 'no.csv'))).toThrow(/no\.csv: the file cannot be read/);
      expect(() => loadRecording('constructor')).toThrow(/constructor: the file cannot be read/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
