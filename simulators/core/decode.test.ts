import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecording } from './decode.ts';
import type { Recording } from './recording.ts';

const decode = (text: string, file = 'x.csv') => decodeRecording(file, new TextEncoder().encode(text), new Map());
const recordingOf = (text: string, file?: string): Recording => {
  const decoded = decode(text, file);
  if ('fault' in decoded) throw new Error(decoded.fault.message);
  return decoded.ok;
};
const faultMessageOf = (text: string, file?: string): string => {
  const decoded = decode(text, file);
  if ('ok' in decoded) throw new Error('The file was decoded, but a fault was expected.');
  expect(decoded.fault.code).toBe('recording-invalid');
  return decoded.fault.message;
};
const hr = (value: number) => ({ code: 'MDC_ECG_HEART_RATE', value, unit: '/min' });
const invalidHr = { code: 'MDC_ECG_HEART_RATE', unit: '/min', validity: 'invalid' };

describe('decodeRecording of BIDMC numerics', () => {
  it('a 0 stays a value, and NaN and an empty cell become invalid without a value', () => {
    const { frames, family, intervalMs, loopMs } = recordingOf('Time [s], HR\n0,0\n1,NaN\n2,\n3,61.5\n');
    expect(frames.map((frame) => frame.values)).toEqual([[hr(0)], [invalidHr], [invalidHr], [hr(61.5)]]);
    expect({ family, intervalMs, loopMs }).toEqual({ family: 'bidmc', intervalMs: 1000, loopMs: 4000 });
  });

  it.each([
    ['with LF', 'Time [s], HR, SpO2\n0,60,97\n1,61,98\n'],
    ['with CRLF', 'Time [s], HR, SpO2\r\n0,60,97\r\n1,61,98\r\n'],
    ['with CR', 'Time [s], HR, SpO2\r0,60,97\r1,61,98'],
    ['with a BOM', '\uFEFFTime [s], HR, SpO2\n0,60,97\n1,61,98'],
    ['with blank lines', '\n\nTime [s], HR, SpO2\n\n0,60,97\n   \n1,61,98\n\n'],
    ['without a blank after the comma', 'Time [s],HR,SpO2\n0,60,97\n1,61,98\n'],
    ['with many blanks', ' Time [s] ,  HR , SpO2 \n 0 , 60 , 97\n 1 ,61 , 98 \n'],
    ['with a negative first time', 'Time [s], HR, SpO2\n-1,60,97\n-0,61,98\n'],
    ['with units in the column names', 'Time [ms], HR [bpm], SpO2 (%)\n0,60,97\n1000,61,98\n'],
    ['with semicolons', 'Time [s];HR;SpO2\n0;60;97\n1;61;98\n'],
    ['with quotes', '"Time [s]","HR","SpO2"\n"0","60","97"\n"1","61","98"\n'],
    ['with unknown columns', 'Time [s], Foo, HR, SpO2, \n0,1,60,97,\n1,,61,98,x\n'],
    ['with exponents and signs', 'Time [s], HR, SpO2\n0.0,+6e1,97.0\n1,6.1E1,.98e2\n'],
  ])('a table %s is decoded', (_, text) => {
    const spo2 = (value: number) => ({ code: 'MDC_PULS_OXIM_SAT_O2', value, unit: '%' });
    expect(recordingOf(text).frames).toEqual([
      { atMs: 0, values: [hr(60), spo2(97)] },
      { atMs: 1000, values: [hr(61), spo2(98)] },
    ]);
  });

  it('`ignored` has the names of unknown and repeated columns', () => {
    expect(recordingOf('Time [s], HR, Foo, Heart Rate\n0,60,1,60\n').ignored).toEqual(['Foo', 'Heart Rate']);
  });

  it.each([-1, -100, -999, -32768])('the number %d means "no value"', (magic) => {
    expect(recordingOf(`Time [s], HR\n0,${magic}\n1,60\n`).frames[0]!.values).toEqual([invalidHr]);
  });

  it.each([
    [350, 0],
    [351, 1],
    [0, 0],
    [-2, 1],
  ])('a heart rate of %d gives %d implausible values', (value, implausible) => {
    expect(recordingOf(`Time [s], HR\n0,${value}\n1,60\n`).implausible).toBe(implausible);
  });

  it('gaps in the time column stay gaps', () => {
    expect(recordingOf('Time [s], HR\n0,60\n1,60\n2,60\n60,61\n61,62').frames.map((f) => f.atMs)).toEqual([
      0, 1000, 2000, 60000, 61000,
    ]);
  });
});

describe('decodeRecording of MIMIC-II numerics', () => {
  it('0 means "no value", and an empty cuff pressure is not sent', () => {
    const { frames, family, intervalMs } = recordingOf('t_min,HR[bpm],NBPSys[mmHg]\n0,0,\n1,62.8,120\n2,0,0\n');
    expect(frames.map((frame) => frame.values)).toEqual([
      [invalidHr],
      [hr(62.8), { code: 'MDC_PRESS_BLD_NONINV_SYS', value: 120, unit: 'mm[Hg]' }],
      [invalidHr],
    ]);
    expect({ family, intervalMs }).toEqual({ family: 'mimic2', intervalMs: 60_000 });
  });
});

describe('decodeRecording of PhysioNet 2019', () => {
  const header = 'HR|O2Sat|Temp|SBP|EtCO2|Lactate|ICULOS|SepsisLabel\n';
  it('each row is an hour after the row before; missing values of a cuff or thermometer, and a column without numbers, are not sent', () => {
    const { frames, intervalMs, ignored } = recordingOf(
      `${header}NaN|97|NaN|NaN|NaN|NaN|4|0\n80|NaN|37.5|120|NaN|2|5|1\n`,
    );
    expect(frames).toEqual([
      { atMs: 0, values: [invalidHr, { code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' }] },
      {
        atMs: 3_600_000,
        values: [
          hr(80),
          { code: 'MDC_PULS_OXIM_SAT_O2', unit: '%', validity: 'invalid' },
          { code: 'MDC_TEMP_BODY', value: 37.5, unit: 'Cel' },
          { code: 'MDC_PRESS_BLD_NONINV_SYS', value: 120, unit: 'mm[Hg]' },
        ],
      },
    ]);
    expect(intervalMs).toBe(3_600_000);
    expect(ignored).toEqual(['Lactate', 'SepsisLabel']);
  });

  it('a table without ICULOS and a table with one row are decoded', () => {
    expect(recordingOf('HR|O2Sat\n80|97\n81|98\n').frames.map((f) => f.atMs)).toEqual([0, 3_600_000]);
    expect(recordingOf('HR|O2Sat\n80|97\n').loopMs).toBe(3_600_000);
  });
});

describe('decodeRecording with units', () => {
  it.each([
    ['Temp [F]', '98.6', 37],
    ['Temp [°C]', '37', 37],
    ['EtCO2 [kPa]', '5', 37.5],
    ['EtCO2 [mmHg]', '38', 38],
    ['HR [1/min]', '60', 60],
  ])('a value in the column "%s" is converted', (column, cell, value) => {
    expect(recordingOf(`Time [s], ${column}\n0,${cell}`).frames[0]!.values[0]!.value).toBe(value);
  });
  it('a unit that the parameter cannot have is refused', () => {
    expect(faultMessageOf('Time [s], HR [mmHg]\n0,60')).toBe(
      'x.csv line 1: the unit "mmHg" is not possible for column HR.',
    );
  });
});

describe('decodeRecording of waves', () => {
  it('samples have a resolution of a 65000th of the range, and NaN becomes a missing sample', () => {
    const { waves, family, loopMs } = recordingOf(
      'Time [s], RESP, II, Foo\n0,0,-1,1\n0.008,0.5,NaN,1\n0.016,1,1,1\n0.024,0.25,0,1\n',
    );
    expect(family).toBe('signals');
    expect(loopMs).toBe(32);
    expect(waves.map((wave) => [wave.code, wave.rateHz])).toEqual([
      ['MDC_IMPED_TTHOR', 125],
      ['MDC_ECG_ELEC_POTL_II', 125],
    ]);
    const [resp, ii] = waves;
    const values = [...resp!.samples].map((sample) => sample * resp!.scale + resp!.offset);
    for (const [i, value] of [0, 0.5, 1, 0.25].entries()) expect(values[i]).toBeCloseTo(value, 4);
    expect(ii!.samples[1]).toBe(-32768);
  });

  it('a gap in the time column is filled with missing samples', () => {
    const { waves } = recordingOf('Time [s], II\n0,1\n0.01,2\n0.02,3\n0.05,4\n');
    expect([...waves[0]!.samples].map((sample) => sample === -32768)).toEqual([false, false, false, true, true, false]);
  });

  it('times that are rounded to five digits give a wave without gaps, even if they repeat or skip', () => {
    const times = Array.from({ length: 20_000 }, (_, i) => Number((i * 0.008).toPrecision(5)));
    const { waves } = recordingOf(`Time [s], II\n${times.map((time, i) => `${time},${i % 7}`).join('\n')}`);
    expect(waves[0]!.rateHz).toBe(125);
    expect(waves[0]!.samples).toHaveLength(20_000);
    expect(waves[0]!.samples.includes(-32768)).toBe(false);
  });

  it('equal samples give a flat line', () => {
    const [wave] = recordingOf('Time [s], II\n0,5\n0.01,5\n0.02,5').waves;
    expect([...wave!.samples].map((sample) => sample * wave!.scale + wave!.offset)).toEqual([5, 5, 5]);
  });
});

describe('decodeRecording of malformed files', () => {
  it.each([
    ['', 'x.csv line 1: the file is empty.'],
    ['\n\n', 'x.csv line 1: the file is empty.'],
    ['Time [s], HR\n', 'x.csv line 1: there is no row after the header.'],
    ['0,60\n1,61\n', 'x.csv line 1: the first line must be a header with column names.'],
    ['Time [s], HR\n0,60\n1,61,3\n', 'x.csv line 3: the row has 3 cells, but the header has 2 columns.'],
    ['Time [s], HR\n0,60\n1\n', 'x.csv line 3: the row has 1 cells, but the header has 2 columns.'],
    ['Time [s], HR\n0,sixty\n', 'x.csv line 2: "sixty" in column HR is not a number.'],
    ['Time [s], HR\n0,1e999\n', 'x.csv line 2: "1e999" in column HR is not a number.'],
    ['Time [s], HR\nNaN,60\n', 'x.csv line 2: the time is missing.'],
    ['Time [s], HR\n\n5,60\n\n4,61\n', 'x.csv line 5: the time is not later than in the previous row.'],
    ['Time [s], HR\n5,60\n5,61\n', 'x.csv line 3: the time is not later than in the previous row.'],
    ['HR, SpO2\n60,97\n', 'x.csv line 1: there is no time column ("Time [s]" or "t_min").'],
    ['Time [fortnight], HR\n0,60\n', 'x.csv line 1: the unit of the time column is unknown.'],
    ['Time [s], Foo\n0,60\n', 'x.csv line 1: Vigil knows none of these columns as a vital sign: Time, Foo.'],
    ['HR|O2Sat\nNaN|NaN\n', 'x.csv: no vital sign has a value in any row.'],
    ['Time [s], HR\n0,60\n1,\0\n', 'x.csv line 3: contains a NUL character, so it is not a text file.'],
  ])('the file %j has the fault "%s"', (text, message) => {
    expect(faultMessageOf(text)).toBe(message);
  });

  it('a file that is not UTF-8 text has a fault', () => {
    const decoded = decodeRecording('y.csv', Uint8Array.of(0x50, 0xff, 0xfe), new Map());
    expect(decoded).toEqual({ fault: { code: 'recording-invalid', message: 'y.csv: is not UTF-8 text.' } });
  });

  it('decodeRecording never throws, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('x.csv', 'x.psv', 'x.hea'), (bytes, file) => {
        const decoded = decodeRecording(file, bytes, new Map());
        expect('ok' in decoded || decoded.fault.message.startsWith(file)).toBe(true);
      }),
    );
  });

  it('decodeRecording never throws, for any table', () => {
    const cell = fc.constantFrom('0', '1', '2.5', 'NaN', '', '-1', 'x', '9999', 'HR', 'Time [s]', ' SpO2');
    const line = fc.array(cell, { maxLength: 4 }).map((cells) => cells.join(','));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const decoded = decode(`Time [s], HR\n${lines.join('\n')}`);
        if ('ok' in decoded) for (const frame of decoded.ok.frames) expect(frame.values.length).toBeGreaterThan(0);
      }),
    );
  });
});
