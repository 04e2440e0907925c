/** Whose readings they are, from the device's certificate to the screen: the gateway, the alarm engine and the dashboard as processes. */
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
import { hashPassword } from '../dashboard/server/accounts/password.ts';
import { type Browser, newBrowser } from '../dashboard/server/browser.testing.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { connectMqtt, publishFor, recordsOf } from './gateway/gateway.ts';
import { startTestPlatform, type TestPlatform } from './platform.ts';
import { admitted, associate, openLogAs, ownPorts, type RunningHouse, startHouse, until } from './system.ts';

const run = randomUUID().slice(0, 6);
const ward = `icu-${run}`;
const device = (name: string) => `${name}-${run}`;
const iso = (ms: number) => new Date(ms).toISOString();
const password = 'a long enough phrase';
const hrCode = 'MDC_ECG_HEART_RATE';

let own: Awaited<ReturnType<typeof startTestPlatform>>;
let platform: TestPlatform;
let operator: SealedLog;
let physician: Browser;
const houses: RunningHouse[] = [];
const clients: MqttClient[] = [];

beforeAll(async () => {
  own = await startTestPlatform(`test-${process.pid}-attribution`);
  platform = await ownPorts(own.data);
  const devices = ['behind', 'unknown', 'shared', 'shared-plain', 'flapping', 'again', 'again-plain'].map(device);
  await ensureCertificates({ stateDir: platform.stateDir, devices, nowMs: Date.now() });
  const accountsFile = join(mkdtempSync(join(tmpdir(), 'vigil-accounts-')), 'accounts.json');
  const hash = await hashPassword(password);
  const account = { userId: 'physician', name: 'P', role: 'physician', wards: ['*'], password: hash, disabled: false };
  writeAccounts(accountsFile, new Map([['physician', account as never]]));
  operator = await openLogAs(platform, 'operator');
  houses.push(
    ...(await Promise.all([
      startHouse(platform, 'gateway'),
      startHouse(platform, 'alarms'),
      startHouse(platform, 'dashboard', { VIGIL_ACCOUNTS_FILE: accountsFile }),
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
  await Promise.all(houses.map((house) => house.close()));
  await operator?.close();
  await own.platform.close();
  rmSync(own.data.stateDir, { recursive: true, force: true });
});

/** A device that sends a heart rate each 250 ms, by a clock that is `behindMs` behind. */
async function monitor(name: string, behindMs: number) {
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
    set(value: number) {
      hr = value;
    },
    stop: () => clearInterval(timer),
  };
}

/** The bed as a physician's screen gets it. */
async function bedOf({ associationId }: AssociationPeriod) {
  const { status, body } = await physician.get(`/api/associations/${associationId}`);
  if (status !== 200) return undefined;
  return {
    hr: body.bed.values.find((one: { code: string }) => one.code === hrCode),
    notices: body.bed.notices.map((one: { code: string }) => one.code) as string[],
    alarms: body.alarms.map((one: { condition: string }) => one.condition) as string[],
  };
}

async function heartRatesOf(name: string, { associationId }: AssociationPeriod): Promise<Set<number>> {
  const found = await recordsOf(operator, 'observations', device(name));
  return new Set(
    found
      .filter(({ key }) => key === associationId)
      .flatMap(({ body }) => (body.reading as { values?: { value: number }[] } | undefined)?.values ?? [])
      .map(({ value }) => value),
  );
}

/** The first patient leaves and the second is admitted to the same bed, at once. */
async function changePatient(name: string, first: AssociationPeriod, second: AssociationPeriod) {
  const at = iso(Date.now());
  await associate(platform, operator, device(name), 2, { ...first, to: at }, { ...second, from: at });
}

describe('a device clock 60 s behind while the patient changes', () => {
  it('the screen shows the heart rate of 0 of the new patient at the new patient, and nothing of it at the former', async () => {
    const first = { ...admitted('1', ward, 'First'), from: iso(Date.now() - 3_600_000) };
    const second = admitted('1', ward, 'Second');
    await associate(platform, operator, device('behind'), 1, first);
    const one = await monitor('behind', 60_000);
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
      const apart = await recordsOf(operator, 'rejected', device('behind'));
      return apart.length > 0 || (await heartRatesOf('behind', second)).size > 0;
    });
    one.set(0);
    await until('the value at the new patient', async () => (await bedOf(second))?.hr?.value === 0, 20_000);
    one.stop();
    expect(await heartRatesOf('behind', second)).toContain(0);
    // Readings of the moment of the change may be of either: they are under no name.
    expect(await heartRatesOf('behind', first)).toEqual(new Set([80]));
    const apart = (await recordsOf(operator, 'rejected', device('behind'))).map(({ body }) => body);
    expect(apart.length).toBeGreaterThan(0);
    for (const body of apart) expect(body).toMatchObject({ code: 'association-unclear' });
    expect(apart[0]).not.toHaveProperty('kept');
    await until(
      'the notice at the new patient',
      async () => {
        const bed = await bedOf(second);
        return bed?.notices.includes('unattributed') && bed.alarms.includes('unattributed');
      },
      20_000,
    );
  }, 120_000);

  it('while the error of the device’s clock is not known, the bed says that readings are not shown, and they are under no name', async () => {
    const first = { ...admitted('2', ward, 'Third'), from: iso(Date.now() - 3_600_000) };
    const second = admitted('2', ward, 'Fourth');
    await associate(platform, operator, device('unknown'), 1, first);
    await changePatient('unknown', first, second);
    await until('the bed of the new patient', () => bedOf(second), 20_000);
    const one = await monitor('unknown', 60_000);
    one.set(0);
    await until(
      'the notice at the new patient',
      async () => {
        const bed = await bedOf(second);
        return bed?.notices.includes('unattributed') && bed.alarms.includes('unattributed');
      },
      20_000,
    );
    expect((await bedOf(second))?.hr).toBeUndefined();
    await until('the value once the clock is measured', async () => (await bedOf(second))?.hr?.value === 0, 40_000);
    one.stop();
    expect(await heartRatesOf('unknown', first)).toEqual(new Set());
  }, 120_000);
});

/**
 * Connects as often as it loses the connection, as a bedside device does, and sends a heart rate each 250 ms while it is connected.
 * @param localAddress the device's own
 */
async function stubborn(name: string, boot: string | undefined, hr: number, localAddress = '127.0.0.1') {
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

/** How often the gateway noticed that two devices use one certificate. */
async function signsOfSharing(): Promise<number> {
  const metricsPort = /"metricsPort":(\d+)/.exec(houses[0]!.output())?.[1];
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  return Number(/^vigil_gateway_shared_identity_total (\d+)/m.exec(metrics)?.[1]);
}

describe('two devices with one certificate', () => {
  it.each([
    ['that number their readings', ['boot-a', 'boot-b']],
    ['that do not number their readings', [undefined, undefined]],
  ] as const)(
    'the bed and the operator get a notice when two devices %s take turns',
    async (_, [bootA, bootB]) => {
      const name = bootA ? 'shared' : 'shared-plain';
      const patient = admitted(bootA ? '3' : '4', ward, 'Fifth');
      await associate(platform, operator, device(name), 1, patient);
      const two = [await stubborn(name, bootA, 61), await stubborn(name, bootB, 139, '127.0.0.2')];
      await until(
        'the notice at the bed',
        async () => {
          const bed = await bedOf(patient);
          return bed?.notices.includes('shared-identity') && bed.alarms.includes('shared-identity');
        },
        40_000,
      );
      await Promise.all(two.map((one) => one.stop()));
      expect(await signsOfSharing()).toBeGreaterThan(0);
    },
    120_000,
  );

  it('a device that loses its network again and again is not taken for two devices', async () => {
    const patient = admitted('5', ward, 'Sixth');
    await associate(platform, operator, device('flapping'), 1, patient);
    const one = await stubborn('flapping', 'boot-f', 70);
    for (let i = 0; i < 6; i += 1) {
      await until('a connection', () => one.client.connected, 20_000);
      await sleep(400);
      one.client.stream.destroy();
    }
    await until('the value', async () => (await bedOf(patient))?.hr?.value === 70, 20_000);
    expect((await bedOf(patient))?.notices).toEqual([]);
    await one.stop();
  }, 120_000);

  it.each([
    ['again', 'boot-g'],
    ['again-plain', undefined],
  ])(
    'a device that connects again before its old socket closes is not taken for two devices: %s',
    async (name, boot) => {
      const patient = admitted(boot ? '6' : '7', ward, 'Seventh');
      await associate(platform, operator, device(name), 1, patient);
      const ended: (number | undefined)[] = [];
      const signs = await signsOfSharing();
      for (let i = 1; i <= 6; i += 1) {
        // The one before stays open until the gateway ends it.
        const client = await connectMqtt(platform, device(name));
        clients.push(client);
        client.on('disconnect', ({ reasonCode }) => ended.push(reasonCode));
        const values = [{ code: hrCode, value: 70 + i, unit: '/min' }];
        const body = { ...(boot && { boot, seq: i }), time: iso(Date.now()), intervalMs: 1000, values };
        await publishFor(client, `devices/${device(name)}/observations`, body);
      }
      // Session taken over: each one but the last was alive.
      await until('the ends', () => ended.length === 5, 20_000);
      expect(ended).toEqual(Array(5).fill(0x8e));
      await until('the value', async () => (await bedOf(patient))?.hr?.value === 76, 20_000);
      expect(await signsOfSharing()).toBe(signs);
      expect((await bedOf(patient))?.notices).toEqual([]);
    },
    60_000,
  );
});
