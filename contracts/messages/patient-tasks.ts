/** Messages about the tasks of a patient: what a person must still do, such as "blood gas at 22:00". */
import { type Static, Type } from 'typebox';
import { taskCharactersMax } from '../note-length.ts';
import { Instant } from './device.ts';
import { Actor, AssociationId } from './records.ts';

const closed = { additionalProperties: false } as const;
const Id = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });

/**
 * `reopened`: the tick was taken back. `withdrawn`: the task was taken back, because it was a mistake or is not needed.
 */
export const taskActs = ['written', 'done', 'reopened', 'withdrawn'] as const;
export type TaskAct = (typeof taskActs)[number];

/**
 * In the topic `notes`, with the key `associationId`: a person wrote, ticked off or took back a task. `associationId`
 * is the association at which the task was written. This id stays the same after the patient gets other devices. The
 * event has an effect only if the last event of this task has the id `replaces` (null: the task is new). So if two
 * persons change a task at the same time on two dashboards, one of the changes is refused.
 */
export const PatientTaskEvent = Type.Object(
  {
    eventId: Id,
    taskId: Id,
    associationId: AssociationId,
    /** By the dashboard's clock; only for people. */
    at: Instant,
    by: Actor,
    act: Type.Enum([...taskActs]),
    /** The text of the task; only with `written`. */
    text: Type.Optional(Type.String({ minLength: 1, maxLength: taskCharactersMax })),
    replaces: Type.Union([Id, Type.Null()]),
  },
  closed,
);
export type PatientTaskEvent = Static<typeof PatientTaskEvent>;

/** A task as screens show it. `eventId` is its last event. */
export const PatientTask = Type.Object(
  {
    ...{ taskId: Id, eventId: Id, text: Type.String(), by: Type.String(), at: Instant },
    /** Who ticked the task off, and when; absent for an open task. */
    done: Type.Optional(Type.Object({ by: Type.String(), at: Instant }, closed)),
  },
  closed,
);
export type PatientTask = Static<typeof PatientTask>;

/** A task with its association and the act of its last event. */
export type TaskState = PatientTask & { readonly associationId: string; readonly act: TaskAct };
