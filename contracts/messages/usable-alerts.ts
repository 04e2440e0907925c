/**
 * Finds the usable part of a list of a device's alarms, if the list does not fit its schema (usable.ts explains why).
 * An alarm with an unusable member stays in the list. An unusable priority becomes the highest priority. Pure.
 */
import { Compile } from 'typebox/compile';
import type { Fault } from '../errors.ts';
import { priorityRank } from '../priorities.ts';
import type { Priority } from './alarms.ts';
import { Instant } from './device.ts';
import { alertsMax, alertTextMax, DeviceAlert, DeviceAlerts } from './device-alerts.ts';
import { requirementText } from './member-rules.ts';
import { fault, identityOf, isObject, itemFault, type Members, type Usable } from './usable.ts';

const members = DeviceAlert.properties;
const check = {
  alerts: Compile(DeviceAlerts),
  alert: Compile(DeviceAlert),
  instant: Compile(Instant),
  code: Compile(members.code),
  priority: Compile(members.priority),
  kind: Compile(members.kind),
  sound: Compile(DeviceAlerts.properties.sound),
};
/** The optional members of an alarm, with their validators. */
const optionalMembers = (['since', 'parameter', 'side', 'value', 'limit', 'signal'] as const).map(
  (name) => [name, Compile(members[name])] as const,
);

/** Replaces an unusable code of an alarm. */
export const unknownCode = 'unknown';

/**
 * Returns the usable part of a message with a list of alarms. Undefined if there is no list, or no usable time, because
 * the time decides which patient the alarms belong to.
 */
export function usableAlerts(sent: unknown): Usable<DeviceAlerts> | undefined {
  if (!isObject(sent) || !check.instant.Check(sent.time) || !Array.isArray(sent.alerts)) return undefined;
  const faults: Fault[] = [];
  const { sound, pausedUntil } = sent;
  const body: DeviceAlerts = {
    ...identityOf(sent, faults),
    time: sent.time,
    alerts: repairAlerts(sent.alerts, faults),
    ...(check.sound.Check(sound) && { sound }),
    ...(check.instant.Check(pausedUntil) && { pausedUntil }),
  };
  if (sound !== undefined && body.sound === undefined) faults.push(fault(`${requirementText(['sound'])}.`));
  if (pausedUntil !== undefined && body.pausedUntil === undefined)
    faults.push(fault(`${requirementText(['pausedUntil'])}.`));
  return check.alerts.Check(body) ? { body, faults, replacedCount: 0 } : undefined;
}

function repairAlerts(sent: readonly unknown[], faults: Fault[]): DeviceAlert[] {
  const alerts = sent.map((alert, index) => (check.alert.Check(alert) ? alert : repairAlert(alert, index, faults)));
  if (alerts.length <= alertsMax) return alerts;
  faults.push(fault(`alerts has more than ${alertsMax} alarms: only the most serious alarms are used.`));
  return alerts.sort((a, b) => priorityRank[b.priority] - priorityRank[a.priority]).slice(0, alertsMax);
}

/**
 * Returns an alarm with its unusable members replaced. Only the first fault has a reason, because finding a reason
 * takes long.
 */
function repairAlert(alert: unknown, index: number, faults: Fault[]): DeviceAlert {
  faults.push(
    faults.length === 0
      ? itemFault(check.alert.Errors(alert), 'alerts', index)
      : fault('One more alarm does not fit its schema.'),
  );
  const sent: Members = isObject(alert) ? alert : {};
  const code = check.code.Check(sent.code) ? sent.code : unknownCode;
  const usableMembers = optionalMembers.flatMap(([name, validator]) => {
    const value = sent[name];
    return value !== undefined && validator.Check(value) ? [[name, value] as const] : [];
  });
  return {
    code,
    priority: priorityOf(sent.priority),
    kind: check.kind.Check(sent.kind) ? sent.kind : 'physiological',
    text: textOf(sent.text) ?? (code === unknownCode ? 'Alarm that cannot be read' : code),
    ...Object.fromEntries(usableMembers),
  };
}

/**
 * Returns the priority; `high` if it is unusable. The priority `none` of BICEPS (IEEE 11073-10207: an alarm without a
 * signal) becomes `low`.
 */
function priorityOf(sent: unknown): Priority {
  if (sent === 'none') return 'low';
  return check.priority.Check(sent) ? sent : 'high';
}

function textOf(sent: unknown): string | undefined {
  if (typeof sent !== 'string' || sent === '') return undefined;
  return sent.slice(0, alertTextMax);
}
