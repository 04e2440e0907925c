import { beforeEach, expect, it } from 'vitest';
import { newAlarm } from '../../../contracts/messages/alarms.testing.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { PageSound } from '../../protocol/sound.ts';
import { signalsMsMin, soundTestMs } from '../../protocol/sound-test-times.ts';
import { foldAssociations } from '../core/beds.ts';
import { newConfirmations } from '../core/confirmations.ts';
import { nurse, period, t0, table } from '../core/fold.testing.ts';
import type { Viewer } from '../core/rights.ts';
import type { BegunTest, TestedScreen } from '../core/sound-test-records.ts';
import { emptyState, type LiveState } from '../core/state.ts';
import type { PageOfSession, ScreenWithSound } from './sound-owners.ts';
import { answerWithinMs, createSoundTests, type SoundTests, testPauseMs } from './sound-tests.ts';

const idOf = (n: number) => `01890000-0000-4000-8000-00000000000${n}`;
const test = idOf(9);
const wall: Viewer = { userId: 'wall', name: 'Wall', role: 'display', wards: ['icu'] };
let clockMs: number;
let state: LiveState;
let screens: ScreenWithSound[];
let begun: BegunTest[];
let owner: PageOfSession | undefined;
let tests: SoundTests;

beforeEach(() => {
  clockMs = t0;
  screens = [];
  begun = [];
  owner = undefined;
  state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu')));
  tests = createSoundTests({
    screens: () => screens,
    state: () => state,
    ownerPage: () => owner,
    begunTests: () => begun,
    now: () => clockMs,
  });
});

const pageOf = (n: number): PageOfSession => ({ session: `session ${n}`, screen: idOf(n) });

function openScreen(n: number, viewer: Viewer = nurse, audio: PageSound['audio'] = 'on', ward = 'icu') {
  const screen: ScreenWithSound = {
    number: n,
    claims: { sessionId: `session ${n}` },
    person: viewer,
    watched: () => ({ viewer, scope: { ward } }),
    confirmations: newConfirmations(),
    soundReport: () => ({ page: 'painting', sound: { screen: idOf(n), beat: t0, at: 5, audio } }),
  };
  screens.push(screen);
  return screen;
}

function raise(changes: Partial<Alarm> = {}) {
  const alarm = newAlarm(formatInstant(clockMs), {
    ...{ alarmId: 'a', associationId: 'assoc-01', deviceId: 'd1' },
    ...changes,
  });
  state.alarms.set('a', { alarm } as never);
  state.alarmsOf.set('assoc-01', new Set(['a']) as never);
}

const wantedOf = (at?: string) => ({ ward: 'icu', page: pageOf(1), at });
const nurseScreen: TestedScreen = { kind: 'other', name: nurse.name, userId: nurse.userId };
function whyNot(at?: string): string | undefined {
  const decision = tests.mayBegin(wantedOf(at));
  return decision.ok ? undefined : decision.why;
}
/** Begins a test of the first session. */
function begin(at?: string): string | undefined {
  const decision = tests.mayBegin(wantedOf(at));
  return tests.begin(wantedOf(at), decision.ok ? decision.screen : nurseScreen, test, 'Nora');
}

const newsFor = (screen: ScreenWithSound) => tests.newsFor(screen, screen.watched());

it('every screen of the ward says that a test runs, and only the chosen screen plays it', () => {
  const [noras, ottos] = [openScreen(1), openScreen(2)];
  expect(begin()).toBeUndefined();
  expect(newsFor(noras)).toEqual([{ test, ward: 'icu', person: 'Nora', plays: true }]);
  expect(newsFor(ottos)).toEqual([{ test, ward: 'icu', person: 'Nora' }]);
  expect(newsFor(openScreen(3, { ...nurse, wards: ['step'] }, 'on', 'step'))).toEqual([]);
  clockMs += soundTestMs;
  expect(newsFor(noras)).toEqual([]);
});

it('a test of a wall display plays there only, and its record names the display', () => {
  const [noras, display, second] = [openScreen(1), openScreen(2, wall), openScreen(3, { ...wall, userId: 'wall2' })];
  expect(begin(idOf(2))).toBeUndefined();
  expect([noras, display, second].map((screen) => newsFor(screen)[0]?.plays)).toEqual([undefined, true, undefined]);
  const screen = { kind: 'display', name: 'Wall', userId: 'wall' };
  expect(tests.waiting('icu', 'session 1', test)).toMatchObject({ screen });
});

it.each<[string, PageOfSession | undefined, TestedScreen['kind']]>([
  ['has the sound', pageOf(1), 'owner'],
  ['does not have the sound', undefined, 'other'],
])('the record of a test says whether its screen has the sound: a screen that %s', (_, ownerPage, kind) => {
  openScreen(1);
  owner = ownerPage;
  begin();
  expect(tests.waiting('icu', 'session 1', test)?.screen.kind).toBe(kind);
});

it('a nurse can test the wall displays of her wards and the screen that has the sound, and no other screen of a person', () => {
  const [noras, display] = [openScreen(1), openScreen(2, wall)];
  openScreen(3);
  openScreen(4);
  openScreen(5, { ...wall, wards: ['step'] }, 'on', 'step');
  openScreen(6, wall, 'blocked');
  owner = pageOf(3);
  tests.collect();
  expect(tests.placesFor(noras, noras.watched())).toEqual([
    { ward: 'icu', screen: idOf(2), kind: 'display', name: 'Wall' },
    { ward: 'icu', screen: idOf(3), kind: 'owner', name: nurse.name },
  ]);
  expect(tests.placesFor(display, display.watched())).toEqual([]);
  expect([2, 3, 4, 5, 6].map((n) => whyNot(idOf(n)))).toEqual([undefined, undefined, ...Array(3).fill('no-screen')]);
});

it('no test begins if the screen has lost the sound since the record was written', () => {
  openScreen(1);
  openScreen(3);
  owner = pageOf(3);
  const decision = tests.mayBegin(wantedOf(idOf(3)));
  owner = undefined;
  expect(tests.begin(wantedOf(idOf(3)), (decision as { screen: TestedScreen }).screen, test, 'Nora')).toBe('no-screen');
});

it.each<[string, () => void, string | undefined, string]>([
  ['an alarm sounds', () => raise(), undefined, 'alarm'],
  ['the wall display is not open', () => {}, idOf(2), 'no-screen'],
  ['the wall display plays no sound', () => openScreen(2, wall, 'blocked'), idOf(2), 'no-screen'],
])('no test begins if %s', (_, prepare, at, why) => {
  openScreen(1);
  prepare();
  expect(whyNot(at)).toBe(why);
  expect(begin(at)).toBe(why);
});

it('a test may begin while the sound of an alarm is paused or the alarm is acknowledged', () => {
  openScreen(1);
  raise({ signal: 'acknowledged' });
  expect(whyNot()).toBeUndefined();
});

it('an alarm ends a test: the screens no longer show the test, and nobody can say that she or he heard all signals', () => {
  const noras = openScreen(1);
  begin();
  clockMs += 3_000;
  raise();
  tests.collect();
  expect(newsFor(noras)).toEqual([]);
  expect(tests.waiting('icu', 'session 1', test)).toMatchObject({ wasCut: true });
});

it('an alarm after the end of a test does not make the answer to the test invalid', () => {
  openScreen(1);
  begin();
  clockMs += soundTestMs;
  raise();
  tests.collect();
  expect(tests.waiting('icu', 'session 1', test)).toMatchObject({ wasCut: false });
});

it('an answer is early until the signals can have played, also after the clock was set back', () => {
  openScreen(1);
  begin();
  const isEarly = (afterMs: number) => {
    clockMs = t0 + afterMs;
    return tests.waiting('icu', 'session 1', test)?.isEarly;
  };
  expect([0, signalsMsMin - 1, signalsMsMin, -60_000].map(isEarly)).toEqual([true, true, false, false]);
});

it('only the session that began a test can answer it, once and within ten minutes', () => {
  openScreen(1);
  begin();
  expect(tests.waiting('icu', 'session 2', test)).toBeUndefined();
  expect(tests.waiting('icu', 'session 1', idOf(8))).toBeUndefined();
  expect(tests.waiting('icu', 'session 1', test)).toBeDefined();
  tests.answered('icu');
  expect(tests.waiting('icu', 'session 1', test)).toBeUndefined();
  clockMs += testPauseMs;
  begin();
  clockMs += answerWithinMs;
  tests.collect();
  expect(tests.waiting('icu', 'session 1', test)).toBeUndefined();
});

it('the sound of a ward can be tested once a minute, so that nobody gets used to the signals', () => {
  openScreen(1);
  begin();
  tests.answered('icu');
  clockMs += testPauseMs - 1;
  expect(whyNot()).toBe('pause');
  clockMs += 1;
  expect(whyNot()).toBeUndefined();
});

it('no test begins within a minute after a test at another server or before a restart; the record of a test does not block the test itself', () => {
  openScreen(1);
  begun = [{ ward: 'icu', person: 'Otto', beganMs: t0 }];
  clockMs = t0 + testPauseMs - 1;
  expect(whyNot()).toBe('pause');
  expect(begin()).toBeUndefined();
  clockMs = t0 + 2 * testPauseMs;
  expect(whyNot()).toBeUndefined();
});

it('the screens also name a test that began at another server, but not while an alarm sounds', () => {
  const noras = openScreen(1);
  begun = [{ ward: 'icu', person: 'Otto', beganMs: t0 }];
  clockMs += 1_000;
  expect(newsFor(noras)).toEqual([{ ward: 'icu', person: 'Otto' }]);
  raise();
  expect(newsFor(noras)).toEqual([]);
});
