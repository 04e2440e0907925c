/** Runs the operator's commands for rejected messages on a real Kafka, with a real gateway. */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../../certs/ensure.ts';
import { minuteMs } from '../../contracts/durations.ts';
import { type AnyAuditRecord, contentTypes, type RejectedRecord, type Role } from '../../contracts/messages/records.ts';
import { type Account, writeAccounts } from '../../dashboard/server/accounts/accounts.ts';
import { checkNext, missingRecords, newCheck } from '../../log/audit/check.ts';
import { readPublicKeys } from '../../log/audit/keys.ts';
import { readAudit } from '../../log/audit/reading.ts';
import { judgeRecord } from '../../log/audit/rules.ts';
import { sha256 } from '../../log/audit/trail.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { connectMqtt, publishFor, recordsOf } from '../../tests/gateway/gateway.ts';
import { readAllRecords } from '../../tests/log-witness.ts';
import { cheapHash } from '../../tests/password-hash.ts';
import {
  admitted,
  associate,
  openLogAs,
  ownPorts,
  type RunningProcess,
  root,
  startProcess,
} from '../../tests/system.ts';
import { openGatewaySide } from './gateway.ts';

const platform = await ownPorts(inject('platform'));
const run = randomUUID().slice(0, 6);
const device = `rejected-${run}`;
const topic = `devices/${device}/observations`;
const password = 'a long enough phrase';
const accountsFile = join(platform.stateDir, `accounts-${run}.json`);
/** Error of the device's clock: more than the default limit of 5 min, less than the changed limit of 1 h. */
const aheadMs = 10 * minuteMs;
const changedRule = { VIGIL_READING_AHEAD_MAX_MS: String(60 * minuteMs) };
const spo2 = { code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' };
const implausible = { code: 'MDC_ECG_HEART_RATE', value: 4321, unit: '/min' };
const patient = admitted('9', 'ICU', 'Rejected');
const iso = (ms: number) => new Date(ms).toISOString();

let gateway: RunningProcess;
let operator: SealedLog;
let client: MqttClient;
let time: string;

beforeAll(async () => {
  await ensureCertificates({ stateDir: platform.stateDir, devices: [device], nowMs: Date.now() });
  const hash = cheapHash(password);
  const account = (userId: string, role: Role, wards: string[]): Account => ({
    ...{ userId, name: `Some ${userId}`, role, wards },
    ...{ password: hash, disabled: false },
  });
  const accounts = [
    account('physician', 'physician', ['*']),
    account('technician', 'technician', ['*']),
    account('nurse', 'nurse', ['*']),
  ];
  writeAccounts(accountsFile, new Map(accounts.map((entry) => [entry.userId, entry])));
  operator = await openLogAs(platform, 'operator');
  await associate(platform, operator, device, 1, patient);
  gateway = await startProcess(platform, 'gateway');
  client = await connectMqtt(platform, device);
  time = iso(Date.now() + aheadMs);
  const publish = (payload: string | object) => publishFor(client, topic, payload);
  expect(await publish({ boot: `b-${run}`, seq: 1, time, values: [spo2] })).toBe(0x99);
  expect(await publish({ time, values: [{ ...spo2, value: 91 }] })).toBe(0x99);
  expect(await publish({ boot: `b-${run}`, seq: 2, time: iso(Date.now()), values: [spo2, implausible] })).toBe(0);
  expect(await publish('garbage \u001b[2J')).toBe(0x99);
});
afterAll(async () => {
  await client?.endAsync(true);
  await gateway?.close();
  await operator?.close();
});

async function vigil(args: string[], env: Record<string, string> = {}, input = password) {
  const child = spawn(process.execPath, [join(root, 'ops/vigil.ts'), 'rejected', ...args], {
    stdio: 'pipe',
    env: {
      PATH: process.env.PATH,
      VIGIL_STATE_DIR: platform.stateDir,
      VIGIL_KAFKA_BROKERS: platform.kafkaBrokers,
      VIGIL_ACCOUNTS_FILE: accountsFile,
      ...env,
    },
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const closed = new Promise<number | null>((done) => child.on('close', done));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { out, err, code };
}
const accountOptions = (user: string) => ['--as', user, '--password-stdin'];
const deviceOption = ['--device', device];

let idsOfDevice: Promise<string[]> | undefined;
/** Returns the ids of this device's rejected messages, in the order in which they were sent. */
function ids(): Promise<string[]> {
  idsOfDevice ??= listIds();
  return idsOfDevice;
}

async function listIds(): Promise<string[]> {
  const { out } = await vigil(['list', ...deviceOption]);
  return deviceLines(out).map((line) => line.split(' ')[0]!);
}
/** Returns the lines about this device. Leaves out the line about undecryptable records, which other tests write. */
const deviceLines = (out: string) => out.split('\n').filter((line) => line.includes(device));
const states = async () =>
  (await vigil(['list', ...deviceOption])).out.match(/ (open|kept|redriven) /g)?.map((state) => state.trim());

async function audit(): Promise<AnyAuditRecord[]> {
  const records = await readAllRecords(operator, 'audit');
  return records.flatMap(({ opened }) => readAudit(opened) ?? []);
}
const readings = async () =>
  (await recordsOf(operator, 'observations', device))
    .filter(({ opened }) => opened.contentType === contentTypes.observation)
    .map(({ key, body, opened }) => ({
      key,
      place: `${opened.origin.boot}/${opened.origin.seq}`,
      body: opened.plaintext.toString(),
      receivedAt: body.receivedAt,
    }));

describe('list', () => {
  it('rejected list prints one line for each message, with reason and state, and no content', async () => {
    const { out, err, code } = await vigil(['list', ...deviceOption]);
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(deviceLines(out)).toEqual([
      expect.stringMatching(
        new RegExp(`^\\d:\\d+ +\\S+Z  ${device} +time-invalid +open +The time is more than 5 min ahead`),
      ),
      expect.stringMatching(/time-invalid +open/),
      expect.stringMatching(/value-implausible +kept +MDC_ECG_HEART_RATE has a value that is not possible/),
      expect.stringMatching(/payload-not-json +open/),
    ]);
    expect(out).not.toMatch(/values|MDC_PULS_OXIM|garbage/);
  });

  it('rejected list prints only messages with the given code, device and time', async () => {
    const { out } = await vigil(['list', ...deviceOption, '--code', 'payload-not-json', '--since', '10m']);
    expect(deviceLines(out)).toEqual([expect.stringMatching(/payload-not-json/)]);
  });
});

describe('show', () => {
  it('rejected show prints messages for a physician, and the audit trail records each message', async () => {
    const [first, , , garbage] = await ids();
    const { out, err, code } = await vigil(['show', first!, garbage!, ...accountOptions('physician')]);
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(out).toContain(JSON.stringify({ boot: `b-${run}`, seq: 1, time, values: [spo2] }));
    expect(out).toContain(`topic: ${topic}`);
    // Control characters from a device must not reach the operator's terminal.
    expect(out).toContain('garbage \\u{1b}[2J');
    const viewed = (await audit()).filter(
      ({ action, detail }) => action === 'rejected-viewed' && detail?.includes(device),
    );
    expect(viewed.map(({ actor, detail }) => [actor.userId, detail?.split(' ')[0]])).toEqual([
      ['physician', first],
      ['physician', garbage],
    ]);
  });

  it('rejected show refuses a technician and an unknown account, and the audit trail records both refusals', async () => {
    const [first] = await ids();
    const refused = await vigil(['show', first!, ...accountOptions('technician')]);
    expect(refused).toMatchObject({
      out: '',
      code: 1,
      err: expect.stringMatching(/the role technician may not use this command/),
    });
    const unknown = await vigil(['show', first!, ...accountOptions('nobody')]);
    expect(unknown).toMatchObject({ out: '', code: 1, err: expect.stringMatching(/User or password is wrong/) });
    const refusals = (await audit()).filter(({ detail }) => detail === `rejected show ${first}`);
    expect(refusals.map(({ actor, action }) => `${actor.userId} ${action}`)).toEqual(
      expect.arrayContaining(['technician access-denied', 'nobody login-failed']),
    );
  });
});

describe('redrive', () => {
  it('redrive appends no reading if the rules are unchanged, and says why', async () => {
    const readingsBefore = await readings();
    const { out, code } = await vigil(['redrive', ...deviceOption, ...accountOptions('technician')]);
    expect(code).toBe(1);
    expect(out).toMatch(/still rejected\. The time is more than 5 min ahead/);
    expect(out).toMatch(/still rejected\. The payload is not JSON/);
    expect(out).toMatch(/not sent, because its reading is in its topic already/);
    expect(out).toMatch(/0 of 3 messages were appended/);
    expect(await readings()).toEqual(readingsBefore);
    expect(await states()).toEqual(['open', 'open', 'kept', 'open']);
    expect(await listIds()).toHaveLength(4);
  });

  it('redrive refuses a nurse, and the audit trail records the refusal', async () => {
    const readingsBefore = await readings();
    const { code, err } = await vigil(['redrive', ...deviceOption, ...accountOptions('nurse')], changedRule);
    expect(code).toBe(1);
    expect(err).toMatch(/the role nurse may not use this command/);
    expect(await readings()).toEqual(readingsBefore);
    const denials = (await audit()).filter(
      ({ action, detail }) => action === 'access-denied' && detail?.includes('redrive'),
    );
    expect(denials.at(-1)?.actor.userId).toBe('nurse');
  });

  it('redrive with a changed rule appends each valid reading to its patient once, and leaves the other message open', async () => {
    const readingsBefore = await readings();
    expect(readingsBefore).toHaveLength(1);
    const rejected = (await recordsOf(operator, 'rejected', device)).map(({ body }) => body as RejectedRecord);
    const { out } = await vigil(['redrive', ...deviceOption, ...accountOptions('technician')], changedRule);
    expect(out).toMatch(/2 of 3 messages were appended/);
    expect(out).not.toMatch(/values|MDC_PULS_OXIM/);
    const readingsAfter = await readings();
    expect(readingsAfter).toHaveLength(3);
    const numbered = readingsAfter.find(({ place }) => place === `b-${run}/1`);
    const unnumbered = readingsAfter.find(({ place }) => place.startsWith('redrive.'));
    for (const [index, reading] of [numbered, unnumbered].entries()) {
      const { receivedAt, payload } = rejected[index]!;
      expect(reading).toMatchObject({ key: patient.associationId, receivedAt });
      expect(reading?.body).toContain(`"reading":${Buffer.from(payload, 'base64').toString()}}`);
    }
    expect(await states()).toEqual(['redriven', 'redriven', 'kept', 'open']);
    const redrives = (await audit()).filter(
      ({ action, actor }) => action === 'rejected-redriven' && actor.userId === 'technician',
    );
    expect(redrives.map(({ detail }) => detail?.split(' ')[0])).toEqual(['asked', 'asked', 'appended']);
  });

  it('a second redrive appends no reading again', async () => {
    const readingsBefore = await readings();
    const { out } = await vigil(['redrive', ...deviceOption, ...accountOptions('technician')], changedRule);
    expect(out.match(/not sent, because it was redriven before/g)).toHaveLength(2);
    expect(await readings()).toEqual(readingsBefore);
  });

  it('redrive appends equal records with the same boot and seq if a crash prevented the audit record of the first redrive', async () => {
    const readingsBefore = await readings();
    const rejected = (await recordsOf(operator, 'rejected', device)).slice(0, 2);
    const side = openGatewaySide(platform, changedRule);
    const requests = rejected.map(({ body, opened }, n) => ({
      id: String(n),
      boot: opened.origin.boot,
      seq: opened.origin.seq,
      record: body as RejectedRecord,
    }));
    expect((await side.redrive(requests)).map(({ outcome }) => outcome)).toEqual(['appended', 'appended']);
    await side.close();
    const readingsAfter = await readings();
    expect(readingsAfter).toHaveLength(readingsBefore.length + 2);
    const asSet = (list: typeof readingsAfter) => new Set(list.map((reading) => JSON.stringify(reading)));
    expect(asSet(readingsAfter)).toEqual(asSet(readingsBefore));
  });
});

it('the audit records of list, show and redrive form intact chains', async () => {
  const records = (await audit()).filter(({ boot }) => boot.startsWith('rejected-'));
  expect(records.length).toBeGreaterThanOrEqual(9);
  const check = newCheck(false);
  const keys = readPublicKeys(readFileSync(join(platform.stateDir, 'secrets', 'audit-keys.json'), 'utf8'));
  for (const record of records.sort((a, b) => a.n - b.n))
    expect(checkNext(check, record, judgeRecord(record, undefined, sha256, keys.verify))).toBe('ok');
  expect([...check.faults, ...missingRecords(check)]).toEqual([]);
});
