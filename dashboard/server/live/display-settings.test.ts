import { pino } from 'pino';
import { beforeEach, expect, it } from 'vitest';
import type { SoftDisplayHere } from '../../../contracts/messages/presence.ts';
import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import type { ScreenSettings } from '../../protocol/sound.ts';
import { newConfirmations } from '../core/confirmations.ts';
import { createDisplayRecords, type DisplayRecords } from '../core/display-settings.ts';
import { nurse, t0 } from '../core/fold.testing.ts';
import type { Viewer } from '../core/rights.ts';
import { noteDashboard, type OtherDashboards } from '../core/unconfirmed.ts';
import { sessionMark } from '../sessions/token.ts';
import { createDisplaySettings, type DisplaySettings } from './display-settings.ts';
import type { ScreenWithSound } from './sound-owners.ts';

const idOf = (n: number) => `01890000-0000-4000-8000-00000000000${n}`;
const wall: Viewer = { userId: 'wall', name: 'Wall', role: 'display', wards: ['icu'] };
const day: ScreenSettings = { volume: 'full', night: 'ward', isNight: false };
let screens: ScreenWithSound[];
let audit: AuditEvent[];
let isAway: boolean;
let records: DisplayRecords;
let displays: DisplaySettings;
let others: OtherDashboards;
let nowMs: number;

function openServer() {
  displays = createDisplaySettings({
    screens: () => screens,
    records,
    trail: {
      async record(event) {
        if (isAway) throw new Error('Kafka is away');
        audit.push(event);
        records.note({ ...event, at: formatInstant(t0 + audit.length) } as AnyAuditRecord);
      },
    },
    others: () => others,
    pseudonymOf: (userId) => `p-${userId}`,
    personOf: (actor) => (actor === 'p-wall-2' ? 'Wall 2' : undefined),
    now: () => nowMs,
    logger: pino({ level: 'silent' }),
  });
}

beforeEach(() => {
  others = new Map();
  nowMs = t0;
  screens = [];
  audit = [];
  isAway = false;
  records = createDisplayRecords();
  openServer();
});

function openScreen(viewer: Viewer = wall, screenId = idOf(1)) {
  let settings: ScreenSettings | undefined;
  const screen: ScreenWithSound = {
    number: 1,
    claims: { sessionId: `session of ${viewer.userId}` },
    person: viewer,
    watched: () => ({ viewer, scope: { ward: 'icu' } }),
    confirmations: newConfirmations(),
    soundReport: () => ({
      page: 'painting',
      sound: { screen: screenId, beat: t0, at: 5, audio: 'on', ...(settings && { settings }) },
    }),
  };
  screens.push(screen);
  return (next: ScreenSettings | undefined) => {
    settings = next;
    displays.reported(screen);
  };
}

async function seconds(count: number) {
  for (let second = 0; second < count; second += 1) {
    displays.collect();
    await Promise.resolve();
    await Promise.resolve();
  }
}
const changes = () => audit.map(({ changedFrom, changedTo }) => `${changedFrom} → ${changedTo}`);
const newsFor = (viewer: Viewer) => displays.newsFor({ viewer, scope: { ward: 'icu' } });

it('each change at a wall display is recorded once, with the display and the settings before and after', async () => {
  const report = openScreen();
  report(undefined);
  report(day);
  report({ ...day, volume: 'low' });
  report({ ...day, volume: 'low' });
  report({ ...day, byHand: 'begun', isNight: true });
  await seconds(5);
  expect(audit[0]).toEqual({
    ...{ actor: { userId: 'wall', name: 'Wall', role: 'display' }, session: sessionMark('session of wall') },
    ...{ action: 'display-changed', ward: 'icu', detail: 'at the wall display Wall (wall)' },
    changedFrom: 'volume full; night by the hours of the ward',
    changedTo: 'volume low; night by the hours of the ward',
  });
  expect(changes().slice(1)).toEqual([
    'volume low; night by the hours of the ward → volume full; night by the hours of the ward; this night was begun at the display',
  ]);
});

it('the hours of the ward change nothing, and the screen of a person is not recorded', async () => {
  const report = openScreen();
  report({ ...day, isNight: true });
  openScreen(nurse)({ ...day, volume: 'low' });
  await seconds(2);
  expect(audit).toEqual([]);
  expect(newsFor(nurse)).toEqual([]);
});

it('while Kafka is away the changes wait in their order, and after a restart nothing is recorded twice', async () => {
  isAway = true;
  const report = openScreen();
  report({ ...day, volume: 'middle' });
  report({ ...day, volume: 'low' });
  await seconds(2);
  expect(audit).toEqual([]);
  isAway = false;
  await seconds(3);
  expect(audit.map(({ changedTo }) => changedTo?.slice(0, 13))).toEqual(['volume middle', 'volume low; n']);
  openServer();
  report({ ...day, volume: 'low' });
  await seconds(2);
  expect(audit).toHaveLength(2);
});

it('two pages of one display that have different settings make no records without a change', async () => {
  const [first, second] = [openScreen(), openScreen(wall, idOf(2))];
  for (let n = 0; n < 5; n += 1) {
    first({ ...day, volume: 'low' });
    second(day);
    await seconds(1);
  }
  expect(changes().map((change) => change.match(/volume \w+/g)?.join())).toEqual([
    'volume full,volume low',
    'volume low,volume full',
  ]);
});

it('a page that is loaded again with the same settings makes no record, also before the audit trail was read', async () => {
  isAway = true;
  openScreen()({ ...day, volume: 'low' });
  openScreen(wall, idOf(2))({ ...day, volume: 'low' });
  isAway = false;
  await seconds(3);
  expect(audit).toHaveLength(1);
});

it('a display that changes without end makes at most one record each second, and the next record has all that was left out', async () => {
  const report = openScreen();
  for (let n = 0; n < 201; n += 1) report({ ...day, volume: n % 2 === 0 ? 'low' : 'full' });
  await seconds(10);
  expect(audit).toHaveLength(10);
  await seconds(100);
  report({ ...day, volume: 'low' });
  await seconds(5);
  const last = changes().at(-1);
  expect(audit.length).toBeLessThan(40);
  expect(last).toContain('→ volume low');
});

it('a stolen session that names a new page in each report makes no more records than one page, and keeps those of another display', async () => {
  isAway = true;
  openScreen({ ...wall, userId: 'other' })({ ...day, volume: 'middle' });
  for (let n = 0; n < 600; n += 1)
    openScreen(
      wall,
      `01890000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    )({ ...day, volume: n % 2 === 0 ? 'low' : 'full' });
  screens = [];
  await seconds(1);
  isAway = false;
  await seconds(10);
  expect(audit.filter(({ detail }) => detail?.includes('(other)'))).toHaveLength(1);
  expect(audit).toHaveLength(11);
});

it('a display that changes every second for an hour makes less than 130 records', async () => {
  const report = openScreen();
  for (let n = 0; n < 3_600; n += 1) {
    report({ ...day, volume: n % 2 === 0 ? 'low' : 'full' });
    await seconds(1);
  }
  expect(audit.length).toBeLessThan(130);
});

it.each<[string, ScreenSettings, string | undefined]>([
  ['at the lowest volume', { ...day, volume: 'low' }, 'volume'],
  ['in a night that a person began', { ...day, isNight: true, byHand: 'begun' }, 'night'],
  ['in a night of its own hours', { ...day, isNight: true, night: 'nightly' }, 'night'],
  ['in the night of the ward', { ...day, isNight: true }, undefined],
  ['at the middle volume', { ...day, volume: 'middle' }, undefined],
])('the other screens of the ward name a display %s: %s', async (_, settings, why) => {
  openScreen()(settings);
  await seconds(1);
  expect(newsFor(nurse)).toEqual(why ? [{ ward: 'icu', display: 'Wall', why }] : []);
  expect(displays.newsFor({ viewer: { ...nurse, wards: ['step'] }, scope: { ward: 'step' } })).toEqual([]);
});

it('the soft displays at another dashboard are shown here, once each, until that dashboard is silent', async () => {
  const report = openScreen();
  report({ ...day, volume: 'low' });
  const note = (softDisplays: SoftDisplayHere[]) =>
    noteDashboard(
      others,
      'boot-b',
      { at: formatInstant(nowMs), wards: [], ...(softDisplays.length > 0 && { softDisplays }) },
      { isOld: false, nowMs },
    );
  const elsewhere = (actor: string, ward = 'icu'): SoftDisplayHere => ({ ward, actor, why: 'volume' });
  note([elsewhere('p-wall'), elsewhere('p-wall-2'), elsewhere('p-wall-2'), elsewhere('p-wall-3', 'step')]);
  await seconds(1);
  const ofWard = (ward: string): Viewer => ({ ...nurse, wards: [ward] });
  const namesFor = (viewer: Viewer) => newsFor(viewer).map(({ display }) => display);
  expect(namesFor(ofWard('icu'))).toEqual(['Wall', 'Wall 2']);
  expect(displays.forPresence()).toEqual([elsewhere('p-wall')]);
  // A person of another ward learns nothing about this ward.
  expect(namesFor(ofWard('other'))).toEqual([]);
  note([]);
  await seconds(1);
  expect(namesFor(ofWard('icu'))).toEqual(['Wall']);
  note([elsewhere('p-wall-2')]);
  nowMs += 60_000;
  await seconds(1);
  expect(namesFor(ofWard('icu'))).toEqual(['Wall']);
});
