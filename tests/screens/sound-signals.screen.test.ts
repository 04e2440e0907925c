/**
 * Renders the alarm sounds in Chromium as the screens play them, and measures them with a Python program that shares no
 * code with Vigil. The ranges are those of CLINICAL ("Signals on the screen and in the ear").
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Burst, SoundLevel } from '../../dashboard/client/core/sound-table.ts';
import { openBrowser } from '../browser.ts';
import { root } from '../system.ts';
import type { soundPage as SoundPage } from './sound-page.ts';

type Pulse = {
  readonly duration: number;
  readonly plateau: number;
  readonly rise: number;
  readonly fall: number;
  readonly level: number;
  readonly pitch: number;
  readonly harmonics: readonly number[];
};
/** A burst as tests/independent/bursts.py measures it; `silence` is null for the last burst. */
type Measured = {
  readonly pulses: readonly Pulse[];
  readonly pauses: readonly number[];
  readonly silence: number | null;
};

declare const soundPage: typeof SoundPage;

const folder = mkdtempSync(join(tmpdir(), 'vigil-sound-'));
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser(inject('chromium'));
  page = await browser.newPage();
  await page.addScriptTag({ content: await pageScript() });
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Returns sound-page.ts as one script. */
async function pageScript(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      lib: { entry: join(root, 'tests/screens/sound-page.ts'), formats: ['iife'], name: 'unused' },
    },
  });
  const [{ output }] = built as unknown as [{ output: [{ code: string }] }];
  return output[0].code;
}

const rateHz = 48_000;

/** Measures samples (base64 of 16-bit integers) with the independent program. */
function measure(base64: string): Measured[] {
  const data = Buffer.from(base64, 'base64');
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rateHz, 24);
  head.writeUInt32LE(rateHz * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  const file = join(folder, 'sound.wav');
  writeFileSync(file, Buffer.concat([head, data]));
  const script = join(root, 'tests/independent/bursts.py');
  return JSON.parse(execFileSync('python3', [script, file], { encoding: 'utf8' })) as Measured[];
}

async function measureLevel(level: SoundLevel, seconds: number, burstsBefore = 0): Promise<Measured[]> {
  const samples = await page.evaluate(([of, s, before]) => soundPage.renderLevel(of, s, before), [
    level,
    seconds,
    burstsBefore,
  ] as const);
  return measure(samples);
}

type Range = readonly [least: number, most: number];

const outside = (name: string, value: number, ...[least, most]: Range) =>
  value >= least && value <= most ? [] : [`${name} ${value.toFixed(1)}, not ${least} to ${most}`];

const ranges: Readonly<Record<'high' | 'medium' | 'low', Record<'pulses' | 'pulseMs' | 'silenceMs', Range>>> = {
  high: { pulses: [10, 10], pulseMs: [75, 200], silenceMs: [2_500, 15_000] },
  medium: { pulses: [3, 3], pulseMs: [125, 250], silenceMs: [2_500, 30_000] },
  // More than 15 s lie between the starts of two bursts. The two pulses and the pause of a burst need at most 750 ms of
  // this time.
  low: { pulses: [1, 2], pulseMs: [125, 250], silenceMs: [14_250, 600_000] },
};

/** Returns what CLINICAL does not allow in measured bursts, without repetitions. */
function faultsOf(level: keyof typeof ranges, bursts: readonly Measured[]): string[] {
  const { pulses, pulseMs, silenceMs } = ranges[level];
  const faults = bursts.flatMap((burst) => [
    ...outside('pulses:', burst.pulses.length, ...pulses),
    ...(burst.silence === null ? [] : outside('silence between bursts:', burst.silence, ...silenceMs)),
    ...burst.pulses.flatMap((pulse) => [
      ...outside('pulse:', pulse.duration, ...pulseMs),
      ...outside('rise, % of the pulse:', (100 * pulse.rise) / pulse.duration, 10, 20),
      ...outside('fall, % of the pulse:', (100 * pulse.fall) / pulse.duration, 10, 20),
      ...outside('harmonics within 15 dB:', pulse.harmonics.filter((dB) => dB >= -15 && dB <= 15).length, 4, 7),
    ]),
    ...(level === 'high' ? highPauseFaults(burst) : []),
  ]);
  return [...new Set(faults)];
}

function highPauseFaults({ pauses, pulses }: Measured): string[] {
  const x = pauses[0]!;
  const long = 2 * x + pulses[0]!.duration;
  return pauses.flatMap((pause, i) => {
    const name = `pause between the pulses ${i + 1} and ${i + 2}:`;
    if (i === 4) return outside(name, pause, 350, 1_300);
    // The points of the envelope are 0.5 ms apart.
    if (i === 2 || i === 7) return outside(name, pause, Math.round(long - 2), Math.round(long + 2));
    return outside(name, pause, 50, 125);
  });
}

describe('the sound of an alarm, as Chromium plays it and Python measures it', () => {
  it.each([
    ['high', 16, 3],
    ['medium', 18, 3],
    ['low', 42, 3],
  ] as const)('the sound "%s" is within the ranges of CLINICAL', async (level, seconds, bursts) => {
    const measured = await measureLevel(level, seconds);
    expect(measured).toHaveLength(bursts);
    expect(faultsOf(level, measured)).toEqual([]);
  });

  it('the sound "lost" is not within the ranges of a patient alarm', async () => {
    const measured = await measureLevel('lost', 12);
    for (const level of ['high', 'medium', 'low'] as const)
      expect(faultsOf(level, measured).join()).toMatch(/pulses:.*pulse:/);
    for (const { pulses } of measured) {
      const pitches = pulses.map(({ pitch }) => pitch);
      expect(Math.max(...pitches) - Math.min(...pitches)).toBeGreaterThan(200);
    }
  });

  it('the measurement finds what was wrong with the first table of sounds', async () => {
    const first: Burst = {
      pitchesHz: Array(10).fill(530),
      pulseMs: 150,
      pausesMs: [80, 80, 220, 80, 500, 80, 80, 220, 80],
      repeatMs: 5000,
      // The edges took 12 ms: 9.6 ms of these are between 10 % and 90 % of the loudness.
      edgeShare: 9.6 / 150,
      harmonicsDb: [-6, -12, -18, -24],
      loudness: 0.9,
    };
    const faults = faultsOf('high', measure(await page.evaluate((burst) => soundPage.renderShape(burst), first)));
    expect(faults.map((text) => text.replace(/:.*/, ''))).toEqual(
      expect.arrayContaining([
        'silence between bursts',
        'rise, % of the pulse',
        'fall, % of the pulse',
        'harmonics within 15 dB',
        'pause between the pulses 3 and 4',
        'pause between the pulses 8 and 9',
      ]),
    );
  });
});

describe('the loudness of an unacknowledged high alarm', () => {
  const loudness = (bursts: readonly Measured[]) =>
    bursts.map(({ pulses }) => Math.round(10 * Math.max(...pulses.map(({ level }) => level))) / 10);

  it('each burst is louder than the burst before, up to full loudness, which stays; all pulses of a burst are equally loud', async () => {
    const bursts = await measureLevel('high', 45);
    const levels = loudness(bursts);
    expect(levels).toHaveLength(8);
    levels.slice(1, 4).forEach((level, i) => {
      expect(level - levels[i]!).toBeGreaterThan(1);
    });
    for (const level of levels.slice(4)) expect(level).toBeCloseTo(levels[3]!, 1);
    for (const { pulses } of bursts) {
      const each = pulses.map(({ level }) => level);
      expect(Math.max(...each) - Math.min(...each)).toBeLessThan(0.3);
    }
  });

  it('the first burst is at least as loud as a medium alarm, and an interrupted rise continues at the same loudness', async () => {
    const [[first, second], [medium]] = [
      loudness(await measureLevel('high', 11)),
      loudness(await measureLevel('medium', 7)),
    ];
    expect(first!).toBeGreaterThanOrEqual(medium! - 0.1);
    expect(loudness(await measureLevel('high', 5, 1))).toEqual([second]);
  });
});
