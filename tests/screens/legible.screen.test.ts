/**
 * Checks that a person far away can read the ward page: the sizes of numbers and alarms, and the layout of large wards.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { logIn, openBrowser, submitLogin } from '../browser.ts';
import { until } from '../system.ts';
import { resize } from './overflow.ts';
import { clickUntil, expectReadable, logInOnSteadyPage, pressUntil, pressWhenStill, setHash } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const counts = [4, 12, 32, 64] as const;
const wardOf = (count: number) => `ICU ${count}`;
const fullHd = { name: '1920', width: 1920, height: 1080 };
const sizes = [{ name: '1366', width: 1366, height: 768 }, fullHd, { name: '3840', width: 3840, height: 2160 }];
const values = {
  MDC_ECG_HEART_RATE: 88,
  MDC_PULS_OXIM_PULS_RATE: 88,
  MDC_PULS_OXIM_SAT_O2: 97,
  MDC_PRESS_BLD_ART_ABP_SYS: 121,
  MDC_PRESS_BLD_ART_ABP_DIA: 72,
  MDC_PRESS_BLD_ART_ABP_MEAN: 88,
  MDC_RESP_RATE: 14,
};
const more = { MDC_TEMP_BODY: 37.2, MDC_CONC_AWAY_CO2_ET: 38 };
let server: ScreenServer;
let browser: Browser;
let page: Page;
const beds = new Map<number, PlayedBed[]>();
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: counts.map(wardOf) }] }),
    openBrowser(inject('chromium')),
  ]);
  closers.push(server.close, () => browser.close());
  for (const count of counts) {
    const ofWard = Array.from(
      { length: count },
      (_, at): PlayedBed => ({
        deviceId: `monitor-${count}-${at + 1}`,
        period: newPeriod(`${at + 1}`, wardOf(count), newPatient({ familyName: `Okapi-${at + 1}` })),
        // The tiles differ. If each tile chose the size of its numbers, the sizes would differ.
        values: at % 3 === 2 ? { ...values, ...more } : values,
        waves: at % 4 === 3 ? [] : ['MDC_ECG_ELEC_POTL_II', 'MDC_PULS_OXIM_PLETH'],
        ageMs: 0,
      }),
    );
    beds.set(count, ofWard);
    closers.push(playBeds(server, ofWard, 2_000));
  }
  page = await logInOnSteadyPage(browser, server, 'nora');
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function openWard(count: number): Promise<void> {
  await setHash(page, `#/ward/${encodeURIComponent(wardOf(count))}`);
  await page.waitForFunction((tiles) => document.querySelectorAll('.tile').length === tiles, count);
  await page
    .locator(`[data-association="${beds.get(count)!.at(-1)!.period.associationId}"] .slot`)
    .first()
    .waitFor();
}

/** Raises alarms of each priority. */
function raiseAlarms(count: number): void {
  const list = beds.get(count)!;
  const alarms = [
    alarmOf(list[1]!, { text: 'HR 188 > 160' }),
    alarmOf(list[2]!, { priority: 'medium', text: 'SpO2 86 < 90', code: 'MDC_PULS_OXIM_SAT_O2' }),
    alarmOf(list[count - 1]!, { text: 'Apnoea 24 s', code: 'MDC_RESP_RATE' }),
    alarmOf(list[0]!, { priority: 'low', kind: 'technical', text: 'Probe off', code: 'MDC_PULS_OXIM_SAT_O2' }),
  ];
  server.playAlarms(...alarms.map(raisedEvent));
}

/** Returns the places of all tiles, `left top width height`. */
const places = () =>
  page.locator('.tile').evaluateAll((tiles) =>
    tiles.map((tile) => {
      const { left, top, width, height } = tile.getBoundingClientRect();
      return [left, top, width, height].map(Math.round).join(' ');
    }),
  );

/** Returns for each parameter the sizes of its numbers on all tiles, px. */
const numberSizes = () =>
  page.locator('.tile .slot__value').evaluateAll((numbers) => {
    const sizesOf: Record<string, number[]> = {};
    for (const number of numbers) {
      const code = number.querySelector<HTMLElement>('[data-testid]')?.dataset.testid ?? '';
      const px = Math.round(Number.parseFloat(getComputedStyle(number).fontSize));
      sizesOf[code] = [...new Set([...(sizesOf[code] ?? []), px])];
    }
    return sizesOf;
  });

const fontPx = (selector: string) =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));

const scrolls = () => page.getByTestId('tiles').evaluate((grid) => grid.scrollHeight > grid.clientHeight + 1);

describe('the tiles of a ward', () => {
  it.each([
    [4, 'waves'],
    [12, 'waves'],
    [32, 'numbers'],
    [64, 'numbers'],
  ] as const)(
    'in a ward of %i beds at 1920 × 1080 no bed moves for an alarm, and the numbers of a parameter have one size',
    async (count, layout) => {
      await openWard(count);
      await expectReadable(page, `legible-${count}-order`, sizes);
      await resize(page, fullHd);
      expect(await page.getByTestId('tiles').getAttribute('data-layout')).toBe(layout);
      expect(await scrolls()).toBe(false);
      expect(await page.locator('.tile__alarm').count()).toBe(0);
      const [placesBefore, sizesBefore] = [await places(), await numberSizes()];
      for (const [code, px] of Object.entries(sizesBefore)) expect([code, px.length]).toEqual([code, 1]);
      raiseAlarms(count);
      await page.locator('.tile__text').nth(3).waitFor();
      expect(await places()).toEqual(placesBefore);
      expect(await numberSizes()).toEqual(sizesBefore);
      expect(await scrolls()).toBe(false);
      expect(await page.locator('.tile__alarm').count()).toBe(4);
      const letters = await Promise.all(
        ['high', 'medium', 'low'].map((priority) => fontPx(`.tile__alarm--${priority} .tile__text`)),
      );
      expect(letters).toEqual(letters.toSorted((a, b) => b - a));
      expect(new Set(letters).size).toBe(3);
      await expectReadable(page, `legible-${count}-trouble`, sizes);
    },
  );

  it('the top bar of a nurse with several wards is one line in a window of 1366 px', async () => {
    await openWard(12);
    await resize(page, sizes[0]!);
    const middles = await page
      .locator('.bar > *')
      .evaluateAll((parts) =>
        parts.map((part) => part.getBoundingClientRect()).map(({ top, height }) => Math.round((top + height / 2) / 8)),
      );
    expect(new Set(middles).size).toBe(1);
  });

  it('numbers and the names of beds grow with the tile', async () => {
    const heartRate = '.slot__value:has([data-testid=value-MDC_ECG_HEART_RATE])';
    const measured: number[][] = [];
    for (const [count, size] of [
      [12, fullHd],
      [4, fullHd],
      [4, sizes[2]!],
    ] as const) {
      await openWard(count);
      await resize(page, size);
      measured.push([await fontPx(heartRate), await fontPx('.tile__bed')]);
    }
    for (const [at, [number, bed]] of measured.slice(1).entries()) {
      expect(number).toBeGreaterThan(1.4 * measured[at]![0]!);
      expect(bed).toBeGreaterThan(1.2 * measured[at]![1]!);
    }
  });
});

/** Sizes of letters at 1920 × 1080 and at 3840 × 2160, px. People look at a larger screen from farther away. */
async function lettersOnBoth(...selectors: readonly string[]): Promise<[number, number][]> {
  const measured: number[][] = [];
  for (const size of [fullHd, sizes[2]!]) {
    await resize(page, size);
    measured.push(await Promise.all(selectors.map(fontPx)));
  }
  return measured[0]!.map((px, at) => [px, measured[1]![at]!]);
}

describe('a screen of 3840 px', () => {
  it.each([
    [
      'bars, alarms and tools',
      64,
      ['.count', '.bar__clock', '.tab', '.alarm__text', '.alarm__when', '.alarm__ack', '.bar__sound'],
    ],
    [
      '64 compact tiles',
      64,
      ['.tile__bed', '.tile__name', '.tile__text', '.slot__label', '.slot__value', '.ward__units'],
    ],
  ] as const)('the letters of %s are at least 1.9 times as large as at 1920 px', async (_name, count, selectors) => {
    await openWard(count);
    raiseAlarms(count);
    await page.locator('.tile__text').nth(3).waitFor();
    for (const [at, [small, large]] of (await lettersOnBoth(...selectors)).entries())
      expect([selectors[at], large / small >= 1.9, small, large]).toEqual([selectors[at], true, small, large]);
  });

  it('the smallest letters in the cells of 12 tiles with waves are at least 1.9 times as large', async () => {
    await openWard(12);
    const parts = ['.slot__label', '.slot__unit', '.slot__limits > *', '.sweep__label'];
    const measured: number[][] = [];
    for (const size of [fullHd, sizes[2]!]) {
      await resize(page, size);
      measured.push(
        await page.evaluate(
          (selectors) =>
            selectors.map((selector) =>
              Math.min(
                ...[...document.querySelectorAll(`.tile ${selector}`)]
                  .filter((text) => text.checkVisibility())
                  .map((text) => Number.parseFloat(getComputedStyle(text).fontSize)),
              ),
            ),
          parts,
        ),
      );
    }
    for (const [at, part] of parts.entries()) {
      const [small, large] = [measured[0]![at]!, measured[1]![at]!];
      expect([part, large / small >= 1.9, small, large]).toEqual([part, true, small, large]);
    }
  });

  it('the letters on the page of a patient and in a table are at least 1.9 times as large', async () => {
    await setHash(page, `#/patient/${beds.get(4)![1]!.period.associationId}`);
    await page.locator('.panel h2').first().waitFor();
    const ofPatient = await lettersOnBoth('.patient__head h1', '.patient__device', '.slot__value', '.panel h2');
    await setHash(page, '#/alarms');
    await page.getByTestId('review-page').waitFor();
    for (const [small, large] of [...ofPatient, ...(await lettersOnBoth('main h1'))])
      expect(large / small).toBeGreaterThanOrEqual(1.9);
  });
});

it('compact tiles have one legend of all units, and tiles with waves have none', async () => {
  await openWard(64);
  await resize(page, fullHd);
  expect(await page.getByTestId('units').textContent()).toBe(
    'Units: HR, RR, PR /min · SpO2 % · ABP, EtCO2 mmHg · Temp °C',
  );
  await openWard(4);
  expect(await page.getByTestId('units').count()).toBe(0);
});

it('a text of the longest length is whole on a compact tile and in the list, and no bed moves for it', async () => {
  await openWard(64);
  await resize(page, fullHd);
  const before = await places();
  const text = 'Two devices use one certificate: values may be of two patients';
  const bed = beds.get(64)![9]!;
  server.playAlarms(raisedEvent(alarmOf(bed, { priority: 'medium', kind: 'technical', text })));
  const tileText = page.locator(`[data-association="${bed.period.associationId}"] .tile__text`);
  await tileText.waitFor();
  expect(await tileText.textContent()).toBe(text);
  await expectReadable(page, 'legible-long-text', sizes);
  await resize(page, fullHd);
  expect(await places()).toEqual(before);
});

describe('an alarm of a bed out of view', () => {
  it('an alarm of a bed out of view is in the strip at the edge until a press has brought its tile into view', async () => {
    await openWard(64);
    await resize(page, fullHd);
    await clickUntil(page, 'view', 'view-choices');
    await pressUntil(page.getByTestId('layout-waves'), page.locator('[data-layout=waves]'));
    const strip = page.getByTestId('hidden-64');
    await strip.getByText('Apnoea 24 s').waitFor();
    await expectReadable(page, 'legible-hidden', [fullHd]);
    await until('the tile in view', async () => {
      if ((await strip.count()) === 0) return true;
      await pressWhenStill(strip);
      await page.waitForTimeout(200);
      return (await strip.count()) === 0;
    });
    const tile = (await page.getByTestId('bed-64').boundingBox())!;
    expect(tile.y).toBeGreaterThanOrEqual(0);
    expect(tile.y + tile.height).toBeLessThanOrEqual(1080);
    await pressUntil(page.getByTestId('layout-auto'), page.locator('[data-layout=numbers]'));
  });

  it('two screens divide a ward, and each shows the alarms of the other half in its strip', async () => {
    await openWard(64);
    const names = () =>
      page.locator('.tile').evaluateAll((tiles) => tiles.map((tile) => (tile as HTMLElement).dataset.testid));
    await pressUntil(page.getByTestId('part-first'), page.getByTestId('bed-count').getByText('32 of 64 beds'));
    const first = await names();
    await page.getByTestId('hidden-64').getByText('Apnoea 24 s').waitFor();
    expect(await page.getByTestId('hidden-2').count()).toBe(0);
    await expectReadable(page, 'legible-first-half', sizes);
    await resize(page, fullHd);
    await pressUntil(page.getByTestId('part-second'), page.getByTestId('bed-64'));
    const second = await names();
    await page.getByTestId('hidden-2').getByText('HR 188 > 160').waitFor();
    expect(new Set([...first, ...second]).size).toBe(64);
    // The browser keeps the choice for this ward only.
    await page.reload();
    await page.getByTestId('bed-count').getByText('32 of 64 beds').waitFor();
    await openWard(12);
    expect(await page.getByTestId('bed-count').textContent()).toBe('12 beds');
    await setHash(page, `#/ward/${encodeURIComponent(wardOf(64))}`);
    await page.getByTestId('bed-count').getByText('32 of 64 beds').waitFor();
    await clickUntil(page, 'view', 'view-choices');
    await pressUntil(page.getByTestId('part-all'), page.getByTestId('bed-count').getByText(/^64 beds/));
  });

  it('the page says that it shows a half, one press shows all beds, and a logout ends the choice', async () => {
    const other = await logIn(browser, server, 'nora');
    await setHash(other, `#/ward/${encodeURIComponent(wardOf(64))}`);
    const all = other.getByTestId('bed-count').getByText(/^64 beds/);
    const half = other.getByTestId('bed-count').getByText('32 of 64 beds');
    await clickUntil(other, 'view', 'view-choices');
    await pressUntil(other.getByTestId('part-second'), half);
    expect(await other.getByTestId('part-shown').textContent()).toMatch(/^Beds 33 to 64 of 64: /);
    await pressUntil(other.getByTestId('part-show-all'), all);
    expect(await other.getByTestId('part-shown').count()).toBe(0);
    await pressUntil(other.getByTestId('part-first'), half);
    await pressUntil(other.getByTestId('logout'), other.getByTestId('login-user'));
    await submitLogin(other, 'nora');
    await setHash(other, `#/ward/${encodeURIComponent(wardOf(64))}`);
    await all.waitFor();
    await other.context().close();
  });

  it('a press on an alarm of the other half opens the patient', async () => {
    await openWard(64);
    await pressUntil(page.getByTestId('part-first'), page.getByTestId('bed-count').getByText('32 of 64 beds'));
    await pressUntil(page.getByTestId('hidden-64'), page.getByTestId('patient-view'));
    await page.getByTestId('patient-view').getByText('Okapi-64').first().waitFor();
    await openWardWithAll();
  });
});

async function openWardWithAll(): Promise<void> {
  await setHash(page, `#/ward/${encodeURIComponent(wardOf(64))}`);
  await page.getByTestId('tiles').waitFor();
  await clickUntil(page, 'view', 'view-choices');
  await pressUntil(page.getByTestId('part-all'), page.getByTestId('bed-count').getByText(/^64 beds/));
}

describe('the themes', () => {
  it('the page is dark until the person chooses another theme, and the browser keeps the choice', async () => {
    await openWard(12);
    await resize(page, fullHd);
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await theme()).toBe('dark');
    await clickUntil(page, 'view', 'view-choices');
    await pressUntil(page.getByTestId('theme-system'), page.locator(':root[data-theme=light]'));
    await until('the light theme', async () => (await theme()) === 'light');
    await expectReadable(page, 'legible-light', sizes);
    await page.emulateMedia({ colorScheme: 'dark' });
    await until('the dark theme', async () => (await theme()) === 'dark');
    // A reload before the server has the choice would show the former choice.
    const saved = page.waitForResponse((answer) => answer.url().endsWith('/api/preferences') && answer.ok());
    await pressUntil(page.getByTestId('theme-light'), page.locator(':root[data-theme=light]'));
    await saved;
    await page.reload();
    await page.getByTestId('bed-12').waitFor();
    expect(await theme()).toBe('light');
    await setHash(page, `#/patient/${beds.get(12)![1]!.period.associationId}`);
    await page.getByTestId('patient-view').getByText('Okapi-2').first().waitFor();
    await expectReadable(page, 'legible-light-patient', sizes);
    await openWard(12);
    await clickUntil(page, 'view', 'view-choices');
    await pressUntil(page.getByTestId('theme-dark'), page.locator(':root[data-theme=dark]'));
  });

  it('in a contrast theme of the system the priorities keep their colours and differ in their frames', async () => {
    await openWard(12);
    await page.emulateMedia({ forcedColors: 'active' });
    const looks = await Promise.all(
      ['high', 'medium', 'low'].map((priority) =>
        page
          .locator(`.tile--${priority}`)
          .first()
          .evaluate((tile) => {
            const frame = getComputedStyle(tile, '::before');
            const line = tile.querySelector('.tile__alarm')!;
            return {
              frame: `${frame.borderTopWidth} ${frame.borderTopStyle}`,
              text: getComputedStyle(line).color,
              ground: getComputedStyle(line).backgroundColor,
            };
          }),
      ),
    );
    await expectReadable(page, 'legible-forced', [fullHd]);
    await page.emulateMedia({ forcedColors: null });
    expect(looks.map(({ frame }) => frame)).toEqual(['9px double', '5px dashed', '3px dotted']);
    expect(looks[1]).toMatchObject({ text: 'rgb(22, 19, 10)', ground: 'rgb(255, 251, 230)' });
    expect(looks[2]).toMatchObject({ text: 'rgb(6, 24, 27)', ground: 'rgb(79, 216, 234)' });
    expect(looks[0]).toMatchObject({ text: 'rgb(26, 0, 3)', ground: 'rgb(255, 255, 255)' });
  });
});

describe('the page of a patient', () => {
  const openPatient = async () => {
    const bed = beds.get(12)![1]!;
    await setHash(page, `#/patient/${bed.period.associationId}`);
    await page.getByTestId('patient-view').getByText('Okapi-2').first().waitFor();
  };

  it('the page of a patient has larger numbers than the tile of the ward', async () => {
    const heartRate = '.slot__value:has([data-testid=value-MDC_ECG_HEART_RATE])';
    await openWard(12);
    await resize(page, fullHd);
    const onTile = await fontPx(heartRate);
    await openPatient();
    const onPage = await fontPx(`.patient ${heartRate}`);
    expect(onPage).toBeGreaterThan(1.2 * onTile);
    const box = (await page.locator('.patient__now').boundingBox())!;
    expect(box.height).toBeGreaterThan(0.5 * 1080);
    await expectReadable(page, 'legible-patient', sizes);
  });

  it('on a phone the page of a patient shows the alarm with its button first', async () => {
    await openPatient();
    const phone = { name: '360', width: 360, height: 780 };
    await expectReadable(page, 'legible-patient-phone', [phone, { name: '768', width: 768, height: 1024 }]);
    await resize(page, phone);
    const button = (await page
      .getByTestId('patient-view')
      .getByRole('button', { name: /^Acknowledge/ })
      .first()
      .boundingBox())!;
    const numbers = (await page.getByTestId('numbers').boundingBox())!;
    expect(button.y + button.height).toBeLessThanOrEqual(780);
    expect(button.y + button.height).toBeLessThan(numbers.y);
  });
});
