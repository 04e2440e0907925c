import { describe, expect, it } from 'vitest';
import { pulseStarts, renderBurst, silenceMs } from './burst.ts';
import { burstFaults } from './burst-ranges.testing.ts';
import { type Burst, type SoundLevel, soundTable } from './sound-table.ts';

const levels = Object.keys(soundTable) as SoundLevel[];

/** The pauses of a high alarm. `d`: the length of a pulse, ms. `x`: the pause between two pulses, ms. */
const highPauses = (x: number, d: number, middle = 500) => {
  const long = 2 * x + d;
  return [x, x, long, x, middle, x, x, long, x];
};

describe('soundTable', () => {
  it.each(levels)('the sound "%s" is within the ranges of CLINICAL', (level) => {
    expect(burstFaults(level, soundTable[level])).toEqual([]);
  });

  it('a sound of higher priority is louder', () => {
    const { high, medium, low } = soundTable;
    expect(high.loudness).toBeGreaterThan(medium.loudness);
    expect(medium.loudness).toBeGreaterThan(low.loudness);
  });
});

const withPauses = (pausesMs: readonly number[], pulseMs = 150): Partial<Burst> => ({ pausesMs, pulseMs });
const { high } = soundTable;
/** Length of the burst of a high alarm in the table, without the silence, ms. */
const burstMs = high.repeatMs - silenceMs(high);

const accepted: [string, SoundLevel, Partial<Burst>][] = [
  ['pulses of 75 ms', 'high', withPauses(highPauses(75, 75), 75)],
  ['pulses of 200 ms', 'high', { ...withPauses(highPauses(75, 200), 200), repeatMs: 7000 }],
  ['a spacing of 50 ms', 'high', withPauses(highPauses(50, 150))],
  ['a spacing of 125 ms', 'high', { ...withPauses(highPauses(125, 150)), repeatMs: 7000 }],
  ['a middle pause of 350 ms', 'high', withPauses(highPauses(75, 150, 350))],
  ['a middle pause of 1300 ms', 'high', { ...withPauses(highPauses(75, 150, 1300)), repeatMs: 7000 }],
  ['a silence of 2500 ms', 'high', { repeatMs: burstMs + 2500 }],
  ['edges of 10 % of the pulse', 'high', { edgeShare: 0.1 }],
  ['edges of 20 % of the pulse', 'high', { edgeShare: 0.2 }],
  ['a harmonic 15 dB below the pitch', 'high', { harmonicsDb: [-3, -6, -9, -15] }],
  ['five harmonics', 'high', { harmonicsDb: [-3, -6, -9, -12, -12] }],
  ['pulses of 125 ms', 'medium', { pulseMs: 125 }],
  ['pulses of 250 ms', 'medium', { pulseMs: 250 }],
  ['a repeat of 30 s', 'medium', { repeatMs: 30_000 }],
  ['two pulses', 'low', { pitchesHz: [330, 330], pausesMs: [200] }],
  ['a repeat of 15.001 s', 'low', { repeatMs: 15_001 }],
];

const refused: [string, SoundLevel, Partial<Burst>, RegExp][] = [
  ['pulses of 74 ms', 'high', withPauses(highPauses(75, 74), 74), /pulseMs is 74/],
  ['pulses of 201 ms', 'high', withPauses(highPauses(75, 201), 201), /pulseMs is 201/],
  ['a spacing of 49 ms', 'high', withPauses(highPauses(49, 150)), /pulses 1 and 2 is 49/],
  ['a spacing of 126 ms', 'high', withPauses(highPauses(126, 150)), /pulses 1 and 2 is 126/],
  ['a pause of 299 ms after the third pulse', 'high', withPauses([75, 75, 299, 75, 500, 75, 75, 300, 75]), /3 and 4/],
  ['a pause of 301 ms after the eighth pulse', 'high', withPauses([75, 75, 300, 75, 500, 75, 75, 301, 75]), /8 and 9/],
  ['unequal spacing', 'high', withPauses([75, 76, 300, 75, 500, 75, 75, 300, 75]), /pulses 2 and 3 is 76/],
  ['a middle pause of 349 ms', 'high', withPauses(highPauses(75, 150, 349)), /5 and 6 is 349/],
  ['a middle pause of 1301 ms', 'high', { ...withPauses(highPauses(75, 150, 1301)), repeatMs: 7000 }, /is 1301/],
  ['a silence of 2499 ms', 'high', { repeatMs: burstMs + 2499 }, /silence between bursts is 2499/],
  ['a repeat of 15.001 s', 'high', { repeatMs: 15_001 }, /repeatMs is 15001/],
  ['edges of 9 % of the pulse', 'high', { edgeShare: 0.09 }, /edgeShare/],
  ['edges of 21 % of the pulse', 'high', { edgeShare: 0.21 }, /edgeShare/],
  ['edges of no length', 'high', { edgeShare: 0 }, /edgeShare/],
  ['three harmonics', 'high', { harmonicsDb: [-3, -6, -9] }, /number of harmonics is 3/],
  ['a harmonic 16 dB below the pitch', 'high', { harmonicsDb: [-3, -6, -9, -16] }, /harmonic 5 is -16/],
  ['nine pulses', 'high', { pitchesHz: Array(9).fill(530) }, /number of pulses is 9/],
  ['no pulse', 'high', { pitchesHz: [] }, /number of pulses is 0/],
  ['no loudness', 'low', { loudness: 0 }, /loudness is 0/],
  ['pulses of 124 ms', 'medium', { pulseMs: 124 }, /pulseMs is 124/],
  ['pulses of 251 ms', 'medium', { pulseMs: 251 }, /pulseMs is 251/],
  ['unequal pauses', 'medium', { pausesMs: [200, 250] }, /not equal/],
  ['a repeat of 2499 ms', 'medium', { repeatMs: 2499 }, /repeatMs is 2499/],
  ['a repeat of 15 s', 'low', { repeatMs: 15_000 }, /repeatMs is 15000/],
  ['three pulses', 'low', { pitchesHz: [330, 330, 330], pausesMs: [200, 200] }, /number of pulses is 3/],
  ['pulses of 250 ms', 'lost', { pulseMs: 250 }, /can also be 250 ms long/],
  ['three pulses', 'lost', { pitchesHz: [660, 440, 660], pausesMs: [60, 60] }, /has 3 pulses too/],
  ['one pitch', 'lost', { pitchesHz: [530, 530, 530, 530] }, /same pitch/],
];

describe('burstFaults', () => {
  it.each(accepted)('%s are within the range for "%s"', (_name, level, fields) => {
    expect(burstFaults(level, { ...soundTable[level], ...fields })).toEqual([]);
  });

  it.each(refused)('%s are outside of the range for "%s"', (_name, level, fields, fault) => {
    expect(burstFaults(level, { ...soundTable[level], ...fields }).join('\n')).toMatch(fault);
  });
});

describe('renderBurst', () => {
  it.each(levels)('the samples of "%s" contain the pulses of its burst with the loudness of the table', (level) => {
    const burst = soundTable[level];
    const rate = 16_000;
    const samples = renderBurst(burst, rate);
    expect(samples).toHaveLength((burst.repeatMs * rate) / 1000);
    let pulses = 0;
    let quiet = rate;
    let loudest = 0;
    for (const sample of samples) {
      loudest = Math.max(loudest, Math.abs(sample));
      if (Math.abs(sample) > 0.02) {
        if (quiet > rate * 0.04) pulses++;
        quiet = 0;
      } else quiet++;
    }
    expect(loudest).toBeGreaterThan(0.9 * burst.loudness);
    expect(loudest).toBeLessThanOrEqual(burst.loudness * 1.001);
    expect(pulses).toBe(burst.pitchesHz.length);
    expect(pulseStarts(burst).at(-1)! + burst.pulseMs).toBeLessThan(burst.repeatMs);
    expect(samples.at(-1)).toBe(0);
  });
});
