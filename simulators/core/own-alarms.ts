/**
 * The alarms that a simulated monitor itself raises, and the state of the monitor's sound. The scenario defines both.
 */
import type { DeviceAlert, DeviceAlerts } from '../../contracts/messages/device-alerts.ts';
import { effectAt, type Scenario } from './scenario.ts';

/**
 * How often the device repeats the whole list. So a receiver that missed a message gets the present list
 * (docs/integrator.md).
 */
export const ownAlarmsRepeatMs = 30_000;

/** The content of a message, without its sender and time. */
export type OwnAlarms = Pick<DeviceAlerts, 'alerts' | 'sound' | 'pausedUntil'>;

/** Returns whether the devices of a scenario send their own alarms. */
export function hasOwnAlarms({ episodes }: Scenario): boolean {
  return episodes.some(({ effect }) => effect === 'arrhythmia' || effect === 'sound-paused');
}

/**
 * Returns the monitor's own alarms and the state of its sound at an elapsed time.
 * @param instantOf returns the time of the device's clock at an elapsed time
 */
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
    : { alerts, sound: 'paused', pausedUntil: instantOf(elapsedMs + paused.remainingMs) };
}
