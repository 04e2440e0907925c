/** Checks with the real gateway, alarm processor and dashboard that each reading reaches the right patient. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureCertificates } from '../certs/ensure.ts';
import type { AssociationPeriod } from '../contracts/messages/records.ts';
import { writeAccounts } from '../dashboard/server/accounts/accounts.ts';
import { type Browser, newBrowser } from '../dashboard/server/browser.testing.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { connectMqtt, publishFor, recordsOf } from './gateway/gateway.ts';
import { cheapHash } from './password-hash.ts';
import { startTestPlatform, type TestPlatform } from './platform.ts';
import { admitted, associate, openLogAs, ownPorts, type RunningProcess, startProcess, until } from './system.ts';

const run = randomUUID().slice(0, 6);
const ward = `icu-${run}`;
const device = (name: string) => `${name}-${run}`;
const iso = (ms: number) => new Date(ms).toISOString();
const password = 'a long enough phrase';
const hrCode = 'MDC_ECG_HEART_RATE';

let testPlatform: Awaited<ReturnType<typeof startTestPlatform>>;
let platform: TestPlatform;
let operator: SealedLog;
let physician: Browser;
const processes: RunningProcess[] = [];
const clients: MqttClient[] = [];

beforeAll(async () => {
  testPlatform = await startTestPlatform(`test-${process.pid}-attribution`);
  platform = await ownPorts(testPlatform.data);
  const devices = ['behind', 'unknown', 'shared', 'shared-plain', 'flapping', 'again', 'again-plain'].map(device);
  await ensureCertificates({ stateDir: platform.stateDir, devices, nowMs: Date.now() });
  const accountsFile = join(mkdtempSync(join(tmpdir(), 'vigil-accounts-')), 'accounts.json');
  const hash = cheapHash(password);
  const account = { userId: 'physician', name: 'P', role: 'physician', wards: ['*'], password: hash, disabled: false };
  writeAccounts(accountsFile, new Map([['physician', account as never]]));
  operator = await openLogAs(platform, 'operator');
  processes.push(
    ...(await Promise.all([
      startProcess(platform, 'gateway'),
      startProcess(platform, 'alarms'),
      startProcess(platform, 'dashboard', { VIGIL_ACCOUNTS_FILE: accountsFile }),
    ])),
  );
  physician = newBrowser({
    port: platform.httpPort,
    ca: readFileSync(join(platform.stateDir, 'certs', 'ca.pem'), 'utf8'),
    origin: `https://localhost:${platform.httpPort}`,
  });
  expect((await physician.login('physician', password)).status).toBe(200);
}, 120_000);

afterAll(async () => {
  for (const client of clients) await client.endAsync(true);
  await Promise.all(processes.map((running) => running.close()));
  await operator?.close();
  await testPlatform.platform.close();
  rmSync(testPlatform.data.stateDir, { recursive: true, force: true });
});

/** Starts a device that sends a heart rate every 250 ms and whose clock is `behindMs` behind. */
async function startMonitor(name: string, behindMs: number) {
  const client = await connectMqtt(platform, device(name));
  clients.push(client);
  const boot = `boot-${name}`;
  let seq = 0;
  let hr = 80;
  const send = () => {
    seq += 1;
    const values = [{ code: hrCode, value: hr, unit: '/min' }];
    const body = { boot, seq, time: iso(Date.now() - behindMs), intervalMs: 1000, values };
    return publishFor(client, `devices/${device(name)}/observations`, body);
  };
  const timer = setInterval(() => void send().catch(() => {}), 250);
  return {
    setHeartRate(value: number) {
      hr = value;
    },
    stop: () => clearInterval(timer),
  };
}

/** Returns the bed of a patient as the dashboard sends it to a physician. */
async function bedOf({ associationId }: AssociationPeriod) {
  const { status, body } = await physician.get(`/api/associations/${associationId}`);
  if (status !== 200) return undefined;
  return {
    hr: body.bed.values.find((value: { code: string }) => value.code === hrCode),
    notices: body.bed.notices.map((notice: { code: string }) => notice.code) as string[],
    alarms: body.alarms.map((alarm: { condition: string }) => alarm.condition) as string[],
  };
}

async function heartRatesOf(name: string, { associationId }: AssociationPeriod): Promise<Set<number>> {
  const records = await recordsOf(operator, 'observations', device(name));
  return new Set(
    records
      .filter(({ key }) => key === associationId)
      .flatMap(({ body }) => (body.reading as { values?: { value: number }[] } | undefined)?.values ?? [])
      .map(({ value }) => value),
  );
}

/** Discharges the first patient and admits the second patient to the same bed at the same moment. */
async function changePatient(name: string, first: AssociationPeriod, second: AssociationPeriod) {
  const at = iso(Date.now());
  await associate(platform, operator, device(name), 2, { ...first, to: at }, { ...second, from: at });
}

describe('a device whose clock is 60 s behind during a change of patients', () => {
  it('if the device’s clock is 60 s behind, the screen shows a heart rate of 0 at the new patient and not at the former patient', async () => {
    const first = { ...admitted('1', ward, 'First'), from: iso(Date.now() - 3_600_000) };
    const second = admitted('1', ward, 'Second');
    await associate(platform, operator, device('behind'), 1, first);
    const sender = await startMonitor('behind', 60_000);
    await until(
      'the clock is measured',
      async () => {
        const bed = await bedOf(first);
        return bed?.notices.includes('device-clock') && bed.hr?.clockOffsetMs > 59_000;
      },
      40_000,
    );
    await changePatient('behind', first, second);
    await until('the gateway knows of the change', async () => {
      const rejected = await recordsOf(operator, 'rejected', device('behind'));
      return rejected.length > 0 || (await heartRatesOf('behind', second)).size > 0;
    });
    sender.setHeartRate(0);
    await until('the new patient has the value', async () => (await bedOf(second))?.hr?.value === 0, 20_000);
    sender.stop();
    expect(await heartRatesOf('behind', second)).toContain(0);
    // Readings of the moment of the change may belong to either patient. The gateway writes them to the topic rejected.
    expect(await heartRatesOf('behind', first)).toEqual(new Set([80]));
    const rejected = (await recordsOf(operator, 'rejected', device('behind'))).map(({ body }) => body);
    expect(rejected.length).toBeGreaterThan(0);
    for (const body of rejected) expect(body).toMatchObject({ code: 'association-unclear' });
    expect(rejected[0]).not.toHaveProperty('kept');
    await until(
      'the new patient has the notice',
      async () => {
        const bed = await bedOf(second);
        return bed?.notices.includes('unattributed') && bed.alarms.includes('unattributed');
      },
      20_000,
    );
  }, 120_000);

  it('until the gateway has measured the device’s clock, the bed shows a notice and no reading, and no patient gets the readings', async () => {
    const first = { ...admitted('2', ward, 'Third'), from: iso(Date.now() - 3_600_000) };
    const second = admitted('2', ward, 'Fourth');
    await associate(platform, operator, device('unknown'), 1, first);
    await changePatient('unknown', first, second);
    await until('the dashboard has the bed of the new patient', () => bedOf(second), 20_000);
    const sender = await startMonitor('unknown', 60_000);
    sender.setHeartRate(0);
    await until(
      'the new patient has the notice',
      async () => {
        const bed = await bedOf(second);
        return bed?.notices.includes('unattributed') && bed.alarms.includes('unattributed');
      },
      20_000,
    );
    expect((await bedOf(second))?.hr).toBeUndefined();
    await until(
      'the value is shown, because the clock is measured',
      async () => (await bedOf(second))?.hr?.value === 0,
      40_000,
    );
    sender.stop();
    expect(await heartRatesOf('unknown', first)).toEqual(new Set());
  }, 120_000);
});

/**
 * Starts a device that reconnects whenever it loses the connection, and sends a heart rate every 250 ms while it is
 * connected.
 * @param boot id of the device start; undefined if the device does not number its readings
 * @param hr heart rate per minute
 * @param localAddress IP address from which the device connects
 */
async function startReconnectingMonitor(
  name: string,
  boot: string | undefined,
  hr: number,
  localAddress = '127.0.0.1',
) {
  const from = { localAddress } as object;
  const client = await connectMqtt(platform, device(name), { reconnectPeriod: 300, ...from });
  clients.push(client);
  let seq = 0;
  const timer = setInterval(() => {
    if (!client.connected) return;
    seq += 1;
    const values = [{ code: hrCode, value: hr, unit: '/min' }];
    const body = { ...(boot && { boot, seq }), time: iso(Date.now()), intervalMs: 1000, values };
    client.publishAsync(`devices/${device(name)}/observations`, JSON.stringify(body), { qos: 0 }).catch(() => {});
  }, 250);
  return {
    client,
    async stop() {
      clearInterval(timer);
      await client.endAsync(true);
    },
  };
}

/** Returns how often the gateway has noticed two devices with one certificate. */
async function sharedCertificateCount(): Promise<number> {
  const metricsPort = /"metricsPort":(\d+)/.exec(processes[0]!.output())?.[1];
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  return Number(/^vigil_gateway_shared_identity_total (\d+)/m.exec(metrics)?.[1]);
}

describe('two devices with one certificate', () => {
  it.each([
    ['that number their readings', ['boot-a', 'boot-b']],
    ['that do not number their readings', [undefined, undefined]],
  ] as const)(
    'if two devices %s use one certificate, the bed shows a notice and the metric increases',
    async (_, [bootA, bootB]) => {
      const name = bootA ? 'shared' : 'shared-plain';
      const patient = admitted(bootA ? '3' : '4', ward, 'Fifth');
      await associate(platform, operator, device(name), 1, patient);
      const monitors = [
        await startReconnectingMonitor(name, bootA, 61),
        await startReconnectingMonitor(name, bootB, 139, '127.0.0.2'),
      ];
      await until(
        'the bed has the notice',
        async () => {
          const bed = await bedOf(patient);
          return bed?.notices.includes('shared-identity') && bed.alarms.includes('shared-identity');
        },
        40_000,
      );
      await Promise.all(monitors.map((monitor) => monitor.stop()));
      expect(await sharedCertificateCount()).toBeGreaterThan(0);
    },
    120_000,
  );

  it('the gateway reports no shared certificate if one device often loses its network', async () => {
    const patient = admitted('5', ward, 'Sixth');
    await associate(platform, operator, device('flapping'), 1, patient);
    const flapping = await startReconnectingMonitor('flapping', 'boot-f', 70);
    for (let count = 0; count < 6; count += 1) {
      await until('the device is connected', () => flapping.client.connected, 20_000);
      await sleep(400);
      flapping.client.stream.destroy();
    }
    await until('the heart rate is shown', async () => (await bedOf(patient))?.hr?.value === 70, 20_000);
    expect((await bedOf(patient))?.notices).toEqual([]);
    await flapping.stop();
  }, 120_000);

  it.each([
    ['again', 'boot-g'],
    ['again-plain', undefined],
  ])(
    'the gateway reports no shared certificate if one device reconnects before its old socket closes: %s',
    async (name, boot) => {
      const patient = admitted(boot ? '6' : '7', ward, 'Seventh');
      await associate(platform, operator, device(name), 1, patient);
      const closeReasons: (number | undefined)[] = [];
      const countBefore = await sharedCertificateCount();
      for (let i = 1; i <= 6; i += 1) {
        // The previous connection stays open until the gateway closes it.
        const client = await connectMqtt(platform, device(name));
        clients.push(client);
        client.on('disconnect', ({ reasonCode }) => closeReasons.push(reasonCode));
        const values = [{ code: hrCode, value: 70 + i, unit: '/min' }];
        const body = { ...(boot && { boot, seq: i }), time: iso(Date.now()), intervalMs: 1000, values };
        await publishFor(client, `devices/${device(name)}/observations`, body);
      }
      // The gateway closes each connection except the last with the reason "session taken over".
      await until('five connections are closed', () => closeReasons.length === 5, 20_000);
      expect(closeReasons).toEqual(Array(5).fill(0x8e));
      await until('the last value is shown', async () => (await bedOf(patient))?.hr?.value === 76, 20_000);
      expect(await sharedCertificateCount()).toBe(countBefore);
      expect((await bedOf(patient))?.notices).toEqual([]);
    },
    60_000,
  );
});
