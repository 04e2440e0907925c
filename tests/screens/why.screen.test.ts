/** Checks the page "Why did nobody come?": what it shows, who may open it, and what the audit trail records. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { explain } from '../../contracts/explain/explain.ts';
import { withoutValues } from '../../contracts/explain/without-values.ts';
import type { Explainer } from '../../dashboard/server/explainer.ts';
import { logIn, openBrowser } from '../browser.ts';
import { faults } from '../explain/faults.ts';
import { type Played, play } from '../explain/play.ts';
import { calmStory } from '../explain/story.ts';
import { randomFrom } from '../faults/random.ts';
import { until } from '../system.ts';
import { expectReadable, pressWhenStill, setHash } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
const bed: PlayedBed = {
  deviceId: 'device-1',
  period: newPeriod('ICU-1', ward, newPatient({ familyName: 'Patient 1' })),
  values: { MDC_ECG_HEART_RATE: 150 },
  waves: [],
  ageMs: 0,
};
const sizes = [
  { name: '360', width: 360, height: 780 },
  { name: '768', width: 768, height: 1024 },
  { name: '1366', width: 1366, height: 768 },
  { name: '1920', width: 1920, height: 1080 },
];

/** An alarm during which the phone of the nurse was off. Nobody else answered. */
function tell(): Played {
  const story = calmStory(randomFrom(4).next);
  for (const name of ['the phone is off, and the push service takes the message', 'nobody answers'])
    faults.find((fault) => fault.name === name)?.change(story, (min) => min);
  return play(story);
}

const played = tell();
let server: ScreenServer;
let browser: Browser;
let stop: () => void;
let physician: Page;
/** Aborted when the server stops an explanation because the person has left its page. */
let lastClosed: AbortSignal | undefined;
let isAnswering = true;

/** Explains the alarm of the story, as the real explainer does with the log. */
const explainStory: Explainer['explain'] = async (_account, alarmId, admit, closed) => {
  lastClosed = closed;
  const isKnown = alarmId !== 'no-such-alarm-000000000';
  const found = isKnown ? { alarm: { ...played.alarm, alarmId }, appendedMs: 0 } : undefined;
  const { maySeeValues } = await admit(found, { ward: isKnown ? ward : undefined, bed: 'ICU-1', patientId: 'p-1' });
  if (!isAnswering) await new Promise<never>((_, reject) => closed.addEventListener('abort', () => reject(closed)));
  return explain(maySeeValues ? played.records : withoutValues(played.records))!;
};

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'vera', name: 'Vera Physician', role: 'physician', wards: [ward] },
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] },
        { userId: 'otto', name: 'Otto Other', role: 'physician', wards: ['HDU'] },
        { userId: 'alma', name: 'Alma Auditor', role: 'auditor', wards: ['*'] },
        { userId: 'tom', name: 'Tom Technician', role: 'technician', wards: [ward] },
      ],
      wards: [{ ward, beds: ['ICU-1'] }],
      explain: explainStory,
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [bed]);
  server.playAlarms(raisedEvent(alarmOf(bed, { text: 'HR 150 > 140', priority: 'high' })));
  physician = await logIn(browser, server, 'vera');
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

/** Returns who did what about the alarm, from the audit trail, newest first. */
const auditOf = (userId: string) =>
  server.audit.page({ limit: 200, userId }).records.map(({ action, alarmId }) => `${action} ${alarmId ?? ''}`.trim());

const why = (page: Page, name: string) => page.getByTestId(`why-${name}`);

describe('the page "Why did nobody come?"', () => {
  it('the page "Why did nobody come?" is opened from the alarm, and shows the cause first, the chain, who was on duty, the calls and the timeline', async () => {
    await pressWhenStill(physician.locator('a[data-testid^="why-"]').first());
    await why(physician, 'findings').waitFor();
    const findings = why(physician, 'findings').locator('li');
    expect(await findings.first().getAttribute('data-kind')).toBe('not-on-device');
    expect(await findings.first().textContent()).toContain('No report says that a device of Anna had it.');
    expect(await why(physician, 'step-accepted').textContent()).toContain('did not happen');
    expect(await why(physician, 'step-painted').textContent()).toMatch(/\d+ ms/);
    expect(await why(physician, 'duty').textContent()).toContain('Nurse: Anna, accepted');
    expect(await why(physician, 'calls').textContent()).toContain('push service: left');
    expect(await why(physician, 'timeline').textContent()).toContain('Called Anna (nurse) in round 1');
    expect(await why(physician, 'alarm').textContent()).toContain('HR 150');
    expect(auditOf('vera')).toContainEqual(expect.stringMatching(/^alarm-explained \S+$/));
    await expectReadable(physician, 'why', sizes);
  });

  it('an auditor opens the page "Why did nobody come?" from the audit trail, and sees no value', async () => {
    const page = await logIn(browser, server, 'alma');
    await pressWhenStill(page.getByTestId('audit-alarm-explained').getByRole('link').first());
    await why(page, 'findings').waitFor();
    expect(await why(page, 'page').textContent()).not.toMatch(/HR 150|150 >|> 140/);
    await page.context().close();
  });

  it('a nurse who is not the charge nurse gets no explanation of an alarm, and the audit trail has the attempt', async () => {
    const page = await logIn(browser, server, 'nora');
    await setHash(page, `#/alarms/${played.alarm.alarmId}/why`);
    await why(page, 'error').waitFor();
    expect(await why(page, 'error').textContent()).toContain('Only the charge nurse of the ward');
    expect(auditOf('nora')).toContain(`access-denied ${played.alarm.alarmId}`);
    await expectReadable(page, 'why-refused', sizes);
    await page.context().close();
  });

  it('the page "Why did nobody come?" gives the same answer for an alarm of another ward as for an unknown alarm', async () => {
    const page = await logIn(browser, server, 'otto');
    const texts: (string | null)[] = [];
    for (const alarmId of [played.alarm.alarmId, 'no-such-alarm-000000000']) {
      await setHash(page, `#/alarms/${alarmId}/why`);
      await page.getByText(alarmId).waitFor();
      await why(page, 'error').waitFor();
      texts.push(await why(page, 'error').textContent());
    }
    expect(texts[0]).toBe(texts[1]);
    expect(auditOf('otto')).toContain(`access-denied ${played.alarm.alarmId}`);
    await page.context().close();
  });

  it('a technician who opens the page "Why did nobody come?" gets the list of devices', async () => {
    const page = await logIn(browser, server, 'tom');
    await setHash(page, `#/alarms/${played.alarm.alarmId}/why`);
    await page.getByTestId('devices-page').waitFor();
    expect(await why(page, 'page').count()).toBe(0);
    await page.context().close();
  });

  it('when a person leaves the page "Why did nobody come?", the server stops reading the log for this page', async () => {
    isAnswering = false;
    await setHash(physician, '#/');
    await setHash(physician, `#/alarms/${played.alarm.alarmId}/why`);
    await why(physician, 'waiting').waitFor();
    const reading = lastClosed;
    await setHash(physician, '#/');
    await until('the reading is stopped', async () => reading?.aborted);
    isAnswering = true;
  });
});
