/** Tests the dashboard's server as a process with a real Kafka: what each account sees and may do. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAlarm } from '../../contracts/messages/alarms.testing.ts';
import type { Alarm, GroupInForce, LimitsInForce } from '../../contracts/messages/alarms.ts';
import { newLimits } from '../../contracts/messages/limits.testing.ts';
import { type AssociationPeriod, contentTypes } from '../../contracts/messages/records.ts';
import { newScores } from '../../contracts/messages/scores.testing.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { cheapHash } from '../../tests/password-hash.ts';
import { startTestPlatform } from '../../tests/platform.ts';
import {
  admitted,
  associate,
  connectFor,
  openLogAs,
  ownPorts,
  type RunningProcess,
  startProcess,
  until,
} from '../../tests/system.ts';
import type { Watch } from '../protocol/live.ts';
import { type Account, readAccounts, writeAccounts } from './accounts/accounts.ts';
import { type Answer, type Browser, newBrowser, type Target } from './browser.testing.ts';

const password = 'a long enough phrase';
const run = randomUUID().slice(0, 6);
const wards = { icu: `icu-${run}`, step: `step-${run}` };
const deviceIcu = `dash-${run}-1`;
const deviceStep = `dash-${run}-2`;
const deviceLoose = `dash-${run}-3`;

const beds = Array.from({ length: 9 }, (_, at) => String(at + 1));
const registry = { version: 1, wards: [wards.icu, wards.step].map((ward) => ({ ward, beds })) };

let dashboard: RunningProcess;
let target: Target;
let operator: SealedLog;
let gateway: SealedLog;
let alarms: SealedLog;
let inIcu: AssociationPeriod;
let inStep: AssociationPeriod;
const looseAssociation = `u-${run}-loose-device-1`;

const iso = (ms = Date.now()) => new Date(ms).toISOString();

async function reading(associationId: string, deviceId: string, code: string, value: number, atMs = Date.now()) {
  const unit = code.includes('SAT_O2') ? '%' : '/min';
  const body = {
    deviceId,
    receivedAt: iso(),
    reading: { boot: 'b1', seq: 1, time: iso(atMs), intervalMs: 1000, values: [{ code, value, unit }] },
  };
  await gateway.append('observations', associationId, contentTypes.observation, body);
}

function alarmOf(period: AssociationPeriod, deviceId: string, fields: Partial<Alarm> = {}): Alarm {
  return newAlarm(iso(), {
    alarmId: `alarm-${randomUUID()}`,
    associationId: period.associationId,
    deviceId,
    code: 'MDC_ECG_HEART_RATE',
    value: 151,
    limit: 120,
    unit: '/min',
    ...fields,
  });
}

async function raise(alarm: Alarm, type = 'raised') {
  await alarms.append('alarms', alarm.associationId, contentTypes.alarmEvent, { type, at: iso(), alarm });
}

/** Waits for the command with this id in the topic `commands`, and returns it. */
async function commandOf(commandId: string): Promise<unknown> {
  const commands: unknown[] = [];
  const table = await alarms.followTable(['commands'], (read) => {
    if (read) commands.push(read.record.body);
  });
  const command = await until('the command', () =>
    commands.find((body) => (body as { commandId: string }).commandId === commandId),
  );
  await table.close();
  return command;
}

async function loggedIn(userId: string): Promise<Browser> {
  const browser = newBrowser(target);
  const answer = await browser.login(userId, password);
  expect(answer.status).toBe(200);
  return browser;
}

const watchWard = (ward: string, waves: Watch['waves'] = null): Watch => ({ type: 'watch', scope: { ward }, waves });

let own: Awaited<ReturnType<typeof startTestPlatform>>;

let accountsFile: string;

beforeAll(async () => {
  // This test needs its own Kafka: records of other tests in a shared Kafka would be shown in the scope of all wards.
  own = await startTestPlatform(`test-${process.pid}-dashboard`);
  const platform = await ownPorts(own.data);
  accountsFile = join(mkdtempSync(join(tmpdir(), 'vigil-accounts-')), 'accounts.json');
  const hash = cheapHash(password);
  const account = (userId: string, role: Account['role'], names: string[]): [string, Account] => [
    userId,
    { userId, name: `The ${userId}`, role, wards: names, password: hash, disabled: false },
  ];
  writeAccounts(
    accountsFile,
    new Map([
      account('nurse-icu', 'nurse', [wards.icu]),
      account('nurse-step', 'nurse', [wards.step]),
      account('physician', 'physician', ['*']),
      account('technician', 'technician', [wards.icu]),
      account('auditor', 'auditor', []),
    ]),
  );
  const wardsFile = join(dirname(accountsFile), 'wards.json');
  writeFileSync(wardsFile, JSON.stringify(registry));
  operator = await openLogAs(platform, 'operator');
  gateway = await openLogAs(platform, 'gateway');
  alarms = await openLogAs(platform, 'alarms');
  inIcu = admitted('1', wards.icu, 'Secretname');
  inStep = admitted('7', wards.step, 'Othername');
  await associate(platform, operator, deviceIcu, 1, inIcu);
  await associate(platform, operator, deviceStep, 1, inStep);
  for (const id of ['child', '4', '5', '6', '9']) await connectFor(platform, gateway, `dash-${run}-${id}`);
  dashboard = await startProcess(platform, 'dashboard', {
    VIGIL_ACCOUNTS_FILE: accountsFile,
    VIGIL_WARDS_FILE: wardsFile,
    VIGIL_LOG_LEVEL: 'debug',
  });
  target = {
    port: platform.httpPort,
    ca: readFileSync(join(platform.stateDir, 'certs', 'ca.pem'), 'utf8'),
    origin: `https://localhost:${platform.httpPort}`,
  };
});

afterAll(async () => {
  await dashboard?.close();
  await Promise.all([operator?.close(), gateway?.close(), alarms?.close()]);
  await own.platform.close();
  rmSync(own.data.stateDir, { recursive: true, force: true });
});

describe('what a ward sees', () => {
  it('a nurse sees the newest value and the alarm of her ward, and nothing of another ward', async () => {
    const nurse = await loggedIn('nurse-icu');
    const live = await nurse.live(watchWard(wards.icu));
    await until('a snapshot', () => live.of('snapshot').length === 1);
    expect(live.of('snapshot')[0]?.beds).toMatchObject([{ ward: wards.icu, patient: { familyName: 'Secretname' } }]);
    const alarm = alarmOf(inIcu, deviceIcu);
    const foreign = alarmOf(inStep, deviceStep, { text: 'HR 190 > 120' });
    await reading(inIcu.associationId, deviceIcu, 'MDC_ECG_HEART_RATE', 151);
    await reading(inStep.associationId, deviceStep, 'MDC_ECG_HEART_RATE', 190);
    await raise(foreign);
    await raise(alarm);
    await until('the alarm', () => live.of('delta').some((delta) => delta.alarms[0]?.alarmId === alarm.alarmId));
    await until('the value', () => live.of('delta').some((delta) => delta.beds[0]?.values[0]?.value === 151));
    // An old value comes late and does not replace the newer value. The next value shows that the server has read the
    // old value.
    await reading(inIcu.associationId, deviceIcu, 'MDC_ECG_HEART_RATE', 60, Date.now() - 60_000);
    await reading(inIcu.associationId, deviceIcu, 'MDC_PULS_OXIM_SAT_O2', 97);
    await until('the marker', () => live.of('delta').some((d) => d.beds[0]?.values.some((v) => v.value === 97)));
    const view = await nurse.get(`/api/associations/${inIcu.associationId}`);
    expect(view.body.bed.values.find((v: { code: string }) => v.code === 'MDC_ECG_HEART_RATE').value).toBe(151);
    const everything = JSON.stringify(live.messages);
    expect(everything).not.toContain('Othername');
    expect(everything).not.toContain(inStep.associationId);
    // The bare number 190 is not searched, because a random id may contain it.
    for (const part of ['HR 190', '"value":190']) expect(everything).not.toContain(part);
    const numbers = live.messages.filter((m) => m.type === 'snapshot' || m.type === 'delta');
    for (const [at, message] of numbers.entries())
      if (message.type === 'delta') expect(message.prev).toBe(numbers[at - 1]?.n);
    live.close();
  });

  it('every route gives the same answer for a bed of another ward as for an unknown bed', async () => {
    const nurse = await loggedIn('nurse-icu');
    const foreign = alarmOf(inStep, deviceStep);
    await raise(foreign);
    const other = await loggedIn('nurse-step');
    await until('the other ward has it', async () =>
      (await other.get(`/api/associations/${inStep.associationId}`)).body.alarms.some(
        (alarm: Alarm) => alarm.alarmId === foreign.alarmId,
      ),
    );
    const to = iso();
    const from = iso(Date.now() - 3_600_000);
    const paths: [string, string, unknown?][] = [
      ['GET', `/api/associations/${inStep.associationId}`],
      ['GET', `/api/associations/${inStep.associationId}/trends?codes=MDC_ECG_HEART_RATE&from=${from}&to=${to}`],
      ['POST', `/api/alarms/${foreign.alarmId}/acknowledge`, { rev: 1 }],
      ['POST', `/api/associations/${inStep.associationId}/pause-audio`, { forMs: 60_000 }],
      ['POST', `/api/associations/${inStep.associationId}/limits`, { group: 'HR', limits: null, seenAt: null }],
      ['POST', `/api/associations/${inStep.associationId}/assessment`, { consciousness: 'A' }],
      ['POST', `/api/associations/${inStep.associationId}/standby`, { reason: 'Imaging', forMs: 60_000 }],
      ['DELETE', `/api/associations/${inStep.associationId}/standby`],
      ['DELETE', `/api/devices/${deviceStep}/associations/${inStep.associationId}`],
    ];
    for (const [method, path, body] of paths) {
      const answer = await nurse.call(method, path, body);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(Object.keys(answer.body)).toEqual(['code', 'message']);
    }
    const refused = await nurse.post(`/api/devices/${deviceStep}/associations`, {
      ward: wards.icu,
      bed: '9',
      patient: null,
      version: 1,
    });
    expect([refused.status, Object.keys(refused.body)]).toEqual([404, ['code', 'message']]);
    const auditor = await loggedIn('auditor');
    await until('the audit record of the attempt', async () => {
      const { body } = await auditor.get('/api/audit?action=access-denied&userId=nurse-icu');
      return body.records.some(({ detail }: { detail: string }) => detail === `association-started ${deviceStep}`);
    });
    expect(JSON.stringify((await nurse.get('/api/wards')).body)).not.toContain(wards.step);
    expect(JSON.stringify((await nurse.get('/api/devices')).body)).not.toContain(deviceStep);
    expect(await (await nurse.live(watchWard(wards.step))).closed).toBe(4004);
    const scope = { associationId: inStep.associationId };
    expect(await (await nurse.live({ type: 'watch', scope, waves: null })).closed).toBe(4004);
  });

  it('the scope * shows all wards of the account, and only an account of all wards sees a device that was in no ward', async () => {
    await reading(looseAssociation, deviceLoose, 'MDC_ECG_HEART_RATE', 77);
    const watching = async (userId: string) => {
      const live = await (await loggedIn(userId)).live(watchWard('*'));
      await until('a snapshot', () => live.of('snapshot').length === 1);
      const beds = () => [...live.of('snapshot').flatMap((s) => s.beds), ...live.of('delta').flatMap((d) => d.beds)];
      return { live, sees: (associationId: string) => beds().some((bed) => bed.associationId === associationId) };
    };
    const physician = await watching('physician');
    await until('the loose device', () => physician.sees(looseAssociation));
    for (const userId of ['nurse-icu', 'nurse-step']) {
      const { live, sees } = await watching(userId);
      expect([inIcu, inStep].map(({ associationId }) => sees(associationId))).toEqual([
        userId === 'nurse-icu',
        userId === 'nurse-step',
      ]);
      expect(sees(looseAssociation)).toBe(false);
      live.close();
    }
    physician.live.close();
  });

  it('the server shows a technician devices and technical alarms, never a name, a value or a physiological alarm', async () => {
    await raise(alarmOf(inIcu, deviceIcu, { text: 'HR 155 > 120' }));
    const { value: _, limit: __, code: ___, unit: ____, ...technical } = alarmOf(inIcu, deviceIcu);
    await raise({ ...technical, kind: 'technical', condition: 'MDC_EVT_LEADS_OFF', text: 'ECG leads off' });
    const technician = await loggedIn('technician');
    const live = await technician.live(watchWard(wards.icu, { associations: 'all' }));
    const all = () => JSON.stringify(live.messages);
    await until('the technical alarm', () => all().includes('ECG leads off'));
    expect(all()).toContain(deviceIcu);
    expect(all()).not.toContain('Secretname');
    expect(all()).not.toContain('HR 155');
    expect(all()).not.toContain('MDC_ECG_HEART_RATE');
    expect((await technician.get(`/api/associations/${inIcu.associationId}`)).status).toBe(403);
    live.close();
  });

  it('the server shows an auditor the audit trail and no clinical data', async () => {
    const auditor = await loggedIn('auditor');
    expect((await auditor.post('/api/ticket')).status).toBe(403);
    expect((await auditor.get('/api/wards')).status).toBe(403);
    expect((await auditor.get(`/api/associations/${inIcu.associationId}`)).status).toBe(403);
    expect((await auditor.get('/api/devices')).status).toBe(403);
    const nurse = await loggedIn('nurse-icu');
    expect((await nurse.get('/api/audit')).status).toBe(403);
  });
});

describe('the live connection', () => {
  it('a ticket opens one live connection, only from an allowed origin, and only with the session that got the ticket', async () => {
    const nurse = await loggedIn('nurse-icu');
    const live = await nurse.live(watchWard(wards.icu));
    await until('a snapshot', () => live.of('snapshot').length === 1);
    expect(await (await nurse.live(undefined, { ticket: live.ticket })).closed).toBe(403);
    expect(await (await nurse.live(undefined, { origin: 'https://evil.example' })).closed).toBe(403);
    expect(await (await nurse.live(undefined, { origin: null })).closed).toBe(403);
    expect(await (await nurse.live(undefined, { cookie: '' })).closed).toBe(401);
    const other = await loggedIn('nurse-step');
    const { ticket } = (await nurse.post('/api/ticket')).body;
    expect(await (await other.live(undefined, { ticket })).closed).toBe(403);
    live.close();
  });

  it('the live connection has a heartbeat each second, and answers a resume with a delta or, for another stream, a snapshot', async () => {
    const nurse = await loggedIn('nurse-icu');
    const live = await nurse.live(watchWard(wards.icu));
    await until('two heartbeats', () => live.of('heartbeat').length >= 2);
    expect(live.of('heartbeat')[0]?.health).toMatchObject({ kafka: 'ok' });
    const { stream, n } = live.of('snapshot')[0]!;
    live.close();
    await live.closed;
    const missed = alarmOf(inIcu, deviceIcu, { text: 'HR 171 > 120' });
    await raise(missed);
    const again = await nurse.live({ ...watchWard(wards.icu), resume: { stream, n } });
    await until('what was missed', () =>
      again.of('delta').some((d) => d.alarms.some((a) => a.alarmId === missed.alarmId)),
    );
    expect(again.of('snapshot')).toEqual([]);
    expect(again.of('delta')[0]?.prev).toBe(n);
    const foreign = await nurse.live({ ...watchWard(wards.icu), resume: { stream: 'another', n } });
    await until('a snapshot', () => foreign.of('snapshot').length === 1);
    again.close();
    foreign.close();
  });

  it('the live connection closes when it gets a message that is not a valid Watch', async () => {
    const nurse = await loggedIn('nurse-icu');
    for (const bad of ['{', '[]', '{"type":"watch"}', '{"type":"watch","scope":{},"waves":null}']) {
      const live = await nurse.live();
      await until('open', () => live.socket.readyState === 1);
      live.socket.send(bad);
      expect([bad, await live.closed]).toEqual([bad, 4003]);
    }
  });

  it('the live connection sends waveforms only to screens that asked for them', async () => {
    const nurse = await loggedIn('nurse-icu');
    const live = await nurse.live(watchWard(wards.icu, { associations: 'all', codes: ['MDC_ECG_ELEC_POTL_II'] }));
    const without = await nurse.live(watchWard(wards.icu));
    await until('snapshots', () => live.of('snapshot').length + without.of('snapshot').length === 2);
    const samples = Buffer.from(new Int16Array(125).buffer).toString('base64');
    const wave = {
      start: iso(Date.now() - 500),
      code: 'MDC_ECG_ELEC_POTL_II',
      rateHz: 250,
      scale: 0.01,
      offset: 0,
      samples,
    };
    const body = { deviceId: deviceIcu, receivedAt: iso(), reading: { boot: 'b1', seq: 1, ...wave } };
    await gateway.append('waveforms', inIcu.associationId, contentTypes.waveform, body);
    await until('the wave', () => live.of('wave').length === 1);
    expect(live.of('wave')[0]).toEqual({ type: 'wave', associationId: inIcu.associationId, ...wave, gap: false });
    expect(without.of('wave')).toEqual([]);
    live.close();
    without.close();
  });
});

describe('acts', () => {
  it('the server writes an acknowledgement with the actor of the session to Kafka and to the audit trail', async () => {
    const alarm = alarmOf(inIcu, deviceIcu, { text: 'HR 180 > 120' });
    await raise(alarm);
    const nurse = await loggedIn('nurse-icu');
    const answer = await until('202', async () => {
      const attempt = await nurse.post(`/api/alarms/${alarm.alarmId}/acknowledge`, { rev: alarm.rev });
      return attempt.status === 202 && attempt;
    });
    expect(await commandOf(answer.body.commandId)).toMatchObject({
      type: 'acknowledge',
      alarmId: alarm.alarmId,
      rev: alarm.rev,
      associationId: inIcu.associationId,
      by: { userId: 'nurse-icu', name: 'The nurse-icu', role: 'nurse' },
    });
    const auditor = await loggedIn('auditor');
    const page = await until('the audit record', async () => {
      const { body } = await auditor.get('/api/audit?action=alarm-acknowledged&userId=nurse-icu');
      return body.records.some((record: { alarmId: string }) => record.alarmId === alarm.alarmId) && body;
    });
    expect(page.records[0]).toMatchObject({
      verified: true,
      patientId: inIcu.patient?.patientId,
      ward: wards.icu,
      bed: inIcu.bed,
    });
    expect(page.chain.faults).toEqual([]);
  });

  it('the server refuses to acknowledge another revision than the person saw, and answers with the alarm as it is now', async () => {
    const seen = alarmOf(inIcu, deviceIcu, { text: 'HR 181 > 120' });
    const now = { ...seen, rev: 2, text: 'HR 199 > 140', priority: 'high' as const };
    await raise(seen);
    await raise(now, 'escalated');
    const nurse = await loggedIn('nurse-icu');
    const refused = await until('the refusal', async () => {
      const attempt = await nurse.post(`/api/alarms/${seen.alarmId}/acknowledge`, { rev: 1 });
      return attempt.status === 409 && attempt;
    });
    expect(refused.body).toMatchObject({ code: 'conflict', alarm: now });
    expect(refused.body.message).toContain('HR 199 > 140');
    expect((await nurse.post(`/api/alarms/${seen.alarmId}/acknowledge`)).status).toBe(400);
    expect((await nurse.post(`/api/alarms/${seen.alarmId}/acknowledge`, { rev: 2 })).status).toBe(202);
  });

  it('the server takes 600 changes of a login in a minute; when it refuses more, other logins and the logout still work', async () => {
    const stolen = await loggedIn('nurse-icu');
    const path = `/api/associations/${inIcu.associationId}/assessment`;
    const answers: Answer[] = [];
    // The requests are sent 20 at a time, because more at the same time would be refused for another reason.
    for (let times = 0; times < 31; times += 1)
      answers.push(...(await Promise.all(Array.from({ length: 20 }, () => stolen.post(path, {})))));
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(600);
    expect(answers.filter(({ status, body }) => status === 429 && body.code === 'rate-limited')).toHaveLength(20);
    expect((await stolen.get(`/api/associations/${inIcu.associationId}`)).status).toBe(200);
    expect((await (await loggedIn('nurse-icu')).post(path, { oxygen: true })).status).toBe(202);
    expect((await stolen.post('/api/logout', {})).status).toBeLessThan(300);
  });

  it('the server refuses limits that contradict those in force, and names both numbers', async () => {
    const physician = await loggedIn('physician');
    const { associationId } = inIcu;
    const path = `/api/associations/${associationId}/limits`;
    const limitsNow = async () => (await physician.get(`/api/associations/${associationId}`)).body.bed.limits;
    const publish = (body: LimitsInForce) => alarms.append('alarms', associationId, contentTypes.limitsInForce, body);
    const limits = { low: 45, high: 130 };
    const setLimits = (wanted: object | null, seenAt: string | null = null) =>
      physician.post(path, { group: 'HR', limits: wanted, seenAt });
    // The limits in force were not published yet, so new limits cannot be checked.
    expect((await setLimits(limits)).status).toBe(503);
    await publish(newLimits(associationId));
    await until('the limits in force', async () => (await limitsNow())?.rev === 1);
    for (const [wrongLimits, sentence] of [
      [{ low: 130, high: 120 }, 'The low limit 130 of HR is not below the high limit 120.'],
      [{ high: 150 }, 'The high limit 150 of HR is not below the extreme high limit 140.'],
      [{ low: 0 }, 'The low limit 0 of HR could never alarm: no value is below 0.'],
      [{ high: 10_000 }, 'The high limit 10000 of HR is outside the measuring range, 0 to 350.'],
      [{ extremeLow: 19 }, 'The extreme low limit 19 of HR is below the lowest allowed value, 20.'],
    ] as const) {
      const answer = await setLimits(wrongLimits);
      expect([answer.status, answer.body.message]).toEqual([400, sentence]);
    }
    expect((await setLimits({ ...limits, delayMs: 99_999 })).status).toBe(400);
    // Two people change the same limits at the same time. The second change is refused, and the refusal names the first
    // change.
    const answers = await Promise.all([1, 2].map(() => setLimits(limits)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      message: 'Not saved: meanwhile The physician set the HR limits to low 45, high 130.',
      current: { limits },
    });
    // The alarm processor refuses the change. The next change starts again from the limits in force.
    const { commandId } = answers.find(({ status }) => status === 202)!.body;
    const refusal = { commandId, associationId, type: 'set-limits', at: iso(), accepted: false, reason: 'They cross.' };
    await alarms.append('alarms', associationId, contentTypes.commandAnswer, refusal);
    await until('the refusal', async () => (await setLimits(limits)).status === 202);
    const changed = { by: { userId: 'physician', name: 'P', role: 'physician' }, at: iso() } as const;
    await publish(newLimits(associationId, { HR: { own: limits, changed } }, { rev: 2 }));
    await until('the limits', async () => {
      const hr = (await limitsNow())?.groups.find(({ group }: GroupInForce) => group === 'HR');
      return hr?.limits.high === 130 && hr.changed.by.userId === 'physician';
    });
    expect((await setLimits({ high: 125 })).status).toBe(409);
    const auditor = await loggedIn('auditor');
    const { records } = (await auditor.get('/api/audit?action=limits-changed&userId=physician')).body;
    expect(records.at(-1)).toMatchObject({
      bed: inIcu.bed,
      changedFrom: expect.stringMatching(/low 50, high 120.*no own limits/),
      changedTo: expect.stringMatching(/low 45, high 130/),
      verified: true,
    });
    // The record in `alarm-state` has the limits, too. After a restart, and after 30 days, only this record still has
    // the limits.
    const inState = newLimits(associationId, { HR: { own: { high: 105 } } }, { rev: 3 });
    const offsets = { observations: '0', commands: '0' };
    const body = { associationId, at: iso(0), offsets, live: [], limits: inState, engine: {} };
    await alarms.append('alarm-state', associationId, contentTypes.alarmState, body);
    await until('the limits of the snapshot', async () => (await limitsNow())?.rev === 3);
  });

  it('the server accepts and records a nurse’s assessment of an adult, and shows the scores of the alarm processor', async () => {
    const nurse = await loggedIn('nurse-icu');
    const { associationId } = inIcu;
    const path = `/api/associations/${associationId}/assessment`;
    for (const bad of [{}, { consciousness: 'X' }, { oxygen: 'yes' }, { spo2Scale: 3 }, { oxygen: true, more: 1 }])
      expect([bad, (await nurse.post(path, bad)).status]).toEqual([bad, 400]);
    const technician = await loggedIn('technician');
    expect((await technician.post(path, { consciousness: 'A' })).status).toBe(403);
    const entered = await nurse.post(path, { consciousness: 'V', oxygen: false, spo2Scale: 2 });
    expect(entered.status).toBe(202);
    expect(await commandOf(entered.body.commandId)).toMatchObject({
      type: 'enter-assessment',
      associationId,
      consciousness: 'V',
      oxygen: false,
      spo2Scale: 2,
      by: { userId: 'nurse-icu', role: 'nurse' },
    });
    const auditor = await loggedIn('auditor');
    const record = await until('the audit record', async () => {
      const { body } = await auditor.get('/api/audit?action=assessment-entered&userId=nurse-icu');
      return body.records[0];
    });
    expect(record).toMatchObject({ verified: true, associationId, ward: wards.icu });
    expect(record.detail).toBe(`consciousness V, on air, SpO2 scale 2; command ${entered.body.commandId}`);
    await alarms.append(
      'alarms',
      associationId,
      contentTypes.scores,
      newScores(associationId, { total: 3 }, { at: iso() }),
    );
    const scoresFor = async (who: Browser) => (await who.get(`/api/associations/${associationId}`)).body.bed?.scores;
    await until('the scores', async () => (await scoresFor(nurse))?.news2.total === 3);
  });

  it('the server accepts and records a standby of a bed, and shows the standby of the alarm processor', async () => {
    const nurse = await loggedIn('nurse-icu');
    const { associationId } = inIcu;
    const path = `/api/associations/${associationId}/standby`;
    const imaging = { reason: 'Imaging', forMs: 1_800_000 };
    for (const bad of [
      {},
      { ...imaging, reason: ' ' },
      { ...imaging, reason: 'x'.repeat(81) },
      { ...imaging, forMs: 14_400_001 },
    ])
      expect([bad, (await nurse.post(path, bad)).status]).toEqual([bad, 400]);
    const technician = await loggedIn('technician');
    expect((await technician.post(path, imaging)).status).toBe(403);
    const begun = await nurse.post(path, imaging);
    expect(begun.status).toBe(202);
    const by = { userId: 'nurse-icu', role: 'nurse' };
    expect(await commandOf(begun.body.commandId)).toMatchObject({ type: 'standby', associationId, ...imaging, by });
    const auditor = await loggedIn('auditor');
    const record = await until('the audit record', async () => {
      const { body } = await auditor.get('/api/audit?action=standby-begun&userId=nurse-icu');
      return body.records[0];
    });
    expect(record).toMatchObject({ verified: true, associationId, ward: wards.icu });
    expect(record.detail).toBe(`Imaging, for 1800000 ms; command ${begun.body.commandId}`);
    const actor = { ...by, name: 'N. Urse', role: 'nurse' as const };
    const standby = { since: iso(), until: iso(Date.now() + 1_800_000), reason: 'Imaging', by: actor };
    await alarms.append('alarms', associationId, contentTypes.standby, { associationId, rev: 1, at: iso(), standby });
    const standbyNow = async () => (await nurse.get(`/api/associations/${associationId}`)).body.bed?.standby;
    await until('the standby', async () => (await standbyNow())?.reason === 'Imaging');
    const ended = await nurse.call('DELETE', path);
    expect(ended.status).toBe(202);
    expect(await commandOf(ended.body.commandId)).toMatchObject({ type: 'end-standby', associationId, by });
    await alarms.append('alarms', associationId, contentTypes.standby, {
      associationId,
      rev: 2,
      at: iso(),
      standby: null,
    });
    await until('its end', async () => (await standbyNow()) === null);
  });

  it('the server refuses an assessment of a child', async () => {
    const nurse = await loggedIn('nurse-step');
    const path = `/api/devices/dash-${run}-child/associations`;
    const patient = { patientId: 'P-child', familyName: 'Young', givenName: 'Test', category: 'paediatric' };
    const { body } = await nurse.post(path, { ward: wards.step, bed: '3', patient, version: 0 });
    const refused = await until('the bed', async () => {
      const attempt = await nurse.post(`/api/associations/${body.associationId}/assessment`, { consciousness: 'A' });
      return attempt.status !== 404 && attempt;
    });
    expect([refused.status, refused.body.message]).toEqual([
      400,
      'NEWS2 is only for adults: the patient at this device is not an adult, or no patient is at this device.',
    ]);
  });

  it('the server assigns and moves a device, corrects its patient and ends its association, and records each change', async () => {
    const nurse = await loggedIn('nurse-step');
    const technician = await loggedIn('technician');
    const deviceId = `dash-${run}-4`;
    const path = `/api/devices/${deviceId}/associations`;
    const patient = { patientId: 'P-new', familyName: 'Fresh', givenName: 'Test', category: 'neonatal' };
    const body = { ward: wards.step, bed: '8', patient, version: 0 };
    expect((await technician.post(path, { ...body, ward: wards.icu, bed: '1' })).status).toBe(403);
    const started = await nurse.post(path, body);
    expect(started.status).toBe(201);
    expect((await nurse.post(path, body)).status).toBe(409);
    const { associationId } = started.body;
    const view = () => nurse.get(`/api/associations/${associationId}`);
    expect((await view()).body).toMatchObject({ bed: { ward: wards.step, bed: '8', patient }, version: 1 });
    // Two devices with two patients are assigned to one bed at the same time. One of the devices gets the bed.
    const rivals = await Promise.all(
      ['5', '6'].map((number) =>
        nurse.post(`/api/devices/dash-${run}-${number}/associations`, {
          ...body,
          bed: '9',
          patient: { ...patient, patientId: `P-rival-${number}` },
        }),
      ),
    );
    expect(rivals.map((answer) => answer.status).sort()).toEqual([201, 409]);
    expect(rivals.find((answer) => answer.status === 409)?.body).toMatchObject({
      code: 'bed-occupied',
      occupiedBy: { patient: { familyName: 'Fresh' } },
    });
    const move = { ward: wards.step, bed: '6', version: 1 };
    expect((await nurse.post(`/api/devices/${deviceId}/move`, move)).status).toBe(200);
    expect((await view()).body).toMatchObject({ bed: { bed: '6', patient }, version: 2 });
    // A correction with the version from before the move is accepted. A second correction with this version is a
    // conflict.
    const correct = (changes: object) => nurse.post(`${path}/${associationId}/patient`, { version: 1, changes });
    expect((await correct({ familyName: 'Right' })).status).toBe(200);
    const late = await correct({ familyName: 'Wrong' });
    expect(late.status).toBe(409);
    expect(late.body).toMatchObject({ version: 3, changes: [{ act: 'moved' }, { act: 'corrected' }] });
    expect(late.body.changes[1]).toMatchObject({
      by: { userId: 'nurse-step' },
      fields: [{ field: 'familyName', from: 'Fresh', to: 'Right' }],
    });
    expect((await view()).body.bed).toMatchObject({ bed: '6', patient: { ...patient, familyName: 'Right' } });
    expect((await nurse.call('DELETE', `${path}/${associationId}?whole=patient`)).status).toBe(200);
    expect((await view()).status).toBe(404);
    const auditor = await loggedIn('auditor');
    await until('the audit records', async () => {
      const { body } = await auditor.get('/api/audit?userId=nurse-step');
      const done = body.records
        .filter((record: { associationId?: string }) => record.associationId === associationId)
        .map((record: { action: string }) => record.action);
      return ['association-started', 'association-moved', 'patient-corrected', 'association-ended'].every((action) =>
        done.includes(action),
      );
    });
  });

  it('the server refuses a ward or bed that is not registered, and suggests a similar name', async () => {
    const nurse = await loggedIn('nurse-step');
    const post = (ward: string, bed: string) =>
      nurse.post(`/api/devices/dash-${run}-9/associations`, { ward, bed, patient: null, version: 0 });
    const refused = await post(`${wards.step} `, '1');
    expect([refused.status, refused.body.code]).toEqual([400, 'place-unknown']);
    expect(refused.body.message).toBe(`There is no such ward. Did you mean ${wards.step}?`);
    expect((await post(wards.step, '99')).status).toBe(400);
    const moved = await nurse.post(`/api/devices/${deviceStep}/move`, { ward: wards.step, bed: '99', version: 1 });
    expect(moved.status).toBe(400);
    expect((await nurse.get('/api/places')).body).toEqual({
      wards: [{ ward: wards.step, beds: registry.wards[1]?.beds }],
      unregistered: [],
    });
  });
});

describe('the audit trail', () => {
  const recordsOf = async (auditor: Browser, query: string) => (await auditor.get(`/api/audit?${query}`)).body.records;

  it('the audit trail has the address, station and session of each request, and requests of other sites', async () => {
    const nurse = await loggedIn('nurse-icu');
    await nurse.get(`/api/associations/${inIcu.associationId}`);
    const evil = { origin: 'https://evil.example', 'x-vigil': '1' };
    expect((await nurse.call('POST', '/api/logout', undefined, evil)).status).toBe(403);
    expect(await (await nurse.live(undefined, { origin: 'https://evil.example' })).closed).toBe(403);
    const auditor = await loggedIn('auditor');
    const [look] = await until('the look', () => recordsOf(auditor, 'action=patient-viewed&userId=nurse-icu'));
    expect(look).toMatchObject({
      address: '127.0.0.1',
      station: expect.stringMatching(/^[\w-]{8}$/),
      session: expect.stringMatching(/^[\w-]{22}$/),
      signed: true,
      verified: true,
    });
    const logins = await recordsOf(auditor, 'action=login&userId=nurse-icu');
    expect(logins).toContainEqual(expect.objectContaining({ session: look.session, station: look.station }));
    await until('the refusals', async () => {
      const details = (await recordsOf(auditor, 'action=access-denied&userId=nurse-icu')).map(
        ({ detail }: { detail: string }) => detail,
      );
      return ['POST /api/logout', 'GET /api/live'].every((route) =>
        details.some((detail: string) => detail.startsWith(`${route}, origin https://evil.example`)),
      );
    });
  });

  it('the audit trail has every change of an account, and an ended session stays ended when its account is enabled again', async () => {
    const nurse = await loggedIn('nurse-step');
    const before = readAccounts(accountsFile);
    const account = before.get('nurse-step')!;
    const auditor = await loggedIn('auditor');
    const recorded = (action: string) =>
      until(action, async () => (await recordsOf(auditor, `action=${action}&userId=nurse-step`)).length > 0);
    await recorded('account-created');
    // The file is changed without the command line.
    writeAccounts(accountsFile, new Map([...before, ['nurse-step', { ...account, disabled: true }]]));
    await recorded('account-disabled');
    expect((await nurse.get('/api/session')).status).toBe(401);
    writeAccounts(accountsFile, before);
    await recorded('account-enabled');
    expect((await nurse.get('/api/session')).status).toBe(401);
    await dashboard.kill();
    await dashboard.start();
    expect((await nurse.get('/api/session')).status).toBe(401);
    expect((await (await loggedIn('nurse-step')).get('/api/session')).status).toBe(200);
  });
});

describe('sessions', () => {
  it('a session is still valid after the server was killed, and stays ended after a logout and another kill', async () => {
    const nurse = await loggedIn('nurse-icu');
    const live = await nurse.live(watchWard(wards.icu));
    await until('a snapshot', () => live.of('snapshot').length === 1);
    await dashboard.kill();
    await live.closed;
    await dashboard.start();
    expect((await nurse.get('/api/session')).status).toBe(200);
    const oldCookie = nurse.cookie();
    expect((await nurse.post('/api/logout')).status).toBe(204);
    nurse.setCookie(oldCookie);
    expect((await nurse.get('/api/session')).status).toBe(401);
    await dashboard.kill();
    await dashboard.start();
    expect((await nurse.get('/api/session')).status).toBe(401);
  });

  it('the server writes no name, no value and no address with an id into its log', () => {
    const output = dashboard.output();
    expect(output).toContain('answered');
    for (const secret of ['Secretname', 'Othername', inIcu.associationId, inIcu.patient!.patientId, password, 'HR 1'])
      expect(output).not.toContain(secret);
  });
});
