import { describe, expect, it } from 'vitest';
import type { PresenceRecord } from '../../../contracts/messages/presence.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations } from './beds.ts';
import { alarm, everywhere, nurse, period, t0, table, technician } from './fold.testing.ts';
import type { Viewer } from './rights.ts';
import { emptyState } from './state.ts';
import {
  noteDashboard,
  type OtherDashboards,
  otherDashboardMs,
  stationsMax,
  type Unconfirmed,
  unconfirmedElsewhere,
  unconfirmedFor,
  watchedElsewhere,
} from './unconfirmed.ts';

const icuAlarm = 'alarm-0000000001';
const stepAlarm = 'alarm-0000000002';

function twoWards() {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu')));
  foldAssociations(state, table('d2', 1, period('assoc-02', 'step')));
  for (const raised of [alarm(icuAlarm, 'assoc-01', 1), alarm(stepAlarm, 'assoc-02', 1, { deviceId: 'd2' })])
    foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: raised }, t0);
  return state;
}

const entry = (fields: Partial<Unconfirmed> = {}): Unconfirmed => ({
  screenId: 'a 1',
  stationId: fields.screenId ?? 'a 1',
  actor: 'nora',
  person: 'Nora',
  alarmId: icuAlarm,
  associationId: 'assoc-01',
  sinceMs: t0,
  why: 'silent',
  hasConfirmed: false,
  ...fields,
});
const inStep = entry({ alarmId: stepAlarm, associationId: 'assoc-02' });

describe('unconfirmedFor', () => {
  const all = { ward: '*' };
  it.each<[string, Viewer, { ward: string }, Unconfirmed[], number]>([
    ['an alarm of its ward', nurse, all, [entry()], 1],
    ['no alarm of another ward', nurse, all, [inStep], 0],
    ['no alarm of a ward that it does not show', everywhere, { ward: 'icu' }, [inStep], 0],
    ['no physiological alarm, for a technician', technician, all, [entry()], 0],
    ['no alarm that has ended here', nurse, all, [entry({ alarmId: 'alarm-0000000003' })], 0],
    ['no alarm of a bed that does not exist here', nurse, all, [entry({ associationId: 'assoc-09' })], 0],
    ['one notice for each screen', everywhere, all, [entry(), inStep, entry({ screenId: 'b 1' })], 2],
    ['at most 20 notices', nurse, all, Array.from({ length: 30 }, (_, n) => entry({ screenId: `a ${n}` })), 20],
  ])('a screen names %s', (_name, viewer, scope, entries, count) => {
    expect(unconfirmedFor(twoWards(), { viewer, scope }, 'other 1', entries)).toHaveLength(count);
  });

  it('the silent screens of one person do not hide the screen of another person', () => {
    const ofAttacker = Array.from({ length: 36 }, (_, n) => entry({ screenId: `a ${n}`, actor: 'eve', person: 'Eve' }));
    for (const hasConfirmed of [false, true]) {
      const entries = [
        ...ofAttacker.map((other) => ({ ...other, hasConfirmed })),
        entry({ screenId: 'a 99', sinceMs: t0 + 9 }),
      ];
      const notices = unconfirmedFor(twoWards(), { viewer: nurse, scope: all }, 'other 1', entries);
      expect([notices.length, notices.at(-1)?.person]).toEqual([stationsMax, 'Nora']);
    }
  });

  it('a screen that confirmed alarms before comes first, even before other screens of the same person', () => {
    const silent = Array.from({ length: 35 }, (_, n) => entry({ screenId: `a ${n}` }));
    const real = entry({ screenId: 'a 99', sinceMs: t0 + 9, hasConfirmed: true });
    const notices = unconfirmedFor(twoWards(), { viewer: nurse, scope: all }, 'a 99', [...silent, real]);
    expect(notices[0]).toMatchObject({ isOwn: true });
  });

  it('there is one notice about all screens of one station, but a notice of a screen about itself names only the alarms of this screen', () => {
    const tabs = [
      entry(),
      entry({ screenId: 'a 2', stationId: 'a 1' }),
      { ...inStep, sinceMs: t0 - 5, why: 'hidden' as const },
    ];
    const notices = (own: string) => unconfirmedFor(twoWards(), { viewer: everywhere, scope: all }, own, tabs);
    expect(notices('b 1')).toMatchObject([{ alarms: 2, since: formatInstant(t0 - 5), why: 'hidden' }]);
    expect(notices('a 2')).toMatchObject([{ isOwn: true, alarms: 1, since: formatInstant(t0), why: 'silent' }]);
  });

  it('an acknowledged alarm needs no notice any more', () => {
    const state = twoWards();
    const acknowledged = alarm(icuAlarm, 'assoc-01', 2, { signal: 'acknowledged' });
    foldAlarmEvent(state, { type: 'acknowledged', at: formatInstant(t0), alarm: acknowledged }, t0);
    expect(unconfirmedFor(state, { viewer: nurse, scope: all }, 'other 1', [entry()])).toEqual([]);
  });

  it('a notice has the number of the alarms, their beds and the time of the oldest alarm, and says whether it is about the screen itself', () => {
    const entries = [entry({ sinceMs: t0 + 5 }), { ...inStep, sinceMs: t0 + 2 }];
    expect(unconfirmedFor(twoWards(), { viewer: everywhere, scope: all }, 'a 1', entries)).toEqual([
      {
        person: 'Nora',
        isOwn: true,
        associationIds: ['assoc-02', 'assoc-01'],
        alarms: 2,
        since: formatInstant(t0 + 2),
        why: 'silent',
      },
    ]);
  });
});

describe('the other dashboards', () => {
  const record = (atMs = t0, fields: Partial<PresenceRecord> = {}): PresenceRecord => ({
    at: formatInstant(atMs),
    wards: ['icu'],
    unconfirmed: [
      {
        screen: 7,
        actor: 'mark',
        associationId: 'assoc-01',
        alarmId: icuAlarm,
        since: formatInstant(t0 + 60_000),
        why: 'hidden',
      },
    ],
    ...fields,
  });
  const personOf = (actor: string) => `person of ${actor}`;
  const isNew = { isOld: false, nowMs: t0 };

  it('the record of another dashboard counts for otherDashboardMs after this dashboard read it', () => {
    const others: OtherDashboards = new Map();
    noteDashboard(others, 'b', record(), isNew);
    const expected = [
      {
        screenId: 'b 7',
        stationId: 'b 7',
        actor: 'mark',
        hasConfirmed: false,
        person: 'person of mark',
        associationId: 'assoc-01',
        alarmId: icuAlarm,
        // A time that is ahead of this server's time counts as now.
        sinceMs: t0 + otherDashboardMs,
        why: 'hidden',
      },
    ];
    expect(unconfirmedElsewhere(others, personOf, t0 + otherDashboardMs)).toEqual(expected);
    expect(unconfirmedElsewhere(others, personOf, t0 + otherDashboardMs + 1)).toEqual([]);
    expect([...watchedElsewhere(others, t0)]).toEqual(['icu']);
    expect([...watchedElsewhere(others, t0 + otherDashboardMs + 1)]).toEqual([]);
  });

  it('a newer record replaces the older one', () => {
    const others: OtherDashboards = new Map();
    noteDashboard(others, 'b', record(), isNew);
    noteDashboard(others, 'b', { at: formatInstant(t0), wards: [] }, { isOld: false, nowMs: t0 + 1 });
    expect(unconfirmedElsewhere(others, personOf, t0 + 1)).toEqual([]);
    expect([...watchedElsewhere(others, t0 + 1)]).toEqual([]);
  });

  it.each([
    ['keeps a new record from a clock that is an hour behind', -3_600_000, false, 1],
    ['keeps a new record from a clock that is an hour ahead', 3_600_000, false, 1],
    ['keeps a record from before the start of this server, whose process may still run', -30_000, true, 1],
    ['ignores a record from before the start of this server, whose process ended long ago', -30_001, true, 0],
  ])('noteDashboard %s', (_name, aheadMs, isOld, count) => {
    const others: OtherDashboards = new Map();
    noteDashboard(others, 'b', record(t0 + aheadMs), { isOld, nowMs: t0 });
    expect(unconfirmedElsewhere(others, personOf, t0)).toHaveLength(count);
  });

  it('above the maximum the dashboard that was read longest ago is forgotten', () => {
    const others: OtherDashboards = new Map();
    for (let n = 0; n <= 50; n += 1) noteDashboard(others, `boot-${n}`, record(), isNew);
    expect(others.size).toBe(50);
    expect(others.has('boot-0')).toBe(false);
  });
});
