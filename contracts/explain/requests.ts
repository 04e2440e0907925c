/**
 * Finds the requests of persons about an alarm or its bed (in the commands and the audit trail), and the engine's
 * answers.
 */
import type { Command, CommandAnswer } from '../messages/alarms.ts';
import type { AnyAuditRecord } from '../messages/records.ts';
import { parseInstant } from '../time.ts';
import type { AlarmRecords } from './records.ts';

export type Request = {
  readonly commandId: string;
  readonly type: Command['type'];
  /** When the person asked, ms since 1970. */
  readonly atMs: number;
  readonly name: string;
  /** The alarm that an acknowledgement names. */
  readonly alarmId?: string | undefined;
};

const commandTypes: Partial<Record<AnyAuditRecord['action'], Command['type']>> = {
  'alarm-acknowledged': 'acknowledge',
  'audio-paused': 'pause-audio',
};

/** Returns the requests by command id. The audit trail still has a request after Kafka has deleted the command. */
export function requestsOf({ commands, audit }: AlarmRecords): ReadonlyMap<string, Request> {
  const requests = new Map<string, Request>();
  for (const record of audit.items) {
    const type = commandTypes[record.action];
    const commandId = /; command (\S+)$/.exec(record.detail ?? '')?.[1];
    if (type === undefined || commandId === undefined || !('role' in record.actor)) continue;
    const { alarmId, actor } = record;
    requests.set(commandId, { commandId, type, atMs: parseInstant(record.at) ?? 0, name: actor.name, alarmId });
  }
  for (const { body } of commands.items) {
    const { commandId, type, by } = body;
    const alarmId = body.type === 'acknowledge' ? body.alarmId : undefined;
    requests.set(commandId, { commandId, type, atMs: parseInstant(body.at) ?? 0, name: by.name, alarmId });
  }
  return requests;
}

export type Refusal = { readonly request: Request; readonly answer: CommandAnswer; readonly appendedMs: number };

/** Returns each refused acknowledgement of this alarm once, in the order of the log. */
export function refusalsOf(records: AlarmRecords): Refusal[] {
  const requests = requestsOf(records);
  const refusals = new Map<string, Refusal>();
  for (const { body: answer, appendedMs } of records.alarms.answers) {
    const request = requests.get(answer.commandId);
    if (answer.accepted || answer.type !== 'acknowledge' || request?.alarmId !== records.alarmId) continue;
    if (!refusals.has(answer.commandId)) refusals.set(answer.commandId, { request, answer, appendedMs });
  }
  return [...refusals.values()];
}
