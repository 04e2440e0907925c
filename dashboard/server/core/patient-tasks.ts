/**
 * The tasks of patients. A task belongs to the patient's stay, as a hand-over note does: it goes with the patient to
 * another bed, and is not shown for the next patient in the bed.
 */
import { dayMs } from '../../../contracts/durations.ts';
import type { PatientTask, PatientTaskEvent, TaskAct, TaskState } from '../../../contracts/messages/patient-tasks.ts';
import type { Actor } from '../../../contracts/messages/records.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { TaskBody } from '../../protocol/notes.ts';
import { staysOfBeds } from './hand-over-notes.ts';
import { may, type Viewer } from './rights.ts';
import { type BedState, type LiveState, markHeaderChanged } from './state.ts';

/**
 * Maximum number of tasks that are remembered (ours). Above this number, ticked and withdrawn tasks are forgotten, the
 * oldest first.
 */
export const tasksMax = 40_000;
/** Number of tasks that are forgotten at once, because one search may go through all tasks. */
const forgottenAtOnce = 1_000;
/** Maximum number of open tasks of a stay, and of ticked tasks in the header data of a bed (ours). */
export const openTasksMax = 20;
export const doneTasksMax = 10;

/**
 * The tasks by id, the task that was changed last at the end. Withdrawn tasks stay, so that a late change of a
 * withdrawn task is refused.
 */
export type TaskBook = Map<string, TaskState>;

/**
 * Folds an event into the book. Returns false if the event has no effect, for example because another event has already
 * changed the task.
 */
export function foldTask(book: TaskBook, event: PatientTaskEvent): boolean {
  const former = book.get(event.taskId);
  if (former?.eventId === event.eventId) return true;
  if ((former?.eventId ?? null) !== event.replaces) return false;
  const task = taskAfter(former, event);
  if (task === undefined) return false;
  book.delete(event.taskId);
  book.set(event.taskId, task);
  if (book.size > tasksMax) forgetTasks(book);
  return true;
}

/**
 * Forgets the ticked and withdrawn tasks that were changed longest ago. An open task may wait for days at a patient, so
 * open tasks are forgotten only if there are not enough other tasks. All dashboards forget the same tasks, because they
 * read the same log.
 */
function forgetTasks(book: TaskBook): void {
  let left = forgottenAtOnce;
  for (const mayBeOpen of [false, true])
    for (const [taskId, { act }] of book) {
      if (left === 0) return;
      if (!mayBeOpen && act !== 'done' && act !== 'withdrawn') continue;
      book.delete(taskId);
      left -= 1;
    }
}

/** Returns the task after an event; undefined if the event does not fit the task, such as a second tick. */
function taskAfter(former: TaskState | undefined, event: PatientTaskEvent): TaskState | undefined {
  const { eventId, taskId, associationId, act, at, text } = event;
  const by = event.by.name;
  if (former === undefined)
    return act === 'written' && text !== undefined ? { taskId, associationId, eventId, act, text, by, at } : undefined;
  if (!isPossible(former, act)) return undefined;
  const { done: _done, ...open } = former;
  return { ...open, eventId, act, ...(act === 'done' && { done: { by, at } }) };
}

function isPossible({ act: before }: TaskState, act: TaskAct): boolean {
  if (before === 'withdrawn' || act === 'written') return false;
  return act === 'withdrawn' || (act === 'reopened') === (before === 'done');
}

/**
 * Tasks of a stay that has ended are forgotten after this time (ours). Nobody can change these tasks, because no bed
 * shows them. The time is long, because a server that has just started may not have read the associations of all
 * devices yet. The topic keeps the records of the tasks.
 */
export const endedTasksKeptMs = dayMs;

/** By association id: since when the association of a task has belonged to no patient in a bed, ms since 1970. */
export type EndedSince = Map<string, number>;

/** Forgets the tasks of stays that ended `endedTasksKeptMs` ago, as far as this server has seen. */
export function forgetEndedTasks(state: LiveState, book: TaskBook, endedSince: EndedSince, nowMs: number): void {
  const stayOf = staysOfBeds(state);
  const ended = new Set<string>();
  for (const { associationId } of book.values())
    if (!ended.has(associationId) && !hasBed(state, stayOf(associationId))) ended.add(associationId);
  // If the clock was set back, the time until the tasks are forgotten begins again.
  for (const [associationId, sinceMs] of endedSince)
    if (!ended.has(associationId) || sinceMs > nowMs) endedSince.delete(associationId);
  for (const associationId of ended) if (!endedSince.has(associationId)) endedSince.set(associationId, nowMs);
  for (const [taskId, { associationId }] of book) {
    const sinceMs = endedSince.get(associationId);
    if (sinceMs !== undefined && nowMs - sinceMs >= endedTasksKeptMs) book.delete(taskId);
  }
}

const hasBed = ({ beds }: LiveState, stay: readonly string[]) => stay.some((id) => beds.get(id)?.period?.patient);

/**
 * Returns the number of open tasks of a bed's patient. Null if the number is not known, or if the viewer may not know
 * the number.
 */
export function openTaskCount(state: LiveState, viewer: Viewer, bed: BedState | undefined): number | null {
  if (!bed?.period?.patient || !state.areNotesRead || viewer.locked || !may(viewer, 'view-patients')) return null;
  return tasksFor(state, viewer, bed).filter(({ done }) => done === undefined).length;
}

/**
 * Gives each bed the tasks of its patient's stay. Called after each change of a task, and every few seconds, because
 * devices change.
 */
export function placeTasks(state: LiveState, book: TaskBook): void {
  const listOf = tasksOfStays(staysOfBeds(state), book);
  const lists = new Map<TaskState[] | undefined, readonly TaskState[]>();
  for (const bed of state.beds.values()) {
    const list = bed.period?.patient ? listOf.get(bed.associationId) : undefined;
    const tasks = lists.get(list) ?? listed(list ?? []);
    lists.set(list, tasks);
    const isSame =
      tasks.length === bed.tasks.length && tasks.every(({ eventId }, index) => eventId === bed.tasks[index]?.eventId);
    if (isSame) continue;
    bed.tasks = tasks;
    markHeaderChanged(state, bed);
  }
}

/**
 * Returns the tasks of each association of a stay, in the order of the book. Looks for each stay once and copies no
 * list, because this function runs every few seconds, and the live screens wait meanwhile.
 */
function tasksOfStays(stayOf: ReturnType<typeof staysOfBeds>, book: TaskBook): Map<string, TaskState[]> {
  const listOf = new Map<string, TaskState[]>();
  const listWrittenAt = new Map<string, TaskState[]>();
  for (const task of book.values()) {
    if (task.act === 'withdrawn') continue;
    const list = listWrittenAt.get(task.associationId) ?? newList(task.associationId);
    list.push(task);
  }
  return listOf;

  function newList(associationId: string): TaskState[] {
    const stay = stayOf(associationId);
    const existing = stay.map((id) => listOf.get(id)).find((list) => list !== undefined);
    const list = existing ?? [];
    listWrittenAt.set(associationId, list);
    for (const id of stay) listOf.set(id, list);
    return list;
  }
}

/** Returns the open tasks, the oldest first, and then the ticked tasks in the order in which they were ticked off. */
function listed(tasks: readonly TaskState[]): readonly TaskState[] {
  const open = tasks.filter(({ done }) => done === undefined).toSorted((a, b) => order(a, b));
  return [...open, ...tasks.filter(({ done }) => done !== undefined)];
}

const order = (a: TaskState, b: TaskState) => a.at.localeCompare(b.at) || a.taskId.localeCompare(b.taskId);

/** The tasks in the header data of a bed: the open tasks, and the tasks that were ticked off last. */
export function shownTasks(state: LiveState, viewer: Viewer, bed: BedState): { readonly tasks?: PatientTask[] } {
  const tasks = tasksFor(state, viewer, bed);
  const openCount = tasks.filter(({ done }) => done === undefined).length;
  const shown = [...tasks.slice(0, openCount), ...tasks.slice(openCount).slice(-doneTasksMax)];
  return shown.length === 0 ? {} : { tasks: shown.map(visibleTask) };
}

/**
 * Returns the tasks of a bed's patient, in the order of `listed`. A task may name the patient, so a locked screen gets
 * no tasks.
 */
export function tasksFor(
  { areNotesRead }: LiveState,
  viewer: Viewer,
  { tasks, period }: BedState,
): readonly TaskState[] {
  return !period?.patient || viewer.locked || !areNotesRead || !may(viewer, 'view-patients') ? [] : tasks;
}

/** Returns a task as screens show it. */
export function visibleTask({ taskId, eventId, text, by, at, done }: TaskState): PatientTask {
  return {
    ...{ taskId, eventId, text: visibleText(text), by: visibleText(by), at },
    ...(done && { done: { by: visibleText(done.by), at: done.at } }),
  };
}

export type TaskDecision =
  | { readonly ok: true; readonly event: PatientTaskEvent }
  | { readonly ok: false; readonly message: string };

/**
 * Decides a change of the tasks of a bed's patient.
 * @param newId returns a new UUID
 */
export function decideTask(
  { tasks, period, associationId }: BedState,
  body: TaskBody,
  { by, nowMs, newId }: { readonly by: Actor; readonly nowMs: number; readonly newId: () => string },
): TaskDecision {
  if (!period?.patient) return refused('No patient is at this bed, so a task would be about nobody.');
  const fields = { eventId: newId(), at: formatInstant(nowMs), by };
  if (body.act === 'written') {
    if (tasks.filter(({ done }) => done === undefined).length >= openTasksMax)
      return refused(`Not saved: the patient has ${openTasksMax} open tasks. Tick off or take back one of them first.`);
    return {
      ok: true,
      event: { ...fields, taskId: newId(), associationId, act: 'written', text: body.text, replaces: null },
    };
  }
  const { act, taskId, seen } = body;
  const task = tasks.find((candidate) => candidate.taskId === taskId);
  if (task === undefined || task.eventId !== seen || !isPossible(task, act)) return refused(taskChangedText);
  return { ok: true, event: { ...fields, taskId, associationId: task.associationId, act, replaces: task.eventId } };
}

/** The refusal for a person who has not seen the last change of the task. */
export const taskChangedText =
  'Not saved: somebody has changed this task, or taken it back, since you saw it. Look at the tasks that are shown now.';

const refused = (message: string): TaskDecision => ({ ok: false, message });
