/** The operator's way with rejected input, as it is typed, against real Kafka and a real gateway. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../../certs/ensure.ts';
import { type AnyAuditRecord, contentTypes, type RejectedRecord, type Role } from '../../contracts/messages/records.ts';
import { type Account, writeAccounts } from '../../dashboard/server/accounts/accounts.ts';
import { hashPassword } from '../../dashboard/server/accounts/password.ts';
import { checkNext, missingRecords, newCheck } from '../../log/audit/check.ts';
import { readPublicKeys } from '../../log/audit/keys.ts';
import { readAudit } from '../../log/audit/reading.ts';
import { judgeRecord } from '../../log/audit/rules.ts';
import { sha256 } from '../../log/audit/trail.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { connectMqtt, publishFor, recordsOf } from '../../tests/gateway/gateway.ts';
import { readWhole } from '../../tests/log-witness.ts';
import { admitted, associate, openLogAs, ownPorts, type RunningHouse, root, startHouse } from '../../tests/system.ts';
import { openGatewaySide } from './gateway.ts';

const platform = await ownPorts(inject('platform'));
const run = randomUUID().slice(0, 6);
const device = `rejected-${run}`;
const topic = `devices/${device}/observations`;
const password = 'a long enough phrase';
const accountsFile = join(platform.stateDir, `accounts-${run}.json`);
const minuteMs = 60_000;
/** The device's clock is wrong by this: more than the rule of five minutes allows, less than that of an hour. */
const aheadMs = 10 * minuteMs;
const hourRule = { VIGIL_READING_AHEAD_MAX_MS: String(60 * minuteMs) };
const spo2 = { code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' };
const absurd = { code: 'MDC_ECG_HEART_RATE', value: 4321, unit: '/min' };
const patient = admitted('9', 'ICU', 'Rejected');
const iso = (ms: number) => new Date(ms).toISOString();

let gateway: RunningHouse;
let operator: SealedLog;
let client: MqttClient;
let time: string;

beforeAll(async () => {
  await ensureCertificates({ stateDir: platform.stateDir, devices: [device], nowMs: Date.now() });
  const hash = await hashPassword(password);
  const account = (userId: string, role: Role, wards: string[]): Account => ({
    ...{ userId, name: `Some ${userId}`, role, wards },
    ...{ password: hash, disabled: false },
  });
  const accounts = [
    account('physician', 'physician', ['*']),
    account('technician', 'technician', ['*']),
    account('nurse', 'nurse', ['*']),
  ];
  writeAccounts(accountsFile, new Map(accounts.map((one) => [one.userId, one])));
  operator = await openLogAs(platform, 'operator');
  await associate(platform, operator, device, 1, patient);
  gateway = await startHouse(platform, 'gateway');
  client = await connectMqtt(platform, device);
  time = iso(Date.now() + aheadMs);
  const publish = (payload: string | object) => publishFor(client, topic, payload);
  expect(await publish({ boot: `b-${run}`, seq: 1, time, values: [spo2] })).toBe(0x99);
  expect(await publish({ time, values: [{ ...spo2, value: 91 }] })).toBe(0x99);
  expect(await publish({ boot: `b-${run}`, seq: 2, time: iso(Date.now()), values: [spo2, absurd] })).toBe(0);
  expect(await publish('garbage \u001b[2J')).toBe(0x99);
});
afterAll(async () => {
  await client?.endAsync(true);
  await gateway?.close();
  await operator?.close();
});

async function vigil(args: string[], more: Record<string, string> = {}, input = password) {
  const child = spawn(process.execPath, [join(root, 'ops/vigil.ts'), 'rejected', ...args], {
    stdio: 'pipe',
    env: {
      PATH: process.env.PATH,
      VIGIL_STATE_DIR: platform.stateDir,
      VIGIL_KAFKA_BROKERS: platform.kafkaBrokers,
      VIGIL_ACCOUNTS_FILE: accountsFile,
      ...more,
    },
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const closed = new Promise<number | null>((done) => child.on('close', done));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { out, err, code };
}
const as = (user: string) => ['--as', user, '--password-stdin'];
const mine = ['--device', device];

let known: Promise<string[]> | undefined;
/** The ids of this device's rejected messages, in the order in which they were sent. */
function ids(): Promise<string[]> {
  known ??= listIds();
  return known;
}

async function listIds(): Promise<string[]> {
  const { out } = await vigil(['list', ...mine]);
  return linesOfMine(out).map((line) => line.split(' ')[0]!);
}
/** Other tests put what does not open into the topic; the list says how many. */
const linesOfMine = (out: string) => out.split('\n').filter((line) => line.includes(device));
const states = async () =>
  (await vigil(['list', ...mine])).out.match(/ (open|kept|redriven) /g)?.map((one) => one.trim());

async function audit(): Promise<AnyAuditRecord[]> {
  const records = await readWhole(operator, 'audit');
  return records.flatMap(({ opened }) => readAudit(opened) ?? []);
}
const readings = async () =>
  (await recordsOf(operator, 'observations', device))
    .filter(({ opened }) => opened.contentType === contentTypes.observation)
    .map(({ key, body, opened }) => ({
      key,
      place: `${opened.place.boot}/${opened.place.seq}`,
      body: opened.plaintext.toString(),
      receivedAt: body.receivedAt,
    }));

describe('list', () => {
  it('list has one line for each record, with reason and state, and no content', async () => {
    const { out, err, code } = await vigil(['list', ...mine]);
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(linesOfMine(out)).toEqual([
      expect.stringMatching(
        new RegExp(`^\\d:\\d+ +\\S+Z  ${device} +time-invalid +open +The time is more than 5 min ahead`),
      ),
      expect.stringMatching(/time-invalid +open/),
      expect.stringMatching(/value-implausible +kept +MDC_ECG_HEART_RATE has a value that is not possible/),
      expect.stringMatching(/payload-not-json +open/),
    ]);
    expect(out).not.toMatch(/values|MDC_PULS_OXIM|garbage/);
  });

  it('list can be narrowed', async () => {
    const { out } = await vigil(['list', ...mine, '--code', 'payload-not-json', '--since', '10m']);
    expect(linesOfMine(out)).toEqual([expect.stringMatching(/payload-not-json/)]);
  });
});

describe('show', () => {
  it('show gives a physician what was sent, and is on record', async () => {
    const [first, , , garbage] = await ids();
    const { out, err, code } = await vigil(['show', first!, garbage!, ...as('physician')]);
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(out).toContain(JSON.stringify({ boot: `b-${run}`, seq: 1, time, values: [spo2] }));
    expect(out).toContain(`topic: ${topic}`);
    // What a device sends does not play with the operator's terminal.
    expect(out).toContain('garbage \\u{1b}[2J');
    const viewed = (await audit()).filter(
      ({ action, detail }) => action === 'rejected-viewed' && detail?.includes(device),
    );
    expect(viewed.map(({ actor, detail }) => [actor.userId, detail?.split(' ')[0]])).toEqual([
      ['physician', first],
      ['physician', garbage],
    ]);
  });

  it('show gives nothing to a person who may not see it, which is on record too', async () => {
    const [first] = await ids();
    const refused = await vigil(['show', first!, ...as('technician')]);
    expect(refused).toMatchObject({ out: '', code: 1, err: expect.stringMatching(/its role, technician, may not/) });
    const unknown = await vigil(['show', first!, ...as('nobody')]);
    expect(unknown).toMatchObject({ out: '', code: 1, err: expect.stringMatching(/User or password is wrong/) });
    const said = (await audit()).filter(({ detail }) => detail === `rejected show ${first}`);
    expect(said.map(({ actor, action }) => `${actor.userId} ${action}`)).toEqual(
      expect.arrayContaining(['technician access-denied', 'nobody login-failed']),
    );
  });
});

describe('redrive', () => {
  it('redrive by the same rules appends nothing and says why', async () => {
    const before = await readings();
    const { out, code } = await vigil(['redrive', ...mine, ...as('technician')]);
    expect(code).toBe(1);
    expect(out).toMatch(/still no good\. The time is more than 5 min ahead/);
    expect(out).toMatch(/still no good\. The payload is not JSON/);
    expect(out).toMatch(/lies in its topic as it came, nothing done/);
    expect(out).toMatch(/0 of 3 sent through/);
    expect(await readings()).toEqual(before);
    expect(await states()).toEqual(['open', 'open', 'kept', 'open']);
    expect(await listIds()).toHaveLength(4);
  });

  it('redrive is refused to a person who may not do it, on record', async () => {
    const before = await readings();
    const { code, err } = await vigil(['redrive', ...mine, ...as('nurse')], hourRule);
    expect(code).toBe(1);
    expect(err).toMatch(/its role, nurse, may not/);
    expect(await readings()).toEqual(before);
    const denied = (await audit()).filter(
      ({ action, detail }) => action === 'access-denied' && detail?.includes('redrive'),
    );
    expect(denied.at(-1)?.actor.userId).toBe('nurse');
  });

  it('redrive by a changed rule appends each reading where it belongs, once, and says what is still refused', async () => {
    const kept = await readings();
    expect(kept).toHaveLength(1);
    const rejected = (await recordsOf(operator, 'rejected', device)).map(({ body }) => body as RejectedRecord);
    const { out } = await vigil(['redrive', ...mine, ...as('technician')], hourRule);
    expect(out).toMatch(/2 of 3 sent through/);
    expect(out).not.toMatch(/values|MDC_PULS_OXIM/);
    const after = await readings();
    expect(after).toHaveLength(3);
    const numbered = after.find(({ place }) => place === `b-${run}/1`);
    const unnumbered = after.find(({ place }) => place.startsWith('redrive.'));
    for (const [index, found] of [numbered, unnumbered].entries()) {
      const { receivedAt, payload } = rejected[index]!;
      expect(found).toMatchObject({ key: patient.associationId, receivedAt });
      expect(found?.body).toContain(`"reading":${Buffer.from(payload, 'base64').toString()}}`);
    }
    expect(await states()).toEqual(['redriven', 'redriven', 'kept', 'open']);
    const said = (await audit()).filter(
      ({ action, actor }) => action === 'rejected-redriven' && actor.userId === 'technician',
    );
    expect(said.map(({ detail }) => detail?.split(' ')[0])).toEqual(['asked', 'asked', 'appended']);
  });

  it('a second redrive changes nothing', async () => {
    const before = await readings();
    const { out } = await vigil(['redrive', ...mine, ...as('technician')], hourRule);
    expect(out.match(/was sent through before, nothing done/g)).toHaveLength(2);
    expect(await readings()).toEqual(before);
  });

  it('redrive after a crash that lost its report writes the same readings under the same names', async () => {
    const before = await readings();
    const rejected = (await recordsOf(operator, 'rejected', device)).slice(0, 2);
    const side = openGatewaySide(platform, hourRule);
    const requests = rejected.map(({ body, opened }, at) => ({
      id: String(at),
      boot: opened.place.boot,
      seq: opened.place.seq,
      record: body as RejectedRecord,
    }));
    expect((await side.redrive(requests)).map(({ outcome }) => outcome)).toEqual(['appended', 'appended']);
    await side.close();
    const after = await readings();
    expect(after).toHaveLength(before.length + 2);
    const asSet = (list: typeof after) => new Set(list.map((one) => JSON.stringify(one)));
    expect(asSet(after)).toEqual(asSet(before));
  });
});

it('all these commands leave an audit trail whose chains are intact', async () => {
  const records = (await audit()).filter(({ boot }) => boot.startsWith('rejected-'));
  expect(records.length).toBeGreaterThanOrEqual(9);
  const check = newCheck(false);
  const keys = readPublicKeys(readFileSync(join(platform.stateDir, 'secrets', 'audit-keys.json'), 'utf8'));
  for (const record of records.sort((a, b) => a.n - b.n))
    expect(checkNext(check, record, judgeRecord(record, undefined, sha256, keys.verify))).toBe('ok');
  expect([...check.faults, ...missingRecords(check)]).toEqual([]);
});
