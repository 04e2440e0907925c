/** The set-up of the fault tests: three brokers, network relays, a gateway, and devices that publish all the time. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCertificates } from '../../certs/ensure.ts';
import { unassignedAssociation } from '../../log/envelope/pseudonym.ts';
import { partitionOf } from '../../log/kafka/connect.ts';
import { freePorts } from '../../ops/platform/ports.ts';
import { defaultSoftwareDir, ensureSoftware } from '../../ops/platform/software.ts';
import { type RunningProcess, root, startProcess } from '../system.ts';
import { type Broker, type Cluster, startCluster } from './cluster.ts';
import { type Device, startDevice } from './device.ts';
import type { Evidence } from './evidence.ts';
import { type Network, type Relay, startNetwork } from './network.ts';
import { isRunning, thaw } from './process.ts';
import { ensureToxiproxy } from './toxiproxy.ts';
import { judge } from './verdict.ts';
import { readIndependently } from './witness.ts';

export type Scene = {
  readonly stateDir: string;
  readonly cluster: Cluster;
  readonly network: Network;
  readonly gateway: RunningProcess;
  /** Relay between the devices and the gateway. */
  readonly deviceRelay: Relay;
  /** Starts devices. Each start of a device has a new boot id. */
  openFleet(options?: FleetOptions): Fleet;
  /**
   * Repairs the effects of all faults. After the repair, all processes run, all relays are open, and every replica is
   * in sync.
   */
  repairAll(): Promise<void>;
  close(): Promise<void>;
};

export type FleetOptions = {
  /** Index of the first device, from 0. */
  readonly from?: number;
  /** Number of devices. */
  readonly size?: number;
  /** Time between two readings of a device. */
  readonly everyMs?: number;
  /** Keep Alive in seconds. A device closes a connection that is silent for 1.5 times this period. */
  readonly keepAliveS?: number;
};

export type Fleet = {
  readonly devices: readonly Device[];
  /** Returns the number of acknowledged readings of all devices. */
  acknowledged(): number;
  /** Returns the number of successful connections of all devices. */
  connections(): number;
  /** Returns the broker that leads the partitions of most of these devices. */
  leader(): Promise<Broker>;
  /** Stops making readings, and waits until every reading is acknowledged. */
  finish(withinMs?: number): Promise<void>;
  /** Compares the acknowledgements with the readings in Kafka. Call it after `finish`. */
  evidence(): Promise<Evidence>;
  close(): void;
};

const fleetMax = 12;
/** Options for removing the state folder. Retries, because a log file that is being closed can appear again. */
const removeOptions = { recursive: true, force: true, maxRetries: 10, retryDelay: 200 } as const;
const finishMsMax = 180_000;

/**
 * Starts brokers, relays and a gateway.
 * @param options.name folder inside `.vigil/`; starts with `test-<pid>`, so that the next run finds and removes it
 * after a crash
 */
export async function openScene(options: {
  readonly name: string;
  readonly report: (line: string) => void;
  readonly gatewaySettings?: Readonly<Record<string, string>>;
}): Promise<Scene> {
  const { report } = options;
  const startedMs = Date.now();
  const softwareDir = process.env.VIGIL_SOFTWARE_DIR || defaultSoftwareDir;
  const stateDir = join(root, '.vigil', options.name);
  const devices = Array.from({ length: fleetMax }, (_, i) => `dev-${String(i + 1).padStart(2, '0')}`);
  const closers: (() => Promise<unknown>)[] = [async () => rmSync(stateDir, removeOptions)];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    mkdirSync(join(stateDir, 'logs'), { recursive: true, mode: 0o700 });
    const software = await ensureSoftware(softwareDir, report);
    const program = await ensureToxiproxy(softwareDir, report);
    await ensureCertificates({ stateDir, devices, nowMs: Date.now() });
    const network = await startNetwork({ program, stateDir });
    closers.push(network.close);
    const cluster = await startCluster({ software, stateDir, network });
    closers.push(cluster.close);
    report(`three brokers are up after ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
    const [mqttPort = 0] = await freePorts(1);
    const addresses = { stateDir, kafkaBrokers: cluster.relayAddresses, influxUrl: '', mqttPort, httpPort: 0 };
    const gateway = await startProcess(addresses, 'gateway', options.gatewaySettings);
    closers.push(gateway.close);
    const deviceRelay = await network.startRelay('devices', mqttPort);
    const openFleet = (fleet: FleetOptions = {}) => startFleet({ ...fleet, stateDir, cluster, deviceRelay, devices });
    const repairAll = async () => {
      await Promise.all(
        [deviceRelay, ...cluster.brokers.map(({ relay }) => relay)].map((relay) => relay.removeFaults()),
      );
      for (const node of [cluster.controller, ...cluster.brokers]) {
        if (node.isUp()) node.thaw();
        else await node.start();
      }
      if (isRunning(gateway.pid())) thaw(gateway.pid());
      else await gateway.start();
      await cluster.untilAllInSync();
    };
    return { stateDir, cluster, network, gateway, deviceRelay, openFleet, repairAll, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function startFleet(
  options: FleetOptions & {
    readonly stateDir: string;
    readonly cluster: Cluster;
    readonly deviceRelay: Relay;
    readonly devices: readonly string[];
  },
): Fleet {
  const { stateDir, cluster, deviceRelay, from = 0, size = 6, everyMs = 50, keepAliveS = 10 } = options;
  const pseudonymKey = readFileSync(join(stateDir, 'secrets', 'pseudonym.key'), 'utf8').trim();
  const devices = options.devices.slice(from, from + size).map((deviceId, i) =>
    startDevice({
      deviceId,
      boot: `f${randomBytes(6).toString('hex')}`,
      port: () => deviceRelay.port,
      certsDir: join(stateDir, 'certs'),
      // A third of the devices uses MQTT 5 with QoS 1, a third MQTT 3.1.1 with clean sessions, and a third MQTT 5 with
      // QoS 2.
      version: i % 3 === 1 ? 4 : 5,
      qos: i % 3 === 2 ? 2 : 1,
      everyMs,
      keepAliveS,
    }),
  );
  const partitions = devices.map(({ deviceId }) =>
    partitionOf('observations', unassignedAssociation(pseudonymKey, deviceId)),
  );
  return {
    devices,
    acknowledged: () => devices.reduce((sum, device) => sum + device.acknowledged.length, 0),
    connections: () => devices.reduce((sum, device) => sum + device.connections(), 0),
    async leader() {
      const states = await cluster.partitions('observations');
      const partitionCount = (broker: Broker) => partitions.filter((p) => states[p]?.leader === broker.nodeId).length;
      const [leader] = [...cluster.brokers].sort((a, b) => partitionCount(b) - partitionCount(a));
      if (leader === undefined || partitionCount(leader) === 0)
        throw new Error('no broker leads a partition of these devices');
      return leader;
    },
    async finish(withinMs = finishMsMax) {
      const deadline = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => deadline.reject(new Error(`some readings were not acknowledged within ${withinMs} ms`)),
        withinMs,
      );
      try {
        await Promise.race([Promise.all(devices.map((device) => device.finish())), deadline.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
    async evidence() {
      const boots = devices.map(({ boot }) => boot);
      const stored = await readIndependently({ stateDir, brokers: cluster.directAddresses, boots });
      const outOfOrder = devices.reduce((sum, device) => sum + device.outOfOrder(), 0);
      return { verdict: judge(devices, stored), outOfOrder, stored };
    },
    close() {
      for (const device of devices) device.close();
    },
  };
}
