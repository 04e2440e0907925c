/** Tests, with a real Kafka, that admissions from before an update become readable for a new service. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contentTypes, type DeviceAssociations } from '../../contracts/messages/records.ts';
import { kafkaSettings } from '../../log/kafka/settings.ts';
import { openSealedLog, type SealedLog } from '../../log/sealed-log.ts';
import type { Platform } from '../../ops/platform/platform.ts';
import { serviceEnv } from '../../ops/platform/service-env.ts';
import { readSettings } from '../../process/settings.ts';
import { startTestPlatform, type TestPlatform } from '../../tests/platform.ts';
import { admitted, associate, openLogAs, until } from '../../tests/system.ts';
import { resealAssociations } from './reseal.ts';

const silent = pino({ level: 'silent' });
let own: { platform: Platform; data: TestPlatform };
const logs: SealedLog[] = [];

beforeAll(async () => {
  own = await startTestPlatform(`test-${process.pid}-reseal`);
});
afterAll(async () => {
  for (const log of logs) await log.close();
  await own?.platform.close();
  if (own) rmSync(own.data.stateDir, { recursive: true, force: true });
});

async function openAs(service: 'operator' | 'dashboard' | 'delivery'): Promise<SealedLog> {
  const log = await openLogAs(own.data, service);
  logs.push(log);
  return log;
}

/**
 * Opens the log as an older release, in which the delivery process had another key. So the present delivery process
 * cannot open these records.
 */
async function openOlderRelease(): Promise<SealedLog> {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-older-'));
  const env = serviceEnv({ ...own.data, mqttPort: 0, httpPort: 0 }, 'operator');
  const readers = JSON.parse(readFileSync(env.VIGIL_READERS_FILE!, 'utf8')) as {
    keys: { kid: string; x: string; y: string }[];
  };
  const other = readers.keys.find(({ kid }) => kid === 'alarms')!;
  const keys = readers.keys.map((key) => (key.kid === 'delivery' ? { ...key, x: other.x, y: other.y } : key));
  mkdirSync(folder, { recursive: true });
  const readersFile = join(folder, 'readers.json');
  writeFileSync(readersFile, JSON.stringify({ keys }), { mode: 0o600 });
  const settings = readSettings(kafkaSettings, { ...env, VIGIL_READERS_FILE: readersFile });
  const log = await openSealedLog({ settings, service: 'operator', boot: `older-${randomUUID()}`, log: silent });
  logs.push(log);
  return log;
}

it('the delivery process can read the admissions of an older release after a dashboard has sealed them again', async () => {
  const older = await openOlderRelease();
  await associate(own.data, older, 'monitor-1', 1, admitted('1', 'icu', 'Older-One'));
  await associate(own.data, older, 'monitor-2', 7, admitted('2', 'icu', 'Older-Two'));
  const operator = await openAs('operator');
  await associate(own.data, operator, 'monitor-3', 1, admitted('3', 'icu', 'Newer'));

  const delivery = await openAs('delivery');
  const read = new Map<string, DeviceAssociations>();
  const table = await delivery.followTable(['associations'], (found) => {
    if (found?.record.contentType === contentTypes.associations)
      read.set(found.record.body.deviceId, found.record.body);
  });
  await table.ready;
  expect([...read.keys()]).toEqual(['monitor-3']);
  expect(table.leftOut()).toEqual(new Map([['associations', 2]]));

  const dashboard = await openAs('dashboard');
  expect(await resealAssociations(dashboard, silent)).toBe(2);
  await until('the admissions', () => read.size === 3);
  expect(read.get('monitor-2')).toMatchObject({ version: 7, periods: [{ patient: { familyName: 'Older-Two' } }] });
  expect(table.leftOut()).toEqual(new Map([['associations', 0]]));
  await table.close();

  // A second dashboard, and a dashboard after a restart, write nothing again.
  const second = await openAs('dashboard');
  expect(await Promise.all([resealAssociations(dashboard, silent), resealAssociations(second, silent)])).toEqual([
    0, 0,
  ]);
}, 240_000);
