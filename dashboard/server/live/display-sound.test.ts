import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import type { PageSound } from '../../protocol/sound.ts';
import { foldAssociations } from '../core/beds.ts';
import { newConfirmations } from '../core/confirmations.ts';
import { nurse, period, t0, table } from '../core/fold.testing.ts';
import type { Viewer } from '../core/rights.ts';
import { createSoundEverywhere, type SoundEverywhere, toDisplayDetail } from '../core/sound-everywhere.ts';
import { emptyState } from '../core/state.ts';
import { ownerLostMs } from '../core/ward-sound.ts';
import { createDisplaySounds, type DisplaySounds } from './display-sound.ts';
import { createSoundOwners, type ReportWithSound, type ScreenWithSound, type SoundOwners } from './sound-owners.ts';

const idOf = (n: number) => `01890000-0000-4000-8000-00000000000${n}`;
const wall: Viewer = { userId: 'wall', name: 'Wall', role: 'display', wards: ['icu'], ownsSound: true };
let clockMs: number;
let screens: TestScreen[];
let audit: AuditEvent[];
let failing: boolean;
let owners: SoundOwners;
let displays: DisplaySounds;

type TestScreen = ScreenWithSound & { report(fields?: Partial<PageSound>, page?: 'hidden'): void; close(): void };

function openDashboard(everywhere: SoundEverywhere = createSoundEverywhere()) {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu')));
  owners = createSoundOwners({
    screens: () => screens,
    state: () => state,
    others: () => new Map(),
    pseudonymOf: (userId) => `mark of ${userId}`,
    personOf: () => undefined,
    everywhere,
    now: () => clockMs,
  });
  displays = createDisplaySounds({
    screens: () => screens,
    owners,
    trail: {
      async record(event) {
        if (failing) throw new Error('Kafka is away');
        audit.push(event);
      },
    },
    now: () => clockMs,
    logger: pino({ level: 'silent' }),
  });
}

beforeEach(() => {
  clockMs = t0;
  screens = [];
  audit = [];
  failing = false;
  openDashboard();
});

function openScreen(n: number, viewer: Viewer = wall): TestScreen {
  let report: ReportWithSound | undefined;
  const screen: TestScreen = {
    number: n,
    claims: { sessionId: `session ${n}` },
    person: viewer,
    watched: () => ({ viewer, scope: { ward: 'icu' } }),
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

/** Lets some seconds pass, in which each of these screens reports once a second. */
async function pass(seconds: number, ...reporting: TestScreen[]) {
  for (let n = 0; n < seconds; n += 1) {
    clockMs += 1_000;
    for (const screen of reporting) screen.report();
    owners.collect();
    displays.collect();
    await Promise.resolve();
    await Promise.resolve();
  }
}

const newsFor = (screen: ScreenWithSound) => displays.newsFor(screen.watched());

describe('a wall display whose account says that it takes the sound', () => {
  it('takes the sound by itself, with a record, and makes another screen silent only after it has confirmed that it sounds', async () => {
    const [display, other] = [openScreen(1), openScreen(2, nurse)];
    await pass(1, display);
    expect(owners.personOf('icu')).toBe('Wall');
    expect(audit).toMatchObject([{ action: 'sound-taken', ward: 'icu', actor: { userId: 'wall', role: 'display' } }]);
    await pass(0);
    owners.collect();
    expect(owners.newsFor(other)).toMatchObject([{ state: 'unheard' }]);
    await pass(1, display);
    expect(owners.newsFor(other)).toMatchObject([{ state: 'sounding', person: 'Wall' }]);
    expect(audit).toHaveLength(1);
  });

  it('takes the sound alone if the ward has two such displays; only one record is written', async () => {
    const west: Viewer = { ...wall, userId: 'west', name: 'West' };
    const [first, second] = [openScreen(1), openScreen(2, west)];
    await pass(40, first, second);
    expect(owners.personOf('icu')).toBe('Wall');
    expect(audit.map(({ actor }) => actor.userId)).toEqual(['wall']);
    first.close();
    await pass(ownerLostMs / 1_000 + 6, second);
    expect(owners.personOf('icu')).toBe('West');
    expect(audit.map(({ actor }) => actor.userId)).toEqual(['wall', 'west']);
  });

  it('takes the sound again after a restart of the server, and after an outage of more than a minute', async () => {
    const display = openScreen(1);
    await pass(2, display);
    openDashboard();
    await pass(2, display);
    expect(owners.personOf('icu')).toBe('Wall');
    display.close();
    await pass(ownerLostMs / 1_000 + 6);
    expect(owners.personOf('icu')).toBeUndefined();
    await pass(2, openScreen(3));
    expect(owners.personOf('icu')).toBe('Wall');
  });

  it('takes the sound at once with its new page if its page is loaded again', async () => {
    const other = openScreen(2, nurse);
    const display = openScreen(1);
    await pass(2, display);
    display.close();
    await pass(1);
    await pass(3, openScreen(3));
    expect(owners.newsFor(other)).toMatchObject([{ state: 'sounding', person: 'Wall' }]);
  });

  it('does not take the sound without an audit record, and tries again', async () => {
    const display = openScreen(1);
    failing = true;
    await pass(5, display);
    expect(owners.personOf('icu')).toBeUndefined();
    failing = false;
    await pass(31, display);
    expect(owners.personOf('icu')).toBe('Wall');
  });

  it.each<[string, Partial<PageSound>, 'hidden' | undefined]>([
    ['blocked', { audio: 'blocked' }, undefined],
    ['blocked', { audio: 'failed' }, undefined],
    ['hidden', {}, 'hidden'],
  ])('does not take the sound if it cannot sound (%s); the screens of the ward say so', async (why, fields, page) => {
    const [display, other] = [openScreen(1), openScreen(2, nurse)];
    display.report(fields, page);
    await pass(40);
    expect([owners.personOf('icu'), audit]).toEqual([undefined, []]);
    expect(newsFor(other)).toEqual([{ ward: 'icu', display: 'Wall', why }]);
    expect(newsFor(display)).toEqual([{ ward: 'icu', display: 'Wall', why }]);
    await pass(2, display);
    expect(owners.personOf('icu')).toBe('Wall');
    expect(newsFor(other)).toEqual([]);
  });

  it('leaves the sound to a screen to which a person gave it', async () => {
    const nora = openScreen(2, nurse);
    nora.report();
    owners.take('icu', { session: 'session 2', screen: idOf(2) });
    const display = openScreen(1);
    await pass(40, display, nora);
    expect(owners.personOf('icu')).toBe('N');
    nora.close();
    await pass(ownerLostMs / 1_000 + 6, display);
    expect(owners.personOf('icu')).toBe('Wall');
  });

  it('does not take the sound for 12 hours after “Sound everywhere”, until a person allows it', async () => {
    const [display, nora] = [openScreen(1), openScreen(2, nurse)];
    await pass(2, display);
    owners.giveBack('icu', 'session 2');
    await pass(120, display, nora);
    expect(owners.personOf('icu')).toBeUndefined();
    expect(newsFor(nora)).toEqual([{ ward: 'icu', display: 'Wall', why: 'asked' }]);
    clockMs = t0 + 12 * 3_600_000 - 1_000;
    await pass(1, display);
    expect(owners.personOf('icu')).toBeUndefined();
    owners.endEverywhere('icu');
    await pass(32, display);
    expect(owners.personOf('icu')).toBe('Wall');
  });

  it('does not take the sound in these 12 hours, even after a person had the sound in between', async () => {
    const [display, nora] = [openScreen(1), openScreen(2, nurse)];
    await pass(2, display);
    owners.giveBack('icu', 'session 2');
    nora.report();
    expect(owners.take('icu', { session: 'session 2', screen: idOf(2) })).toBe(true);
    await pass(2, display, nora);
    nora.close();
    await pass(ownerLostMs / 1_000 + 40, display);
    expect(owners.personOf('icu')).toBeUndefined();
  });

  it('does not take the sound at another dashboard or after a restart, until the trail says that a person allows it', async () => {
    const everywhere = createSoundEverywhere();
    const record = { action: 'sound-given-back', ward: 'icu', at: formatInstant(t0 - 3_600_000) } as AnyAuditRecord;
    everywhere.note({ ...record, detail: 'from the screen of Wall' });
    openDashboard(everywhere);
    const [display, nora] = [openScreen(1), openScreen(2, nurse)];
    await pass(40, display, nora);
    expect(owners.personOf('icu')).toBeUndefined();
    expect(newsFor(nora)).toEqual([{ ward: 'icu', display: 'Wall', why: 'asked' }]);
    everywhere.note({ ...record, at: formatInstant(clockMs), detail: toDisplayDetail });
    await pass(31, display, nora);
    expect(owners.personOf('icu')).toBe('Wall');
  });
});

it.each<[string, Viewer]>([
  ['a wall display whose account does not say it', { ...wall, ownsSound: undefined as never }],
  ['a display that must choose a password first', { ...wall, mustChangePassword: true }],
  ['a nurse', nurse],
])('%s does not take the sound by itself', async (_, viewer) => {
  const screen = openScreen(1, viewer);
  await pass(40, screen);
  expect([owners.personOf('icu'), newsFor(screen)]).toEqual([undefined, []]);
});
