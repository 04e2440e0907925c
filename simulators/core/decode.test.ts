import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecording } from './decode.ts';
import type { Recording } from './recording.ts';

const decode = (text: string, file = 'x.csv') => decodeRecording(file, new TextEncoder().encode(text), new Map());
const ok = (text: string, file?: string): Recording => {
  const decoded = decode(text, file);
  if ('fault' in decoded) throw new Error(decoded.fault.message);
  return decoded.ok;
};
const fault = (text: string, file?: string): string => {
  const decoded = decode(text, file);
  if ('ok' in decoded) throw new Error('a fault was expected');
  expect(decoded.fault.code).toBe('recording-invalid');
  return decoded.fault.message;
};
const hr = (value: number) => ({ code: 'MDC_ECG_HEART_RATE', value, unit: '/min' });
const invalidHr = { code: 'MDC_ECG_HEART_RATE', unit: '/min', validity: 'invalid' };

describe('BIDMC numerics', () => {
  it('keeps a real 0, and makes NaN and an empty cell invalid without value', () => {
    const { frames, family, intervalMs, loopMs } = ok('Time [s], HR\n0,0\n1,NaN\n2,\n3,61.5\n');
    expect(frames.map((frame) => frame.values)).toEqual([[hr(0)], [invalidHr], [invalidHr], [hr(61.5)]]);
    expect({ family, intervalMs, loopMs }).toEqual({ family: 'bidmc', intervalMs: 1000, loopMs: 4000 });
  });

  it.each([
    ['LF', 'Time [s], HR, SpO2\n0,60,97\n1,61,98\n'],
    ['CRLF', 'Time [s], HR, SpO2\r\n0,60,97\r\n1,61,98\r\n'],
    ['CR', 'Time [s], HR, SpO2\r0,60,97\r1,61,98'],
    ['BOM', '\uFEFFTime [s], HR, SpO2\n0,60,97\n1,61,98'],
    ['blank lines', '\n\nTime [s], HR, SpO2\n\n0,60,97\n   \n1,61,98\n\n'],
    ['no blank after the comma', 'Time [s],HR,SpO2\n0,60,97\n1,61,98\n'],
    ['blanks everywhere', ' Time [s] ,  HR , SpO2 \n 0 , 60 , 97\n 1 ,61 , 98 \n'],
    ['a negative start', 'Time [s], HR, SpO2\n-1,60,97\n-0,61,98\n'],
    ['units in names', 'Time [ms], HR [bpm], SpO2 (%)\n0,60,97\n1000,61,98\n'],
    ['semicolons', 'Time [s];HR;SpO2\n0;60;97\n1;61;98\n'],
    ['quotes', '"Time [s]","HR","SpO2"\n"0","60","97"\n"1","61","98"\n'],
    ['other columns between', 'Time [s], Foo, HR, SpO2, \n0,1,60,97,\n1,,61,98,x\n'],
    ['exponents and signs', 'Time [s], HR, SpO2\n0.0,+6e1,97.0\n1,6.1E1,.98e2\n'],
  ])('reads %s', (_, text) => {
    const spo2 = (value: number) => ({ code: 'MDC_PULS_OXIM_SAT_O2', value, unit: '%' });
    expect(ok(text).frames).toEqual([
      { atMs: 0, values: [hr(60), spo2(97)] },
      { atMs: 1000, values: [hr(61), spo2(98)] },
    ]);
  });

  it('says what it did not use', () => {
    expect(ok('Time [s], HR, Foo, Heart Rate\n0,60,1,60\n').ignored).toEqual(['Foo', 'Heart Rate']);
  });

  it.each([-1, -100, -999, -32768])('takes %d for no value', (magic) => {
    expect(ok(`Time [s], HR\n0,${magic}\n1,60\n`).frames[0]!.values).toEqual([invalidHr]);
  });

  it.each([
    [350, 0],
    [351, 1],
    [0, 0],
    [-2, 1],
  ])('of a heart rate of %d loses %d values as implausible', (value, implausible) => {
    expect(ok(`Time [s], HR\n0,${value}\n1,60\n`).implausible).toBe(implausible);
  });

  it('keeps gaps of time as they are', () => {
    expect(ok('Time [s], HR\n0,60\n1,60\n2,60\n60,61\n61,62').frames.map((f) => f.atMs)).toEqual([
      0, 1000, 2000, 60000, 61000,
    ]);
  });
});

describe('MIMIC-II numerics', () => {
  it('takes 0 for no value, and sends nothing for an empty cuff pressure', () => {
    const { frames, family, intervalMs } = ok('t_min,HR[bpm],NBPSys[mmHg]\n0,0,\n1,62.8,120\n2,0,0\n');
    expect(frames.map((frame) => frame.values)).toEqual([
      [invalidHr],
      [hr(62.8), { code: 'MDC_PRESS_BLD_NONINV_SYS', value: 120, unit: 'mm[Hg]' }],
      [invalidHr],
    ]);
    expect({ family, intervalMs }).toEqual({ family: 'mimic2', intervalMs: 60_000 });
  });
});

describe('PhysioNet 2019', () => {
  const header = 'HR|O2Sat|Temp|SBP|EtCO2|Lactate|ICULOS|SepsisLabel\n';
  it('is hourly; a cuff or thermometer not used sends nothing, a column without a number is no sensor', () => {
    const { frames, intervalMs, ignored } = ok(`${header}NaN|97|NaN|NaN|NaN|NaN|4|0\n80|NaN|37.5|120|NaN|2|5|1\n`);
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

  it('does without ICULOS, and with one row', () => {
    expect(ok('HR|O2Sat\n80|97\n81|98\n').frames.map((f) => f.atMs)).toEqual([0, 3_600_000]);
    expect(ok('HR|O2Sat\n80|97\n').loopMs).toBe(3_600_000);
  });
});

describe('units', () => {
  it.each([
    ['Temp [F]', '98.6', 37],
    ['Temp [°C]', '37', 37],
    ['EtCO2 [kPa]', '5', 37.5],
    ['EtCO2 [mmHg]', '38', 38],
    ['HR [1/min]', '60', 60],
  ])('reads %s', (column, cell, value) => {
    expect(ok(`Time [s], ${column}\n0,${cell}`).frames[0]!.values[0]!.value).toBe(value);
  });
  it('refuses one that does not fit', () => {
    expect(fault('Time [s], HR [mmHg]\n0,60')).toBe('x.csv line 1: the unit "mmHg" does not fit column HR.');
  });
});

describe('waves', () => {
  it('keeps every sample to a 65000th of the range, and a missing one as missing', () => {
    const { waves, family, loopMs } = ok(
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

  it('fills a gap of time with missing samples', () => {
    const { waves } = ok('Time [s], II\n0,1\n0.01,2\n0.02,3\n0.05,4\n');
    expect([...waves[0]!.samples].map((sample) => sample === -32768)).toEqual([false, false, false, true, true, false]);
  });

  it('follows times that are printed to five digits, which repeat and skip', () => {
    const times = Array.from({ length: 20_000 }, (_, i) => Number((i * 0.008).toPrecision(5)));
    const { waves } = ok(`Time [s], II\n${times.map((time, i) => `${time},${i % 7}`).join('\n')}`);
    expect(waves[0]!.rateHz).toBe(125);
    expect(waves[0]!.samples).toHaveLength(20_000);
    expect(waves[0]!.samples.includes(-32768)).toBe(false);
  });

  it('is a flat line where all samples are equal', () => {
    const [wave] = ok('Time [s], II\n0,5\n0.01,5\n0.02,5').waves;
    expect([...wave!.samples].map((sample) => sample * wave!.scale + wave!.offset)).toEqual([5, 5, 5]);
  });
});

describe('a malformed file gives one fault with file, line and what is wrong', () => {
  it.each([
    ['', 'x.csv line 1: the file is empty.'],
    ['\n\n', 'x.csv line 1: the file is empty.'],
    ['Time [s], HR\n', 'x.csv line 1: no row follows the header.'],
    ['0,60\n1,61\n', 'x.csv line 1: a header with column names is expected here.'],
    ['Time [s], HR\n0,60\n1,61,3\n', 'x.csv line 3: 3 cells where the header names 2 columns.'],
    ['Time [s], HR\n0,60\n1\n', 'x.csv line 3: 1 cells where the header names 2 columns.'],
    ['Time [s], HR\n0,sixty\n', 'x.csv line 2: "sixty" in column HR is not a number.'],
    ['Time [s], HR\n0,1e999\n', 'x.csv line 2: "1e999" in column HR is not a number.'],
    ['Time [s], HR\nNaN,60\n', 'x.csv line 2: the time is missing.'],
    ['Time [s], HR\n\n5,60\n\n4,61\n', 'x.csv line 5: the time does not go on from the row before.'],
    ['Time [s], HR\n5,60\n5,61\n', 'x.csv line 3: the time does not go on from the row before.'],
    ['HR, SpO2\n60,97\n', 'x.csv line 1: there is no column of time ("Time [s]", "t_min").'],
    ['Time [fortnight], HR\n0,60\n', 'x.csv line 1: the unit of the time column is unknown.'],
    ['Time [s], Foo\n0,60\n', 'x.csv line 1: no column is a vital sign that Vigil knows (Time, Foo).'],
    ['HR|O2Sat\nNaN|NaN\n', 'x.csv: no vital sign has a value in any row.'],
    ['Time [s], HR\n0,60\n1,\0\n', 'x.csv line 3: holds a NUL character, so it is no text.'],
  ])('%j', (text, message) => {
    expect(fault(text)).toBe(message);
  });

  it('not UTF-8', () => {
    const decoded = decodeRecording('y.csv', Uint8Array.of(0x50, 0xff, 0xfe), new Map());
    expect(decoded).toEqual({ fault: { code: 'recording-invalid', message: 'y.csv: is not UTF-8 text.' } });
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('x.csv', 'x.psv', 'x.hea'), (bytes, file) => {
        const decoded = decodeRecording(file, bytes, new Map());
        expect('ok' in decoded || decoded.fault.message.startsWith(file)).toBe(true);
      }),
    );
  });

  it('never throws on anything like a table', () => {
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
