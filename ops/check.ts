/**
 * `npm start -- --check`: tests once that a recording raises an alarm on a clinician's screen. Starts a system in its
 * own state folder and on its own ports, so a running system is not disturbed.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { watchForAlarm } from './clinician.ts';
import { type PassedSettings, withoutComputedSettings } from './passed-on.ts';
import { freeKafkaPorts } from './platform/kafka-nodes.ts';
import { freeMetricsPorts, freePorts } from './platform/ports.ts';
import { type StartSettings, systemAddresses } from './settings.ts';
import { createSteps } from './steps.ts';
import { type System, startSystem } from './system.ts';

export type CheckResult = {
  readonly ok: boolean;
  /** Time from the command until all processes are ready, s. */
  readonly startupS: number;
  /** Time from the end of the start until the first alarm is on the screen, s; null if no alarm came. */
  readonly firstAlarmS: number | null;
  /** Number of values that reached the screen. */
  readonly readings: number;
  /** Number of physiological alarms that reached the screen. */
  readonly alarms: number;
  readonly reason?: string;
};

/** Longest wait for the first alarm. */
const alarmWaitMsMax = 120_000;

/** Runs the check and prints its result as one line of JSON. Returns the exit code. */
export async function runCheck(options: {
  readonly settings: StartSettings;
  readonly passed: PassedSettings;
  readonly startedAtMs: number;
  readonly signal: AbortSignal;
}): Promise<number> {
  const { startedAtMs, signal } = options;
  const stateDir = join(options.settings.stateDir, `check-${process.pid}`);
  const seconds = (fromMs: number) => Math.round((Date.now() - fromMs) / 100) / 10;
  const say = (text: string) => process.stderr.write(text);
  let system: System | undefined;
  let result: CheckResult = { ok: false, startupS: 0, firstAlarmS: null, readings: 0, alarms: 0 };
  try {
    const settings = await separateSettings(options.settings, stateDir);
    const steps = createSteps(say, Date.now);
    const passed = withoutComputedSettings(options.passed, systemAddresses(settings));
    const report = (line: string) => say(`${line}.\n`);
    system = await startSystem({ settings, passed, steps, report, signal, shortLived: true });
    const startupS = seconds(startedAtMs);
    const login = system.logins.find(({ role }) => role === 'physician');
    if (login === undefined) throw new VigilError('start-failed', 'There is no demo physician to log in.');
    result = { ...result, startupS };
    const { addresses } = system;
    const readyAtMs = Date.now();
    const seen = await steps.run('A clinician waits for an alarm', () =>
      watchForAlarm({ addresses, login, withinMs: alarmWaitMsMax, signal }),
    );
    const hasAlarm = seen.alarms > 0;
    const { values: readings, alarms } = seen;
    result = { ...result, readings, alarms, ok: hasAlarm, firstAlarmS: hasAlarm ? seconds(readyAtMs) : null };
    if (!hasAlarm) result = { ...result, reason: `no alarm reached the screen within ${alarmWaitMsMax / 1000} s` };
  } catch (error) {
    result = {
      ...result,
      ok: false,
      startupS: result.startupS || seconds(startedAtMs),
      reason: (error as Error).message,
    };
  }
  await system?.close();
  // The logs of a failed check stay, because they show the cause.
  if (result.ok) rmSync(stateDir, { recursive: true, force: true });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result.ok ? 0 : 1;
}

/** Returns the settings with another state folder and free ports. */
async function separateSettings(settings: StartSettings, stateDir: string): Promise<StartSettings> {
  const [httpPort = 0, mqttPort = 0, influxPort = 0] = await freePorts(3);
  const ports = {
    ...{ httpPort, mqttPort, influxPort },
    ...(await freeMetricsPorts()),
    ...(await freeKafkaPorts(settings.kafkaCopies)),
  };
  return { ...settings, ...ports, stateDir, demo: true, beds: settings.beds || 8 };
}
