import { describe, expect, it } from 'vitest';
import { accepted, assigned, assignmentOf, away, ended, hour, idOf } from '../../../contracts/duties.testing.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import { openPoints, seenKeys } from '../../../contracts/open-points.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import type { App } from '../app.ts';
import { foldAlarmEvent } from '../core/alarms.ts';
import { foldAssociations } from '../core/beds.ts';
import { emptyBoard, foldAssignmentEvent } from '../core/duty-board.ts';
import { alarm, period, t0, table } from '../core/fold.testing.ts';
import type { Viewer } from '../core/rights.ts';
import { emptyState } from '../core/state.ts';
import { assignmentRoutes } from './assignments.ts';
import type { Parts } from './parts.ts';

type Handler = (request: object, reply: object) => Promise<unknown>;
const viewer: Viewer = { userId: 'anna', name: 'Anna', role: 'nurse', wards: ['icu'] };
const path = '/api/wards/:ward/assignments';

/** Creates the routes of a board without Kafka. Returns the records of the audit trail. */
function newRoutes(...more: readonly AssignmentEvent[]) {
  const routes = new Map<string, Handler>();
  const note = (method: string) => (url: string, _: object, handler: Handler) =>
    routes.set(`${method} ${url}`, handler);
  const board = emptyBoard();
  board.isRead = true;
  for (const event of [assigned('chief', 7, assignmentOf(1, 'ben', [7, 15])), accepted('ben', 7, 1), ...more])
    foldAssignmentEvent(board, event);
  const audit: AuditEvent[] = [];
  const written: object[] = [];
  const turn = {
    write: async (records: readonly object[]) => void written.push(...records),
    commit: async () => {},
    wasCommitted: async () => false,
    close: async () => {},
  };
  const parts = {
    trail: { record: async (event: AuditEvent) => void audit.push(event) },
    assignments: { board, readToEnd: async () => {}, waitFor: async () => {} },
    log: { takeTurn: async () => turn },
    accounts: {
      all: () => [{ ...viewer, disabled: false }],
      get: (userId: string) => ({ ...viewer, userId, disabled: false }),
    },
    wards: { current: () => ({ wards: ['icu', 'step-down'].map((ward) => ({ ward, beds: ['ICU-1'] })) }) },
    pseudonymKey: 'made-up-key-of-at-least-32-bytes-for-tests',
    now: () => hour(8),
    feed: { state: stateWithAlarm() },
  };
  assignmentRoutes({ get: note('GET'), post: note('POST') } as unknown as App, parts as unknown as Parts);
  const reply = { code: () => reply, send: (body: unknown) => body };
  return {
    audit,
    written,
    call: (route: string, ward: string, body: object = {}) =>
      routes.get(route)!(
        {
          params: { ward },
          body,
          headers: {},
          ip: '127.0.0.1',
          socket: {},
          method: route.split(' ')[0],
          routeOptions: { url: path },
          live: { viewer, claims: { sessionId: 'session-1', userId: 'anna' } },
        },
        reply,
      ).catch((error: Error) => error.message),
  };
}

/** Returns the state of a ward with an alarm at the bed ICU-1. */
function stateWithAlarm() {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu', { bed: 'ICU-1' })));
  const shown = alarm('alarm-0000000001', 'assoc-01', 1, { text: 'HR 134 > 120' });
  foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: shown }, t0);
  return state;
}

describe('an acceptance', () => {
  const accept = (seen?: readonly string[]) => ({ version: 3, assignmentId: idOf(2), ...(seen && { seen }) });
  const seenAll = [...stateWithAlarm().alarms.values()].flatMap((shown) =>
    seenKeys(openPoints({ associationId: 'assoc-01', alarms: [shown.alarm], standby: null, limits: null }, hour(8))),
  );
  it.each([
    ['is refused if an alarm is open that the page did not show', [], 'not saved'],
    ['is saved if the page showed the alarm', seenAll, 'open: ICU-1: HR 134 > 120'],
    [
      'is saved if the page could not show anything',
      undefined,
      'the page could not show what is open; open: ICU-1: HR 134 > 120',
    ],
  ])('an acceptance %s', async (_, seen, expected) => {
    const { audit, call, written } = newRoutes(assigned('chief', 7, assignmentOf(2, 'anna', [8, 15])));
    const answer = await call(`POST ${path}/accept`, 'icu', accept(seen));
    if (expected === 'not saved') {
      expect(answer).toMatchObject({ code: 'conflict' });
      expect((answer as { message: string }).message).toContain('this is new since you looked: ICU-1: HR 134 > 120');
      expect([audit, written]).toEqual([[], []]);
    } else {
      expect(written).toHaveLength(1);
      expect(audit).toMatchObject([{ action: 'duty-accepted', detail: `assignment ${idOf(2)}; ${expected}` }]);
    }
  });
});

describe('a change that leaves a place without anybody', () => {
  /** Ben covers for Cleo, who is away; his only duty is the bed that Anna accepts. */
  const covered = [
    ended('chief', 7, 1),
    assigned('ben', 7, assignmentOf(7, 'ben', [7, 8.5])),
    assigned('cleo', 7, assignmentOf(5, 'cleo', [7, 15], ['ICU-2'])),
    away('cleo', 50, [7.5, 9], 'ben'),
    assigned('chief', 7, assignmentOf(2, 'anna', [8, 16])),
  ];
  const dora = assigned('dora', 7, assignmentOf(6, 'dora', [7, 15], ['ICU-2']));
  const accept = { version: 7, assignmentId: idOf(2) };
  it('an acceptance that ends the only duty of a cover is refused until the person confirms the covered beds', async () => {
    const { audit, call, written } = newRoutes(...covered);
    const left = [{ duty: 'nurse', bed: 'ICU-2', coveredFor: 'cleo' }];
    expect(await call(`POST ${path}/accept`, 'icu', accept)).toMatchObject({ code: 'conflict', left });
    expect([audit, written]).toEqual([[], []]);
    await call(`POST ${path}/accept`, 'icu', { ...accept, leaves: ['nurse ICU-2'] });
    expect(written).toHaveLength(2);
    expect(audit[0]?.detail).toMatch(/^leaves nobody at: nurse ICU-2; assignment .*; .*open: ICU-1: HR 134 > 120$/);
  });

  it('the acceptance is refused if the person confirms another bed', async () => {
    const { call, written } = newRoutes(...covered);
    expect(await call(`POST ${path}/accept`, 'icu', { ...accept, leaves: ['nurse ICU-1'] })).toHaveProperty('left');
    expect(written).toEqual([]);
  });

  it('an acceptance after which every place has a responsible person needs no confirmation', async () => {
    const { call, written } = newRoutes(...covered, dora);
    await call(`POST ${path}/accept`, 'icu', { ...accept, version: 8 });
    expect(written).toHaveLength(2);
  });

  it('only the named cover can answer; an attempt of another person is refused and recorded', async () => {
    const { audit, call, written } = newRoutes(...covered);
    await call(`POST ${path}/cover`, 'icu', { version: 7, awayId: idOf(50), isRejected: true });
    expect(written).toEqual([]);
    expect(audit).toMatchObject([
      { action: 'access-denied', detail: `board of assignments: cover, absence ${idOf(50)}` },
    ]);
  });
});

describe('the audit trail', () => {
  it.each(['step-down', 'nonesuch'])(
    'the audit trail has the refused look of a person at the board of the ward %s',
    async (ward) => {
      const { audit, call } = newRoutes();
      await call(`GET ${path}`, ward);
      expect(audit).toMatchObject([
        { action: 'access-denied', ward, detail: 'board of assignments: look', actor: { userId: 'anna' } },
      ]);
    },
  );

  it('at most 11 refused looks of an account are recorded in a minute, and the last record says that more are left out', async () => {
    const { audit, call } = newRoutes();
    for (let n = 0; n < 30; n += 1) await call(`GET ${path}`, 'step-down');
    expect(audit).toHaveLength(11);
    expect(audit.at(-1)?.detail).toBe('board of assignments: look; more in this minute are not recorded');
  });

  it('a look at a board that the person may see is not recorded', async () => {
    const { audit, call } = newRoutes();
    expect(await call(`GET ${path}`, 'icu')).toMatchObject({ version: 2 });
    expect(audit).toEqual([]);
  });

  it.each(['accept', 'end', 'decline'])(
    'the audit record of a refused act `%s` names the assignment and its person',
    async (act) => {
      const { audit, call } = newRoutes();
      await call(`POST ${path}/${act}`, 'icu', { version: 2, assignmentId: idOf(1), reason: 'no' });
      expect(audit).toMatchObject([
        { action: 'access-denied', detail: `board of assignments: ${act} assignment ${idOf(1)} of ben nurse of ICU-1` },
      ]);
    },
  );

  it.each([
    ['that assigns another person', 'buddy,ICU-1,ben,2026-03-01T08:00Z,2026-03-01T15:00Z', 'csv, 1 rows, of ben'],
    ['that cannot be read', 'buddy,ICU-1', 'csv, 1 lines cannot be read'],
  ])('the audit trail has a refused CSV text %s', async (_, line, expected) => {
    const { audit, call } = newRoutes();
    await call(`POST ${path}/csv`, 'icu', { version: 2, lines: ['duty,beds,user,from,until', line] });
    expect(audit).toMatchObject([
      { action: 'access-denied', ward: 'icu', detail: `board of assignments: ${expected}` },
    ]);
  });
});
