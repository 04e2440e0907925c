/**
 * Returns the usable part of a device's list of alarms that does not fit its schema (usable.ts says why). No alarm is left out: an alarm
 * with a member that cannot be read is still an alarm. If its priority cannot be read, it counts as the gravest. Pure.
 */
import { Compile } from 'typebox/compile';
import type { Fault } from '../errors.ts';
import { priorities } from '../priorities.ts';
import type { Priority } from './alarms.ts';
import { Instant } from './device.ts';
import { alertsMax, alertTextMax, DeviceAlert, DeviceAlerts } from './device-alerts.ts';
import { mustBe } from './member-rules.ts';
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
/** Members of an alarm that may be left out. */
const optional = (['since', 'parameter', 'side', 'value', 'limit', 'signal'] as const).map(
  (name) => [name, Compile(members[name])] as const,
);

/** An alarm whose code cannot be used. */
export const unknownCode = 'unknown';

/** Returns undefined if there is no list, or no time. The time decides to which patient the alarms belong. */
export function usableAlerts(sent: unknown): Usable<DeviceAlerts> | undefined {
  if (!isObject(sent) || !check.instant.Check(sent.time) || !Array.isArray(sent.alerts)) return undefined;
  const faults: Fault[] = [];
  const { sound, pausedUntil } = sent;
  const body: DeviceAlerts = {
    ...identityOf(sent, faults),
    time: sent.time,
    alerts: listOf(sent.alerts, faults),
    ...(check.sound.Check(sound) && { sound }),
    ...(check.instant.Check(pausedUntil) && { pausedUntil }),
  };
  if (sound !== undefined && body.sound === undefined) faults.push(fault(`${mustBe(['sound'])}.`));
  if (pausedUntil !== undefined && body.pausedUntil === undefined) faults.push(fault(`${mustBe(['pausedUntil'])}.`));
  return check.alerts.Check(body) ? { body, faults, stated: 0 } : undefined;
}

function listOf(sent: readonly unknown[], faults: Fault[]): DeviceAlert[] {
  const alerts = sent.map((item, at) => (check.alert.Check(item) ? item : mended(item, at, faults)));
  if (alerts.length <= alertsMax) return alerts;
  faults.push(fault(`alerts has more than ${alertsMax}: the gravest are used.`));
  const graver = (a: Priority, b: Priority) => priorities.indexOf(a) - priorities.indexOf(b);
  return alerts.sort((a, b) => graver(a.priority, b.priority)).slice(0, alertsMax);
}

/** Only the first fault is described in full: finding the reason takes time, and a list may be long. */
function mended(item: unknown, at: number, faults: Fault[]): DeviceAlert {
  faults.push(faults.length === 0 ? itemFault(check.alert.Errors(item), 'alerts', at) : fault('One more alarm.'));
  const sent: Members = isObject(item) ? item : {};
  const code = check.code.Check(sent.code) ? sent.code : unknownCode;
  const kept = optional.flatMap(([name, validator]) => {
    const value = sent[name];
    return value !== undefined && validator.Check(value) ? [[name, value] as const] : [];
  });
  return {
    code,
    priority: priorityOf(sent.priority),
    kind: check.kind.Check(sent.kind) ? sent.kind : 'physiological',
    text: textOf(sent.text) ?? (code === unknownCode ? 'Alarm that cannot be read' : code),
    ...Object.fromEntries(kept),
  };
}

/** BICEPS has a priority `none`, for an alarm that calls nobody (IEEE 11073-10207). It becomes our lowest priority. */
function priorityOf(sent: unknown): Priority {
  if (sent === 'none') return 'low';
  return check.priority.Check(sent) ? sent : 'high';
}

function textOf(sent: unknown): string | undefined {
  if (typeof sent !== 'string' || sent === '') return undefined;
  return sent.slice(0, alertTextMax);
}
