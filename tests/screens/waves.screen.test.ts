/**
 * Checks the page "Waves": a real recording on paper, gaps, alarms, keys, calipers, the present, and what can go wrong.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import type { WaveChunk } from '../../contracts/wave-runs.ts';
import type { WaveReader } from '../../dashboard/server/waves/wave-reader.ts';
import { logIn, openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { findViolations } from './axe.ts';
import { pressUntil, pressWhenStill, setHash } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const pictures = process.env.VIGIL_SCREENSHOTS_DIR ?? mkdtempSync(join(tmpdir(), 'vigil-waves-'));
const bed: PlayedBed = {
  deviceId: 'bed-07',
  period: {
    ...newPeriod('ICU-7', 'icu', newPatient({ familyName: 'Okapi' })),
    from: new Date(Date.now() - 40 * 3_600_000).toISOString(),
  },
  values: { MDC_ECG_HEART_RATE: 94 },
  waves: [],
  ageMs: 0,
};
const stay = bed.period.associationId;
const rateHz = 125;
const columns = [
  ['MDC_ECG_ELEC_POTL_II', 'II', 0.001],
  ['MDC_PULS_OXIM_PLETH', 'PLETH', 0.001],
  ['MDC_IMPED_TTHOR', 'RESP', 0.001],
] as const;
const sizes = [
  { name: '360', width: 360, height: 780 },
  { name: '768', width: 768, height: 1_024 },
  { name: '1366', width: 1_366, height: 768 },
  { name: '1920', width: 1_920, height: 1_080 },
];
/** From 20 s to 26 s of each tenth minute nothing was sent. */
const isGap = (second: number) => !hasComeLate && second % 600 >= 20 && second % 600 < 26;
/** Whether the samples of the gaps have come late, as after an outage. */
let hasComeLate = false;

let server: ScreenServer;
let browser: Browser;
let page: Page;
let stop: () => void;
let failure: VigilError | undefined;
const asked: { readonly fromMs: number; readonly toMs: number }[] = [];
/** The samples of a recording of an intensive care unit (simulators/recordings/ATTRIBUTION.md). */
const recorded = readRecorded();

function readRecorded(): Map<string, readonly number[]> {
  const file = join(import.meta.dirname, '..', '..', 'simulators', 'recordings', 'bidmc_01_Signals.csv');
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const names = head.split(',').map((name) => name.trim());
  const rows = lines.map((line) => line.split(','));
  return new Map(
    columns.map(([code, name]) => [code, rows.map((row) => Math.round(Number(row[names.indexOf(name)]) * 1_000))]),
  );
}

/** Returns one second of a wave that plays the recording again and again. */
function chunkAt(code: string, scale: number, second: number): WaveChunk {
  const samples = recorded.get(code)!;
  const seconds = Math.floor(samples.length / rateHz);
  const bytes = Buffer.alloc(rateHz * 2);
  for (let i = 0; i < rateHz; i += 1) bytes.writeInt16LE(samples[(second % seconds) * rateHz + i]!, i * 2);
  const startMs = second * 1_000;
  return {
    ...{ code, startMs, rateHz, scale, offset: 0, samples: bytes.toString('base64') },
    ...{ receivedMs: startMs + 1_100, boot: 'b1', seq: second },
  };
}

const read: WaveReader['read'] = async (_account, { span }) => {
  asked.push(span);
  if (failure) throw failure;
  const keptFromMs = Date.now() - 24 * 3_600_000;
  const chunks: WaveChunk[] = [];
  const lastSecond = Math.floor(Math.min(span.toMs, Date.now() - 1_200) / 1_000);
  for (let second = Math.floor(span.fromMs / 1_000); second < lastSecond; second += 1) {
    if (isGap(second) || second * 1_000 < keptFromMs) continue;
    for (const [code, , scale] of columns) chunks.push(chunkAt(code, scale, second));
  }
  return { chunks, keptFromMs: span.fromMs < keptFromMs ? keptFromMs : null, unreadable: 0, isWhole: true };
};

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  console.log(`pictures in ${pictures}`);
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['icu'] },
        { userId: 'ina', name: 'Ina Other', role: 'nurse', wards: ['sd'] },
      ],
      waves: (...question) => read(...question),
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [bed]);
  page = await logIn(browser, server, 'nora');
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

const part = (name: string) => page.getByTestId(`waves-${name}`);
const spanText = () => part('span').textContent();
const hashAt = (ms: number) => `#/waves/${stay}?at=${new Date(ms).toISOString()}`;
/** Returns a second of the last hour that is in the middle of a gap. */
const gapMs = () => {
  const second = Math.floor(Date.now() / 1_000) - 600;
  return (second - (second % 600) + 23) * 1_000;
};

/** Returns how many pixels of the paper have the colour of the ECG. */
function ecgPixels(): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.paper__canvas')!;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 1]! > 200 && data[i]! < 150 && data[i + 2]! < 170 && data[i + 3]! > 200) count += 1;
    return count;
  });
}

/** Gives the server one second of the ECG, as if the second came from the log. */
function play(second: number, receivedMs = second * 1_000 + 1_100): void {
  const { code, startMs, rateHz: rate, samples } = chunkAt('MDC_ECG_ELEC_POTL_II', 0.001, second);
  const reading = { start: new Date(startMs).toISOString(), code, rateHz: rate, scale: 0.001, offset: 0, samples };
  server.playWave(stay, { deviceId: bed.deviceId, receivedAt: new Date(receivedMs).toISOString(), reading });
}

/** Returns the columns of the paper in its left margin as text, without the row of times. */
const marginPicture = () =>
  page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.paper__canvas')!;
    return canvas
      .getContext('2d')!
      .getImageData(0, 0, 34 * devicePixelRatio, canvas.height)
      .data.join();
  });

describe('the page "Waves"', () => {
  it('the page "Waves" opens from the patient’s page, follows the present, and stands still after "Freeze"', async () => {
    await setHash(page, `#/patient/${stay}`);
    await pressWhenStill(page.getByTestId('patient-waves'));
    await part('paper').waitFor();
    await until('the waves on the paper', async () => (await ecgPixels()) > 500);
    expect(await part('state').textContent()).toBe('follows the present');
    await pressWhenStill(part('live'));
    expect(await part('state').textContent()).toBe('stands still');
    const before = await spanText();
    const askedBefore = asked.length;
    await page.waitForTimeout(3_500);
    expect(await spanText()).toBe(before);
    // Only waves that still come for the time in view are loaded.
    const shown = asked.slice(askedBefore);
    expect(shown.length).toBeLessThanOrEqual(2);
    expect(shown.every(({ fromMs }) => fromMs % 60_000 === 0)).toBe(true);
    await pressWhenStill(part('live'));
    await until('the present', async () => (await spanText()) !== before);
    await until('newer waves', () => asked.length > askedBefore);
  });

  it('the page "Waves" opens from the alarm history, and shows the waves around an alarm and its beginning', async () => {
    const at = new Date(Date.now() - 30_000).toISOString();
    const alarm = alarmOf(bed, {
      ...{ alarmId: `alarm-${randomUUID()}`, text: 'HR 188 > 160', raisedAt: at, onsetAt: at, determinedAt: at },
    });
    server.playAlarms(raisedEvent(alarm));
    await setHash(page, '#/alarms');
    await pressWhenStill(page.getByTestId(`review-open-${alarm.alarmId}`));
    await pressWhenStill(page.getByTestId(`review-waves-${alarm.alarmId}`));
    await part('in-view').getByText('HR 188 > 160').waitFor();
    expect(await part('state').textContent()).toBe('stands still');
    await until('the waves', async () => (await ecgPixels()) > 500);
    await page.screenshot({ path: join(pictures, 'waves-alarm.png') });
  });

  it.each([
    ['ArrowRight', 1_000],
    ['ArrowLeft', -1_000],
  ])('the key %s moves the paper by %d ms', async (key, byMs) => {
    const at = Date.now() - 1_800_000;
    await setHash(page, hashAt(at));
    const startOf = async () => Number(await part('overview').getAttribute('aria-valuenow'));
    await part('paper').focus();
    const text = async () => (await part('paper').getAttribute('aria-label')) ?? '';
    const timeOf = async () => Date.parse(/from (\S+ \S+) /.exec(await text())![1]!);
    const before = await timeOf();
    expect(await startOf()).toBeGreaterThan(0);
    for (let i = 0; i < 5; i += 1) await page.keyboard.press(key);
    await until('the move', async () => (await timeOf()) - before === 5 * byMs);
  });

  it('the key Home shows the beginning of the kept time, End shows the present, and Page Up moves back by a page', async () => {
    await part('paper').focus();
    await page.keyboard.press('Home');
    await until('the beginning', async () => Number(await part('overview').getAttribute('aria-valuenow')) <= 1);
    await page.keyboard.press('End');
    await until('the present', async () => (await part('state').textContent()) === 'follows the present');
    await page.keyboard.press('PageUp');
    expect(await part('state').textContent()).toBe('stands still');
  });

  it('the page "Waves" goes to a typed time; if the text is not a time, it says what to type', async () => {
    await part('time').fill('25:00');
    await pressWhenStill(part('time-go'));
    await part('time-problem').waitFor();
    const hourAgo = new Date(Date.now() - 3_600_000);
    const text = [hourAgo.getHours(), hourAgo.getMinutes(), 0].map((n) => String(n).padStart(2, '0')).join(':');
    await part('time').fill(text);
    await pressWhenStill(part('time-go'));
    await until('the time', async () => {
      const [from, to] = /(\d\d:\d\d:\d\d) UTC\S* to (\d\d:\d\d:\d\d)/.exec((await spanText()) ?? '')?.slice(1) ?? [];
      return from !== undefined && to !== undefined && from <= text && text <= to;
    });
    expect(await part('time-problem').count()).toBe(0);
  });

  it('a turned tablet keeps the time that a person types, the focus, and the text that says what is wrong', async () => {
    await page.setViewportSize({ width: 1_366, height: 768 });
    await setHash(page, hashAt(gapMs()));
    await part('time').fill('25:00');
    await pressWhenStill(part('time-go'));
    await part('time-problem').waitFor();
    await part('time').fill('14:0');
    const isBelowPaper = () =>
      page.evaluate(() => {
        const topOf = (id: string) => document.querySelector(`[data-testid=${id}]`)!.getBoundingClientRect().top;
        return topOf('waves-time') > topOf('waves-paper');
      });
    for (const width of [360, 1_366]) {
      await page.setViewportSize({ width, height: 780 });
      await until('the tools at their other place', async () => (await isBelowPaper()) === width < 600);
      expect(await part('time').inputValue()).toBe('14:0');
      expect(await part('time-problem').count()).toBe(1);
      await until('the focus', () => part('time').evaluate((input) => input === document.activeElement));
    }
    await page.setViewportSize({ width: 1_920, height: 1_080 });
  });

  it('the page "Waves" names a gap, and measures between two calipers that keys can move', async () => {
    await setHash(page, hashAt(gapMs()));
    await part('in-view').getByText('II: no samples').waitFor();
    await pressWhenStill(part('calipers'));
    await until('the measure', async () => /\d+ ms · [\d.]+ \/min/.test((await part('measure').textContent()) ?? ''));
    const before = await part('measure').textContent();
    await part('caliper-b').focus();
    await page.keyboard.press('ArrowRight');
    await until('another measure', async () => (await part('measure').textContent()) !== before);
    await pressWhenStill(part('calipers'));
  });

  it('the mark of 1 mV has its own margin, so it covers no sample, and its height follows the scale', async () => {
    await setHash(page, hashAt(gapMs() + 60_000));
    await until('the waves', async () => (await ecgPixels()) > 500);
    const before = await marginPicture();
    await part('paper').focus();
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('ArrowRight');
    await until('the moved waves', async () => (await ecgPixels()) > 500);
    // The waves have moved, and the margin has not.
    expect(await marginPicture()).toBe(before);
    await pressWhenStill(part('gain-20'));
    await until('a higher mark', async () => (await marginPicture()) !== before);
    await pressWhenStill(part('gain-10'));
    await until('the former mark', async () => (await marginPicture()) === before);
  });

  it('the bar shows an outage that the page has not loaded, and what the server cannot know', async () => {
    const nowS = Math.floor(Date.now() / 10_000) * 10;
    server.feed.waves.coverage.sinceMs = (nowS - 3 * 3_600) * 1_000;
    // The device was silent from 100 to 90 minutes ago.
    for (let s = nowS - 3 * 3_600; s < nowS; s += 5) if (s < nowS - 6_000 || s >= nowS - 5_400) play(s);
    await setHash(page, hashAt(Date.now() - 6 * 3_600_000));
    const minutesOf = (look: string) =>
      page
        .locator(`.overview__${look}`)
        .evaluateAll((parts) =>
          parts.map((element) => Math.round(Number(element.style.getPropertyValue('--part')) * 25 * 60)),
        );
    await until('the outage', async () => (await minutesOf('empty')).some((minutes) => minutes === 10));
    // Three hours are known from the server, and some minutes are loaded. All other times are neither known nor loaded.
    const knownMinutes = await minutesOf('known');
    expect(Math.max(...knownMinutes)).toBeGreaterThan(175);
    expect(Math.max(...knownMinutes)).toBeLessThan(185);
    expect(await part('outages').textContent()).toMatch(/outages? (is|are) known/);
    expect(await part('legend').textContent()).toContain('not known before you look there');
  });

  it('samples that come late appear on the open page, and the gap goes away', async () => {
    // No other test may look at this gap: the page keeps the samples that come late in this test, so the gap is gone.
    const ms = gapMs() - 1_200_000;
    await setHash(page, hashAt(ms));
    await part('in-view').getByText('II: no samples').waitFor();
    await until('the page knows what came before', async () => (await part('state').textContent()) === 'stands still');
    hasComeLate = true;
    await until('the late samples', async () => {
      // The page must have asked once before it can notice a change.
      play(Math.floor(ms / 1_000), Date.now());
      return (await part('in-view').getByText('II: no samples').count()) === 0;
    });
    hasComeLate = false;
  });

  it('a person can choose the speed and the scale, and measure the screen so that millimetres are right', async () => {
    const shown = async () => {
      const label = (await part('paper').getAttribute('aria-label')) ?? '';
      return /(\S+ mm\/s), ECG (\S+ mm\/mV)/.exec(label)?.slice(1);
    };
    await pressWhenStill(part('speed-50'));
    await pressWhenStill(part('gain-20'));
    expect(await shown()).toEqual(['50 mm/s', '20 mm/mV']);
    expect(await spanText()).toContain('not calibrated');
    await pressUntil(part('size').locator('summary'), part('size-mm'));
    await part('size-mm').fill('none');
    await pressWhenStill(part('size-save'));
    await part('size-problem').waitFor();
    await part('size-mm').fill('58');
    await pressWhenStill(part('size-save'));
    await until('the measured size', async () => !(await spanText())?.includes('not calibrated'));
    await pressWhenStill(page.getByText('Remove the measurement'));
    await until('the size without a measurement', async () => (await spanText())?.includes('not calibrated'));
    await pressWhenStill(part('speed-25'));
    await pressWhenStill(part('gain-10'));
  });

  it('for a time before the kept time, the page "Waves" says that its waves are no longer kept', async () => {
    await setHash(page, hashAt(Date.now() - 30 * 3_600_000));
    await part('in-view').getByText('no longer kept').first().waitFor();
  });

  it('the page "Waves" says when the server cannot read the log, and loads the waves after "Try again"', async () => {
    failure = new VigilError('log-unavailable', 'The log did not answer in time: try again.');
    await setHash(page, hashAt(Date.now() - 7_200_000));
    await part('error').getByText('The log did not answer in time').waitFor();
    failure = undefined;
    await pressWhenStill(part('again'));
    await until('the waves', async () => (await part('error').count()) === 0 && (await ecgPixels()) > 500);
  });

  it('a person of another ward sees no wave, and the page says why', async () => {
    const other = await logIn(browser, server, 'ina');
    await setHash(other, `#/waves/${stay}`);
    await other.getByTestId('waves-error').getByText('There is no such bed').waitFor();
    expect(await other.getByText('Okapi').count()).toBe(0);
    await other.close();
  });

  it('the audit trail has the looks at the page "Waves", each with its patient’s stay and time', () => {
    const looks = server.audit.page({ action: 'waves-viewed', userId: 'nora' }).records;
    expect(looks.length).toBeGreaterThan(0);
    expect(
      looks.every(({ associationId, detail }) => associationId === stay && /^from \S+ to \S+$/.test(detail ?? '')),
    ).toBe(true);
  });

  it.each(sizes)(
    'at a width of $name px, nothing on the page "Waves" is cut off, and the page violates no rule of WCAG',
    async ({ name, width, height }) => {
      await page.setViewportSize({ width, height });
      // The gap begins in the middle of the paper, because a phone shows less time than the gap lasts.
      await setHash(page, hashAt(gapMs() - 3_000));
      await until('the waves', async () => (await ecgPixels()) > 300);
      await part('in-view').waitFor();
      await page.screenshot({ path: join(pictures, `waves-${name}.png`) });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      expect(await findViolations(page)).toEqual([]);
    },
  );
});
