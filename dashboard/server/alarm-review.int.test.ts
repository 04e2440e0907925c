/** Tests the alarm history with a real Kafka, alarm processor and dashboard. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AssociationPeriod, contentTypes } from '../../contracts/messages/records.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { cheapHash } from '../../tests/password-hash.ts';
import { startTestPlatform } from '../../tests/platform.ts';
import {
  admitted,
  associate,
  figuresOf,
  openLogAs,
  ownPorts,
  type RunningProcess,
  startProcess,
  until,
} from '../../tests/system.ts';
import type { AlarmReview, ReviewedAlarmRow } from '../protocol/alarm-review.ts';
import { type Account, writeAccounts } from './accounts/accounts.ts';
import { type Browser, newBrowser, type Target } from './browser.testing.ts';

const password = 'a long enough phrase';
const ward = 'icu';
const otherWard = 'step-down';
const deviceId = 'review-1';
const otherDeviceId = 'review-2';

let own: Awaited<ReturnType<typeof startTestPlatform>>;
let dashboard: RunningProcess;
let engine: RunningProcess;
let operator: SealedLog;
let gateway: SealedLog;
let target: Target;
let period: AssociationPeriod;
let otherPeriod: AssociationPeriod;
let nurse: Browser;
let seq = 0;

beforeAll(async () => {
  own = await startTestPlatform(`test-${process.pid}-review`);
  const platform = await ownPorts(own.data);
  const accountsFile = join(mkdtempSync(join(tmpdir(), 'vigil-review-')), 'accounts.json');
  const hash = cheapHash(password);
  const account = (userId: string, role: Account['role'], wards: string[]): [string, Account] => [
    userId,
    { userId, name: `The ${userId}`, role, wards, password: hash, disabled: false },
  ];
  writeAccounts(
    accountsFile,
    new Map([
      account('nurse', 'nurse', [ward]),
      account('attacker', 'nurse', [otherWard]),
      account('technician', 'technician', [ward]),
      account('auditor', 'auditor', ['*']),
    ]),
  );
  const wardsFile = join(dirname(accountsFile), 'wards.json');
  const beds = ['3', '4'];
  writeFileSync(
    wardsFile,
    JSON.stringify({ version: 1, wards: [ward, otherWard].map((name) => ({ ward: name, beds })) }),
  );
  operator = await openLogAs(platform, 'operator');
  gateway = await openLogAs(platform, 'gateway');
  period = admitted('3', ward, 'Secretname');
  otherPeriod = admitted('4', otherWard, 'Othername');
  await associate(platform, operator, deviceId, 1, period);
  await associate(platform, operator, otherDeviceId, 1, otherPeriod);
  engine = await startProcess(platform, 'alarms');
  const settings = { VIGIL_ACCOUNTS_FILE: accountsFile, VIGIL_WARDS_FILE: wardsFile };
  dashboard = await startProcess(platform, 'dashboard', settings);
  target = {
    port: platform.httpPort,
    ca: readFileSync(join(platform.stateDir, 'certs', 'ca.pem'), 'utf8'),
    origin: `https://localhost:${platform.httpPort}`,
  };
  nurse = await loggedIn('nurse');
});

afterAll(async () => {
  await dashboard?.close();
  await engine?.close();
  await Promise.all([operator?.close(), gateway?.close()]);
  await own.platform.close();
  rmSync(own.data.stateDir, { recursive: true, force: true });
});

async function loggedIn(userId: string): Promise<Browser> {
  const browser = newBrowser(target);
  expect((await browser.login(userId, password)).status).toBe(200);
  return browser;
}

/** Writes a reading with a heart rate to the log, as a gateway does. */
async function measure(heartRate: number): Promise<void> {
  seq += 1;
  const time = new Date().toISOString();
  const values = [{ code: 'MDC_ECG_HEART_RATE', value: heartRate, unit: '/min' }];
  const body = { deviceId, receivedAt: time, reading: { boot: 'b1', seq, time, intervalMs: 1_000, values } };
  await gateway.append('observations', period.associationId, contentTypes.observation, body);
}

async function review(browser: Browser, query = ''): Promise<AlarmReview> {
  const answer = await browser.get(`/api/alarm-review${query}`);
  expect(answer.status).toBe(200);
  return answer.body;
}

/** Sends a heart rate every half second until `matches` accepts the row of an alarm. Returns this row. */
function alarmWhile(what: string, heartRate: number, matches: (row: ReviewedAlarmRow) => boolean) {
  return until(what, async () => {
    await measure(heartRate);
    await new Promise((done) => setTimeout(done, 500));
    const { rows } = await review(nurse, '?condition=HR.high');
    return rows.find(matches);
  });
}

describe('the alarm history', () => {
  let ended: ReviewedAlarmRow;

  it('the alarm history has a real breach with its value and limit, the acknowledgement, and the end', async () => {
    const raised = await alarmWhile('the alarm', 130, ({ present }) => present);
    expect(raised).toMatchObject({ value: 130, answered: false, places: [{ ward, bed: '3' }], whole: true });
    expect(raised.limit).toBeGreaterThan(100);
    expect(raised.profile).toMatchObject({ origin: 'built-in' });
    expect(raised.patient).toMatchObject({ familyName: 'Secretname' });
    const path = `/api/alarms/${raised.alarmId}/acknowledge`;
    await until('the acknowledgement', async () => {
      await measure(130);
      const { alarms } = (await nurse.get(`/api/associations/${period.associationId}`)).body;
      const rev = alarms.find((alarm: { alarmId: string }) => alarm.alarmId === raised.alarmId)?.rev;
      return rev !== undefined && (await nurse.post(path, { rev })).status === 202;
    });
    const answered = await alarmWhile('the answer', 130, ({ answered }) => answered);
    expect(answered.acknowledged).toMatchObject([{ userId: 'nurse', name: 'The nurse' }]);
    expect(answered.answerMs).toBeGreaterThan(0);
    ended = await alarmWhile('the end', 80, ({ clearedMs }) => clearedMs !== null);
    expect(ended).toMatchObject({ present: false, value: 130, answered: true });
    expect(ended.resolvedMs).toBeGreaterThan(ended.raisedMs);
    const { counts } = await review(nurse, '?condition=HR.high');
    expect(counts).toMatchObject({ total: 1, high: ended.priority === 'high' ? 1 : 0, unanswered: 0 });
  });

  it('an account of another ward does not see the alarm history of this ward, for any form of the request', async () => {
    const attacker = await loggedIn('attacker');
    const queries = ['', '?bed=3', '?userId=nurse', `?associationId=${period.associationId}`, '?answer=answered'];
    for (const query of queries) {
      const text = JSON.stringify(await review(attacker, query));
      for (const secret of [ended.alarmId, period.associationId, period.patient!.patientId, 'Secretname', 'The nurse'])
        expect([query, text.includes(secret)]).toEqual([query, false]);
    }
    const refusals = [
      await attacker.get(`/api/alarm-review?ward=${ward}`),
      await attacker.get('/api/alarm-review?ward=no-such'),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([404, 404]);
    expect(refusals[0]!.body).toEqual(refusals[1]!.body);
  });

  it('a technician or an auditor does not see the alarm history', async () => {
    for (const userId of ['technician', 'auditor']) {
      const browser = await loggedIn(userId);
      expect([userId, (await browser.get('/api/alarm-review')).status]).toEqual([userId, 403]);
    }
  });

  it('the alarm history refuses a time that does not exist, and too many requests of one session', async () => {
    const browser = await loggedIn('nurse');
    expect((await browser.get('/api/alarm-review?from=2026-02-30T00:00:00.000Z')).status).toBe(400);
    // Eight requests at a time, because a minute must not pass before the maximum is reached.
    const statuses = await until('a refusal', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => browser.get('/api/alarm-review?limit=1')));
      return answers.some(({ status }) => status === 429) && answers.map(({ status }) => status);
    });
    expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
  });

  it('each look at the alarm history, and each refusal, is in the audit trail, with the patients that were shown', async () => {
    const auditor = await loggedIn('auditor');
    const looks = await until('the look', async () => {
      const { records } = (await auditor.get('/api/audit?action=alarms-reviewed&userId=nurse')).body;
      return records.length > 0 && records;
    });
    expect(looks.some((look: { patients?: string[] }) => look.patients?.includes(period.patient!.patientId))).toBe(
      true,
    );
    const { records } = (await auditor.get('/api/audit?action=access-denied&userId=attacker')).body;
    expect(records).toContainEqual(expect.objectContaining({ ward, detail: expect.stringContaining('alarm-review') }));
  });

  it('the alarm history has the same row after the dashboard was killed and started again', async () => {
    await dashboard.kill();
    await dashboard.start();
    nurse = await loggedIn('nurse');
    const again = await until('the alarms of the log', async () => {
      const answer = await review(nurse, '?condition=HR.high');
      return answer.isRead && answer;
    });
    expect(again.rows.find(({ alarmId }) => alarmId === ended.alarmId)).toEqual(ended);
    const { figures } = await figuresOf(dashboard);
    expect(figures).toMatch(/vigil_dashboard_reviewed_alarms [1-9]/);
  });
});
