import { describe, expect, it } from 'vitest';
import { idOf } from '../../../contracts/duties.testing.ts';
import type { PatientTaskEvent, TaskAct } from '../../../contracts/messages/patient-tasks.ts';
import { openPoints, pointName } from '../../../contracts/open-points.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAssociations } from './beds.ts';
import { auditor, nurse, period, t0, table, technician } from './fold.testing.ts';
import { openAtBeds } from './open-at-beds.ts';
import {
  decideTask,
  type EndedSince,
  endedTasksKeptMs,
  foldTask,
  forgetEndedTasks,
  openTaskCount,
  openTasksMax,
  placeTasks,
  shownTasks,
  type TaskBook,
  taskChangedText,
  tasksMax,
} from './patient-tasks.ts';
import { emptyState, type LiveState } from './state.ts';

const by = { userId: 'nora', name: 'Nora', role: 'nurse' } as const;
const ben = { userId: 'ben', name: 'Ben', role: 'nurse' } as const;
const hourMs = 3_600_000;
const at = (hours: number) => formatInstant(t0 + hours * hourMs);
const patient = (patientId: string) => ({ patientId, familyName: 'Made', givenName: 'Up', category: 'adult' }) as const;
const stay = (associationId: string, patientId: string, from: number, to: number | null, bed = '1') =>
  period(associationId, 'icu', { patient: patient(patientId), from: at(from), to: to === null ? null : at(to), bed });

/** An event of task 1. `n` is the number of the event, and `replaces` the number of the event before. */
const event = (n: number, act: TaskAct, replaces: number | null, fields: Partial<PatientTaskEvent> = {}) => ({
  ...{ eventId: idOf(n), taskId: idOf(1000), associationId: 'assoc-01', at: at(n), by, act },
  ...{ replaces: replaces === null ? null : idOf(replaces), ...(act === 'written' && { text: `task ${n}` }) },
  ...fields,
});
function bookOf(...events: readonly PatientTaskEvent[]): TaskBook {
  const book: TaskBook = new Map();
  for (const event of events) foldTask(book, event);
  return book;
}
const stateWith = (...tables: ReturnType<typeof table>[]) => {
  const state = emptyState();
  for (const table of tables) foldAssociations(state, table);
  return state;
};
/** Returns the tasks at a bed on the screens: `+` for a task that is done. */
const shownAt = (state: LiveState, book: TaskBook, associationId: string) => {
  placeTasks(state, book);
  const { tasks = [] } = shownTasks(state, nurse, state.beds.get(associationId)!);
  return tasks.map(({ text, done }) => (done ? `+${text}` : text));
};
const oneBed = () => stateWith(table('d1', 1, stay('assoc-01', 'P', 0, null)));

describe('foldTask', () => {
  it('a task is written, ticked off by a person, opened again, and taken back', () => {
    const steps = [
      event(1, 'written', null),
      event(2, 'done', 1, { by: ben }),
      event(3, 'reopened', 2),
      event(4, 'withdrawn', 3),
    ];
    const shown = steps.map((_, index) => shownAt(oneBed(), bookOf(...steps.slice(0, index + 1)), 'assoc-01'));
    expect(shown).toEqual([['task 1'], ['+task 1'], ['task 1'], []]);
    expect(bookOf(...steps.slice(0, 2)).get(idOf(1000))).toMatchObject({ by: 'Nora', done: { by: 'Ben', at: at(2) } });
  });

  it('of two changes of the same state of a task, only the first in the log has an effect', () => {
    const book = bookOf(event(1, 'written', null), event(2, 'done', 1));
    expect(foldTask(book, event(3, 'withdrawn', 1))).toBe(false);
    expect(book.get(idOf(1000))?.act).toBe('done');
  });

  it('an event that is read again changes nothing', () => {
    const book = bookOf(event(1, 'written', null), event(2, 'done', 1));
    expect([foldTask(book, event(1, 'written', null)), foldTask(book, event(2, 'done', 1))]).toEqual([false, true]);
    expect(book.get(idOf(1000))?.act).toBe('done');
  });

  it.each([
    ['a second tick', [event(1, 'written', null), event(2, 'done', 1), event(3, 'done', 2)]],
    ['a tick taken back from an open task', [event(1, 'written', null), event(3, 'reopened', 1)]],
    [
      'a change of a task that was taken back',
      [event(1, 'written', null), event(2, 'withdrawn', 1), event(3, 'done', 2)],
    ],
    ['a change of a task that nobody wrote', [event(3, 'done', null)]],
    ['a new task without a text', [event(3, 'written', null, { text: undefined as never })]],
  ])('%s has no effect', (_, events) => {
    const book = bookOf(...events.slice(0, -1));
    const before = structuredClone([...book]);
    expect(foldTask(book, events.at(-1)!)).toBe(false);
    expect([...book]).toEqual(before);
  });

  it('above the maximum number of tasks, the oldest ticked tasks are forgotten, and no open task', () => {
    const book: TaskBook = new Map();
    foldTask(book, event(1, 'written', null, { taskId: idOf(0) }));
    for (let n = 1; n <= tasksMax; n += 1) {
      foldTask(book, event(1, 'written', null, { taskId: idOf(n) }));
      if (n <= 2_000) foldTask(book, event(2, 'done', 1, { taskId: idOf(n) }));
    }
    expect(book.size).toBe(tasksMax - 999);
    expect([0, 1, 1_000, 1_001, tasksMax].map((n) => book.has(idOf(n)))).toEqual([true, false, false, true, true]);
  });

  it('if all tasks are open, the oldest are forgotten, so the memory is bounded', () => {
    const book: TaskBook = new Map();
    for (let n = 0; n <= tasksMax; n += 1) foldTask(book, event(1, 'written', null, { taskId: idOf(n) }));
    expect([book.size, book.has(idOf(999)), book.has(idOf(1_000))]).toEqual([tasksMax - 999, false, true]);
  });
});

describe('the tasks at a bed', () => {
  it('go with the patient to another device and bed, and end with the stay', () => {
    const book = bookOf(event(1, 'written', null));
    const moved = stateWith(
      table('d1', 2, stay('assoc-01', 'P', 0, 5)),
      table('d2', 1, stay('assoc-02', 'P', 4, null, '7')),
    );
    expect(shownAt(moved, book, 'assoc-02')).toEqual(['task 1']);
    const back = stateWith(
      table('d1', 2, stay('assoc-01', 'P', 0, 5)),
      table('d2', 1, stay('assoc-02', 'P', 6, null, '7')),
    );
    expect(shownAt(back, book, 'assoc-02')).toEqual([]);
    const next = stateWith(table('d1', 3, stay('assoc-01', 'P', 0, 5), stay('assoc-03', 'Q', 5, null)));
    expect(shownAt(next, book, 'assoc-03')).toEqual([]);
  });

  it('are not sent to a locked screen, to persons who see no patients, and before the server has read them', () => {
    const state = oneBed();
    placeTasks(state, bookOf(event(1, 'written', null)));
    const bed = state.beds.get('assoc-01')!;
    expect(shownTasks(state, nurse, bed).tasks).toHaveLength(1);
    for (const viewer of [{ ...nurse, locked: true as const }, technician, auditor])
      expect(shownTasks(state, viewer, bed)).toEqual({});
    state.areNotesRead = false;
    expect(shownTasks(state, nurse, bed)).toEqual({});
  });

  it('list open tasks, the oldest first, and then the tasks that were ticked off last', () => {
    const many = Array.from({ length: 13 }, (_, n) => {
      const taskId = idOf(2000 + n);
      return [
        event(n, 'written', null, { taskId, eventId: idOf(3000 + n) }),
        event(n + 1, 'done', null, { taskId, eventId: idOf(4000 + n), replaces: idOf(3000 + n) }),
      ];
    });
    const book = bookOf(event(5, 'written', null, { taskId: idOf(9) }), event(4, 'written', null), ...many.flat());
    const shown = shownAt(oneBed(), book, 'assoc-01');
    expect(shown.slice(0, 2)).toEqual(['task 4', 'task 5']);
    expect([shown.length, shown.at(2), shown.at(-1)]).toEqual([12, '+task 3', '+task 12']);
  });

  it('are open points of the hand-over while they are open; the audit trail gets no text of them', () => {
    const state = oneBed();
    placeTasks(state, bookOf(event(1, 'written', null)));
    const [open] = openAtBeds(state, nurse, { ward: 'icu', beds: undefined }, t0);
    expect(open?.points.map(pointName)).toEqual(['task of Nora']);
    placeTasks(state, bookOf(event(1, 'written', null), event(2, 'done', 1)));
    expect(openAtBeds(state, nurse, { ward: 'icu', beds: undefined }, t0)).toEqual([]);
    const device = { associationId: 'a', alarms: [], standby: null, limits: null };
    const task = { taskId: idOf(1), eventId: idOf(2), text: 'x', by: 'Nora', at: at(0) };
    const [first] = openPoints({ ...device, tasks: [task] }, t0);
    const [again] = openPoints({ ...device, tasks: [{ ...task, eventId: idOf(3) }] }, t0);
    expect(first?.key).not.toBe(again?.key);
  });
});

describe('the tasks of a stay that has ended', () => {
  const ended = () => stateWith(table('d1', 2, stay('assoc-01', 'P', 0, 5)));
  const here = oneBed;

  it('are forgotten, open tasks too, a day after the server last saw the patient in a bed', () => {
    const [book, since]: [TaskBook, EndedSince] = [bookOf(event(1, 'written', null)), new Map()];
    const tasksAfter = (state: LiveState, nowMs: number) => {
      forgetEndedTasks(state, book, since, nowMs);
      return book.size;
    };
    expect(tasksAfter(ended(), t0)).toBe(1);
    // The server has read the association of the patient only now.
    expect(tasksAfter(here(), t0 + endedTasksKeptMs)).toBe(1);
    expect(tasksAfter(ended(), t0 + 2 * endedTasksKeptMs)).toBe(1);
    expect(tasksAfter(ended(), t0 + 3 * endedTasksKeptMs - 1)).toBe(1);
    expect(tasksAfter(ended(), t0 + 3 * endedTasksKeptMs)).toBe(0);
    expect(tasksAfter(ended(), t0 + 3 * endedTasksKeptMs)).toBe(0);
    expect(since.size).toBe(0);
  });

  it('are kept for a whole day after a clock that was set back', () => {
    const [book, since]: [TaskBook, EndedSince] = [bookOf(event(1, 'written', null)), new Map()];
    forgetEndedTasks(ended(), book, since, t0 + 10 * endedTasksKeptMs);
    forgetEndedTasks(ended(), book, since, t0);
    forgetEndedTasks(ended(), book, since, t0 + endedTasksKeptMs - 1);
    expect(book.size).toBe(1);
    forgetEndedTasks(ended(), book, since, t0 + endedTasksKeptMs);
    expect(book.size).toBe(0);
  });

  it('are not forgotten while the patient has another device', () => {
    const book = bookOf(event(1, 'written', null));
    const moved = stateWith(
      table('d1', 2, stay('assoc-01', 'P', 0, 5)),
      table('d2', 1, stay('assoc-02', 'P', 4, null, '7')),
    );
    const since: EndedSince = new Map();
    for (const nowMs of [t0, t0 + 9 * endedTasksKeptMs]) forgetEndedTasks(moved, book, since, nowMs);
    expect(shownAt(moved, book, 'assoc-02')).toEqual(['task 1']);
  });

  it('a person who discharges the patient sees the number of open tasks, or that it is not known', () => {
    const state = oneBed();
    const other = event(5, 'written', null, { taskId: idOf(2), eventId: idOf(8) });
    placeTasks(state, bookOf(event(1, 'written', null), event(2, 'done', 1), other));
    const bed = state.beds.get('assoc-01');
    expect([nurse, technician].map((viewer) => openTaskCount(state, viewer, bed))).toEqual([1, null]);
    expect(openTaskCount(state, nurse, undefined)).toBeNull();
    state.areNotesRead = false;
    expect(openTaskCount(state, nurse, bed)).toBeNull();
  });
});

describe('decideTask', () => {
  let lastId = 100;
  const newId = () => {
    lastId += 1;
    return idOf(lastId);
  };
  const context = { by, nowMs: t0, newId };
  const bedWith = (...events: PatientTaskEvent[]) => {
    const state = oneBed();
    placeTasks(state, bookOf(...events));
    return state.beds.get('assoc-01')!;
  };

  it('a new task and each change of it have an effect in the book', () => {
    const written = decideTask(bedWith(), { act: 'written', text: 'Blood gas' }, context);
    if (!written.ok) throw new Error(written.message);
    const book = bookOf(written.event);
    expect(book.size).toBe(1);
    const { taskId, eventId } = written.event;
    const ticked = decideTask(bedWith(written.event), { act: 'done', taskId, seen: eventId }, { ...context, by: ben });
    expect(ticked.ok && foldTask(book, ticked.event)).toBe(true);
    expect(book.get(taskId)?.done?.by).toBe('Ben');
  });

  it('a change is refused if the task has changed since the page showed it, or is not of this patient', () => {
    const bed = bedWith(event(1, 'written', null), event(2, 'done', 1));
    const refusals = [
      decideTask(bed, { act: 'done', taskId: idOf(1000), seen: idOf(1) }, context),
      decideTask(bed, { act: 'done', taskId: idOf(1000), seen: idOf(2) }, context),
      decideTask(bed, { act: 'reopened', taskId: idOf(77), seen: idOf(2) }, context),
    ];
    expect(refusals).toEqual(Array(3).fill({ ok: false, message: taskChangedText }));
  });

  it('a new task is refused at an empty bed, and above the maximum number of open tasks', () => {
    const empty = stateWith(table('d1', 1, period('assoc-01', 'icu', { patient: null }))).beds.get('assoc-01')!;
    expect(decideTask(empty, { act: 'written', text: 'x' }, context).ok).toBe(false);
    const full = Array.from({ length: openTasksMax }, (_, n) => event(1, 'written', null, { taskId: idOf(n) }));
    expect(decideTask(bedWith(...full), { act: 'written', text: 'x' }, context)).toMatchObject({
      ok: false,
      message: expect.stringContaining('20 open tasks'),
    });
    expect(decideTask(bedWith(...full.slice(1)), { act: 'written', text: 'x' }, context).ok).toBe(true);
  });
});

it('20,000 ticked tasks of a stay with two devices are placed at once, and the bed has the last of them in the order of the log', () => {
  const state = stateWith(
    table('d1', 1, stay('assoc-01', 'P', 0, null)),
    table('d2', 1, stay('assoc-02', 'P', 0, null)),
  );
  const count = 20_000;
  const book = bookOf(
    ...Array.from({ length: count }, (_, n) => {
      const fields = { taskId: idOf(n), associationId: n % 2 === 0 ? 'assoc-01' : 'assoc-02', text: `task ${n}` };
      return [
        event(100_000 + n, 'written', null, fields),
        event(200_000 + n, 'done', 100_000 + n, { ...fields, at: at(1) }),
      ];
    }).flat(),
  );
  const startMs = performance.now();
  placeTasks(state, book);
  // Placing takes 10 to 20 ms. With a copy of the list for each task, it took seconds. The limit is wide, because other
  // tests may run.
  expect(performance.now() - startMs).toBeLessThan(1_000);
  const last = Array.from({ length: 10 }, (_, n) => `+task ${count - 10 + n}`);
  expect([shownAt(state, book, 'assoc-01'), shownAt(state, book, 'assoc-02')]).toEqual([last, last]);
});
