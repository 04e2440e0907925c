import { expect, it } from 'vitest';
import { unconfirmedMax } from '../../../contracts/messages/presence.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { valueCountOf } from '../../../process/histogram.ts';
import { foldAlarmEvent } from '../core/alarms.ts';
import { foldAssociations } from '../core/beds.ts';
import type { UnconfirmedAlarm } from '../core/confirmations.ts';
import { alarm, nurse, period, t0, table } from '../core/fold.testing.ts';
import { emptyState } from '../core/state.ts';
import { noteDashboard, type OtherDashboards } from '../core/unconfirmed.ts';
import { type ConfirmingScreen, createUnconfirmedScreens, newConfirmationTimes } from './unconfirmed-screens.ts';

const id = 'alarm-0000000001';
const missed: UnconfirmedAlarm = {
  alarmId: id,
  associationId: 'assoc-01',
  sinceMs: t0,
  why: 'silent',
  hasConfirmed: false,
};

function world() {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu')));
  foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: alarm(id, 'assoc-01', 1) }, t0);
  const others: OtherDashboards = new Map();
  const times = newConfirmationTimes();
  const screens = createUnconfirmedScreens({
    boot: 'here',
    state: () => state,
    others: () => others,
    pseudonymOf: (userId) => `mark of ${userId}`,
    personOf: (actor) => (actor === 'known' ? 'Otto' : undefined),
    times,
    now: () => t0,
  });
  return { screens, others, times };
}

const screen = (
  number: number,
  unconfirmed: UnconfirmedAlarm[],
  wards: string[] = [],
  { userId = 'n', sessionId = `s${number}` } = {},
): ConfirmingScreen => ({
  number,
  claims: { sessionId },
  person: { userId, name: userId === 'n' ? 'Nora' : 'Otto' },
  watched: () => ({ viewer: nurse, scope: { ward: 'icu' } }),
  watchedWards: () => wards,
  unconfirmedAlarms: () => unconfirmed,
});

it('an alarm that a screen did not confirm is counted once: as watched if another screen watches the ward, otherwise as unwatched', () => {
  const { screens } = world();
  const [stuck, working] = [screen(1, [missed]), screen(2, [], ['icu'])];
  screens.collect([stuck, working]);
  screens.collect([stuck, working]);
  expect(screens.figures).toEqual({ unconfirmed: 1, total: { watched: 1, unwatched: 0 } });
  expect(screens.noticesFor(working)).toMatchObject([{ person: 'Nora', alarms: 1 }]);
  expect(screens.noticesFor(stuck)).toMatchObject([{ isOwn: true }]);
  screens.collect([screen(3, [missed])]);
  expect(screens.figures).toEqual({ unconfirmed: 1, total: { watched: 1, unwatched: 1 } });
  screens.collect([]);
  expect(screens.figures.unconfirmed).toBe(0);
  expect(screens.noticesFor(working)).toEqual([]);
});

it('a ward counts as watched if a screen of another dashboard watches it; the notices here name unconfirmed alarms of that dashboard', () => {
  const { screens, others } = world();
  const entry = { associationId: 'assoc-01', alarmId: id, since: formatInstant(t0), why: 'hidden' } as const;
  const unconfirmed = ['known', 'unknown'].map((actor, at) => ({ ...entry, screen: at + 1, actor }));
  noteDashboard(others, 'there', { at: formatInstant(t0), wards: ['icu'], unconfirmed }, { isOld: false, nowMs: t0 });
  const stuck = screen(1, [missed]);
  screens.collect([stuck]);
  expect(screens.figures.total).toEqual({ watched: 1, unwatched: 0 });
  expect(screens.noticesFor(stuck).map(({ person }) => person)).toEqual(['Nora', 'Otto', 'another person']);
});

it('the presence record names people by their pseudonym, and has at most as many alarms as its schema allows', () => {
  const { screens } = world();
  const many = Array.from({ length: 30 }, (_, n) => ({ ...missed, alarmId: `alarm-${n}`, sinceMs: t0 + n }));
  screens.collect([screen(1, many), screen(2, many), screen(3, many)]);
  const presence = screens.forPresence();
  expect(presence).toHaveLength(unconfirmedMax);
  expect(presence[0]).toEqual({
    screen: 1,
    actor: 'mark of n',
    alarmId: 'alarm-0',
    associationId: 'assoc-01',
    since: formatInstant(t0),
    why: 'silent',
  });
});

it('the presence record names the screen of another person even if one person has many silent screens', () => {
  const { screens } = world();
  const many = Array.from({ length: 20 }, (_, n) => ({ ...missed, alarmId: `alarm-${n}`, sinceMs: t0 - 100 + n }));
  const ofAttacker = Array.from({ length: 36 }, (_, n) => screen(n + 1, many));
  screens.collect([...ofAttacker, screen(99, [missed], [], { userId: 'o' })]);
  const presence = screens.forPresence();
  expect(presence).toHaveLength(unconfirmedMax);
  expect(presence.map(({ actor }) => actor)).toContain('mark of o');
  // Each screen of the same person is named, too.
  expect(new Set(presence.map(({ screen: number }) => number)).size).toBe(37);
});

it('the tabs of one session count as one station: they give one notice, and the presence record names each alarm once', () => {
  const { screens } = world();
  const tabs = [1, 2, 3].map((number) => screen(number, [{ ...missed, sinceMs: t0 - number }], [], { sessionId: 's' }));
  const watching = screen(9, [], ['icu']);
  screens.collect([...tabs, watching]);
  expect(screens.noticesFor(watching)).toMatchObject([{ person: 'Nora', alarms: 1, since: formatInstant(t0 - 3) }]);
  expect(screens.forPresence()).toMatchObject([{ screen: 1, since: formatInstant(t0 - 3) }]);
});

it('the first painting and the first sound of an alarm are counted, except for an alarm from before the start', () => {
  const { screens, times } = world();
  const confirm = (raisedAtMs: number, what: 'painted' | 'sounded', atMs: number, alarmId = id) =>
    screens.confirmed([{ alarm: alarm(alarmId, 'assoc-01', 1, { raisedAt: formatInstant(raisedAtMs) }), what, atMs }]);
  confirm(t0 - 1, 'painted', t0 + 100);
  expect(valueCountOf(times.painted)).toBe(0);
  confirm(t0, 'painted', t0 + 100);
  confirm(t0, 'painted', t0 + 900);
  confirm(t0, 'sounded', t0 + 700);
  expect([valueCountOf(times.painted), times.painted.sum, valueCountOf(times.sounded), times.sounded.sum]).toEqual([
    1, 100, 1, 700,
  ]);
});
