/**
 * Remembers the events of a patient that the patient's last snapshot does not include. If no snapshot can be written
 * for a long time, these events are published again. So the next owner of the partition gets them, although it reads
 * only the newest part of `alarms` (snapshots.ts).
 */
import type { AlarmEvent } from '../../contracts/messages/alarms.ts';
import type { PartitionState } from './partition-state.ts';
import type { PatientEngine } from './patient-engine.ts';

/**
 * Maximum number of alarms of one patient whose last event is remembered (ours). Above it, alarms that have left the
 * screens are forgotten, the oldest first.
 */
const unsavedMax = 500;

/** Remembers an event, unless a later revision of the alarm is remembered. */
export function noteUnsavedEvent(engine: Pick<PatientEngine, 'unsavedEvents'>, event: AlarmEvent): void {
  const { unsavedEvents } = engine;
  const { alarmId, rev } = event.alarm;
  if ((unsavedEvents.get(alarmId)?.alarm.rev ?? 0) > rev) return;
  unsavedEvents.delete(alarmId);
  unsavedEvents.set(alarmId, event);
  if (unsavedEvents.size <= unsavedMax) return;
  for (const [id, { type }] of unsavedEvents) {
    if (type !== 'cleared') continue;
    unsavedEvents.delete(id);
    return;
  }
}

/** Adds the events that a snapshot would have included, if this snapshot was not written. */
export function restoreUnsavedEvents(engine: PatientEngine, before: ReadonlyMap<string, AlarmEvent>): void {
  const later = engine.unsavedEvents;
  engine.unsavedEvents = new Map(before);
  for (const event of later.values()) noteUnsavedEvent(engine, event);
}

/**
 * Publishes again what the patient's last snapshot does not include. All readers ignore a revision that they have, so
 * nothing changes on the screens.
 */
export function publishUnsaved({ options }: PartitionState, { unsavedEvents, inForce }: PatientEngine): void {
  for (const event of unsavedEvents.values()) options.emit(event);
  if (inForce.limits) options.publish({ type: 'limits-in-force', body: inForce.limits });
  if (inForce.standby) options.publish({ type: 'standby', body: inForce.standby });
}
