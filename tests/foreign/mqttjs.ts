import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import {
  type Acknowledgement,
  createMailbox,
  type ForeignClient,
  type ForeignOptions,
  type GatewayAccess,
} from './client.ts';

/** Opens MQTT.js, which runs in the test process. */
export async function openMqttJs({ port, certsDir }: GatewayAccess): Promise<ForeignClient> {
  const openClients = new Set<MqttClient>();

  async function connect({ clientId, version, clean = true, expiryS = 0, will }: ForeignOptions) {
    const device = join(certsDir, 'devices', clientId.split('/')[0] ?? '');
    const { promise: ended, resolve: end } = Promise.withResolvers<number | undefined>();
    const messages = createMailbox<{ topic: string; payload: string }>();
    const client = await connectAsync(`mqtts://127.0.0.1:${port}`, {
      clientId,
      protocolVersion: version,
      clean,
      reconnectPeriod: 0,
      // Makes MQTT.js use topic aliases if the gateway allows them. The HiveMQ client uses topic aliases by default.
      ...(version === 5 ? { properties: { sessionExpiryInterval: expiryS }, autoAssignTopicAlias: true } : {}),
      ...(will ? { will: { ...will, payload: Buffer.from(will.payload), retain: false } } : {}),
      ca: readFileSync(join(certsDir, 'ca.pem')),
      cert: readFileSync(`${device}.pem`),
      key: readFileSync(`${device}.key`),
    });
    const { sessionPresent } = (client as { _connackPacket?: { sessionPresent?: boolean } })._connackPacket ?? {};
    openClients.add(client);
    let disconnectCode: number | undefined;
    client.on('error', () => {});
    client.on('disconnect', (packet) => {
      disconnectCode = packet.reasonCode;
    });
    client.on('close', () => end(disconnectCode));
    client.on('message', (topic, payload) => messages.put({ topic, payload: payload.toString() }));
    return {
      sessionPresent,
      ended,
      message: () => messages.take(),
      publish: (topic: string, payloads: readonly string[], qos: 0 | 1 | 2) =>
        Promise.all(payloads.map((payload) => publish(client, topic, payload, qos))),
      async subscribe(filter: string) {
        return await new Promise<number>((resolve, reject) => {
          client.on('packetreceive', (packet) => {
            if (packet.cmd === 'suback') resolve(Number(packet.granted[0]));
          });
          client.subscribe(filter, { qos: 1 }, (error) => {
            if (error) setTimeout(reject, 1_000, error);
          });
        });
      },
      async abandon() {
        client.stream.destroy();
      },
      async close() {
        await client.endAsync();
      },
    };
  }

  return {
    connect,
    async close() {
      for (const client of openClients) await client.endAsync(true);
    },
  };
}

async function publish(client: MqttClient, topic: string, payload: string, qos: 0 | 1 | 2): Promise<Acknowledgement> {
  try {
    const packet = await client.publishAsync(topic, payload, { qos });
    if (qos === 0) return undefined;
    return (packet as { reasonCode?: number } | undefined)?.reasonCode ?? 0;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code === 'number') return code;
    throw error;
  }
}
