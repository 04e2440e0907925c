/** Checks a hand-over note in the parts of I-PASS in a real browser. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openBrowser } from '../browser.ts';
import { expectAccessible } from './axe.ts';
import { expectReadable, logInOnSteadyPage, pressWhenStill, setHash } from './readable.ts';
import { longestBeds, type PlayedBed, playBeds } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

let server: ScreenServer;
let browser: Browser;
let stopBeds: () => void;
const [, bed] = longestBeds(2, 'ICU') as [PlayedBed, PlayedBed];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['ICU'] }] }),
    openBrowser(inject('chromium')),
  ]);
  stopBeds = playBeds(server, [bed]);
});

afterAll(async () => {
  stopBeds();
  await browser.close();
  await server.close();
});

it('a person changes a note without parts into a note with parts; each part is shown with its label, also in the form', async () => {
  const page = await logInOnSteadyPage(browser, server, 'nora');
  await setHash(page, `#/patient/${bed.period.associationId}`);
  const panel = page.getByTestId('note');
  const text = panel.getByTestId('note-text');
  const field = (name: string) => panel.locator(`[name="${name}"]`);
  await pressWhenStill(panel.getByTestId('note-edit'));
  await field('note').fill('Bed rail up. Action list: CT at 08:00');
  await pressWhenStill(panel.getByTestId('note-save'));
  await text.filter({ hasText: 'Bed rail up.' }).waitFor();
  expect(await text.locator('strong').allTextContents()).toEqual(['Action list:']);

  await pressWhenStill(panel.getByTestId('note-edit'));
  expect(await field('note').inputValue()).toBe('Bed rail up.');
  expect(await field('note-actions').inputValue()).toBe('CT at 08:00');
  await field('note').fill('');
  await field('note-severity').fill('watcher');
  await field('note-awareness').fill('<b>may bleed</b>');
  await expectReadable(page, 'note-parts-form');
  await expectAccessible(page);
  await pressWhenStill(panel.getByTestId('note-save'));
  await text.filter({ hasText: 'watcher' }).waitFor();
  expect(await text.textContent()).toContain(
    'Illness severity: watcherAction list: CT at 08:00Situation awareness: <b>may bleed</b>',
  );
  await expectReadable(page, 'note-parts');

  await pressWhenStill(panel.getByTestId('note-edit'));
  await field('note-actions').fill('x'.repeat(500));
  await panel.getByText(/characters too many$/).waitFor();
  expect(await panel.getByTestId('note-save').isDisabled()).toBe(true);
  await page.context().close();
});

it('a note without parts is shown as it was written, and its form has one field and a button for the parts', async () => {
  const page = await logInOnSteadyPage(browser, server, 'nora');
  await setHash(page, `#/patient/${bed.period.associationId}`);
  const panel = page.getByTestId('note');
  await pressWhenStill(panel.getByTestId('note-edit'));
  await pressWhenStill(panel.getByTestId('note-clear'));
  await panel.getByTestId('note-none').waitFor();
  await pressWhenStill(panel.getByTestId('note-edit'));
  await panel.locator('textarea').fill('Fasting: from 22:00');
  expect(await panel.locator('input').count()).toBe(0);
  await pressWhenStill(panel.getByTestId('note-parts'));
  expect(await panel.locator('input').count()).toBe(4);
  await pressWhenStill(panel.getByTestId('note-save'));
  await panel.getByTestId('note-text').filter({ hasText: 'Fasting: from 22:00 (Nora Nurse' }).waitFor();
  await page.context().close();
});
