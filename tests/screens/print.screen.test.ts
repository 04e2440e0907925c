/** The print-out of a patient's page. */
import { expect, inject, it } from 'vitest';
import { logIn, openBrowser } from '../browser.ts';
import { longestBeds, play } from './scene.ts';
import { openScreenServer } from './server.ts';

it('prints whose page it is, where and when, in dark letters', async () => {
  const server = await openScreenServer({
    accounts: [{ userId: 'nora', name: 'Nora', role: 'nurse', wards: ['ICU'] }],
  });
  const browser = await openBrowser(inject('chromium'));
  try {
    const [, bed] = longestBeds(2, 'ICU');
    const stop = play(server, [bed!]);
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
    stop();
  } finally {
    await browser.close();
    await server.close();
  }
});
