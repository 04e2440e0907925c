/**
 * Tests with a real device, gateway, Kafka and dashboard what a technician sees about a device: its connection, its
 * firmware, its wrong clock and its refused messages. The technician must still see this after the gateway and the
 * dashboard were killed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureCertificates } from '../certs/ensure.ts';
import type { DeviceEvents } from '../dashboard/protocol/device-events.ts';
import type { Devices } from '../dashboard/protocol/devices.ts';
import { writeAccounts } from '../dashboard/server/accounts/accounts.ts';
import { type Browser, newBrowser } from '../dashboard/server/browser.testing.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { connectMqtt, publishFor } from '../tests/gateway/gateway.ts';
import { cheapHash } from '../tests/password-hash.ts';
import { startTestPlatform } from '../tests/platform.ts';
import { admitted, associate, openLogAs, ownPorts, type RunningProcess, startProcess, until } from '../tests/system.ts';

const password = 'a long enough phrase';
const deviceId = 'events-1';
const topic = `devices/${deviceId}/observations`;

let own: Awaited<ReturnType<typeof startTestPlatform>>;
let platform: Awaited<ReturnType<typeof ownPorts>>;
let gateway: RunningProcess;
let dashboard: RunningProcess;
let operator: SealedLog;
let client: MqttClient;
let technician: Browser;
let accountsFile: string;
let seq = 0;

beforeAll(async () => {
  own = await startTestPlatform(`test-${process.pid}-device-events`);
  platform = await ownPorts(own.data);
  accountsFile = join(mkdtempSync(join(tmpdir(), 'vigil-device-events-')), 'accounts.json');
  const account = { password: cheapHash(password), disabled: false };
  writeAccounts(
    accountsFile,
    new Map([
      ['ted', { userId: 'ted', name: 'Ted', role: 'technician', wards: ['icu'], ...account }],
      ['nora', { userId: 'nora', name: 'Nora', role: 'nurse', wards: ['hdu'], ...account }],
    ]),
  );
  await ensureCertificates({ stateDir: platform.stateDir, devices: [deviceId], nowMs: Date.now() });
  operator = await openLogAs(platform, 'operator');
  await associate(platform, operator, deviceId, 1, admitted('3', 'icu', 'Secretname'));
  await start();
  client = await connectMqtt(platform, deviceId);
});

afterAll(async () => {
  await client?.endAsync(true);
  await dashboard?.close();
  await gateway?.close();
  await operator?.close();
  await own.platform.close();
  rmSync(own.data.stateDir, { recursive: true, force: true });
  rmSync(dirname(accountsFile), { recursive: true, force: true });
});

async function start(): Promise<void> {
  gateway = await startProcess(platform, 'gateway');
  dashboard = await startProcess(platform, 'dashboard', { VIGIL_ACCOUNTS_FILE: accountsFile });
  technician = await loggedIn('ted');
}

async function loggedIn(userId: string): Promise<Browser> {
  const browser = newBrowser({
    port: platform.httpPort,
    ca: readFileSync(join(platform.stateDir, 'certs', 'ca.pem'), 'utf8'),
    origin: `https://localhost:${platform.httpPort}`,
  });
  expect((await browser.login(userId, password)).status).toBe(200);
  return browser;
}

/** Sends an observation with the next number. An impossible value makes the gateway refuse it. */
async function measure(value: number): Promise<void> {
  seq += 1;
  const values = [{ code: 'MDC_ECG_HEART_RATE', value, unit: '/min' }];
  await publishFor(client, topic, { boot: 'b1', seq, time: new Date().toISOString(), values });
}

const factsNow = async () =>
  ((await technician.get('/api/devices')).body as Devices).devices.find(({ device }) => device.deviceId === deviceId)
    ?.facts;
const eventsNow = async (query = '', browser = technician) =>
  ((await browser.get(`/api/device-events${query}`)).body as DeviceEvents).events;

it('a technician sees the events, the refused messages by reason, and the refused readings apart from the missing readings; nobody of another ward sees them', async () => {
  const device = { manufacturer: 'Acme', model: 'Vista', firmware: '4.2' };
  await publishFor(client, `devices/${deviceId}/status`, { time: new Date().toISOString(), online: true, device });
  await until('the dashboard counts the readings', async () => {
    await measure(70);
    return (await factsNow())?.gaps;
  });
  await publishFor(client, topic, 'no JSON');
  await measure(100_000);
  await measure(100_000);
  await measure(70);
  // The reading with the next number never comes.
  seq += 1;
  await measure(70);
  const facts = await until('the refused messages', async () => {
    const found = await factsNow();
    return found?.refused?.messages === 3 && found.gaps?.unused === 2 ? found : undefined;
  });
  expect(facts.refused?.reasons).toEqual([
    { code: 'value-implausible', messages: 2 },
    { code: 'payload-not-json', messages: 1 },
  ]);
  expect(facts.gaps).toMatchObject({ missing: 1, unused: 2 });
  const events = await eventsNow();
  expect(events.map(({ kind }) => kind).sort()).toEqual(['connected', 'firmware-declared', 'messages-refused']);
  expect(await eventsNow('?group=firmware')).toEqual([expect.objectContaining({ deviceId, firmware: '4.2' })]);
  expect(JSON.stringify(events)).not.toContain('Secretname');
  expect(await eventsNow('', await loggedIn('nora'))).toEqual([]);
});

it('after the gateway and the dashboard were killed, the events and the counts are there, and nothing is counted twice', async () => {
  await dashboard.kill();
  await gateway.kill();
  await client.endAsync(true);
  await start();
  client = await connectMqtt(platform, deviceId);
  await publishFor(client, topic, 'no JSON');
  const refused = await until('the counts of both starts of the gateway', async () => {
    const found = (await factsNow())?.refused;
    return found && found.messages >= 4 ? found : undefined;
  });
  expect(refused).toMatchObject({ messages: 4 });
  expect((await eventsNow('?group=refused')).map(({ messages }) => messages).sort()).toEqual([1, 3]);
  expect((await eventsNow('?group=connection')).length).toBeGreaterThanOrEqual(2);
});
