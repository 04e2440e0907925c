import { describe, expect, it } from 'vitest';
import { bed, snapshot } from './fixtures.ts';
import { screenOf } from './fold.ts';
import {
  calmForMs,
  calmMs,
  type Load,
  type LoadSample,
  loadAfterSample,
  loadLevels,
  loadText,
  overloadedMs,
  relapseMs,
  startLoad,
  strainedMs,
  waveRateFraction,
  withUnchangedNumbers,
} from './load.ts';

const calm: LoadSample = { lateMs: 0, drawLateMs: 0 };
const strained: LoadSample = { lateMs: strainedMs.main + 1, drawLateMs: 0 };
const overloaded: LoadSample = { lateMs: overloadedMs + 1, drawLateMs: 0 };

/** Returns the load after each sample. The samples come once a second from `fromMs` on. */
function run(load: Load, samples: readonly LoadSample[], fromMs = 0): Load[] {
  const loads: Load[] = [];
  for (const [i, sample] of samples.entries()) {
    load = loadAfterSample(load, sample, fromMs + i * 1000);
    loads.push(load);
  }
  return loads;
}
const times = (count: number, sample: LoadSample) => Array.from({ length: count }, () => sample);
const levels = (loads: readonly Load[]) => loads.map(({ level }) => level);
const levelAfter = (...samples: LoadSample[]) => run(startLoad, samples).at(-1)!.level;

describe('loadAfterSample on a slow screen', () => {
  it('the screen gives up waves before numbers, and goes down one level after every two strained seconds', () => {
    expect(levels(run(startLoad, times(8, strained)))).toEqual([
      'full',
      'waves-slower',
      'waves-slower',
      'no-waves',
      'no-waves',
      'numbers-slower',
      'numbers-slower',
      'numbers-slower',
    ]);
  });

  it('the screen goes down two levels if it is far behind', () => {
    expect(levels(run(startLoad, times(4, overloaded)))).toEqual(['full', 'no-waves', 'no-waves', 'numbers-slower']);
  });

  it.each<[string, LoadSample, string]>([
    ['stays full if the timer is late by exactly `strainedMs`', { lateMs: strainedMs.main, drawLateMs: 0 }, 'full'],
    [
      'becomes waves-slower if the timer is late by 1 ms more than `strainedMs`',
      { lateMs: strainedMs.main + 1, drawLateMs: 0 },
      'waves-slower',
    ],
    ['stays full if frames are late by exactly `strainedMs`', { lateMs: 0, drawLateMs: strainedMs.draw }, 'full'],
    [
      'becomes waves-slower if frames are late by 1 ms more than `strainedMs`',
      { lateMs: 0, drawLateMs: strainedMs.draw + 1 },
      'waves-slower',
    ],
    [
      'becomes waves-slower if the timer is late by exactly `overloadedMs`',
      { lateMs: overloadedMs, drawLateMs: 0 },
      'waves-slower',
    ],
    [
      'becomes no-waves if the timer is late by 1 ms more than `overloadedMs`',
      { lateMs: overloadedMs + 1, drawLateMs: 0 },
      'no-waves',
    ],
  ])('after two samples, the level %s', (_name, sample, level) => {
    expect(levelAfter(sample, sample)).toBe(level);
  });

  it('single slow seconds between calm seconds do not change the level', () => {
    expect(levelAfter(overloaded, calm, overloaded, calm, overloaded)).toBe('full');
  });

  it('late frames alone do not slow down the numbers', () => {
    const loads = run(startLoad, times(20, { lateMs: 0, drawLateMs: 60_000 }));
    expect(levels(loads)).toContain('no-waves');
    expect(levels(loads)).not.toContain('numbers-slower');
  });

  it('the notice of each level says what the screen does not draw, and that alarms work', () => {
    for (const level of loadLevels.slice(1)) expect(loadText(level)).toMatch(/slow.*waves.*alarms work/i);
    expect(loadText('full')).toBeUndefined();
    expect(loadLevels.map(waveRateFraction)).toEqual([1, 1 / 3, 0, 0]);
  });
});

describe('loadAfterSample on a screen that is fast again', () => {
  const down = run(startLoad, times(6, strained)).at(-1)!;
  const wait = calmForMs.min / 1000;

  it('the screen goes back one level after each long calm time', () => {
    const loads = run(down, times(3 * wait + 1, calm), 10_000);
    expect(loads[wait - 1]!.level).toBe('numbers-slower');
    expect(loads[wait]!.level).toBe('no-waves');
    expect(loads[2 * wait]!.level).toBe('waves-slower');
    expect(loads[3 * wait]!.level).toBe('full');
  });

  it('the calm time starts again after a second that was not calm', () => {
    const halfCalm = { lateMs: calmMs.main + 1, drawLateMs: 0 };
    const loads = run(down, [...times(wait, calm), halfCalm, ...times(wait, calm)], 10_000);
    expect(loads.at(-1)!.level).toBe('numbers-slower');
  });

  it('the required calm time doubles after a relapse, up to a maximum', () => {
    const relapse = [...times(wait + 1, calm), ...times(2, strained)];
    const again = run(down, relapse, 10_000).at(-1)!;
    expect(again).toMatchObject({ level: 'numbers-slower', calmForMs: 2 * calmForMs.min });
    let load = again;
    let nowMs = 100_000;
    for (let i = 0; i < 10; i++) {
      const calmSeconds = load.calmForMs / 1000 + 1;
      load = run(load, [...times(calmSeconds, calm), ...times(2, strained)], nowMs).at(-1)!;
      nowMs += calmSeconds * 1000 + relapseMs;
    }
    expect(load.calmForMs).toBe(calmForMs.max);
    const calmAgain = run(load, times(5 * (calmForMs.max / 1000) + 5, calm), nowMs).at(-1)!;
    expect(calmAgain).toMatchObject({ level: 'full', calmForMs: calmForMs.min });
  });
});

describe('withUnchangedNumbers', () => {
  const before = screenOf(snapshot({ beds: [bed('a'), bed('b')] }));

  it('while numbers are shown less often, alarms, health and the number of the message are shown immediately', () => {
    const next = { ...before, messageNo: 99, beds: new Map(before.beds), alarms: new Map(), alarmsOf: new Map() };
    const shownScreen = withUnchangedNumbers(before, next);
    expect(shownScreen.beds).toBe(before.beds);
    expect(shownScreen).toMatchObject({ messageNo: 99, alarms: next.alarms, alarmsOf: next.alarmsOf });
  });

  it('while numbers are shown less often, a bed that comes or leaves is shown immediately', () => {
    const [first, second] = [...before.beds];
    const withoutBed = { ...before, beds: new Map([first!]) };
    expect(withUnchangedNumbers(before, withoutBed)).toBe(withoutBed);
    const withOtherBed = { ...before, beds: new Map([first!, ['c', second![1]]]) };
    expect(withUnchangedNumbers(before, withOtherBed)).toBe(withOtherBed);
  });
});
