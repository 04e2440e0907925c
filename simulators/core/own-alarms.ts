/** The alarms that a simulated monitor raises itself, and its own sound, as the scenario defines them. */
import type { DeviceAlert, DeviceAlerts } from '../../contracts/messages/device-alerts.ts';
import { effectAt, type Scenario } from './scenario.ts';

/** The whole list is sent again this often, so that a receiver that missed one is up to date after that (docs/integrator.md). */
export const againMs = 30_000;

/** The content of a message, without its sender and time. */
export type OwnAlarms = Pick<DeviceAlerts, 'alerts' | 'sound' | 'pausedUntil'>;

/** Returns whether the devices of a scenario send their own alarms. */
export function hasOwnAlarms({ episodes }: Scenario): boolean {
  return episodes.some(({ effect }) => effect === 'arrhythmia' || effect === 'sound-paused');
}

/** @param instantOf returns the device's own clock at an elapsed time */
export function ownAlarmsAt(
  scenario: Scenario,
  elapsedMs: number,
  instantOf: (elapsedMs: number) => string,
): OwnAlarms {
  const arrhythmia = effectAt(scenario, 'arrhythmia', elapsedMs);
  const paused = effectAt(scenario, 'sound-paused', elapsedMs);
  const alerts: DeviceAlert[] =
    arrhythmia === undefined
      ? []
      : [
          {
            code: 'MDC_EVT_ECG_V_TACHY',
            priority: 'high',
            kind: 'physiological',
            text: '*** VTACH',
            since: instantOf(elapsedMs - arrhythmia.sinceMs),
          },
        ];
  return paused === undefined
    ? { alerts, sound: 'on' }
    : { alerts, sound: 'paused', pausedUntil: instantOf(elapsedMs + paused.leftMs) };
}
