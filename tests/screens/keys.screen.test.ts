/**
 * Checks what a nurse does with keys alone: the next alarm, the acknowledgement, the search, the help, and when no key
 * may act.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { burstMs } from '../../dashboard/client/core/shortcuts.ts';
import { logIn } from '../browser.ts';
import { until } from '../system.ts';
import { openAlarmWard } from './alarm-ward.ts';
import { clickUntil, pressWhenStill, setHash } from './readable.ts';
import { alarmOf, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer } from './server.ts';

const ward = openAlarmWard();
const [bed, second, third] = ward.beds;
const strip = () => ward.page.getByTestId('selected-alarm');
const message = () => ward.page.getByTestId('keys-message');
const selectedId = () => strip().getAttribute('data-alarm-id');
/** Presses a key as slowly as a person does. Faster characters are a burst, and a burst does nothing. */
async function press(key: string): Promise<void> {
  await ward.page.waitForTimeout(2 * burstMs);
  await ward.page.keyboard.press(key);
}
const acknowledgedIds = () => ward.acknowledgements().map(({ alarmId }) => alarmId);
const focusedId = () => ward.page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.testid);

beforeEach(async () => {
  const close = ward.page.getByTestId('selected-drop');
  await until('no alarm is selected', async () => {
    if ((await close.count()) === 0) return true;
    await pressWhenStill(close);
    return (await close.count()) === 0;
  });
});

function raise(at: typeof bed, fields: Partial<Alarm> = {}): Alarm {
  const alarm = alarmOf(at, fields);
  ward.sendAlarms(raisedEvent(alarm));
  return alarm;
}

async function untilListed(...alarms: Alarm[]): Promise<void> {
  for (const alarm of alarms) await ward.rowOf(alarm).waitFor();
}

/** Waits until the page has shown the selected alarm long enough to accept its acknowledgement. */
const untilReadable = () =>
  ward.page.getByTestId('selected-state').filter({ hasText: 'Press a to acknowledge.' }).waitFor();

describe('the keys for alarms', () => {
  it.each(['#/', '#/patient', '#/assignments', '#/calls', '#/reach', '#/devices'])(
    'from the page %s, at most three keys acknowledge the most urgent alarm',
    async (hash) => {
      const medium = raise(bed, { priority: 'medium' });
      await untilListed(medium);
      await press('n');
      expect(await selectedId()).toBe(medium.alarmId);
      const younger = raise(second, { priority: 'high', onsetAt: new Date(Date.now() - 1_000).toISOString() });
      const older = raise(third, { priority: 'high', onsetAt: new Date(Date.now() - 90_000).toISOString() });
      await untilListed(younger, older);
      await setHash(ward.page, hash === '#/patient' ? `#/patient/${bed.period.associationId}` : hash);
      await ward.page.getByTestId('bed-U-4').waitFor({ state: hash === '#/' ? 'visible' : 'detached' });
      let keys = 0;
      const count = async (key: string) => {
        keys += 1;
        await press(key);
      };
      // The medium alarm is still selected, but the key goes to the most urgent alarm.
      await count('n');
      expect(await selectedId()).toBe(older.alarmId);
      await strip().getByText('HR 188 > 160').waitFor();
      await untilReadable();
      await count('a');
      await until('the acknowledgement', () => acknowledgedIds().length > 0);
      expect(acknowledgedIds()).toEqual([older.alarmId]);
      expect(keys).toBeLessThanOrEqual(3);
    },
  );

  it('if a more urgent alarm takes the first place just before the press, the acknowledgement still goes to the selected alarm', async () => {
    const seen = raise(bed, { priority: 'medium' });
    await untilListed(seen);
    await press('n');
    await untilReadable();
    const graver = raise(second, { priority: 'high' });
    await untilListed(graver);
    expect(await selectedId()).toBe(seen.alarmId);
    await press('a');
    await until('the acknowledgement', () => acknowledgedIds().length > 0);
    expect(acknowledgedIds()).toEqual([seen.alarmId]);
    await press('n');
    expect(await selectedId()).toBe(graver.alarmId);
  });

  it('an alarm that is over stays selected: the next press acknowledges nothing, and says so', async () => {
    const ended = raise(bed, { priority: 'medium' });
    await untilListed(ended);
    await press('n');
    await untilReadable();
    // The condition ends and begins again as a new alarm, which has the same text at the same bed.
    ward.sendAlarms({ ...raisedEvent({ ...ended, rev: 2, present: false, signal: 'off' }), type: 'cleared' });
    const successor = raise(bed, { priority: 'medium' });
    await untilListed(successor);
    await strip().getByText('Over').waitFor();
    await press('a');
    await message().filter({ hasText: 'Nothing is acknowledged: the selected alarm is over.' }).waitFor();
    expect(await selectedId()).toBe(ended.alarmId);
    expect(acknowledgedIds()).toEqual([]);
    await press('n');
    expect(await selectedId()).toBe(successor.alarmId);
  });

  it('a press acknowledges nothing before the person can have read the alarm', async () => {
    const alarm = raise(bed);
    await untilListed(alarm);
    await ward.holdClock();
    await press('n');
    await strip().getByText('HR 188 > 160').waitFor();
    await ward.untilTwoFrames();
    await press('a');
    await message().filter({ hasText: 'Read the alarm' }).waitFor();
    expect(acknowledgedIds()).toEqual([]);
  });

  it('a press acknowledges nothing when the alarm has just become more urgent', async () => {
    const alarm = raise(bed, { priority: 'medium', text: 'HR 134 > 120', value: 134, limit: 120 });
    await untilListed(alarm);
    await press('n');
    await untilReadable();
    await ward.holdClock();
    const graver = { ...alarm, rev: 2, priority: 'high', text: 'HR 150 > 120', value: 150 } as const;
    ward.sendAlarms({ ...raisedEvent(graver), type: 'escalated' } as never);
    await strip().getByText('HR 150 > 120').waitFor();
    await ward.untilTwoFrames();
    await press('a');
    await message().filter({ hasText: 'Read the alarm' }).waitFor();
    expect(acknowledgedIds()).toEqual([]);
  });

  it('without a selected alarm the keys act on no alarm, and say so', async () => {
    await press('n');
    await message().filter({ hasText: 'No alarm waits' }).waitFor();
    const alarm = raise(bed);
    await untilListed(alarm);
    for (const key of ['a', 'o']) {
      await press(key);
      await message().filter({ hasText: 'No alarm is selected' }).waitFor();
    }
    expect(acknowledgedIds()).toEqual([]);
    expect(ward.page.url()).not.toContain('patient');
  });

  it('`o` opens the bed of the selected alarm, `g` `w` the ward, and `g` `c` the page of calls', async () => {
    await untilListed(raise(second));
    await press('n');
    await press('o');
    await ward.page.getByTestId('patient-view').waitFor();
    expect(ward.page.url()).toContain(second.period.associationId);
    await press('g');
    await press('w');
    await ward.page.getByTestId('bed-U-1').waitFor();
    await press('g');
    await press('c');
    await ward.page.getByTestId('calls-page').waitFor();
  });
});

describe('keys that do nothing', () => {
  it('a key that is typed into a field is text', async () => {
    await untilListed(raise(bed));
    await setHash(ward.page, '#/devices');
    const field = ward.page.locator('input[name=unlisted]');
    await field.focus();
    await ward.page.keyboard.type('na/?gw');
    expect(await field.inputValue()).toBe('na/?gw');
    expect(await selectedId()).toBeNull();
    expect(await ward.page.getByTestId('devices-page').isVisible()).toBe(true);
    await field.fill('');
  });

  it('a key that is held selects one alarm, and a key with Control belongs to the browser', async () => {
    await untilListed(raise(bed), raise(second));
    await press('Control+n');
    expect(await selectedId()).toBeNull();
    await ward.page.waitForTimeout(2 * burstMs);
    await ward.page.keyboard.down('n');
    const chosen = await selectedId();
    expect(chosen).not.toBeNull();
    await ward.page.keyboard.down('n');
    await ward.page.keyboard.down('n');
    await ward.page.keyboard.up('n');
    expect(await selectedId()).toBe(chosen);
  });

  it('keys that are turned off do nothing, also after a reload, until they are turned on', async () => {
    await untilListed(raise(bed));
    await clickUntil(ward.page, 'keys', 'help');
    await ward.page.getByTestId('keys-on').uncheck();
    await press('Escape');
    await ward.page.reload();
    await ward.page.getByTestId('bed-U-4').waitFor();
    await press('n');
    await press('?');
    expect(await selectedId()).toBeNull();
    expect(await ward.page.getByTestId('help').count()).toBe(0);
    await clickUntil(ward.page, 'keys', 'help');
    await ward.page.getByTestId('keys-on').check();
    await press('Escape');
    await press('n');
    await strip().getByText('HR 188 > 160').waitFor();
  });
});

describe('the dialogs', () => {
  it('the help explains the page in five lines, lists its keys, keeps the focus while it is open, and gives it back', async () => {
    await ward.page.getByTestId('sort-alarms').focus();
    await press('?');
    const help = ward.page.getByTestId('help');
    await help.waitFor();
    expect(await ward.page.getByTestId('help-page').locator('li').count()).toBe(5);
    expect(await ward.page.getByTestId('help-keys').locator('dt').allTextContents()).toEqual(
      expect.arrayContaining(['n', 'a', 'o', '/', 'gw', 'gc', '?']),
    );
    for (let at = 0; at < 5; at += 1) {
      await press('Tab');
      expect(await help.evaluate((box) => box.contains(document.activeElement))).toBe(true);
    }
    await press('Shift+Tab');
    expect(await help.evaluate((box) => box.contains(document.activeElement))).toBe(true);
    await press('Escape');
    await help.waitFor({ state: 'detached' });
    expect(await focusedId()).toBe('sort-alarms');
  });

  it('an alarm that begins while a dialog is open is listed and announced, and can be acknowledged with a pointer', async () => {
    await press('/');
    await ward.page.getByTestId('search').waitFor();
    const alarm = raise(bed);
    await untilListed(alarm);
    await ward.page.getByTestId('announcer').filter({ hasText: 'U-1' }).waitFor({ state: 'attached' });
    expect(await ward.page.getByTestId('announcer').evaluate((box) => box.closest('[inert]'))).toBeNull();
    await ward.untilSettled();
    await ward.ackButtonOf(alarm).click();
    await until('the acknowledgement', () => acknowledgedIds().length > 0);
    await ward.page.getByTestId('search-close').click();
  });

  it('the search finds a bed, Enter opens its patient, and Escape gives the focus back', async () => {
    await ward.page.getByTestId('sort-alarms').focus();
    await press('/');
    await ward.page.keyboard.type('u-');
    await ward.page.getByTestId('search-bed').nth(3).waitFor();
    await press('Escape');
    expect(await focusedId()).toBe('sort-alarms');
    await press('/');
    await ward.page.keyboard.type('okapi');
    await ward.page.getByTestId('search-bed').nth(3).waitFor();
    await press('ArrowDown');
    await press('ArrowDown');
    await press('Enter');
    await ward.page.getByTestId('patient-view').waitFor();
    expect(ward.page.url()).toContain(third.period.associationId);
    await press('/');
    await ward.page.keyboard.type('zebra');
    await ward.page.getByTestId('search-state').filter({ hasText: 'No bed of this screen matches.' }).waitFor();
    await press('Enter');
    expect(ward.page.url()).toContain(third.period.associationId);
    await press('Escape');
    expect(await ward.page.getByTestId('patient-view').isVisible()).toBe(true);
  });
});

it('on a page that has lost its server no key acts, and the banner stays', async () => {
  const server = await openScreenServer({
    accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['ICU'] }],
  });
  const stop = playBeds(server, [bed]);
  const page = await logIn(ward.page.context().browser()!, server, 'nora');
  server.playAlarms(raisedEvent(alarmOf(bed)));
  await page.locator('[data-alarm]').first().waitFor();
  await page.keyboard.press('n');
  await page.getByTestId('selected-state').filter({ hasText: 'Press a to acknowledge.' }).waitFor();
  await page.context().setOffline(true);
  server.hub.close();
  await page.getByTestId('banner-lost').waitFor();
  for (const key of ['a', 'o', 'n', '/', '?']) await page.keyboard.press(key);
  expect(await page.getByTestId('selected-state').textContent()).not.toContain('Sending');
  for (const dialog of ['help', 'search']) expect(await page.getByTestId(dialog).count()).toBe(0);
  expect(await page.getByTestId('banner-lost').isVisible()).toBe(true);
  expect(page.url()).not.toContain('patient');
  stop();
  await page.context().close();
  await server.close();
});
