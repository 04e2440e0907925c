/** Computes what has happened to the patients of a ward since the beginning of a shift. Pure. */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import { alarmText } from '../../../contracts/alarm-text.ts';
import { isCovering, responsibleAt } from '../../../contracts/duties.ts';
import { dutiesOf } from '../../../contracts/duty-state.ts';
import type { TaskState } from '../../../contracts/messages/patient-tasks.ts';
import type { Patient } from '../../../contracts/messages/records.ts';
import { type OpenPoint, openPoints } from '../../../contracts/open-points.ts';
import { limitGroups } from '../../../contracts/parameters.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import { isSigned } from '../../../log/audit/chain.ts';
import type {
  LimitsChange,
  NewsAt,
  NoStartNewsReason,
  ShiftPatient,
  ShiftSummary,
} from '../../protocol/shift-summary.ts';
import type { ReviewedAlarm } from './alarm-review.ts';
import { beginReview, type ReviewSource } from './alarm-review-query.ts';
import type { AuditedRecord } from './audit-filter.ts';
import { chargeNurses, type Member } from './board-context.ts';
import type { DutyBoard } from './duty-board.ts';
import { commandOfDetail } from './limit-answers.ts';
import { limitsText } from './limits-text.ts';
import { tasksFor, visibleTask } from './patient-tasks.ts';
import { seesWard, type Viewer } from './rights.ts';
import { alarmsOfBed, headOf, visiblePatient } from './screen.ts';
import { highestNews, newsNow } from './shift-news.ts';
import { audienceOf, type BedState, type LiveState } from './state.ts';

/** Maximum number of changes of limits that the summary lists for one patient. */
const changesMax = 20;
/** Maximum number of ticked tasks that the summary lists for one patient. */
const doneTasksMax = 40;
/** Maximum number of open points that the summary lists for one patient. */
const openMax = 60;

/** A patient at a bed, with all devices of the patient there. */
export type PatientAtBed = { readonly bed: string; readonly patient: Patient; readonly devices: readonly BedState[] };

export type ShiftSource = Omit<ReviewSource, 'state'> & {
  readonly state: LiveState;
  readonly fromMs: number;
  /** The records about changes of limits since the beginning, the oldest first. */
  readonly changes: readonly AuditedRecord[];
  /** By patient id. A patient is missing if InfluxDB did not answer in time. */
  readonly atStart: ReadonlyMap<string, NewsAt | NoStartNewsReason>;
};

/** Returns the patients of a ward that the viewer may see, by bed. @param bed undefined for all beds */
export function patientsOfShift(
  state: LiveState,
  viewer: Viewer,
  ward: string,
  bed: string | undefined,
): PatientAtBed[] {
  const patients = new Map<string, PatientAtBed & { readonly devices: BedState[] }>();
  for (const device of state.beds.values()) {
    const { period } = device;
    if (!period?.patient || audienceOf(device) !== ward || !seesWard(viewer, ward)) continue;
    const bedName = visibleText(period.bed);
    if (bed !== undefined && bed !== bedName) continue;
    const key = JSON.stringify([bedName, period.patient.patientId]);
    const former = patients.get(key);
    if (former) former.devices.push(device);
    else patients.set(key, { bed: bedName, patient: period.patient, devices: [device] });
  }
  return [...patients.values()].sort((a, b) => a.bed.localeCompare(b.bed, 'en', { numeric: true }));
}

/** Sorts alarms by patient. The caller adds the alarms in parts, so that other work can run between the parts. */
export type PatientAlarms = {
  add(alarms: readonly ReviewedAlarm[]): void;
  /** Returns the alarms of a patient, in the order in which they were added. */
  of(patientId: string): readonly ReviewedAlarm[];
};

/**
 * @param patients only the alarms of these patients are kept
 */
export function beginPatientAlarms(
  { associations }: Pick<LiveState, 'associations'>,
  patients: ReadonlySet<string>,
): PatientAlarms {
  const alarmsOf = new Map<string, ReviewedAlarm[]>();
  const alarmsOfAssociation = new Map<string, ReviewedAlarm[]>();
  for (const { periods } of associations.values())
    for (const { associationId, patient } of periods) {
      if (!patient || !patients.has(patient.patientId)) continue;
      const alarms = alarmsOf.get(patient.patientId) ?? [];
      alarmsOf.set(patient.patientId, alarms);
      alarmsOfAssociation.set(associationId, alarms);
    }
  return {
    add(alarms) {
      for (const alarm of alarms) alarmsOfAssociation.get(alarm.first.associationId)?.push(alarm);
    },
    of: (patientId) => alarmsOf.get(patientId) ?? [],
  };
}

/**
 * Counts the alarms of one patient. The caller adds the alarms in parts, so that other work can run between the parts.
 */
export function beginAlarmCount(source: ShiftSource, viewer: Viewer, { devices }: PatientAtBed) {
  const [{ associationId }] = devices as readonly [BedState, ...BedState[]];
  const review = beginReview(source, viewer, { from: formatInstant(source.fromMs), associationId }, 1);
  return {
    add: review.add,
    /** Returns the counts; null if the server has not read the alarms. */
    result(): ShiftPatient['alarms'] {
      if (!source.book.isRead) return null;
      const { counts, byCondition } = review.result();
      const { total, high, medium, low, unanswered } = counts;
      const [most] = byCondition;
      const commonest = most ? { condition: most.condition, alarms: most.alarms } : null;
      return { total, high, medium, low, unanswered, commonest };
    },
  };
}

/**
 * Returns the associations of a patient whose stored scores count as the scores at the beginning. Only associations in
 * wards of the viewer count.
 * @param max maximum number, the newest associations first
 */
export function associationsAtStart(
  { associations }: Pick<LiveState, 'associations'>,
  viewer: Viewer,
  patientId: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  max = 4,
): string[] {
  const found: { readonly associationId: string; readonly fromMs: number }[] = [];
  for (const { periods } of associations.values())
    for (const { associationId, patient, ward, from, to } of periods) {
      if (patient?.patientId !== patientId || !seesWard(viewer, visibleText(ward))) continue;
      const beganMs = parseInstant(from) ?? Number.POSITIVE_INFINITY;
      const endedMs = to === null ? Number.POSITIVE_INFINITY : (parseInstant(to) ?? 0);
      if (beganMs < toMs && endedMs > fromMs) found.push({ associationId, fromMs: beganMs });
    }
  return found
    .sort((a, b) => b.fromMs - a.fromMs)
    .slice(0, max)
    .map(({ associationId }) => associationId);
}

export function summaryOfPatient(
  source: ShiftSource,
  viewer: Viewer,
  { bed, patient, devices }: PatientAtBed,
  alarms: ShiftPatient['alarms'],
): ShiftPatient {
  const { state, nowMs, changes, atStart } = source;
  const [first] = devices as readonly [BedState, ...BedState[]];
  const { patientId, familyName, givenName, birthDate } = visiblePatient(patient);
  const heads = devices.map((device) => headOf(state, viewer, device));
  const standby = heads.find((head) => head.standby)?.standby ?? null;
  const note = heads.find((head) => head.note)?.note ?? null;
  const allChanges = changes.flatMap((entry) => changeOf(source, entry, viewer, patient.patientId));
  return {
    associationId: first.associationId,
    bed,
    patient: { patientId, familyName, givenName, ...(birthDate !== undefined && { birthDate }) },
    sinceMs: earliest(devices.map(({ period }) => parseInstant(period?.from ?? ''))),
    alarms,
    changes: allChanges.slice(-changesMax),
    changesLeftOut: Math.max(0, allChanges.length - changesMax),
    limitsOff: limitsOff(heads.map(({ limits }) => limits)),
    standby: standby && {
      sinceMs: parseInstant(standby.since) ?? nowMs,
      untilMs: parseInstant(standby.until) ?? nowMs,
      reason: visibleText(standby.reason),
      by: visibleText(standby.by.name),
    },
    news2:
      patient.category === 'adult'
        ? {
            now: highestNews(devices.map(({ associationId }) => newsNow(state.scores.get(associationId), nowMs))),
            atStart: atStart.get(patient.patientId) ?? 'no-answer',
          }
        : { now: 'not-adult', atStart: 'not-adult' },
    ...openOf(source, viewer, devices, heads),
    note: note && { text: note.text, by: note.by, atMs: parseInstant(note.at) ?? nowMs },
    // All devices of a patient have the same tasks.
    tasks: tasksOf(tasksFor(state, viewer, first), source.fromMs),
    nurse: first.nurse ?? null,
  };
}

function earliest(times: readonly (number | undefined)[]): number | null {
  const present = times.filter((ms) => ms !== undefined);
  return present.length === 0 ? null : Math.min(...present);
}

/**
 * Returns the change of limits in a record; nothing if the record is about another patient, or about a ward that the
 * viewer may not see.
 */
function changeOf(
  { book, state }: Pick<ShiftSource, 'book' | 'state'>,
  { record, atMs, verified }: AuditedRecord,
  viewer: Viewer,
  patientId: string,
): LimitsChange[] {
  if (record.patientId !== patientId || !seesWard(viewer, record.ward ?? null)) return [];
  const { actor, detail } = record;
  const signed = isSigned(record) ? record : undefined;
  const by = visibleText('name' in actor ? actor.name : actor.userId);
  const group = limitGroups.find((name) => detail?.startsWith(`${name} `)) ?? null;
  const [from, to] = [signed?.changedFrom ?? null, signed?.changedTo ?? null];
  const commandId = commandOfDetail(detail) ?? '';
  // `state` has an answer at once, but forgets it early. `book` gets the answer later, and keeps it for longer.
  const answer = book.limitAnswers.get(commandId) ?? state.answers.get(commandId)?.answer;
  const outcome = answer === undefined ? 'unknown' : answer.accepted ? 'made' : 'refused';
  return [
    {
      ...{ atMs, by, group, from: from && visibleText(from), to: to && visibleText(to), isProven: verified, outcome },
      ...(outcome === 'refused' && answer?.reason !== undefined && { reason: visibleText(answer.reason) }),
    },
  ];
}

type Limits = ReturnType<typeof headOf>['limits'];

/** Returns the groups whose limits are off at one of the devices; null if the limits of a device are not known. */
function limitsOff(limits: readonly Limits[]): ShiftPatient['limitsOff'] {
  const published = limits.filter((entry) => entry !== null);
  if (published.length < limits.length) return null;
  const off = new Map(
    published
      .flatMap(({ groups }) => groups)
      .flatMap((entry) => (entry.off ? [[entry.group, entry.off] as const] : [])),
  );
  return [...off].map(([group, { reason, until }]) => ({
    group,
    reason: visibleText(reason),
    untilMs: parseInstant(until ?? '') ?? null,
  }));
}

function openOf(
  { state, nowMs }: ShiftSource,
  viewer: Viewer,
  devices: readonly BedState[],
  heads: readonly ReturnType<typeof headOf>[],
): Pick<ShiftPatient, 'open' | 'openLeftOut'> {
  const points = devices.flatMap(({ associationId }, index) => {
    const alarms = alarmsOfBed(state, viewer, associationId, -1);
    const limits = heads[index]?.limits ?? null;
    return openPoints({ associationId, alarms, limits, standby: null }, nowMs);
  });
  return { open: points.slice(0, openMax).flatMap(openText), openLeftOut: Math.max(0, points.length - openMax) };
}

/**
 * Returns the open tasks, and the tasks that were ticked off since the beginning. If there are more than `doneTasksMax`
 * ticked tasks, the oldest of them are only counted.
 */
function tasksOf(tasks: readonly TaskState[], fromMs: number): ShiftPatient['tasks'] {
  const entry = (text: string, { by, at }: { readonly by: string; readonly at: string }) => ({
    ...{ text, by, atMs: parseInstant(at) ?? fromMs },
  });
  const ticked = tasks.filter(({ done }) => done && (parseInstant(done.at) ?? fromMs) >= fromMs);
  return {
    open: tasks
      .filter(({ done }) => done === undefined)
      .map((task) => entry(visibleText(task.text), visibleTask(task))),
    done: ticked
      .slice(-doneTasksMax)
      .map(visibleTask)
      .flatMap(({ text, done }) => (done ? [entry(text, done)] : [])),
    doneLeftOut: Math.max(0, ticked.length - doneTasksMax),
  };
}

function openText(point: OpenPoint): ShiftPatient['open'] {
  switch (point.type) {
    case 'alarm': {
      const [text, { priority }] = [visibleText(alarmText(point.alarm)), point.alarm];
      return [{ type: 'alarm', text, priority, isUnanswered: isUnanswered(point.alarm) }];
    }
    case 'pause': {
      const untilMs = parseInstant(point.until);
      return [{ type: 'pause', text: visibleText(alarmText(point.alarm)), ...(untilMs !== undefined && { untilMs }) }];
    }
    case 'limits': {
      const { group, base, own } = point.group;
      const [from, to] = [limitsText(base, undefined), visibleText(limitsText(base, own))];
      return [{ type: 'limits', text: group, from, to }];
    }
    case 'standby':
    case 'note':
    case 'task':
      return [];
  }
}

/** Returns who is responsible for the whole ward, and whether the assignments are read and used. */
export function dutiesOfShift(
  board: DutyBoard,
  ward: string,
  members: readonly Member[],
  nowMs: number,
): Pick<ShiftSummary, 'duties' | 'chargeNurses' | 'physicians'> {
  if (!board.isRead) return { duties: 'unread', chargeNurses: [], physicians: [] };
  if (dutiesOf(board.duties, ward).version === 0) return { duties: 'unused', chargeNurses: [], physicians: [] };
  const physicians = responsibleAt(board.duties, { ward, duty: 'physician' }, nowMs).filter(
    (person) => isCovering(person) && members.some(({ userId }) => userId === person.userId),
  );
  return {
    duties: 'used',
    chargeNurses: chargeNurses(board.duties, { ward, members }, nowMs).map(({ name }) => visibleText(name)),
    physicians: physicians.map(({ name }) => visibleText(name)),
  };
}
