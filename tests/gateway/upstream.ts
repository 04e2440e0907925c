/**
 * Helpers for the tests of the upstream broker: a gateway behind a real Mosquitto, and devices that publish to
 * Mosquitto.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { type Mosquitto, startMosquitto } from '../independent/mosquitto.ts';
import { readAllRecords } from '../log-witness.ts';
import type { TestPlatform } from '../platform.ts';
import { devicePseudonym, openLogAs, type RunningProcess, startProcess } from '../system.ts';

export type Hospital = {
  readonly platform: TestPlatform;
  readonly mosquitto: Mosquitto;
  /** Starts a gateway that reads from Mosquitto. `more`: further settings, such as its client ids and its group. */
  startGateway(more?: Readonly<Record<string, string>>): Promise<RunningProcess>;
  /** Connects a device to Mosquitto, with a session that outlives the connection. */
  connect(deviceId: string, more?: IClientOptions): Promise<MqttClient>;
  /** Ends a session at Mosquitto, and so deletes the messages that wait in it. */
  endSession(clientId: string): Promise<void>;
  close(): Promise<void>;
};

export async function openHospital(platform: TestPlatform, more: readonly string[] = []): Promise<Hospital> {
  const certs = join(platform.stateDir, 'certs');
  const mosquitto = await startMosquitto({
    softwareDir: platform.softwareDir,
    directory: join(platform.stateDir, 'mosquitto'),
    certs,
    more: ['log_type all', 'log_timestamp true', ...more],
  });
  const clients: MqttClient[] = [];
  const gateways: RunningProcess[] = [];
  return {
    platform,
    mosquitto,
    async startGateway(settings = {}) {
      const gateway = await startProcess(platform, 'gateway', {
        VIGIL_UPSTREAM_URL: mosquitto.url,
        VIGIL_UPSTREAM_CA_FILE: join(certs, 'ca.pem'),
        VIGIL_UPSTREAM_CERT_FILE: join(certs, 'gateway.pem'),
        VIGIL_UPSTREAM_KEY_FILE: join(certs, 'gateway.key'),
        ...settings,
      });
      gateways.push(gateway);
      return gateway;
    },
    async connect(deviceId, options = {}) {
      const client = await connectAsync(mosquitto.url, {
        clientId: deviceId,
        protocolVersion: 5,
        ca: readFileSync(join(certs, 'ca.pem')),
        ...certificateOf(join(certs, 'devices'), deviceId),
        clean: false,
        reconnectPeriod: 200,
        properties: { sessionExpiryInterval: 3600 },
        ...options,
      });
      client.on('error', () => {});
      clients.push(client);
      return client;
    },
    async endSession(clientId) {
      const client = await connectAsync(mosquitto.url, {
        clientId,
        protocolVersion: 5,
        ca: readFileSync(join(certs, 'ca.pem')),
        ...certificateOf(certs, 'gateway'),
      });
      await client.endAsync();
    },
    async close() {
      for (const client of clients) await client.endAsync(true);
      for (const gateway of gateways) await gateway.close();
      await mosquitto.stop();
    },
  };
}

function certificateOf(directory: string, name: string) {
  return existsSync(join(directory, `${name}.pem`))
    ? { cert: readFileSync(join(directory, `${name}.pem`)), key: readFileSync(join(directory, `${name}.key`)) }
    : {};
}

/** Returns the certificate of a service, for a client that connects to Mosquitto and is not a device. */
export const serviceCertificate = ({ stateDir }: TestPlatform, name: string) =>
  certificateOf(join(stateDir, 'certs'), name);

export type Stream = {
  readonly deviceId: string;
  /** Sequence numbers that Mosquitto acknowledged. */
  readonly acknowledged: number[];
  published(): number;
  /** Returns the number of publishes that Mosquitto has not acknowledged. */
  unacknowledged(): number;
  stop(): void;
};

/**
 * Publishes readings 1, 2, 3, … of one boot, with at most `unacknowledgedMax` unacknowledged readings. Publishes a
 * reading again until Mosquitto has it.
 */
export function publishOn(
  client: MqttClient,
  deviceId: string,
  boot: string,
  {
    unacknowledgedMax,
    everyMs,
    count = Number.POSITIVE_INFINITY,
  }: { unacknowledgedMax: number; everyMs: number; count?: number },
): Stream {
  const acknowledged: number[] = [];
  let published = 0;
  let unacknowledged = 0;
  const send = (seq: number, payload: string): void => {
    client.publish(`devices/${deviceId}/observations`, payload, { qos: 1 }, (error) => {
      if (error) {
        setTimeout(send, 20, seq, payload);
        return;
      }
      unacknowledged -= 1;
      acknowledged.push(seq);
    });
  };
  const timer = setInterval(() => {
    // New readings wait until the client is connected, so that they do not overtake a failed reading.
    for (; client.connected && unacknowledged < unacknowledgedMax && published < count; unacknowledged += 1) {
      published += 1;
      send(published, JSON.stringify(reading(boot, published)));
    }
  }, everyMs);
  return {
    deviceId,
    acknowledged,
    published: () => published,
    unacknowledged: () => unacknowledged,
    stop: () => clearInterval(timer),
  };
}

export function reading(boot: string, seq: number): object {
  const values = [{ code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' }];
  return { boot, seq, time: new Date().toISOString(), values };
}

/** Returns for each device the sequence numbers of a boot in Kafka's order, without repeats. */
export async function storedSeqsByDevice(
  platform: TestPlatform,
  deviceIds: readonly string[],
  boot: string,
): Promise<number[][]> {
  const operator = await openLogAs(platform, 'operator');
  try {
    const recordsOfBoot = (await readAllRecords(operator, 'observations')).filter(
      ({ opened }) => opened.origin.boot === boot,
    );
    return deviceIds.map((deviceId) => {
      const writer = devicePseudonym(platform, deviceId);
      return [
        ...new Set(recordsOfBoot.flatMap(({ opened: { origin } }) => (origin.writer === writer ? [origin.seq] : []))),
      ];
    });
  } finally {
    await operator.close();
  }
}

export async function storedSeqs(platform: TestPlatform, deviceId: string, boot: string): Promise<number[]> {
  return (await storedSeqsByDevice(platform, [deviceId], boot))[0]!;
}

/** Returns how often the gateway's clients sent PUBACK, by Mosquitto's log. */
export function acknowledgedToBroker(mosquitto: Mosquitto, clientId = 'vigil'): number {
  return mosquitto.output().split(`Received PUBACK from ${clientId}`).length - 1;
}

/** Returns how often Mosquitto sent PUBLISH to the gateway's clients, by Mosquitto's log. */
export function sentByBroker(mosquitto: Mosquitto, clientId = 'vigil'): number {
  return mosquitto.output().split(`Sending PUBLISH to ${clientId}`).length - 1;
}
