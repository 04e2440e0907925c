import { describe, expect, it } from 'vitest';
import type { ShiftPatient, ShiftSummary } from '../../protocol/shift-summary.ts';
import { german } from '../german/german.ts';
import { shiftLines, sinceText, summaryFaults, summaryOldMs, wardDutiesText } from './shift-words.ts';
import { setTexts } from './texts.ts';

const now = new Date(2026, 0, 6, 14, 30).getTime();
const patient: ShiftPatient = {
  associationId: 'assoc-0001',
  bed: '1',
  patient: { patientId: 'P-1', familyName: 'Okapi', givenName: 'Test' },
  sinceMs: null,
  alarms: { total: 0, high: 0, medium: 0, low: 0, unanswered: 0, commonest: null },
  changes: [],
  changesLeftOut: 0,
  limitsOff: [],
  standby: null,
  news2: { now: 'not-scored', atStart: 'no-answer' },
  open: [],
  openLeftOut: 0,
  note: null,
  tasks: { open: [], done: [], doneLeftOut: 0 },
  nurse: null,
};
const summary: ShiftSummary = {
  ...{ at: now, fromMs: now - 3_600_000, ward: 'ICU', alarmsFromMs: 0, changesFromMs: 0, kafka: 'ok' },
  ...{ alarmsState: 'ok', areNotesRead: true, duties: 'used', chargeNurses: [], physicians: ['Piet'], patients: [] },
};
const lineOf = (label: string, of: Partial<ShiftPatient>, whole: Partial<ShiftSummary> = {}) => {
  const found = shiftLines({ ...summary, ...whole }, { ...patient, ...of }).find((line) => line.label === label)!;
  return [found.state, ...found.texts];
};

describe('shiftLines', () => {
  it('shiftLines says "not known", and never "none", if the server does not know the value', () => {
    expect(lineOf('Alarms', { alarms: null })).toEqual(['unknown', 'not known: the server still reads older alarms']);
    expect(lineOf('Nurse', {}, { duties: 'unread' })).toEqual(['unknown', 'not known']);
    expect(lineOf('Limits off', { limitsOff: null })).toEqual(['unknown', 'not known']);
    expect(lineOf('NEWS2', {})).toEqual([
      'unknown',
      'now not known: the alarm processor has published no score',
      'at the beginning not known: the database of trends did not answer',
    ]);
    expect(lineOf('Note', {}, { areNotesRead: false })).toEqual(['unknown', 'cannot be read now; there may be one']);
    expect(lineOf('Tasks', {}, { areNotesRead: false })).toEqual(['unknown', 'cannot be read now; there may be some']);
  });

  it('shiftLines says "none" if the server knows that there is nothing', () => {
    expect(lineOf('Alarms', {})).toEqual(['none', 'no alarms']);
    expect(lineOf('Nurse', {})).toEqual(['bad', 'nobody is responsible']);
    expect(lineOf('Nurse', {}, { duties: 'unused' })).toEqual(['none', 'the ward uses no assignments']);
    expect(lineOf('Limits off', {})).toEqual(['none', 'no limit is off']);
    expect(lineOf('Note', {})).toEqual(['none', 'no note']);
    expect(lineOf('Tasks', {})).toEqual(['none', 'no tasks']);
  });

  it('shiftLines writes the numbers of alarms, and marks the line as bad if an alarm is unanswered', () => {
    const alarms = {
      total: 3,
      high: 1,
      medium: 2,
      low: 0,
      unanswered: 1,
      commonest: { condition: 'HR.high', alarms: 2 },
    };
    expect(lineOf('Alarms', { alarms })).toEqual([
      'bad',
      '3: 1 high, 2 medium, 0 low',
      '1 unanswered',
      'most often HR high (2)',
    ]);
    expect(lineOf('Alarms', { alarms: { ...alarms, unanswered: 0 } })[0]).toBe('good');
  });

  it('shiftLines writes "at least" with the missing inputs for a score without a total, and the reason for a missing score', () => {
    const partial = { total: null, atLeast: 5, atMs: now };
    const missing = ['SpO2', 'consciousness'] as const;
    expect(lineOf('NEWS2', { news2: { now: { ...partial, missing: [...missing] }, atStart: partial } })).toEqual([
      'good',
      'at least 5 (missing: SpO2, consciousness) now',
      'at least 5 (an input is missing) at 14:30',
    ]);
    expect(lineOf('NEWS2', { news2: { now: 'too-old', atStart: { total: 0, atLeast: 0, atMs: now } } })).toEqual([
      'good',
      'now not known: an input is too old',
      '0 at 14:30',
    ]);
    expect(lineOf('NEWS2', { news2: { now: 'not-adult', atStart: 'not-adult' } })).toEqual(['none', 'for adults only']);
  });

  it('shiftLines writes the differences of a change of limits, or says that the values are not recorded', () => {
    const values = { from: 'low 50, high 120', to: 'low 50, high 130' } as const;
    const change = { atMs: now, by: 'Nora', group: 'HR', ...values, isProven: true, outcome: 'made' } as const;
    expect(lineOf('Limits changed', { changes: [change], changesLeftOut: 2 })).toEqual([
      'good',
      '2 older changes are not listed',
      '14:30 Nora, HR: high 120 → 130',
    ]);
    const older = { ...change, group: null, from: null, to: null, isProven: false };
    expect(lineOf('Limits changed', { changes: [older] })[1]).toBe(
      '14:30 Nora, group not recorded: the values are not recorded (the audit record does not verify)',
    );
  });

  it('shiftLines says first that a change of limits was refused, or that it was perhaps not made', () => {
    const values = { from: 'high 120', to: 'high 130', isProven: true } as const;
    const refused = {
      atMs: now,
      by: 'Nora',
      group: 'HR',
      ...values,
      outcome: 'refused',
      reason: 'They cross.',
    } as const;
    expect(lineOf('Limits changed', { changes: [refused] })).toEqual([
      'none',
      'NOT made: 14:30 Nora, HR: high 120 → 130; refused: They cross.',
    ]);
    const made = { ...refused, outcome: 'made' } as const;
    expect(lineOf('Limits changed', { changes: [made, refused] })[0]).toBe('good');
    expect(lineOf('Limits changed', { changes: [made, { ...refused, outcome: 'unknown' }] })).toEqual([
      'bad',
      '14:30 Nora, HR: high 120 → 130',
      'Perhaps not made: 14:30 Nora, HR: high 120 → 130; the server knows no answer of the alarm processor',
    ]);
  });

  it('shiftLines lists the open tasks first, and then the tasks that were ticked off in the shift', () => {
    const task = (text: string, by: string) => ({ text, by, atMs: now });
    expect(
      lineOf('Tasks', { tasks: { open: [task('Blood gas', 'Nora')], done: [task('Turn', 'Ben')], doneLeftOut: 0 } }),
    ).toEqual(['good', '☐ Blood gas (Nora, 14:30)', '☑ Turn (done: Ben, 14:30)']);
    const shortened = { open: [], done: [task('Turn', 'Ben')], doneLeftOut: 3 };
    expect(lineOf('Tasks', { tasks: shortened }).slice(0, 2)).toEqual([
      'none',
      '3 tasks that were ticked off earlier are not listed',
    ]);
  });

  it('shiftLines marks open alarms that nobody has acknowledged', () => {
    const open = [
      { type: 'alarm', text: 'HR 188 > 160', priority: 'high', isUnanswered: true },
      { type: 'pause', text: 'HR 188 > 160', untilMs: now },
      { type: 'limits', text: 'HR', from: 'high 120, no own limits', to: 'high 130' },
    ] as const;
    const [state, ...texts] = lineOf('Open now', { open: [...open], openLeftOut: 1 });
    expect(state).toBe('bad');
    expect(texts[0]).toContain('high: HR 188 > 160, nobody has acknowledged it');
    expect(texts.slice(1)).toEqual([
      'sound of HR 188 > 160 paused until 14:30',
      'own limits HR: high 120 → 130',
      'and 1 more',
    ]);
  });
});

describe('summaryFaults', () => {
  it.each([
    ['a whole summary', {}, 0, 0],
    ['a summary that is exactly 5 minutes old', {}, summaryOldMs, 0],
    ['a summary that is older than 5 minutes', {}, summaryOldMs + 1, 1],
    ['a summary without Kafka', { kafka: 'away' }, 0, 1],
    ['a summary without an alarm processor', { alarmsState: 'stale' }, 0, 1],
    ['a summary that begins before the kept alarms', { alarmsFromMs: now - 1 }, 0, 1],
    ['a summary that begins before the kept audit records', { changesFromMs: now - 1 }, 0, 1],
  ] as const)('summaryFaults returns the expected number of faults for %s', (_, fields, ageMs, count) => {
    expect(summaryFaults({ ...summary, ...fields }, now + ageMs)).toHaveLength(count);
  });
});

it('sinceText writes since when the patient has a device, or that this is not known', () => {
  expect(sinceText({ ...patient, sinceMs: now }, now)).toBe('device since 14:30');
  expect(sinceText(patient, now)).toBe('device since: not known');
});

it('wardDutiesText writes who is responsible for the ward, or that this is not known', () => {
  expect(wardDutiesText(summary)).toBe('Charge nurse: nobody · Physician: Piet');
  expect(wardDutiesText({ ...summary, duties: 'unread' })).toContain('not known');
});

it('shiftLines has German texts, and names the breathing rate AF, but keeps the words of a device', () => {
  const reset = setTexts(
    () => 'de',
    () => german,
  );
  const lines = shiftLines(summary, {
    ...patient,
    open: [
      { type: 'alarm', text: 'RR 34 > 30', priority: 'high', isUnanswered: true },
      { type: 'alarm', text: 'Monitor: RR 180 > 160', priority: 'high', isUnanswered: false },
      { type: 'pause', text: 'HR: no value' },
      { type: 'limits', text: 'RR', from: 'low 8', to: 'low 6' },
    ],
    limitsOff: [{ group: 'RR', reason: 'CT', untilMs: null }],
  });
  reset();
  const textsOf = (label: string) => lines.find((line) => line.label === label)!.texts;
  expect(textsOf('Jetzt offen')).toEqual([
    '*** hoch: AF 34 > 30, niemand hat ihn quittiert',
    '*** hoch: Monitor: RR 180 > 160, quittiert',
    'Ton von HF: kein Wert pausiert',
    'eigene Grenzwerte AF: niedrig 8 → 6',
  ]);
  expect(textsOf('Grenzwerte aus')).toEqual(['AF ohne Ende: CT']);
  expect(textsOf('Standby')).toEqual(['nein']);
  expect(textsOf('Aufgaben')).toEqual(['keine']);
});
