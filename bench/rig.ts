/**
 * Starts Kafka, a gateway and simulated devices for an ingest benchmark. All of them use mutual TLS, and share a state
 * folder of their own.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCertificates } from '../certs/ensure.ts';
import { VigilError } from '../contracts/errors.ts';
import { type Child, saysReady, startChild } from '../ops/platform/child.ts';
import { type Kafka, startKafka } from '../ops/platform/kafka.ts';
import { freePorts } from '../ops/platform/ports.ts';
import { serviceEnv } from '../ops/platform/service-env.ts';
import { defaultSoftwareDir, ensureSoftware, type Software } from '../ops/platform/software.ts';
import type { Answer, Order } from './load.ts';
import { cpuSeconds } from './process-usage.ts';

export type Rig = {
  readonly stateDir: string;
  readonly software: Software;
  readonly softwareDir: string;
  readonly kafka: Kafka;
  readonly gateway: Child;
  /** Connects devices until `devices` are connected. Returns the duration, s. */
  connect(devices: number): Promise<number>;
  /**
   * Sends as fast as possible with `window` unacknowledged readings per device. Measures for `seconds` after a warm-up.
   */
  saturate(window: number, warmupS: number, seconds: number): Promise<Measured>;
  /** Sends `perS` readings per second in total. Measures for `seconds` after a warm-up. */
  pace(perS: number, warmupS: number, seconds: number): Promise<Measured>;
  close(): Promise<void>;
};

export type Measured = Extract<Answer, { kind: 'measured' }> & {
  readonly ackedPerS: number;
  /** CPU time of all threads of the gateway divided by the number of acknowledged readings, µs. */
  readonly cpuUsPerReading: number;
};

const root = join(import.meta.dirname, '..');

export async function startRig(options: {
  readonly devices: number;
  readonly report: (line: string) => void;
  /** Whether devices offer a key exchange that resists quantum computers (ML-KEM), as Node does by default. */
  readonly hybrid?: boolean | undefined;
  /** Folder for a CPU profile of the gateway. */
  readonly profileDir?: string | undefined;
}): Promise<Rig> {
  const { report } = options;
  const stateDir = join(root, '.vigil', `bench-${process.pid}`);
  const softwareDir = process.env.VIGIL_SOFTWARE_DIR || defaultSoftwareDir;
  const opened: (() => Promise<void> | void)[] = [() => rmSync(stateDir, { recursive: true, force: true })];
  const close = async () => {
    for (const close of opened.reverse()) await close();
  };
  try {
    const software = await ensureSoftware(softwareDir, report);
    report(`creating certificates for ${options.devices} devices`);
    const devices = Array.from({ length: options.devices }, (_, n) => `dev-${n}`);
    await ensureCertificates({ stateDir, devices, nowMs: Date.now() });
    report('starting Kafka and the gateway');
    const [port = 0, controllerPort = 0, mqttPort = 0] = await freePorts(3);
    const kafka = await startKafka({ software, stateDir, port, controllerPort });
    opened.push(() => kafka.close());
    const addresses = { stateDir, kafkaBrokers: kafka.broker, influxUrl: '', mqttPort, httpPort: 0 };
    const profile = options.profileDir ? ['--cpu-prof', `--cpu-prof-dir=${options.profileDir}`] : [];
    const gateway = startChild({
      name: 'gateway',
      command: process.execPath,
      args: [...profile, join(root, 'gateway', 'main.ts')],
      cwd: root,
      env: serviceEnv(addresses, 'gateway', { VIGIL_MQTT_CONNECTIONS_MAX: '16000' }),
      logFile: join(stateDir, 'logs', 'gateway.log'),
      isReady: saysReady,
    });
    opened.push(() => gateway.stop());
    await gateway.ready;
    const load = fork(join(import.meta.dirname, 'load.ts'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    opened.push(async () => {
      if (!load.connected) return;
      const exited = once(load, 'exit');
      load.disconnect();
      await exited;
    });
    const request = createRequest(load);

    const measure = async (order: Order): Promise<Measured> => {
      await request(order, 'measuring');
      const cpuSecondsBefore = cpuSeconds(gateway.pid);
      const measured = await request(undefined, 'measured');
      const cpuS = cpuSeconds(gateway.pid) - cpuSecondsBefore;
      return {
        ...measured,
        ackedPerS: Math.round(measured.acked / measured.seconds),
        cpuUsPerReading: Math.round((cpuS * 1e7) / measured.acked) / 10,
      };
    };

    return {
      stateDir,
      software,
      softwareDir,
      kafka,
      gateway,
      async connect(count) {
        const certs = join(stateDir, 'certs');
        const groups = options.hybrid ? 'X25519MLKEM768:X25519' : 'X25519:P-256';
        const order: Order = { do: 'connect', port: mqttPort, certs, devices: count, connectingMax: 8, groups };
        return (await request(order, 'connected')).seconds;
      },
      saturate: (window, warmupS, seconds) => measure({ do: 'saturate', window, warmupS, seconds }),
      pace: (perS, warmupS, seconds) => measure({ do: 'pace', perS, warmupS, seconds }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Returns the function that talks to the process of the devices. The function sends the order, if there is an order,
 * and waits for an answer of the given kind.
 */
function createRequest(load: ChildProcess) {
  return <Kind extends Answer['kind']>(order: Order | undefined, kind: Kind) =>
    new Promise<Extract<Answer, { kind: Kind }>>((resolve, reject) => {
      const onMessage = (answer: Answer) => {
        if (answer.kind !== kind) return;
        load.off('message', onMessage);
        load.off('exit', onExit);
        resolve(answer as Extract<Answer, { kind: Kind }>);
      };
      const onExit = () =>
        reject(
          new VigilError('start-failed', 'The process of the simulated devices has ended; the lines above say why.'),
        );
      load.on('message', onMessage);
      load.on('exit', onExit);
      if (order) load.send(order);
    });
}
