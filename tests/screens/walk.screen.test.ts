/**
 * Walks through the pages with the Tab key: every control is reached in order, is visible while it has the focus, and
 * has a ring.
 */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openAlarmWard } from './alarm-ward.ts';
import { resize } from './overflow.ts';
import { setHash } from './readable.ts';
import { alarmOf, raisedEvent } from './scene.ts';

const ward = openAlarmWard();

/** A laptop, the laptop at 200 %, and a window of 1280 px at 400 % (WCAG 1.4.10). */
const sizes = [
  [1366, 768],
  [683, 384],
  [320, 256],
] as const;

/**
 * Numbers the visible controls of the page in the order of the document, and returns their number. The strip of alarms
 * out of view is left out, because its buttons change while the page scrolls.
 */
function numberControls(): number {
  const selector = 'a[href], button, input, select, textarea, summary, [tabindex]';
  const controls = [...document.querySelectorAll<HTMLElement>(selector)].filter(
    (element) =>
      element.tabIndex >= 0 &&
      !element.matches(':disabled') &&
      element.checkVisibility() &&
      !element.closest('.hidden-alarms'),
  );
  for (const element of document.querySelectorAll<HTMLElement>('[data-walk]')) delete element.dataset.walk;
  for (const [at, element] of controls.entries()) element.dataset.walk = String(at);
  controls[0]!.focus();
  return controls.length;
}

/** Returns the number of the control that has the focus, and what is wrong with it. */
function lookAtFocus(): { at: number | 'strip'; fault: string | undefined } {
  const element = document.activeElement as HTMLElement;
  const { left, top, right, bottom } = element.getBoundingClientRect();
  const [x, y] = [
    (Math.max(0, left) + Math.min(innerWidth, right)) / 2,
    (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2,
  ];
  const hit = document.elementFromPoint(x, y);
  // The link in the head of a tile is small, so the whole tile shows the ring.
  const { outlineStyle, outlineWidth } = getComputedStyle(element.closest('.tile') ?? element);
  const isSeen = hit !== null && (element.contains(hit) || hit.contains(element));
  const hasRing = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
  const name = `${element.tagName} ${element.dataset.testid ?? element.id ?? ''} ${element.className}`;
  const fault = isSeen
    ? hasRing
      ? undefined
      : `${name} has no ring`
    : `${name} is hidden by ${hit?.tagName} ${hit?.className}, at ${Math.round(left)} ${Math.round(top)} ${Math.round(right)} ${Math.round(bottom)}`;
  const isInStrip = element.closest('.hidden-alarms') !== null;
  return { at: isInStrip ? 'strip' : Number(element.dataset.walk ?? Number.NaN), fault };
}

/** Presses Tab once for each control, and returns what went wrong. */
async function walk(page: Page): Promise<string[]> {
  const faults: string[] = [];
  const count = await page.evaluate(numberControls);
  for (let expected = 1; expected < count; expected += 1) {
    let at: number | 'strip' = 'strip';
    for (let press = 0; at === 'strip' && press < 8; press += 1) {
      await page.keyboard.press('Tab');
      const seen = await page.evaluate(lookAtFocus);
      at = seen.at;
      if (seen.fault) faults.push(seen.fault);
    }
    if (at !== expected) return [...faults, `control ${expected} of ${count} is not reached: the focus is at ${at}`];
  }
  return faults;
}

it.each(['ward', 'patient', 'devices', 'assignments', 'calls'])(
  'Tab reaches every control of the page “%s” in order, and each is visible and has a ring, also at 200 and 400 percent',
  async (name) => {
    const [bed, second] = ward.beds;
    const alarms = [alarmOf(bed, { priority: 'high' }), alarmOf(second, { priority: 'medium' })];
    ward.sendAlarms(...alarms.map(raisedEvent));
    await ward.rowOf(alarms[1]!).waitFor({ state: 'attached' });
    await setHash(ward.page, name === 'patient' ? `#/patient/${bed.period.associationId}` : `#/${name}`);
    await ward.page.locator('main h1, main .trends').first().waitFor();
    for (const [width, height] of sizes) {
      await resize(ward.page, { width, height });
      await ward.untilSettled();
      expect(await walk(ward.page), `${width} × ${height}`).toEqual([]);
      expect(await ward.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
  },
);

it('nothing moves if the person prefers reduced motion', async () => {
  const moving = () =>
    ward.page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length);
  const alarm = alarmOf(ward.beds[0], { priority: 'high' });
  ward.sendAlarms(raisedEvent(alarm));
  await ward.rowOf(alarm).waitFor();
  await ward.page.keyboard.press('n');
  await ward.page.getByTestId('selected-next').waitFor();
  await expect.poll(moving).toBeGreaterThan(0);
  await ward.page.emulateMedia({ reducedMotion: 'reduce' });
  await expect.poll(moving).toBe(0);
  await ward.page.emulateMedia({ reducedMotion: 'no-preference' });
});
