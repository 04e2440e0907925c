/** Checks the print-out of a patient's page. */
import { expect, inject, it } from 'vitest';
import { logIn, openBrowser } from '../browser.ts';
import { pdfPages } from './pdf-text.ts';
import { alarmOf, longestAlarms, longestBeds, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer } from './server.ts';
import { trendRows } from './trend-rows.ts';

it('a print-out shows the patient, the bed, the ward and the time in black letters, and no other patient', async () => {
  const server = await openScreenServer({
    accounts: [{ userId: 'nora', name: 'Nora', role: 'nurse', wards: ['ICU'] }],
  });
  const browser = await openBrowser(inject('chromium'));
  try {
    const [, bed, other] = longestBeds(3, 'ICU');
    const stop = playBeds(server, [bed!, other!]);
    server.playAlarms(raisedEvent(alarmOf(bed!)), raisedEvent(alarmOf(other!, { text: 'HR 199 > 160' })));
    const page = await logIn(browser, server, 'nora');
    await page.getByTestId('open-U-2').waitFor();
    await page.evaluate((id) => {
      location.hash = `#/patient/${id}`;
    }, bed!.period.associationId);
    await page.getByTestId('patient-view').getByText('Featherstonehaugh-2').first().waitFor();
    await page.emulateMedia({ media: 'print' });
    const printed = await page.locator('body').innerText();
    const patient = bed!.period.patient!;
    for (const word of ['Featherstonehaugh-2, Test', patient.patientId, 'born 1950-01-01', 'U-2', 'ICU'])
      expect(printed).toContain(word);
    expect(printed).toMatch(/Printed \d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC([+-]\d{2}:\d{2})?/);
    expect(printed).not.toContain('Log out');
    const colour = await page.locator('.patient__head h1').evaluate((title) => getComputedStyle(title).color);
    expect(colour).toBe('rgb(0, 0, 0)');
    // On the screen the number with an alarm is white on red, but browsers do not print backgrounds.
    const alarming = page.locator('.patient__numbers .slot--alarm-high .slot__value');
    expect(await alarming.evaluate((value) => getComputedStyle(value).color)).toBe('rgb(0, 0, 0)');
    // The print-out has no data of another patient.
    expect(printed).toContain('HR 188 > 160');
    expect(printed).not.toContain('HR 199 > 160');
    expect(printed).not.toContain('Featherstonehaugh-3');
    stop();
  } finally {
    await browser.close();
    await server.close();
  }
});

it('each curve fits on an A4 sheet, in portrait and in landscape', async () => {
  const server = await openScreenServer({
    accounts: [{ userId: 'nora', name: 'Nora', role: 'nurse', wards: ['ICU'] }],
    trends: trendRows,
  });
  const browser = await openBrowser(inject('chromium'));
  try {
    const [bed] = longestBeds(1, 'ICU');
    const stop = playBeds(server, [bed!]);
    const page = await logIn(browser, server, 'nora');
    await page.setViewportSize({ width: 1920, height: 900 });
    await page.evaluate((id) => {
      location.hash = `#/patient/${id}`;
    }, bed!.period.associationId);
    const canvas = page.locator('.trend__plot canvas').first();
    await canvas.waitFor();
    const drawn = () => canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL().length);
    await expect.poll(drawn, { timeout: 20_000 }).toBeGreaterThan(3_000);
    const widthBefore = await canvas.evaluate((element: HTMLCanvasElement) => element.width);
    await page.emulateMedia({ media: 'print' });
    // Widths of an A4 sheet without margins, at 96 px per inch.
    for (const width of [718, 1047]) {
      await page.setViewportSize({ width, height: 1000 });
      const sheet = await page.locator('.trend__plot').evaluateAll((plots) =>
        plots.map((plot) => {
          const curve = plot.querySelector('canvas')!;
          return { over: curve.getBoundingClientRect().right - plot.getBoundingClientRect().right, width: curve.width };
        }),
      );
      expect(sheet.length).toBeGreaterThan(0);
      for (const chart of sheet) {
        expect(chart.over).toBeLessThanOrEqual(1);
        // The chart must not be drawn again for printing, because it would then be empty on the sheet.
        expect(chart.width).toBe(widthBefore);
      }
    }
    stop();
  } finally {
    await browser.close();
    await server.close();
  }
});

it('every printed sheet names patient, bed and time, in portrait and in landscape', async () => {
  const server = await openScreenServer({
    accounts: [{ userId: 'nora', name: 'Nora', role: 'nurse', wards: ['ICU'] }],
    trends: trendRows,
  });
  const browser = await openBrowser(inject('chromium'));
  try {
    const [long, short] = longestBeds(2, 'ICU');
    const stop = playBeds(server, [long!, short!]);
    server.playAlarms(...longestAlarms([long!, short!], 40).map(raisedEvent));
    const page = await logIn(browser, server, 'nora');
    for (const { period } of [long!, short!]) {
      const who = period.patient!;
      await page.evaluate((id) => {
        location.hash = `#/patient/${id}`;
      }, period.associationId);
      await page.getByTestId('patient-view').getByText(who.familyName).first().waitFor();
      await page.getByTestId('trends').waitFor();
      for (const landscape of [false, true]) {
        const sheets = pdfPages(await page.pdf({ format: 'A4', landscape }));
        expect(sheets.length).toBeGreaterThan(2);
        expect(sheets.join('')).toContain('limitssys90to160,mean60to110');
        for (const sheet of sheets)
          for (const word of [who.familyName, who.givenName, who.patientId, who.birthDate!, period.bed, 'Printed'])
            expect(sheet).toContain(word.replaceAll(/\s/g, ''));
      }
    }
    stop();
  } finally {
    await browser.close();
    await server.close();
  }
});
