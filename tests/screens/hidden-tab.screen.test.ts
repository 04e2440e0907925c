/**
 * Checks a tab that is hidden behind another tab of a real window. Chromium slows down the timers of such a tab. An
 * alarm sounds in the hidden tab, and the server learns that nobody sees the alarm. No alarm is lost or doubled when
 * the tab is shown again.
 */
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import type { ScreenReport } from '../../dashboard/protocol/live.ts';
import { password } from '../browser.ts';
import { until } from '../system.ts';
import { openRealWindow, type RealWindow, type Tab } from './real-window.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
const bed: PlayedBed = {
  deviceId: 'bed-01',
  period: newPeriod('U-1', ward, newPatient()),
  values: { MDC_ECG_HEART_RATE: 78 },
  waves: [],
  ageMs: 0,
};

let server: ScreenServer;
let window: RealWindow;
let tab: Tab;
let other: Tab;
let stop: () => void;

beforeAll(async () => {
  [server, window] = await Promise.all([
    openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] }] }),
    openRealWindow(inject('wholeChromium')),
  ]);
  stop = playBeds(server, [bed]);
  tab = await window.openTab(`${server.origin}/`);
  await until('the login form', () => isOnPage('login-user'));
  const body = JSON.stringify({ userId: 'nora', password });
  const status = await tab.run<number>(
    `fetch('/api/login', { method: 'POST', headers: { 'x-vigil': '1', 'content-type': 'application/json' }, body: ${JSON.stringify(body)} }).then((answer) => answer.status)`,
  );
  expect(status).toBeLessThan(300);
  await tab.run(`void setTimeout(() => location.reload())`);
  await until('the bed', () => isOnPage('bed-U-1'));
  // A browser plays sound only after a person has touched the page.
  await tab.click();
  await tab.run(`(${watchPage})()`);
});

/** While the page is loading, no expression can run in it. */
const isOnPage = (testId: string) =>
  tab.run<boolean>(`document.querySelector('[data-testid="${testId}"]') !== null`).catch(() => false);

afterAll(async () => {
  stop();
  await window.close();
  await server.close();
});

/**
 * Runs in the page. Notes alarms that have two rows at a time, and measures the shortest time between two runs of a
 * timer.
 */
function watchPage(): void {
  const doubled: string[] = [];
  const look = () => {
    const rows = document.querySelectorAll('[data-testid="alarm-list"] li[data-priority]');
    const ids = [...rows].map((row) => row.getAttribute('data-testid')!);
    doubled.push(...ids.filter((id, at) => ids.indexOf(id) !== at));
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  /** Starts a timer of 50 ms, and returns the times between its first runs, ms. */
  const timerGapsMs = (count: number) =>
    new Promise<number[]>((done) => {
      const ranAtMs: number[] = [];
      const timer = setInterval(() => {
        ranAtMs.push(performance.now());
        if (ranAtMs.length <= count) return;
        clearInterval(timer);
        done(ranAtMs.slice(1).map((at, before) => at - ranAtMs[before]!));
      }, 50);
    });
  Object.assign(globalThis, { pageRecord: { doubled, timerGapsMs } });
}

const shown = () =>
  tab.run<string[]>(
    `[...document.querySelectorAll('[data-testid="alarm-list"] li[data-priority]')].map((row) => row.getAttribute('data-testid')).sort()`,
  );
const rowsOf = (...alarms: readonly Alarm[]) => alarms.map(({ alarmId }) => `alarm-${alarmId}`).sort();
const untilShown = (what: string, ...alarms: readonly Alarm[]) =>
  until(what, async () => JSON.stringify(await shown()) === JSON.stringify(rowsOf(...alarms)));
const visibility = () => tab.run<string>('document.visibilityState');

/** Notes the reports of the page on all connections that are open now. */
function noteReports(): ScreenReport[] {
  const reports: ScreenReport[] = [];
  for (const socket of server.sockets())
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as ScreenReport | { readonly type: 'watch' };
      if (message.type === 'report') reports.push(message);
    });
  return reports;
}

const reportAbout = (reports: readonly ScreenReport[], page: ScreenReport['page'], alarm: Alarm) =>
  reports
    .filter((report) => report.page === page)
    .flatMap(({ alarms }) => alarms.filter(({ alarmId }) => alarmId === alarm.alarmId))
    .at(-1);

it('an alarm sounds in a hidden tab with slow timers, and is neither lost nor doubled when the tab is shown again', async () => {
  expect(await visibility()).toBe('visible');
  other = await window.openTab('about:blank');
  await until('the tab is hidden', async () => (await visibility()) === 'hidden');
  // Some time after a tab was hidden, Chromium begins to run its timers only once in a second.
  await until('Chromium slows the timers of the hidden tab', async () => {
    const gapsMs = await tab.run<number[]>('pageRecord.timerGapsMs(4)');
    return gapsMs.reduce((sum, gapMs) => sum + gapMs, 0) > 2_500;
  });

  const reports = noteReports();
  const first = alarmOf(bed, { priority: 'high' });
  server.playAlarms(raisedEvent(first));
  await untilShown('the alarm is in the hidden tab', first);
  await until('the page reports that it sounds and that nobody sees it', () => {
    const about = reportAbout(reports, 'hidden', first);
    return about?.shown === 'nowhere' && about.sound === 'sounding';
  });
  expect(await visibility()).toBe('hidden');

  // The connection breaks while the tab is hidden. Meanwhile one alarm ends and another begins.
  const second = alarmOf(bed, { priority: 'medium', code: 'MDC_PULS_OXIM_SAT_O2', text: 'SpO2 80 < 88' });
  for (const socket of server.sockets()) socket.terminate();
  server.playAlarms(
    { ...raisedEvent({ ...first, rev: 2, present: false, signal: 'off' }), type: 'cleared' },
    raisedEvent(second),
  );
  await untilShown('the hidden tab has connected again', second);
  const third = alarmOf(bed, { priority: 'high', code: 'MDC_RESP_RATE', text: 'RR 41 > 30' });
  const later = noteReports();
  server.playAlarms(raisedEvent(third));
  await tab.show();
  await until('the tab is visible', async () => (await visibility()) === 'visible');
  await untilShown('both alarms are in the tab', second, third);
  await until('the page reports that both alarms can be seen', () =>
    [second, third].every((alarm) => reportAbout(later, 'painting', alarm)?.shown === 'text'),
  );
  await until('the page reports that the third alarm sounds', () =>
    later.some(({ alarms }) => alarms.some(({ alarmId, sound }) => alarmId === third.alarmId && sound === 'sounding')),
  );
  expect(await tab.run('pageRecord.doubled')).toEqual([]);
  expect(await other.run('document.visibilityState')).toBe('hidden');
});
