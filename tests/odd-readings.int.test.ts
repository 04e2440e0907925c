/** Sends readings with invalid parts from a device, and checks that the valid parts raise alarms and reach a screen. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Numeric } from '../dashboard/protocol/rest.ts';
import { writeAccounts } from '../dashboard/server/accounts/accounts.ts';
import { type Live, newBrowser } from '../dashboard/server/browser.testing.ts';
import { connectDevice, type TestDevice } from './device.ts';
import { cheapHash } from './password-hash.ts';
import { startTestPlatform, type TestPlatform, testDevices } from './platform.ts';
import { admitted, associate, openLogAs, ownPorts, startProcess, until } from './system.ts';

const ward = `odd-${randomUUID().slice(0, 6)}`;
const password = 'a long enough phrase';
const beds = testDevices.map((deviceId, index) => ({
  deviceId,
  period: admitted(String(index + 1), ward, `Name${index}`),
}));
const closers: (() => Promise<unknown> | unknown)[] = [];
const devices: TestDevice[] = [];
let screen: Live;
let platform: TestPlatform;

const heartRate = { code: 'MDC_ECG_HEART_RATE', value: 30, unit: '/min' };
const spo2 = { code: 'MDC_PULS_OXIM_SAT_O2', value: 98, unit: '%' };

beforeAll(async () => {
  const testPlatform = await startTestPlatform(`test-${process.pid}-odd`);
  closers.push(() => testPlatform.platform.close());
  platform = await ownPorts(testPlatform.data);
  const accountsFile = join(mkdtempSync(join(tmpdir(), 'vigil-odd-')), 'accounts.json');
  const hash = cheapHash(password);
  const nurse = {
    userId: 'nurse',
    name: 'Nora',
    role: 'nurse',
    wards: [ward],
    password: hash,
    disabled: false,
  } as const;
  writeAccounts(accountsFile, new Map([['nurse', { ...nurse, wards: [ward] }]]));
  const operator = await openLogAs(platform, 'operator');
  closers.push(operator.close);
  for (const { deviceId, period } of beds) await associate(platform, operator, deviceId, 1, period);
  for (const name of ['gateway', 'alarms', 'dashboard'] as const) {
    const running = await startProcess(platform, name, { VIGIL_ACCOUNTS_FILE: accountsFile });
    closers.push(running.close);
  }
  const ca = readFileSync(join(platform.stateDir, 'certs', 'ca.pem'), 'utf8');
  const browser = newBrowser({ port: platform.httpPort, ca, origin: `https://localhost:${platform.httpPort}` });
  expect((await browser.login('nurse', password)).status).toBe(200);
  screen = await browser.live({ type: 'watch', scope: { ward }, waves: null });
  closers.push(() => screen.close());
  await until('the screen has the ward', () => screen.of('snapshot').length > 0);
}, 180_000);

afterAll(async () => {
  for (const device of devices) await device.close();
  for (const close of closers.reverse()) await close();
});

async function deviceOf(bed: number): Promise<TestDevice> {
  const device = await connectDevice(platform, beds[bed]!.deviceId);
  devices.push(device);
  return device;
}

/** Returns the texts of all alarms of a bed that the dashboard sent to the screen. */
const alarmsOf = (bed: number): string[] => {
  const { associationId } = beds[bed]!.period;
  return [...screen.of('snapshot'), ...screen.of('delta')]
    .flatMap(({ alarms }) => alarms)
    .filter((alarm) => alarm.associationId === associationId)
    .map(({ text }) => text);
};

/** Returns the latest value of a parameter of a bed that the dashboard sent to the screen. */
const shownValue = (bed: number, code: string) => {
  const { associationId } = beds[bed]!.period;
  return [...screen.of('snapshot').map(({ beds }) => beds), ...screen.of('delta').map(({ beds }) => beds)]
    .flatMap((shownBeds): { associationId: string; values: Numeric[] }[] => [...shownBeds])
    .filter((bedValues) => bedValues.associationId === associationId)
    .flatMap(({ values }) => values)
    .filter((value) => value.code === code)
    .at(-1);
};

describe('a reading with invalid parts', () => {
  it.each<[number, string, string, string]>([
    [0, 'null', 'null', ''],
    [1, 'a value that is a text', '{"code":"MDC_PULS_OXIM_SAT_O2","value":"98","unit":"%"}', ''],
    [2, 'a value that is too large for a number', '{"code":"MDC_PULS_OXIM_SAT_O2","value":1e400,"unit":"%"}', ''],
    [3, 'an unknown validity', '{"code":"MDC_PULS_OXIM_SAT_O2","value":98,"unit":"%","validity":"demo"}', ''],
    [4, 'an unknown member', '{"code":"MDC_PULS_OXIM_SAT_O2","value":98,"unit":"%","site":"ear"}', ',"firmware":"2.1"'],
    [5, 'an interval that is a text', JSON.stringify(spo2), ',"intervalMs":"1000"'],
  ])(
    'a heart rate of 30 raises an alarm at bed %i although the same reading holds %s',
    async (bed, _name, item, members) => {
      const device = await deviceOf(bed);
      const time = new Date().toISOString();
      const text = `{"boot":"b","seq":1,"time":"${time}","values":[${item},${JSON.stringify(heartRate)}]${members}}`;
      await device.publish('observations', Buffer.from(text));
      await until('the alarm', () => alarmsOf(bed).includes('HR 30 < 40'), 20_000);
      await until('the number', () => shownValue(bed, heartRate.code)?.value === 30, 20_000);
      if (bed >= 1 && bed <= 3) expect(shownValue(bed, spo2.code)).toMatchObject({ validity: 'invalid' });
      if (bed === 4) expect(shownValue(bed, spo2.code)?.value).toBe(98);
    },
  );
});

it.each<[number, string, readonly [number, number]]>([
  [6, 'first', [30, 80]],
  [7, 'last', [80, 30]],
])(
  'if one reading has two heart rates, bed %i shows the more dangerous value and its alarm, when this value is %s',
  async (bed, _name, pair) => {
    const device = await deviceOf(bed);
    const values = pair.map((value) => ({ ...heartRate, value }));
    await device.publish('observations', { time: new Date().toISOString(), values });
    await until('the alarm', () => alarmsOf(bed).includes('HR 30 < 40'), 20_000);
    await until('the number', () => shownValue(bed, heartRate.code)?.value === 30, 20_000);
  },
);

it('the screen keeps the corrected value when the device sends the first value of the same time again', async () => {
  const bed = 8;
  const device = await deviceOf(bed);
  const time = new Date().toISOString();
  const send = (seq: number, value: number) =>
    device.publish('observations', { boot: 'b', seq, time, values: [{ ...heartRate, value }] });
  await send(1, 80);
  await send(2, 30);
  await until('the alarm', () => alarmsOf(bed).includes('HR 30 < 40'), 20_000);
  await until('the number', () => shownValue(bed, heartRate.code)?.value === 30, 20_000);
  // The device sends the first reading again, as after a lost acknowledgement.
  await send(1, 80);
  await device.publish('observations', { boot: 'b', seq: 3, time, values: [spo2] });
  await until('the reading sent after the repeated one', () => shownValue(bed, spo2.code)?.value === 98, 20_000);
  expect(shownValue(bed, heartRate.code)?.value).toBe(30);
});
