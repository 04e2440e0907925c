/** The inputs of the fuzz tests: valid packets and payloads to be mutated, and the saved inputs of tests/corpus. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate, type Packet } from 'mqtt-packet';

export const corpusDir = join(import.meta.dirname, '..', 'corpus');

/** Common name in the certificate of every connection. */
export const deviceId = 'bed-07';
const topic = (kind: string) => `devices/${deviceId}/${kind}`;

export const observation = (seq: number) =>
  JSON.stringify({
    boot: 'b1',
    seq,
    time: '2026-03-01T12:00:00.000Z',
    intervalMs: 1000,
    values: [
      { code: 'MDC_ECG_HEART_RATE', value: 72, unit: '/min' },
      { code: 'MDC_PULS_OXIM_SAT_O2', validity: 'invalid' },
    ],
  });
const waveform = JSON.stringify({
  boot: 'b1',
  seq: 1,
  start: '2026-03-01T12:00:00.000Z',
  code: 'MDC_PULS_OXIM_PLETH',
  rateHz: 125,
  scale: 0.5,
  offset: -10,
  samples: 'AAABAAIAAwA=',
});
const status = JSON.stringify({ boot: 'b1', seq: 1, time: '2026-03-01T12:00:00.000Z', online: true, conditions: [] });

export type Version = 4 | 5;

const connects = (version: Version): Packet[] => {
  const base = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: version, clean: true, keepalive: 60 } as const;
  const will = { topic: topic('status'), payload: Buffer.from('{"online":false}'), qos: 1 as const, retain: true };
  const v5 =
    version === 5 ? { properties: { sessionExpiryInterval: 30, receiveMaximum: 5, userProperties: { a: 'b' } } } : {};
  return [
    { ...base, clientId: deviceId, ...v5 },
    { ...base, clientId: `${deviceId}/2`, clean: false, ...v5 },
    { ...base, clientId: '' },
    { ...base, clientId: deviceId, will, username: 'u', password: Buffer.from('p') },
    ...(version === 5
      ? [
          {
            ...base,
            clientId: deviceId,
            will: { ...will, properties: { willDelayInterval: 5, contentType: 'x' } },
            properties: { maximumPacketSize: 60, requestProblemInformation: false, topicAliasMaximum: 3 },
          },
        ]
      : []),
  ] as Packet[];
};

const others = (version: Version): Packet[] => {
  const v5 = (properties: object) => (version === 5 ? { properties } : {});
  const publish = (qos: 0 | 1 | 2, messageId: number, more: object = {}): Packet => ({
    cmd: 'publish',
    qos,
    messageId,
    dup: false,
    retain: false,
    topic: topic('observations'),
    payload: observation(messageId),
    ...more,
  });
  return [
    publish(0, 0),
    publish(1, 1),
    publish(1, 2, { topic: topic('status'), payload: status, retain: true }),
    publish(1, 3, { topic: topic('waveforms'), payload: waveform }),
    publish(1, 4, { payload: 'garbage' }),
    publish(1, 5, { topic: 'devices/bed-08/observations' }),
    publish(1, 6, { payload: Buffer.alloc(3_000, 0x20) }),
    publish(2, 7),
    publish(2, 7, { dup: true }),
    { cmd: 'pubrel', messageId: 7 },
    publish(2, 8, v5({ topicAlias: 1, messageExpiryInterval: 60, userProperties: { a: ['b', 'c'] } })),
    ...(version === 5
      ? [
          publish(1, 9, v5({ topicAlias: 1 })),
          publish(1, 10, { topic: '', ...v5({ topicAlias: 1 }) }),
          publish(1, 11, v5({ payloadFormatIndicator: true, contentType: 'application/json', responseTopic: 'x' })),
        ]
      : []),
    { cmd: 'pubrel', messageId: 8, ...(version === 5 ? { reasonCode: 0, properties: { reasonString: 'x' } } : {}) },
    { cmd: 'subscribe', messageId: 20, subscriptions: [{ topic: topic('inbox'), qos: 1 }] },
    {
      cmd: 'subscribe',
      messageId: 21,
      subscriptions: [
        { topic: '#', qos: 2 },
        { topic: '$share/g/x', qos: 0 },
      ],
      ...v5({ userProperties: { a: 'b' } }),
    },
    { cmd: 'unsubscribe', messageId: 22, unsubscriptions: [topic('inbox'), 'x/+/y'] },
    { cmd: 'puback', messageId: 30, ...(version === 5 ? { reasonCode: 16 } : {}) },
    { cmd: 'pubrec', messageId: 31 },
    { cmd: 'pubcomp', messageId: 32 },
    { cmd: 'pingreq' },
    { cmd: 'disconnect', ...(version === 5 ? { reasonCode: 4, properties: { sessionExpiryInterval: 1 } } : {}) },
    ...(version === 5
      ? [
          {
            cmd: 'auth',
            reasonCode: 0,
            properties: { authenticationMethod: 'x', authenticationData: Buffer.from('y') },
          },
        ]
      : []),
  ] as Packet[];
};

export type Seeds = { readonly connects: readonly Buffer[]; readonly others: readonly Buffer[] };

const encodedPackets = (packets: Packet[], version: Version) =>
  packets.map((packet) => generate(packet, { protocolVersion: version }));

export const seeds: Record<Version, Seeds> = {
  4: { connects: encodedPackets(connects(4), 4), others: encodedPackets(others(4), 4) },
  5: { connects: encodedPackets(connects(5), 5), others: encodedPackets(others(5), 5) },
};

/** Valid payloads for each kind of topic. */
export const payloadSeeds = [
  { kind: 'observations', text: observation(1) },
  {
    kind: 'observations',
    text: '{"time":"2026-03-01T12:00:00.000Z","values":[{"code":"MDC_TEMP_BODY","value":36.6,"unit":"Cel"}]}',
  },
  { kind: 'waveforms', text: waveform },
  { kind: 'status', text: status },
  { kind: 'status', text: '{"online":false}' },
  {
    kind: 'alerts',
    text: '{"boot":"b1","seq":1,"time":"2026-03-01T12:00:00.000Z","sound":"paused","alerts":[{"code":"MDC_EVT_APNEA","priority":"high","kind":"physiological","text":"APNEA"}]}',
  },
] as const;

export type SavedStream = { readonly name: string; readonly chunks: readonly Buffer[] };

/** Reads the streams of `tests/corpus/mqtt/*.hex`. Each line is one chunk from the socket; `#` begins a remark. */
export function savedStreams(): SavedStream[] {
  const directory = join(corpusDir, 'mqtt');
  return readdirSync(directory)
    .filter((name) => name.endsWith('.hex'))
    .sort()
    .map((name) => {
      const lines = readFileSync(join(directory, name), 'utf8').split('\n');
      const hex = lines.map((line) => line.replace(/#.*/, '').replace(/\s/g, '')).filter((line) => line !== '');
      return { name, chunks: hex.map((line) => Buffer.from(line, 'hex')) };
    });
}

export function saveStream(name: string, remark: string, chunks: readonly Buffer[]): string {
  const directory = join(corpusDir, 'mqtt');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${name}.hex`);
  writeFileSync(file, `# ${remark}\n${chunks.map((chunk) => chunk.toString('hex')).join('\n')}\n`);
  return file;
}

export type SavedPayload = { readonly name: string; readonly kind: string; readonly payload: Buffer };

/** Reads the payloads of `tests/corpus/payloads/<kind>-….bin`. */
export function savedPayloads(): SavedPayload[] {
  const directory = join(corpusDir, 'payloads');
  return readdirSync(directory)
    .filter((name) => name.endsWith('.bin'))
    .sort()
    .map((name) => ({ name, kind: name.split('-')[0]!, payload: readFileSync(join(directory, name)) }));
}

export function savePayload(kind: string, name: string, payload: Buffer): string {
  const directory = join(corpusDir, 'payloads');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${kind}-${name}.bin`);
  writeFileSync(file, payload);
  return file;
}
