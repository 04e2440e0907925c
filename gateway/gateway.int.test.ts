import { randomUUID } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../certs/ensure.ts';
import { hourMs, minuteMs } from '../contracts/durations.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import { unassignedAssociation } from '../log/envelope/pseudonym.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { serviceEnv } from '../ops/platform/service-env.ts';
import { readSettings } from '../process/settings.ts';
import { connectMqtt, type DeviceRecord, publishFor, recordsOf } from '../tests/gateway/gateway.ts';
import {
  admitted,
  associate,
  devicePseudonym,
  openLogAs,
  ownPorts,
  type RunningProcess,
  startProcess,
  until,
} from '../tests/system.ts';
import { gatewaySettings } from './settings.ts';

const platform = await ownPorts(inject('platform'));
/** Makes the names of this run unique, because other test files use the same platform. */
const run = randomUUID().slice(0, 6);
const device = (name: string) => `${name}-${run}`;
const names = ['clock', 'assigned', 'numbered', 'bad', 'will', 'inbox', 'old', 'moved', 'killed', 'drained'].map(
  device,
);
const spo2 = { code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' };
const iso = (ms: number) => new Date(ms).toISOString();

let gateway: RunningProcess;
let operator: SealedLog;
const clients: MqttClient[] = [];
const connect = async (...[name, more]: [string, Parameters<typeof connectMqtt>[2]?]) => {
  const client = await connectMqtt(platform, device(name), more);
  clients.push(client);
  return client;
};
const unassigned = (deviceId: string) =>
  unassignedAssociation(readSettings(gatewaySettings, serviceEnv(platform, 'gateway')).pseudonymKey, deviceId);

beforeAll(async () => {
  await ensureCertificates({ stateDir: platform.stateDir, devices: names, nowMs: Date.now() });
  operator = await openLogAs(platform, 'operator');
  gateway = await startProcess(platform, 'gateway');
});
afterAll(async () => {
  for (const client of clients) await client.endAsync(true);
  await gateway?.close();
  await operator?.close();
});

describe('a reading', () => {
  it('an acknowledged reading is in Kafka under the association of its own time, byte for byte as the device sent it', async () => {
    const nowMs = Date.now();
    const today = { ...admitted('7', 'ICU', 'Now'), from: iso(nowMs - hourMs) };
    const yesterday = {
      ...admitted('7', 'ICU', 'Before'),
      from: iso(nowMs - 24 * hourMs),
      to: iso(nowMs - 2 * hourMs),
    };
    await associate(platform, operator, device('assigned'), 1, yesterday, today);
    const client = await connect('assigned');
    const topic = `devices/${device('assigned')}/observations`;
    await until('the gateway uses the association', async () => {
      await publishFor(client, topic, { time: iso(Date.now()), values: [spo2] });
      const seen = await recordsOf(operator, 'observations', device('assigned'));
      return seen.some(({ key }) => key === today.associationId);
    });
    // A clock may drift by up to 17 s in a day (decision 17). So an old reading close to a change would be unclear.
    const times: [number, string][] = [
      [nowMs, today.associationId],
      [nowMs - hourMs + minuteMs, today.associationId],
      [nowMs - hourMs - minuteMs, unassigned(device('assigned'))],
      [nowMs - 2 * hourMs + minuteMs, unassigned(device('assigned'))],
      [nowMs - 2 * hourMs - minuteMs, yesterday.associationId],
      [nowMs - 24 * hourMs + minuteMs, yesterday.associationId],
      [nowMs - 24 * hourMs - minuteMs, unassigned(device('assigned'))],
    ];
    // The JSON has unusual spaces and order, which must be the same in Kafka.
    const readingText = (seq: number, ms: number) =>
      `{ "values": [ {"unit":"%", "value":9.70e1, "code":"MDC_PULS_OXIM_SAT_O2"} ],\n "seq": ${seq}, "boot": "b-${run}", "time": "${iso(ms)}" }`;
    // The readings come newest first, but have numbers in the order of their times.
    const seqOf = (index: number) => times.length - index;
    let freshSeq = times.length;
    await until('a reading has arrived within 1 s of its time, which shows that the clock is right', async () => {
      const sentMs = Date.now();
      await publishFor(client, topic, readingText(++freshSeq, sentMs));
      return Date.now() - sentMs < 1000;
    });
    for (const [index, [ms]] of times.entries())
      expect(await publishFor(client, topic, readingText(seqOf(index), ms), index % 2 ? 2 : 1)).toBe(0);
    const records = await recordsOf(operator, 'observations', device('assigned'));
    for (const [index, [ms, associationId]] of times.entries()) {
      const record = records.find(
        ({ opened }) => opened.origin.boot === `b-${run}` && opened.origin.seq === seqOf(index),
      );
      expect(record).toMatchObject({
        key: associationId,
        opened: {
          contentType: contentTypes.observation,
          origin: { topic: 'observations', key: associationId, writer: devicePseudonym(platform, device('assigned')) },
        },
      });
      expect(record?.opened.plaintext.toString()).toContain(`"reading":${readingText(seqOf(index), ms)}}`);
    }
  });

  it('the gateway numbers the readings of each connection if the device does not number them', async () => {
    const topic = (kind: string) => `devices/${device('numbered')}/${kind}`;
    const wave = {
      start: iso(Date.now()),
      code: 'MDC_PULS_OXIM_PLETH',
      rateHz: 125,
      scale: 1,
      offset: 0,
      samples: 'AAAA',
    };
    for (let round = 0; round < 2; round += 1) {
      const client = await connect('numbered', { protocolVersion: 4 });
      for (let i = 0; i < 3; i += 1)
        await publishFor(client, topic('observations'), { time: iso(Date.now()), values: [spo2] });
      await publishFor(client, topic('waveforms'), { ...wave, samples: 'AAAAAAAA' });
      await client.endAsync();
    }
    const observations = (await recordsOf(operator, 'observations', device('numbered'))).filter(
      ({ opened }) => opened.contentType === contentTypes.observation,
    );
    const boots = [...new Set(observations.map(({ opened }) => opened.origin.boot))];
    expect(boots).toHaveLength(2);
    for (const boot of boots) {
      const ofBoot = observations.filter(({ opened }) => opened.origin.boot === boot);
      expect(ofBoot.map(({ opened }) => opened.origin.seq)).toEqual([1, 2, 3]);
    }
    const waves = await recordsOf(operator, 'waveforms', device('numbered'));
    expect(waves.map(({ opened }) => [opened.contentType, opened.origin.seq])).toEqual([
      [contentTypes.waveform, 1],
      [contentTypes.waveform, 1],
    ]);
  });

  it('a reading that was moved to another place in Kafka cannot be opened', async () => {
    const client = await connect('moved');
    await publishFor(client, `devices/${device('moved')}/observations`, { time: iso(Date.now()), values: [spo2] });
    const records: { key: string; value: Buffer }[] = [];
    const { createReader } = await import('../log/kafka/reader.ts');
    const { pino } = await import('pino');
    const reader = await createReader(operator.kafka, {
      group: `operator-${randomUUID()}`,
      topics: ['observations'],
      start: 'beginning',
      log: pino({ level: 'silent' }),
      onRecords: (batch) => {
        for (const { key, value } of batch.records)
          if (value && key === unassigned(device('moved'))) records.push({ key, value });
      },
    });
    await reader.caughtUp;
    await reader.close();
    const [first] = records;
    if (!first) throw new Error('the reading is not in Kafka');
    const open = async (topic: 'observations' | 'waveforms', key: string) =>
      operator.open({ topic, key, value: first.value });
    await expect(open('observations', first.key)).resolves.toBeDefined();
    await expect(open('observations', unassigned(device('bad')))).rejects.toMatchObject({ code: 'sealed-moved' });
    await expect(open('waveforms', first.key)).rejects.toMatchObject({ code: 'sealed-moved' });
  });
});

describe('bad input', () => {
  const ownTopic = `devices/${device('bad')}/observations`;
  const good = { time: iso(Date.now()), values: [spo2] };
  const impossible = { code: 'MDC_TEMP_BODY', value: 31_415.926, unit: 'Cel' };
  const rows: [name: string, topic: string, payload: string | Buffer | object, code: string, reasonCode: number][] = [
    ['garbage', ownTopic, 'garbage', 'payload-not-json', 0x99],
    ['bytes', ownTopic, Buffer.from([0xff, 0x00, 0xfe]), 'payload-not-utf8', 0x99],
    ['an empty payload', ownTopic, '', 'payload-not-json', 0x99],
    ['values that are not a list', ownTopic, { ...good, values: {} }, 'payload-schema', 0x99],
    ['only an impossible value', ownTopic, { ...good, values: [impossible] }, 'value-implausible', 0x99],
    ['only an unknown code', ownTopic, { ...good, values: [{ ...spo2, code: 'MDC_NO' }] }, 'code-unknown', 0x99],
    ['a time ahead', ownTopic, { ...good, time: iso(Date.now() + hourMs) }, 'time-invalid', 0x99],
    ['a time long ago', ownTopic, { ...good, time: '1970-01-01T00:00:00.000Z' }, 'time-invalid', 0x99],
    ['another device’s topic', 'devices/bed-01/observations', good, 'topic-not-authorized', 0x87],
    ['its own inbox', `devices/${device('bad')}/inbox`, good, 'topic-not-authorized', 0x87],
    ['an unknown topic', 'somewhere/else', good, 'topic-unknown', 0x90],
    ['$SYS', '$SYS/x', good, 'topic-unknown', 0x90],
  ];

  it.each([
    [5, 1],
    [5, 2],
    [4, 1],
  ] as const)(
    'when bad input is answered, it is in rejected with its reason, MQTT %i, QoS %i',
    async (protocolVersion, qos) => {
      const client = await connect('bad', { protocolVersion });
      const before = (await recordsOf(operator, 'rejected', device('bad'))).length;
      for (const [name, topic, payload, , reasonCode] of rows) {
        expect([name, await publishFor(client, topic, payload, qos)]).toEqual([
          name,
          protocolVersion === 5 ? reasonCode : 0,
        ]);
      }
      const records = (await recordsOf(operator, 'rejected', device('bad'))).slice(before);
      expect(records.map(({ body }) => [body.code, body.topic])).toEqual(
        rows.map(([, topic, , code]) => [code, topic]),
      );
      for (const [index, [, , payload]] of rows.entries()) {
        const bytes = Buffer.isBuffer(payload)
          ? payload
          : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
        expect(records[index]?.body.payload).toBe(bytes.toString('base64'));
        expect(records[index]?.key).toBe(devicePseudonym(platform, device('bad')));
      }
      await client.endAsync();
    },
  );

  it('the gateway writes a notice for the bed if readings are refused because of their time', async () => {
    const client = await connect('clock');
    const topic = `devices/${device('clock')}/observations`;
    for (const time of [iso(Date.now() + hourMs), '1970-01-01T00:00:00.000Z', iso(Date.now() + hourMs)])
      expect(await publishFor(client, topic, { time, values: [spo2] })).toBe(0x99);
    const notices = await until('both notices are in Kafka', async () => {
      const records = await recordsOf(operator, 'observations', device('clock'));
      const codes = records.flatMap(({ body }) => (body.notice === undefined ? [] : [body.notice]));
      return codes.length > 1 && codes;
    });
    // Each notice is written at most once in 15 s.
    expect(notices).toEqual(['refused-ahead', 'refused-old']);
    await client.endAsync();
  });

  it('a fault in one part of a reading does not hide the rest of the reading', async () => {
    const client = await connect('bad');
    const mixed = { boot: `mixed-${run}`, seq: 1, ...good, values: [spo2, impossible, null], firmware: '2' };
    expect(await publishFor(client, ownTopic, mixed)).toBe(0);
    const storedRecords = (await recordsOf(operator, 'observations', device('bad'))).filter(
      ({ opened }) => opened.origin.boot === `mixed-${run}`,
    );
    // The reading is byte for byte in the log, and a reader gets the part that can be used.
    expect(storedRecords.map(({ opened }) => Buffer.from(opened.plaintext).toString())).toEqual([
      expect.stringContaining(JSON.stringify(mixed)),
    ]);
    expect(storedRecords).toMatchObject([{ body: { reading: { values: [spo2, impossible] } } }]);
    expect((await recordsOf(operator, 'rejected', device('bad'))).at(-1)).toMatchObject({
      body: { code: 'payload-schema', payload: Buffer.from(JSON.stringify(mixed)).toString('base64') },
    });
  });

  it.each<[string, (text: string) => Buffer]>([
    ['a byte order mark', (text) => Buffer.from(`\ufeff${text}`)],
    ['a trailing NUL', (text) => Buffer.from(`${text}\0`)],
    ['a byte of Latin-1', (text) => Buffer.from(text.replace('{', '{"note":"M\xfcller",'), 'latin1')],
    ['a second, empty list of values', (text) => Buffer.from(text.replace(/\}$/, ',"values":[]}'))],
  ])('a payload with %s does not hide a good value, and its bytes are in rejected', async (_name, change) => {
    const client = await connect('bad');
    const boot = `mend-${randomUUID().slice(0, 8)}`;
    const payload = change(JSON.stringify({ boot, seq: 1, ...good, values: [spo2] }));
    expect(await publishFor(client, ownTopic, payload)).toBe(0);
    const storedRecords = (await recordsOf(operator, 'observations', device('bad'))).filter(
      ({ opened }) => opened.origin.boot === boot,
    );
    expect(storedRecords).toMatchObject([{ body: { reading: { values: [spo2] } } }]);
    expect((await recordsOf(operator, 'rejected', device('bad'))).at(-1)).toMatchObject({
      body: { kept: true, payload: payload.toString('base64') },
    });
    await client.endAsync();
  });

  it('the payload of bad input is not in the log lines of the gateway', () => {
    expect(gateway.output()).toContain('payload-not-json');
    expect(gateway.output()).not.toMatch(/garbage|"values"|31415\.926/);
  });
});

describe('a connection', () => {
  it('the start, the take-over and the loss of connections are in Kafka within a second, with the wills', async () => {
    const status = `devices/${device('will')}/status`;
    const will = { topic: status, payload: Buffer.from('{"online":false}'), qos: 1 as const, retain: true };
    const first = await connect('will', { will });
    await publishFor(first, status, { online: true, time: iso(Date.now()) });
    const second = await connect('will', { will });
    await publishFor(second, status, { online: true, time: iso(Date.now()) });
    const lostAtMs = Date.now();
    second.stream.destroy();
    const records = await until('the end of the second connection is in Kafka', async () => {
      const records = await recordsOf(operator, 'observations', device('will'));
      return records.length >= 7 && records;
    });
    const events = records.map(({ opened, body }) =>
      opened.contentType === contentTypes.connection
        ? `${body.connected ? 'connected' : 'gone'}${body.reason ? `: ${body.reason}` : ''}`
        : `status ${(body.reading as { online: boolean }).online}`,
    );
    expect(events).toEqual([
      'connected',
      'status true',
      'status false',
      'connected: taken-over',
      'status true',
      'status false',
      'gone: will',
    ]);
    // The test platform's certificates are valid, so the end of the device's certificate is in the future.
    expect(Date.parse(String(records[0]?.body.certificateEndsAt))).toBeGreaterThan(lostAtMs);
    expect(records.at(-1)?.body).not.toHaveProperty('certificateEndsAt');
    const connectionLostMs = Date.parse(String(records.at(-1)?.body.receivedAt));
    expect(connectionLostMs - lostAtMs).toBeLessThan(1_000);
    expect(records.map(({ opened }) => opened.origin.writer === 'gateway')).toEqual(
      events.map((line) => !line.startsWith('status')),
    );
  });
});

describe('the inbox', () => {
  it('the inbox is sent when the association changes and when a screen begins to watch the device', async () => {
    const inbox = `devices/${device('inbox')}/inbox`;
    const client = await connect('inbox');
    const inboxes: { association: { associationId: string } | null; watched: boolean }[] = [];
    client.on('message', (topic, payload) => {
      if (topic === inbox) inboxes.push(JSON.parse(payload.toString()));
    });
    await client.subscribeAsync(inbox, { qos: 1 });
    await until('the first inbox message', () => inboxes.length > 0);
    expect(inboxes[0]).toMatchObject({ association: null });
    const ward = `ward-${run}`;
    const period = admitted('7', ward, 'Inbox');
    await associate(platform, operator, device('inbox'), 1, period);
    await until(
      'the inbox names the association',
      () => inboxes.at(-1)?.association?.associationId === period.associationId,
    );
    expect(inboxes.at(-1)?.watched).toBe(false);
    const dashboard = await openLogAs(platform, 'dashboard');
    const presence = { at: iso(Date.now()), wards: [ward] };
    await dashboard.append('presence', `test-${run}`, contentTypes.presence, presence);
    await until('the inbox says that a screen watches the device', () => inboxes.at(-1)?.watched === true);
    await dashboard.close();
    await expect(client.subscribeAsync('devices/bed-01/inbox')).rejects.toThrow();
  });
});

describe('the process', () => {
  const seqs = (records: DeviceRecord[], boot: string) =>
    records.filter(({ opened }) => opened.origin.boot === boot).map(({ opened }) => opened.origin.seq);

  it('a gateway that is killed in the middle of a stream loses no acknowledged reading', async () => {
    const boot = `killed-${run}`;
    const topic = `devices/${device('killed')}/observations`;
    const client = await connect('killed', { reconnectPeriod: 100, clean: false });
    const acknowledged: number[] = [];
    let published = 0;
    let open = 0;
    let more = true;
    /** Publishes a reading until MQTT.js reports no error. While MQTT.js repeats old messages, it drops new ones. */
    const send = (seq: number): void => {
      const reading = { boot, seq, time: iso(Date.now()), values: [spo2] };
      client.publish(topic, JSON.stringify(reading), { qos: 1 }, (error) => {
        if (error) {
          setTimeout(send, 20, seq);
          return;
        }
        open -= 1;
        acknowledged.push(seq);
      });
    };
    const timer = setInterval(() => {
      for (; more && open < 40; open += 1) {
        published += 1;
        send(published);
      }
    }, 2);
    for (let kill = 1; kill <= 3; kill += 1) {
      await until('enough readings are acknowledged', () => acknowledged.length > kill * 200);
      // The kill comes in the middle of the stream: some readings are on their way.
      await until('readings are on their way', () => open > 0);
      await gateway.kill();
      await gateway.start();
    }
    more = false;
    await until('all readings are acknowledged', () => acknowledged.length === published);
    clearInterval(timer);
    const stored = new Set(seqs(await recordsOf(operator, 'observations', device('killed')), boot));
    expect(acknowledged.filter((seq) => !stored.has(seq))).toEqual([]);
    expect(stored.size).toBe(published);
  });

  it('a gateway ends in time after SIGTERM, sends DISCONNECT to its clients, and loses no acknowledged reading', async () => {
    const boot = `drained-${run}`;
    const client = await connect('drained');
    const acknowledged: number[] = [];
    let goodbye: number | undefined;
    client.on('disconnect', ({ reasonCode }) => {
      goodbye = reasonCode;
    });
    const timer = setInterval(() => {
      const seq = acknowledged.length + 1;
      const reading = { boot, seq, time: iso(Date.now()), values: [spo2] };
      client.publish(`devices/${device('drained')}/observations`, JSON.stringify(reading), { qos: 1 }, (error) => {
        if (!error) acknowledged.push(seq);
      });
    }, 5);
    await until('enough readings are acknowledged', () => acknowledged.length > 20);
    const sinceMs = Date.now();
    await gateway.close();
    clearInterval(timer);
    expect(Date.now() - sinceMs).toBeLessThan(10_000);
    expect(goodbye).toBe(0x8b);
    const stored = new Set(seqs(await recordsOf(operator, 'observations', device('drained')), boot));
    expect(acknowledged.filter((seq) => !stored.has(seq))).toEqual([]);
    await gateway.start();
  });
});
