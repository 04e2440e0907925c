import { beforeEach, describe, expect, it } from 'vitest';
import type { PresenceRecord } from '../../../contracts/messages/presence.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { PageSound } from '../../protocol/sound.ts';
import { foldAssociations } from '../core/beds.ts';
import { newConfirmations } from '../core/confirmations.ts';
import { everywhere, nurse, period, t0, table, technician } from '../core/fold.testing.ts';
import type { Viewer } from '../core/rights.ts';
import { emptyState } from '../core/state.ts';
import type { OtherDashboards } from '../core/unconfirmed.ts';
import { ownerLostMs, retakeAfterMs, unheardAfterMs } from '../core/ward-sound.ts';
import { createSoundOwners, type ReportWithSound, type ScreenWithSound, type SoundOwners } from './sound-owners.ts';

const idOf = (n: number) => `01890000-0000-4000-8000-00000000000${n}`;
let clockMs: number;
let screens: TestScreen[];
let others: OtherDashboards;
let owners: SoundOwners;

type TestScreen = ScreenWithSound & { report(fields?: Partial<PageSound>, page?: 'hidden'): void; close(): void };

beforeEach(() => {
  clockMs = t0;
  screens = [];
  others = new Map();
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu')));
  foldAssociations(state, table('d2', 1, period('assoc-02', 'step')));
  owners = createSoundOwners({
    screens: () => screens,
    state: () => state,
    others: () => others,
    pseudonymOf: (userId) => `mark of ${userId}`,
    personOf: (actor) => `person of ${actor}`,
    now: () => clockMs,
  });
});

function openScreen(n: number, viewer: Viewer = nurse, ward = 'icu', session = `session ${n}`): TestScreen {
  let report: ReportWithSound | undefined;
  const screen: TestScreen = {
    number: n,
    claims: { sessionId: session },
    person: viewer,
    watched: () => ({ viewer, scope: { ward } }),
    confirmations: newConfirmations(),
    soundReport: () => report,
    report(fields = {}, page) {
      const sound: PageSound = { screen: idOf(n), beat: clockMs, at: 5, audio: 'on', ...fields };
      report = { page: page ?? 'painting', sound };
      owners.reported(screen);
    },
    close() {
      screens = screens.filter((other) => other !== screen);
    },
  };
  screens.push(screen);
  return screen;
}

/** Opens a screen, lets it have the sound of `icu`, and lets it confirm that it sounds. */
function openOwner(): TestScreen {
  const owner = openScreen(1);
  owner.report();
  expect(owners.take('icu', { session: 'session 1', screen: idOf(1) })).toBe(true);
  owner.report();
  return owner;
}

/** Returns the part about the sound that the server sends to a screen after one more second. */
function toldTo(screen: ScreenWithSound) {
  owners.collect();
  return owners.newsFor(screen);
}

describe('the sound of a ward', () => {
  it('the server names a screen that sounds a ward to the screens of this ward only', () => {
    const owner = openOwner();
    expect(toldTo(owner)).toEqual([{ ward: 'icu', person: 'N', state: 'sounding', soundedAgoMs: 0, isOwn: true }]);
    const expected = [{ ward: 'icu', person: 'N', state: 'sounding', soundedAgoMs: 0 }];
    expect(toldTo(openScreen(2))).toEqual(expected);
    expect(toldTo(openScreen(3, technician))).toEqual(expected);
    expect(toldTo(openScreen(4, everywhere, '*'))).toEqual(expected);
    expect(toldTo(openScreen(5, everywhere, 'step'))).toEqual([]);
    expect(owners.count()).toEqual({ sounding: 1, unheard: 0 });
  });

  it('a session that takes the sound and sends no report makes no screen silent, and loses the sound', () => {
    const [thief, other] = [openScreen(1), openScreen(2)];
    thief.report();
    owners.take('icu', { session: 'session 1', screen: idOf(1) });
    for (; clockMs <= t0 + ownerLostMs; clockMs += 1_000)
      expect(toldTo(other)).toEqual([{ ward: 'icu', person: 'N', state: 'unheard', why: 'silent' }]);
    expect(toldTo(other)).toEqual([]);
    expect(owners.personOf('icu')).toBeUndefined();
  });

  it('a ward counts as not sounding when the last report of its owner is older than the limit', () => {
    openOwner();
    const other = openScreen(2);
    clockMs += unheardAfterMs;
    expect(toldTo(other)).toMatchObject([{ state: 'sounding', soundedAgoMs: unheardAfterMs }]);
    clockMs += 1;
    expect(toldTo(other)).toMatchObject([{ state: 'unheard', why: 'silent' }]);
  });

  it.each<[string, (page: TestScreen) => { session: string; screen: string }]>([
    ['has no connection', () => ({ session: 'session 1', screen: idOf(9) })],
    ['belongs to another session', () => ({ session: 'session 2', screen: idOf(1) })],
    [
      'has sent no report',
      (page) => {
        page.close();
        openScreen(3);
        return { session: 'session 3', screen: idOf(3) };
      },
    ],
  ])('a page that %s may not take the sound', (_name, pageOf) => {
    const page = openScreen(1);
    page.report();
    expect(owners.mayTake('icu', { session: 'session 1', screen: idOf(1) })).toBe(true);
    const named = pageOf(page);
    expect(owners.mayTake('icu', named)).toBe(false);
    expect(owners.take('icu', named)).toBe(false);
  });

  it.each<[string, Viewer, string, string]>([
    ['a ward that it does not show', everywhere, 'step', 'icu'],
    ['a ward of other people', nurse, 'step', 'step'],
    ['a ward if a technician is logged in', technician, 'icu', 'icu'],
  ])('a screen may not take the sound of %s', (_name, viewer, shown, wanted) => {
    openScreen(1, viewer, shown).report();
    expect(owners.mayTake(wanted, { session: 'session 1', screen: idOf(1) })).toBe(false);
  });

  it('a screen whose person may not act on the ward any more loses the sound', () => {
    openOwner().close();
    const other = openScreen(2);
    openScreen(1, { ...nurse, wards: ['step'] }).report();
    expect(toldTo(other)).toEqual([]);
  });

  it('a page that connects again keeps the sound, but counts as sounding only after a new report', () => {
    openOwner().close();
    const other = openScreen(2);
    expect(toldTo(other)).toMatchObject([{ state: 'unheard', why: 'away' }]);
    const again = openScreen(1);
    expect(toldTo(other)).toMatchObject([{ state: 'unheard', why: 'away' }]);
    again.report();
    expect(toldTo(other)).toMatchObject([{ state: 'sounding' }]);
  });

  it('the sound ends when somebody gives it back, and when its session ends', () => {
    openOwner();
    const other = openScreen(2);
    owners.giveBack('icu');
    expect(toldTo(other)).toEqual([]);
    owners.take('icu', { session: 'session 1', screen: idOf(1) });
    owners.endSession('session 1');
    expect(toldTo(other)).toEqual([]);
  });
});

describe('a session whose sound somebody took away with “Sound everywhere”', () => {
  const own = { session: 'session 1', screen: idOf(1) };
  const takes = (page = own, ward = 'icu') => owners.take(ward, page);

  it('a session whose sound was taken away cannot take it again for 60 s, not even with another page', () => {
    openOwner();
    openScreen(3, nurse, 'icu', own.session).report();
    openScreen(2).report();
    owners.giveBack('icu', 'session 2');
    for (const laterMs of [0, 1_000, retakeAfterMs - 1]) {
      clockMs = t0 + laterMs;
      expect(owners.mayTake('icu', own)).toBe(false);
      expect([takes(), takes({ ...own, screen: idOf(3) })]).toEqual([false, false]);
      expect(owners.personOf('icu')).toBeUndefined();
    }
    expect(owners.retakeWaitMs('icu', own.session)).toBe(1);
    expect(takes({ session: 'session 2', screen: idOf(2) })).toBe(true);
    expect(takes()).toBe(false);
    clockMs = t0 + retakeAfterMs;
    expect(owners.retakeWaitMs('icu', own.session)).toBe(0);
    expect(takes()).toBe(true);
  });

  it('a session that tries each second to take the sound again gets it at most once in 60 s', () => {
    openOwner();
    const other = openScreen(2);
    let sounding = 0;
    for (let second = 0; second < 240; second += 1, clockMs += 1_000) {
      if (takes()) screens[0]?.report();
      if (toldTo(other).length > 0) sounding += 1;
      if (second % 3 === 0) owners.giveBack('icu', 'session 2');
    }
    expect(sounding).toBe(4);
  });

  it('a session that gave the sound back itself need not wait, and nobody needs to wait for another ward', () => {
    openOwner();
    owners.giveBack('icu', own.session);
    expect(takes()).toBe(true);
    owners.giveBack('icu', 'session 2');
    screens = [];
    openScreen(1, { ...nurse, wards: ['icu', 'step'] }, 'step').report();
    expect(takes(own, 'step')).toBe(true);
  });

  it('a second “Sound everywhere”, when no screen has the sound, does not make the session wait longer', () => {
    openOwner();
    owners.giveBack('icu', 'session 2');
    clockMs += 30_000;
    owners.giveBack('icu', 'session 2');
    expect(owners.retakeWaitMs('icu', own.session)).toBe(retakeAfterMs - 30_000);
  });
});

describe('another dashboard that has the sound of the ward', () => {
  const noteOther = (sinceMs: number) => {
    const sounds = [{ ward: 'icu', actor: 'mark of otto', since: formatInstant(sinceMs) }];
    const record: PresenceRecord = { at: formatInstant(clockMs), wards: [], sounds };
    others.set('b', { readAtMs: clockMs, record });
  };
  const elsewhere = { ward: 'icu', person: 'person of mark of otto', state: 'elsewhere' };

  it('an owner at another dashboard makes no screen of this server silent, but the screens of the ward show it', () => {
    noteOther(t0);
    expect(toldTo(openScreen(2))).toEqual([elsewhere]);
    expect(toldTo(openScreen(3, everywhere, 'step'))).toEqual([]);
  });

  it('if two dashboards have an owner, the later owner keeps the sound; no screen is silent until the earlier owner has lost the sound', () => {
    noteOther(t0 + 500);
    openOwner();
    const other = openScreen(2);
    expect(owners.forPresence()).toEqual([{ ward: 'icu', actor: 'mark of n', since: formatInstant(t0 + 501) }]);
    expect(toldTo(other)).toEqual([elsewhere]);
    others.clear();
    expect(toldTo(other)).toMatchObject([{ person: 'N', state: 'sounding' }]);
  });

  it.each([
    ['earlier than', 1],
    ['at the same time as', 0],
  ])(
    'the owner of this dashboard loses the sound if it took the sound %s the owner of another dashboard',
    (_name, laterMs) => {
      openOwner();
      noteOther(t0 + laterMs);
      const other = openScreen(2);
      expect(toldTo(other)).toEqual([elsewhere]);
      others.clear();
      expect(toldTo(other)).toEqual([]);
    },
  );
});
