/** The print-out of a patient's page. */
import { expect, inject, it } from 'vitest';
import { logIn, openBrowser } from '../browser.ts';
import { alarmOf, longestBeds, play, raised } from './scene.ts';
import { openScreenServer } from './server.ts';

it('prints whose page it is, where and when, in dark letters', async () => {
  const server = await openScreenServer({
    accounts: [{ userId: 'nora', name: 'Nora', role: 'nurse', wards: ['ICU'] }],
  });
  const browser = await openBrowser(inject('chromium'));
  try {
    const [, bed, other] = longestBeds(3, 'ICU');
    const stop = play(server, [bed!, other!]);
    server.alarms(raised(alarmOf(bed!)), raised(alarmOf(other!, { text: 'HR 199 > 160' })));
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
    expect(printed).toMatch(/Printed \d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC[+-]\d{2}:\d{2}/);
    expect(printed).not.toContain('Log out');
    const colour = await page.locator('.patient__head h1').evaluate((title) => getComputedStyle(title).color);
    expect(colour).toBe('rgb(0, 0, 0)');
    // The number that alarms was white on red: grounds are not printed.
    const alarming = page.locator('.patient__numbers .slot--alarm-high .slot__value');
    expect(await alarming.evaluate((value) => getComputedStyle(value).color)).toBe('rgb(0, 0, 0)');
    // No other patient is on the sheet.
    expect(printed).toContain('HR 188 > 160');
    expect(printed).not.toContain('HR 199 > 160');
    expect(printed).not.toContain('Featherstonehaugh-3');
    stop();
  } finally {
    await browser.close();
    await server.close();
  }
});
