/**
 * Runs all of Vigil on one machine: starts the processes in order, supervises them, and stops them in the reverse
 * order.
 */
import { join } from 'node:path';
import { ensureCertificates } from '../certs/ensure.ts';
import { ensurePrivateDirectory } from '../certs/files.ts';
import { canaryDeviceId } from '../contracts/canary.ts';
import type { Environment } from '../process/settings.ts';
import { startSteadyClock } from '../process/system-clock.ts';
import { writeAddresses } from './addresses.ts';
import { awaitWithGrace } from './bounded.ts';
import { ensureClient } from './client.ts';
import { clockEnv, clockLog } from './clock.ts';
import { demoDevices, ensureDemoAccounts, ensureDemoAdmissions, ensureWards, type Login } from './demo.ts';
import { requireDisk } from './disk.ts';
import { gatewayProcesses, restartOneByOne } from './gateways.ts';
import { takeLock } from './lock.ts';
import { noPassedSettings, type PassedSettings, serverNamesOf } from './passed-on.ts';
import { replicationOf } from './platform/copies.ts';
import { isBackupServiceUnreachable, startInflux } from './platform/influx.ts';
import { startBroker } from './platform/kafka.ts';
import {
  ensureClusterId,
  kafkaNodes,
  memberOf,
  recordThatAllBrokersHaveData,
  requireDataOfTheseBrokers,
} from './platform/kafka-nodes.ts';
import { requireFreePorts } from './platform/ports.ts';
import type { SystemAddresses } from './platform/service-env.ts';
import { ensureSoftware } from './platform/software.ts';
import { ensureTopics } from './platform/topics.ts';
import { type ProcessName, type ProcessOptions, startProcess } from './processes.ts';
import { readCertificateState, startRenewal } from './renewal.ts';
import { type StartSettings, startSettings, systemAddresses } from './settings.ts';
import type { Steps } from './steps.ts';
import { type Supervised, supervise } from './supervisor.ts';

export type System = {
  readonly addresses: SystemAddresses;
  readonly logins: readonly Login[];
  readonly processes: readonly Supervised[];
  /**
   * Restarts the gateways one after the other. While one of several gateways restarts, the other gateways accept
   * readings.
   */
  restartGateways(): Promise<void>;
  close(): Promise<void>;
};

export type SystemOptions = {
  readonly settings: StartSettings;
  readonly steps: Steps;
  /** Called with one sentence about each event after the start, for instance a process that ended by itself. */
  readonly report: (line: string) => void;
  /** Aborts the start. */
  readonly signal: AbortSignal;
  /** Settings that the processes get in addition to the settings that follow from `settings`. */
  readonly passed?: PassedSettings;
  /**
   * An environment with the settings of the hospital's own broker (`gatewayProcesses`). Absent for `--check`, because
   * the check must not receive messages of real patients.
   */
  readonly upstream?: Environment;
  /** Whether the system runs for minutes only (KafkaOptions.shortLived). */
  readonly shortLived?: boolean;
};

/** The parts of one stage are stopped together. Later stages are stopped before earlier stages. */
type Stage = 'ground' | 'stores' | 'processes' | 'simulators' | 'upkeep';
const stages: readonly Stage[] = ['ground', 'stores', 'processes', 'simulators', 'upkeep'];
type Closing = { readonly stage: Stage; readonly close: () => Promise<void> };

const kafkaGraceMs = 30_000;
/**
 * How long a running step may still take when everything stops. Longer than the 10 s after which a process that starts
 * is killed.
 */
const stepGraceMs = 15_000;

/**
 * Starts all processes. If a start fails, stops the processes that were started before.
 * @throws VigilError with one sentence
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  const opened: Closing[] = [];
  const stopping = new AbortController();
  const close = async () => {
    // From here on the supervisors start no process again.
    stopping.abort();
    const all = opened.splice(0);
    for (const stage of stages.toReversed()) {
      await Promise.all(all.filter((part) => part.stage === stage).map((part) => part.close()));
    }
  };
  try {
    const signal = AbortSignal.any([options.signal, stopping.signal]);
    return await start({ ...options, signal }, opened, close);
  } catch (error) {
    await close();
    throw error;
  }
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the order in which processes start, read from top to bottom.
async function start(options: SystemOptions, opened: Closing[], close: () => Promise<void>): Promise<System> {
  const { settings, steps, report, signal, shortLived = false, passed = noPassedSettings, upstream = {} } = options;
  const { stateDir } = settings;
  const processes: Supervised[] = [];
  const addresses = systemAddresses(settings);
  const step = <T>(title: string, work: (remark: (line: string) => void) => Promise<T>) => {
    signal.throwIfAborted();
    return steps.run(title, (remark) => awaitWithGrace(work(remark), signal, stepGraceMs));
  };
  const addToStage = async (stage: Stage, starting: Promise<Supervised>) => {
    const supervised = await starting;
    processes.push(supervised);
    opened.push({ stage, close: supervised.close });
    if (signal.aborted) await supervised.close();
  };
  const addProcess = (program: ProcessName, more: Pick<ProcessOptions, 'name' | 'args' | 'env'> = {}) =>
    addToStage(
      program === 'simulators' ? 'simulators' : 'processes',
      supervise({
        name: more.name ?? program,
        report,
        signal,
        // A restarted process gets the time of the running processes, even if somebody has set the machine's clock.
        start: (stopSignal) =>
          startProcess(addresses, program, {
            ...more,
            env: { ...passed[program], ...more.env, ...clockEnv(clock) },
            logLevel: settings.logLevel,
            signal: stopSignal,
          }),
      }),
    );
  /**
   * Starts all brokers at the same time, because a broker becomes ready only if another broker runs. Then creates the
   * topics.
   */
  const startBrokers = async () => {
    const nodes = kafkaNodes(settings).map(({ name, ...node }) => {
      const member = memberOf(settings, { name, ...node }, clusterId);
      const broker = { software, stateDir, ...node, ...(member && { member }), shortLived };
      const start = (stopSignal: AbortSignal) => startBroker({ ...broker, signal: stopSignal });
      return addToStage('stores', supervise({ name, report, signal, graceMs: kafkaGraceMs, start }));
    });
    await allOrFirstError(nodes);
    const replication = replicationOf(settings.kafkaCopies);
    for (const change of await ensureTopics(addresses.kafkaBrokers, join(stateDir, 'certs'), replication))
      report(change);
    recordThatAllBrokersHaveData(stateDir);
  };
  const clock = startSteadyClock({ log: clockLog(report), replace: false });
  opened.push({ stage: 'ground', close: async () => clock.close() });
  const gateways = gatewayProcesses(settings.gateways, settings.metricsPort, upstream);

  ensurePrivateDirectory(stateDir);
  requireDisk(stateDir, settings.diskFreeMbMin);
  const lock = takeLock(stateDir);
  opened.push({ stage: 'ground', close: async () => lock.release() });
  requireDataOfTheseBrokers(stateDir, settings);
  const clusterId = ensureClusterId(stateDir, settings);
  await requireFreePorts(portsOf(settings));

  await step('Certificates', async () => {
    const names = serverNamesOf(passed);
    const devices = [canaryDeviceId, ...demoDevices(settings.beds)];
    await ensureCertificates({ stateDir, devices, names, nowMs: Date.now() });
    ensureWards(stateDir);
  });
  const certificateState = readCertificateState(stateDir);
  const software = await step('Java, Kafka, InfluxDB', (remark) => ensureSoftware(settings.softwareDir, remark));
  await step('Browser client', () => ensureClient());
  let logins: Login[] = [];
  // If the hospital has its own file of accounts, no demo accounts are added to this file.
  const demoAccounts = settings.demo && passed.dashboard.VIGIL_ACCOUNTS_FILE === undefined;
  await step(demoAccounts ? 'Kafka, InfluxDB, demo accounts' : 'Kafka, InfluxDB', () =>
    allOrFirstError([
      demoAccounts ? ensureDemoAccounts(stateDir).then((made) => (logins = made)) : Promise.resolve(),
      startBrokers(),
      addToStage(
        'stores',
        supervise({
          name: 'influxdb',
          report,
          signal,
          start: async (stopSignal) =>
            (await startInflux({ software, stateDir, port: settings.influxPort, signal: stopSignal })).child,
        }),
      ),
    ]),
  );
  writeAddresses(stateDir, addresses);
  if (!isBackupServiceUnreachable)
    report(
      "Other users of this machine can reach InfluxDB's backup service, which has no login: let no other user log in",
    );
  // The witness starts before the processes that write the audit trail. It is stopped together with them (the stage
  // `processes`), so it may not have seen their last records.
  await step('Witness of the audit trail', () => addProcess('witness'));
  await step('Gateway, alarms, trends, delivery, strips, dashboard, canary', () =>
    allOrFirstError([
      addProcess('alarms'),
      addProcess('trends'),
      addProcess('delivery'),
      addProcess('strips'),
      addProcess('dashboard'),
      addProcess('canary'),
      ...gateways.map((more) => addProcess('gateway', more)),
      settings.demo ? ensureDemoAdmissions(addresses, settings.beds, Date.now()) : Promise.resolve(),
    ]),
  );
  if (settings.beds > 0) {
    const args = ['--beds', String(settings.beds), '--scenario', settings.scenario, '--json'];
    await step(`${settings.beds} simulated beds`, () => addProcess('simulators', { args }));
  }
  signal.throwIfAborted();
  const renewal = startRenewal({
    stateDir,
    names: serverNamesOf(passed),
    stateBeforeStart: certificateState,
    processes,
    updateKafkaPermissions: () =>
      ensureTopics(addresses.kafkaBrokers, join(stateDir, 'certs'), replicationOf(settings.kafkaCopies)),
    report,
    nowMs: Date.now,
  });
  opened.push({ stage: 'upkeep', close: renewal.close });
  const gatewayNames = new Set(gateways.map(({ name }) => name));
  return {
    addresses,
    logins,
    processes,
    restartGateways: () => restartOneByOne(processes.filter(({ name }) => gatewayNames.has(name))),
    close,
  };
}

/**
 * Waits until all promises are settled, and then throws the first error. So everything that was opened in the meantime
 * can be closed.
 */
async function allOrFirstError(work: Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

function portsOf(settings: StartSettings) {
  const names = [
    'httpPort',
    'mqttPort',
    'metricsPort',
    'alarmsMetricsPort',
    'canaryMetricsPort',
    'dashboardMetricsPort',
    'trendsMetricsPort',
    'witnessMetricsPort',
    'deliveryMetricsPort',
    'stripsMetricsPort',
    'influxPort',
  ] as const;
  const furtherGateways = Array.from({ length: settings.gateways - 1 }, (_, index) => ({
    setting: startSettings.metricsPort.env,
    port: settings.metricsPort + index + 1,
  }));
  const brokers = kafkaNodes(settings).flatMap(({ port, controllerPort }) => [
    { setting: startSettings.kafkaPort.env, port },
    { setting: startSettings.kafkaControllerPort.env, port: controllerPort },
  ]);
  const mainPorts = names.map((name) => ({ setting: startSettings[name].env, port: settings[name] }));
  return [...mainPorts, ...brokers, ...furtherGateways];
}
