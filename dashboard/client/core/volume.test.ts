import { expect, it } from 'vitest';
import { soundTable } from './sound-table.ts';
import { fullTuning, highGains, steadyGain, type Tuning, volumes } from './volume.ts';

const tunings: Tuning[] = volumes.flatMap((volume) => [
  { volume, isNight: false },
  { volume, isNight: true },
]);
const db = (gain: number) => 20 * Math.log10(gain);

it.each(tunings)('at each volume, by day and by night, a high alarm gets louder up to full loudness: %j', (tuning) => {
  const rising = highGains(0, tuning);
  expect(rising).toHaveLength(4);
  expect(rising).toEqual([...rising].sort((a, b) => a - b));
  expect(rising.at(-1)).toBe(1);
});

it.each(tunings)('no sound is softer than 12 dB below full volume: %j', (tuning) => {
  for (const level of ['medium', 'low'] as const) expect(db(steadyGain(level, tuning))).toBeGreaterThan(-12.1);
  const fullStart = highGains(0, fullTuning)[0]!;
  expect(db(highGains(0, tuning)[0]! / fullStart)).toBeGreaterThan(-12.1);
});

it.each(tunings)(
  'a high alarm never begins softer than a medium alarm, and a medium alarm is louder than a low alarm: %j',
  (tuning) => {
    const { high, medium, low } = soundTable;
    const mediumLoudness = medium.loudness * steadyGain('medium', tuning);
    expect(high.loudness * highGains(0, tuning)[0]!).toBeGreaterThanOrEqual(mediumLoudness);
    expect(mediumLoudness).toBeGreaterThan(low.loudness * steadyGain('low', tuning));
  },
);

it('night mode lowers medium and low alarms to the lowest volume, and never lowers a high alarm or the sound of a lost server', () => {
  for (const volume of volumes) {
    const [day, night] = [false, true].map((isNight) => ({ volume, isNight })) as [Tuning, Tuning];
    expect([steadyGain('medium', night), steadyGain('low', night)]).toEqual([0.25, 0.25]);
    expect(highGains(0, night)).toEqual(highGains(0, day));
    expect([steadyGain('lost', night), steadyGain('lost', day)]).toEqual([1, 1]);
  }
});
