import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { idOf } from '../../../contracts/duties.testing.ts';
import { newLimits } from '../../../contracts/messages/limits.testing.ts';
import type { AuditRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { ShiftPatient } from '../../protocol/shift-summary.ts';
import { foldReviewedAlarm, newReviewBook } from './alarm-review.ts';
import { alarmsOfQuery } from './alarm-review-query.ts';
import { foldAlarmEvent } from './alarms.ts';
import type { AuditedRecord } from './audit-filter.ts';
import { foldAssociations } from './beds.ts';
import { emptyBoard } from './duty-board.ts';
import { alarm, everywhere, nurse, period, t0, table } from './fold.testing.ts';
import { foldLimitAnswer } from './limit-answers.ts';
import { foldAnswer, foldLimits } from './limits.ts';
import { foldTask, placeTasks, shownTasks, type TaskBook } from './patient-tasks.ts';
import {
  associationsAtStart,
  beginAlarmCount,
  beginPatientAlarms,
  dutiesOfShift,
  patientsOfShift,
  type ShiftSource,
  summaryOfPatient,
} from './shift-summary.ts';
import { foldStandby } from './standby.ts';
import { emptyState } from './state.ts';

const validator = Compile(ShiftPatient);
const at = (ms: number) => formatInstant(t0 + ms);
const fromMs = t0 - 600_000;
const by = { userId: 'nora', name: 'Nora', role: 'nurse' } as const;
const shared = { patientId: 'P-1', familyName: 'Okapi', givenName: 'Test', category: 'adult' } as const;

/** Two devices of one patient in icu 1, a patient in icu 10, an empty bed, and a patient of another ward. */
function newState() {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu', { bed: '1', patient: shared })));
  foldAssociations(state, table('d2', 1, period('assoc-02', 'icu', { bed: '1', patient: shared })));
  foldAssociations(state, table('d3', 1, period('assoc-03', 'icu', { bed: '10' })));
  foldAssociations(state, table('d4', 1, period('assoc-04', 'icu', { bed: '2', patient: null })));
  foldAssociations(state, table('d5', 1, period('assoc-05', 'step', { bed: '9' })));
  foldLimits(state, newLimits('assoc-01'));
  foldLimits(state, newLimits('assoc-02'));
  return state;
}

function newSource(state = newState(), changes: readonly AuditedRecord[] = []): ShiftSource {
  const book = newReviewBook(t0);
  book.isRead = true;
  const review = { book, state, nameOf: () => undefined, nowMs: t0 };
  return { ...review, fromMs, changes, atStart: new Map() };
}

function changed(minute: number, patientId: string, more: Partial<AuditRecord> = {}, verified = true): AuditedRecord {
  const atMs = t0 + minute * 60_000;
  const proof = { boot: 'b', n: 1, prev: '', hash: 'h', writer: 'dashboard', key: 'k', sig: 's' } as const;
  const record: AuditRecord = {
    ...{ actor: by, at: formatInstant(atMs), action: 'limits-changed', ward: 'icu', patientId, ...proof },
    ...{ detail: 'HR {"high":130}; command 1', changedFrom: 'high 120', changedTo: 'high 130', ...more },
  };
  return { record, atMs, verified };
}

const firstOf = (source: ShiftSource, viewer = nurse) => {
  const atBed = patientsOfShift(source.state, viewer, 'icu', '1')[0]!;
  const alarmsOf = beginPatientAlarms(source.state, new Set([atBed.patient.patientId]));
  // One alarm at a time, because the route gives the alarms in parts.
  for (const entry of alarmsOfQuery(source, { from: formatInstant(fromMs) })) alarmsOf.add([entry]);
  const count = beginAlarmCount(source, viewer, atBed);
  for (const entry of alarmsOf.of(atBed.patient.patientId)) count.add([entry]);
  const summary = summaryOfPatient(source, viewer, atBed, count.result());
  expect([...validator.Errors(summary)]).toEqual([]);
  return summary;
};

describe('patientsOfShift', () => {
  it('patientsOfShift returns one entry for a patient with two devices, no empty bed, and the beds in the order of their numbers', () => {
    const patients = patientsOfShift(newState(), nurse, 'icu', undefined);
    expect(patients.map(({ bed, devices }) => [bed, devices.length])).toEqual([
      ['1', 2],
      ['10', 1],
    ]);
    expect(patientsOfShift(newState(), nurse, 'icu', '10')).toHaveLength(1);
    expect(patientsOfShift(newState(), nurse, 'icu', '2')).toEqual([]);
  });

  it('patientsOfShift returns no patient of a ward that the viewer may not see', () => {
    expect(patientsOfShift(newState(), nurse, 'step', undefined)).toEqual([]);
    expect(patientsOfShift(newState(), everywhere, 'step', undefined)).toHaveLength(1);
  });
});

describe('summaryOfPatient', () => {
  it('a summary counts the alarms of all devices of the patient since the beginning, and no others', () => {
    const state = newState();
    const source = newSource(state);
    const raise = (id: string, associationId: string, ms: number, fields = {}) =>
      foldReviewedAlarm(source.book, {
        type: 'raised',
        at: at(ms),
        alarm: alarm(id, associationId, 1, {
          deviceId: associationId.replace('assoc-0', 'd'),
          ...{ raisedAt: at(ms), onsetAt: at(ms), ...fields },
        }),
      });
    raise('alarm-1', 'assoc-01', -600_000, { priority: 'high', condition: 'HR.high' });
    raise('alarm-2', 'assoc-02', -1_000, { condition: 'SpO2.low' });
    raise('alarm-3', 'assoc-02', -500, { condition: 'SpO2.low' });
    raise('alarm-4', 'assoc-01', -600_001);
    raise('alarm-5', 'assoc-03', -1_000);
    const { alarms } = firstOf(source);
    expect(alarms).toMatchObject({ total: 3, high: 1, medium: 2, commonest: { condition: 'SpO2.low', alarms: 2 } });
  });

  it('a summary has 0 alarms for a patient without alarms, but null while the server has not read the alarms', () => {
    const source = newSource();
    expect(firstOf(source).alarms).toMatchObject({ total: 0, commonest: null });
    source.book.isRead = false;
    expect(firstOf(source).alarms).toBeNull();
  });

  it('a summary lists the changes of this patient’s limits, and says which record does not verify', () => {
    const values = { from: 'high 120', to: 'high 130' };
    const changes = [changed(-5, 'P-1'), changed(-4, 'P-2'), changed(-3, 'P-1', {}, false)];
    expect(firstOf(newSource(newState(), changes)).changes).toEqual([
      { atMs: t0 - 300_000, by: 'Nora', group: 'HR', ...values, isProven: true, outcome: 'unknown' },
      { atMs: t0 - 180_000, by: 'Nora', group: 'HR', ...values, isProven: false, outcome: 'unknown' },
    ]);
  });

  it('a summary says which change of limits was refused, with the reason, and which was made', () => {
    const ofCommand = (command: string) => changed(-5, 'P-1', { detail: `HR {"high":130}; command ${command}` });
    const [first, second] = ['019b0000-0000-7000-8000-000000000001', '019b0000-0000-7000-8000-000000000002'];
    const source = newSource(newState(), [ofCommand(first!), ofCommand(second!)]);
    const answer = { associationId: 'assoc-01', type: 'set-limits', at: at(0) } as const;
    foldLimitAnswer(source.book.limitAnswers, {
      ...{ ...answer, commandId: first!, accepted: false, reason: 'They cross.' },
    });
    foldAnswer(source.state, { ...answer, commandId: second!, accepted: true });
    expect(firstOf(source).changes).toMatchObject([{ outcome: 'refused', reason: 'They cross.' }, { outcome: 'made' }]);
  });

  it('a summary says why there is no NEWS2 score', () => {
    const source = newSource();
    expect(firstOf(source).news2).toEqual({ now: 'not-scored', atStart: 'no-answer' });
    const atStart = new Map([['P-1', 'no-device']] as const);
    expect(firstOf({ ...source, atStart }).news2.atStart).toBe('no-device');
    const child = { ...shared, category: 'paediatric' } as const;
    const state = emptyState();
    foldAssociations(state, table('d1', 1, period('assoc-01', 'icu', { bed: '1', patient: child })));
    expect(firstOf(newSource(state)).news2).toEqual({ now: 'not-adult', atStart: 'not-adult' });
  });

  it('a summary lists no change of limits from a ward that the viewer may not see', () => {
    const changes = [changed(-5, 'P-1', { ward: 'step' })];
    expect(firstOf(newSource(newState(), changes)).changes).toEqual([]);
    expect(firstOf(newSource(newState(), changes), everywhere).changes).toHaveLength(1);
  });

  it('a summary lists the newest 20 changes, and counts the others', () => {
    const changes = Array.from({ length: 23 }, (_, index) => changed(index - 30, 'P-1'));
    const summary = firstOf(newSource(newState(), changes));
    expect([summary.changes.length, summary.changesLeftOut]).toEqual([20, 3]);
    expect(summary.changes.at(-1)?.atMs).toBe(t0 - 8 * 60_000);
  });

  it('a summary names the limits that are off, but has null if the limits of one device are not known', () => {
    const state = newState();
    expect(firstOf(newSource(state)).limitsOff).toEqual([]);
    const off = { reason: 'Theatre', until: at(60_000) };
    foldLimits(state, newLimits('assoc-02', { HR: { off, own: { off } } }, { rev: 2 }));
    const summary = firstOf(newSource(state));
    expect(summary.limitsOff).toEqual([{ group: 'HR', reason: 'Theatre', untilMs: t0 + 60_000 }]);
    expect(summary.open).toMatchObject([{ type: 'limits' }]);
    state.limits.delete('assoc-01');
    expect(firstOf(newSource(state)).limitsOff).toBeNull();
  });

  it('a summary has the standby of any device of the patient, and the open alarms of all these devices', () => {
    const state = newState();
    const standby = { since: at(-1_000), until: at(60_000), reason: 'CT', by };
    foldStandby(state, { associationId: 'assoc-02', rev: 1, at: at(0), standby });
    foldAlarmEvent(state, { type: 'raised', at: at(0), alarm: alarm('alarm-1', 'assoc-01', 1) }, t0);
    const summary = firstOf(newSource(state));
    expect(summary.standby).toEqual({ sinceMs: t0 - 1_000, untilMs: t0 + 60_000, reason: 'CT', by: 'Nora' });
    expect(summary.open).toEqual([{ type: 'alarm', text: 'HR rev 1', priority: 'medium', isUnanswered: true }]);
    const own = { ...alarm('alarm-1', 'assoc-01', 2), origin: 'device' as const };
    foldAlarmEvent(state, { type: 'updated', at: at(0), alarm: own }, t0);
    expect(firstOf(newSource(state)).open[0]?.text).toBe('Monitor: HR rev 2');
  });
});

it('associationsAtStart returns the associations of the patient in this time, but only in wards that the viewer may see', () => {
  const state = newState();
  const span = { fromMs: t0 - 10_000, toMs: t0 };
  expect(associationsAtStart(state, nurse, 'P-1', span).sort()).toEqual(['assoc-01', 'assoc-02']);
  expect(associationsAtStart(state, nurse, 'P-assoc-05', span)).toEqual([]);
  expect(associationsAtStart(state, everywhere, 'P-assoc-05', span)).toEqual(['assoc-05']);
  expect(associationsAtStart(state, nurse, 'P-1', { fromMs: t0 - 9e9, toMs: t0 - 8e9 })).toEqual([]);
});

it('dutiesOfShift says whether the assignments are read and used', () => {
  const board = emptyBoard();
  expect(dutiesOfShift(board, 'icu', [], t0).duties).toBe('unread');
  board.isRead = true;
  expect(dutiesOfShift(board, 'icu', [], t0).duties).toBe('unused');
});

it('a summary lists more ticked tasks than the page of the patient, and counts those that it leaves out', () => {
  const source = newSource();
  const book: TaskBook = new Map();
  for (let n = 1; n <= 45; n += 1) {
    const fields = { taskId: idOf(n), associationId: 'assoc-01', by };
    const text = `task ${n}`;
    foldTask(book, { ...fields, eventId: idOf(100 + n), at: at(-n), act: 'written', text, replaces: null });
    foldTask(book, { ...fields, eventId: idOf(200 + n), at: at(n), act: 'done', replaces: idOf(100 + n) });
  }
  const opened = { taskId: idOf(90), eventId: idOf(190), associationId: 'assoc-01', by, text: 'open task' };
  foldTask(book, { ...opened, at: at(0), act: 'written', replaces: null });
  placeTasks(source.state, book);
  source.state.areNotesRead = true;
  const { open, done, doneLeftOut } = firstOf(source).tasks;
  expect([open.map(({ text }) => text), done[0]?.text, done.at(-1)?.text]).toEqual([
    ['open task'],
    'task 6',
    'task 45',
  ]);
  expect([done.length, doneLeftOut]).toEqual([40, 5]);
  const { tasks = [] } = shownTasks(source.state, nurse, source.state.beds.get('assoc-01')!);
  expect(tasks.map(({ text }) => text)).toEqual([
    'open task',
    ...Array.from({ length: 10 }, (_, n) => `task ${36 + n}`),
  ]);
});
