/**
 * Looks for English on German pages. A text counts as English in two cases: the page has a different German text for
 * it, or the text has common English words. The names of people, wards and beds here have no such words.
 */
import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { gatewayNotices } from '../../contracts/bed-notices.ts';
import { priorities } from '../../contracts/priorities.ts';
import { german } from '../../dashboard/client/german/german.ts';
import { rareGerman } from '../../dashboard/client/german/rare.ts';
import { foldAssignmentEvent } from '../../dashboard/server/core/duty-board.ts';
import { noteNotice } from '../../dashboard/server/core/notices.ts';
import { foldStandby } from '../../dashboard/server/core/standby.ts';
import { openBrowser, password } from '../browser.ts';
import { clickUntil, openSteadyPage, pressUntil, pressWhenStill, setHash } from './readable.ts';
import { alarmOf, longestBeds, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';
import { trendRows } from './trend-rows.ts';

const ward = 'ICU 1';
const nora = { userId: 'nora', name: 'Nora N.', role: 'nurse' } as const;
const beds = longestBeds(6, ward);

/** English texts of the page that have a different German text. */
const english = Object.entries({ ...german, ...rareGerman })
  .filter(([text, translated]) => text !== translated && !/[{|]/.test(text))
  // Leaves out texts that are also the German text of another entry.
  .filter(([text]) => !Object.values(german).includes(text))
  .map(([text]) => text);
const firstAlarm = alarmOf(beds[0]!, { priority: 'high' });
/** Words that no German text has. A part of an id such as `bed-02` is no word. */
const words =
  /(?<![\w-])(?:the|of|and|is|are|were|not|with|for|from|has|have|no|this|that|since|until|by|to|on|at|your|you|nobody|bed|beds|acknowledged|device|heart|pressure|or|limit|limits|low|high|nurse|none|ended|missing|seen|been|can|waves|open|gap|gaps|physiological|technical|yes|unknown|taken|answered|unanswered)(?![\w-])/i;

let server: ScreenServer;
let browser: Browser;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { ...nora, wards: [ward] },
        { userId: 'ada', name: 'Ada A.', role: 'auditor', wards: ['*'] },
        { userId: 'adam', name: 'Adam V.', role: 'administrator', wards: ['*'] },
      ],
      wards: [{ ward, beds: beds.map(({ period }) => period.bed!) }],
      trends: trendRows,
    }),
    openBrowser(inject('chromium')),
  ]);
  closers.push(server.close, () => browser.close(), playBeds(server, beds, 2_000));
  trouble();
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/** Alarms that the engine and the monitors can raise, besides the usual alarms of limits. */
const alarms = [
  {
    text: 'Own limits: The high limit 130 of HR is not below the extreme high limit 125.',
    condition: 'limits-cross-HR',
  },
  { text: 'Ventricular tachycardia (*** VTACH)', condition: 'MDC_EVT_ECG_V_TACHY', origin: 'device' },
  { text: 'More alarms than can be listed: HR: Low', condition: 'more', origin: 'device' },
  { text: 'NEWS2 at least 7 ≥ 7 (missing: oxygen)', condition: 'NEWS2.high' },
  { text: 'Fault in Vigil: values not judged, watch the monitor', condition: 'not-judged' },
  { text: 'RR: two values in one message, the more serious one is used', condition: 'twice-in-one-message' },
] as const;

/** Gives the beds alarms, each notice of a gateway, a standby, and a nurse. */
function trouble(): void {
  const stayOf = ({ period }: PlayedBed) => period.associationId;
  const others = [1, 2].map((at) => alarmOf(beds[at]!, { priority: priorities[at]! }));
  server.playAlarms(...[firstAlarm, ...others].map(raisedEvent));
  server.playAlarms(...alarms.map((fields) => raisedEvent(alarmOf(beds[3]!, { ...fields, priority: 'low' }))));
  for (const [code, { text }] of Object.entries(gatewayNotices))
    noteNotice(server.state, server.state.beds.get(stayOf(beds[1]!))!, {
      ...{ code: code as keyof typeof gatewayNotices, text },
      ...{ sinceMs: Date.now(), untilMs: Number.POSITIVE_INFINITY },
    });
  const at = new Date().toISOString();
  const until = new Date(Date.now() + 3_600_000).toISOString();
  foldStandby(server.state, {
    ...{ associationId: stayOf(beds[4]!), rev: 1, at },
    standby: { since: at, until, reason: 'CT', by: nora },
  });
  const { userId, name } = nora;
  for (const duty of ['nurse', 'charge-nurse'] as const) {
    const assigned = { assignmentId: randomUUID(), ward, duty, userId, name, from: at, until };
    const assignment = { ...assigned, ...(duty === 'nurse' && { beds: [beds[0]!.period.bed!] }) };
    foldAssignmentEvent(server.board, { type: 'assigned', eventId: randomUUID(), ward, at, by: nora, assignment });
  }
}

/** Returns the texts of the page that a person can read or hear: text nodes, names, hints and tips. */
function textsOfPage(): string[] {
  const found = new Set<string>([document.title]);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node instanceof Element ? node : node.parentElement!;
    // Skips codes of files, and the details of the audit trail, which stay as they were recorded.
    // A person sees the options of a closed list after a press on the list.
    const visible = element.closest('select') ?? element;
    if (!visible.checkVisibility() || element.closest('script, style, textarea, code, .audit__detail')) continue;
    if (node instanceof Element)
      for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description'])
        found.add(node.getAttribute(name) ?? '');
    else found.add(node.textContent ?? '');
  }
  return [...found].map((text) => text.trim()).filter((text) => /[A-Za-z]{2}/.test(text));
}

/** Returns the English texts of the page. */
async function englishOf(page: Page): Promise<string[]> {
  const known = new Set(english.map((text) => text.trim()));
  const texts = await page.evaluate(textsOfPage);
  expect(texts.length).toBeGreaterThan(5);
  return texts.filter((text) => known.has(text) || words.test(text));
}

async function logInGerman(userId: string): Promise<Page> {
  const page = await openSteadyPage(browser, server);
  await pressWhenStill(page.getByTestId('language-de'));
  await page.getByRole('button', { name: 'Anmelden' }).waitFor();
  await page.getByTestId('login-user').fill(userId);
  await page.getByTestId('login-password').fill(password);
  await pressUntil(page.getByTestId('login-submit'), page.getByTestId('logout'));
  return page;
}

const stay = beds[0]!.period.associationId;
const pages: readonly (readonly [string, readonly (readonly [hash: string, element: string])[]])[] = [
  [
    'nora',
    [
      [`#/ward/${encodeURIComponent(ward)}`, '.tile'],
      [`#/patient/${stay}`, '[data-testid=trends]'],
      [`#/patient/${beds[1]!.period.associationId}`, '[data-testid=trends]'],
      [`#/assignments/${encodeURIComponent(ward)}`, '[data-testid=assignments-page] :is(h1, h2)'],
      [`#/shift/${encodeURIComponent(ward)}`, '[data-testid=shift-page]'],
      ['#/alarms', '[data-testid^=review-row]'],
      ['#/calls', '[data-testid=calls-page]'],
      ['#/reach', '[data-testid=reach-page]'],
      ['#/devices', '[data-testid=devices-page] td'],
      ['#/wards', '[data-testid=ward-alarms-high]'],
      [`#/waves/${stay}`, 'main :is(h1, h2)'],
      [`#/patient/${beds[3]!.period.associationId}`, '[data-testid=trends]'],
      [`#/alarms/${firstAlarm.alarmId}/strip`, 'main :is(h1, h2)'],
    ],
  ],
  ['ada', [['#/audit', '[data-testid=audit-login]']]],
  ['adam', [['#/accounts', '.accounts__row']]],
];

it.each(pages)('the German pages of %s have no English text, and neither has the help', async (userId, own) => {
  const page = await logInGerman(userId);
  const found: string[] = [];
  for (const [hash, element] of own) {
    await setHash(page, hash);
    await page.locator(element).first().waitFor();
    for (const text of await englishOf(page)) found.push(`${hash}: ${text}`);
  }
  await clickUntil(page, 'keys', 'help');
  for (const text of await englishOf(page)) found.push(`help: ${text}`);
  expect(found).toEqual([]);
  await page.context().close();
});

it('the details of an alarm and of a device, and the form for a device, have no English text', async () => {
  const page = await logInGerman('nora');
  const found: string[] = [];
  const { deviceId } = beds[0]!;
  for (const [hash, button, opened] of [
    ['#/alarms', `review-open-${firstAlarm.alarmId}`, `review-strip-${firstAlarm.alarmId}`],
    ['#/devices', `more-${deviceId}`, `facts-${deviceId}`],
    ['#/devices', `associate-${deviceId}`, 'associate-form'],
  ] as const) {
    await setHash(page, hash);
    await clickUntil(page, button, opened);
    for (const text of await englishOf(page)) found.push(`${opened}: ${text}`);
  }
  expect(found).toEqual([]);
  await page.context().close();
});

it('the German forms of a patient, of a device and of an account have no English text', async () => {
  const page = await logInGerman('nora');
  const found: string[] = [];
  await setHash(page, `#/patient/${stay}`);
  await page.getByTestId('trends').waitFor();
  for (const [button, form] of [
    ['edit-limits-BPsys', 'limit-form'],
    ['standby', 'standby-form'],
    ['assess', 'assessment-form'],
    ['note-edit', 'note-form'],
  ] as const) {
    await clickUntil(page, button, form);
    for (const text of await englishOf(page)) found.push(`${form}: ${text}`);
    await pressUntil(page.getByTestId(form).getByRole('button', { name: 'Abbrechen' }), page.getByTestId(button));
  }
  expect(found).toEqual([]);
  await page.context().close();
});
