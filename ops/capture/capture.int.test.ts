/** Tests with a real Kafka that a replay of a capture gives the same alarms and acknowledgements as in the ward. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Alarm, AlarmEvent } from '../../contracts/messages/alarms.ts';
import { checkRecord } from '../../contracts/messages/check.ts';
import { contentTypes, type Role } from '../../contracts/messages/records.ts';
import { writeAccounts } from '../../dashboard/server/accounts/accounts.ts';
import { type AlarmLab, openLab } from '../../tests/alarms/lab.ts';
import type { LabBed } from '../../tests/alarms/lab-bed.ts';
import { readAllRecords } from '../../tests/log-witness.ts';
import { cheapHash } from '../../tests/password-hash.ts';
import { runVigil } from '../../tests/program.ts';
import { openLogAs } from '../../tests/system.ts';
import type { Child } from '../platform/child.ts';

const platform = inject('platform');
const run = randomUUID().slice(0, 6);
const ward = `ward-${run}`;
const password = 'a long enough phrase';
const accountsFile = join(platform.stateDir, `accounts-capture-${run}.json`);
const folder = mkdtempSync(join(tmpdir(), 'vigil-capture-int-'));

let lab: AlarmLab;
let processor: Child;
let bed: LabBed;

beforeAll(async () => {
  const hash = cheapHash(password);
  const account = (userId: string, role: Role, wards: string[]) =>
    [userId, { userId, name: userId, role, wards, password: hash, disabled: false }] as const;
  writeAccounts(accountsFile, new Map([account('physician', 'physician', [ward]), account('nurse', 'nurse', ['*'])]));
  lab = await openLab(platform);
  processor = await lab.start({}, `alarms-capture-${run}`);
  bed = await lab.admit('adult', ward);
  const otherBed = await lab.admit('adult', `other-${run}`);
  await otherBed.send(Date.now(), 0, 0, { HR: 80 });
  const startMs = Date.now() - 8_000;
  await bed.setLimits('SpO2', { low: 95 });
  await bed.send(startMs, 0, 7, { HR: 130, SpO2: 94 });
  const raised = await lab.until(bed, ({ alarm }) => alarm.condition === 'HR.high');
  await bed.acknowledge(raised.alarm.alarmId);
  await lab.until(bed, ({ type }) => type === 'acknowledged');
  await bed.send(startMs, 8, 20, { HR: 135, SpO2: 94 });
  await lab.until(bed, ({ alarm }) => alarm.condition === 'SpO2.low');
});
afterAll(async () => {
  await processor?.stop();
  await lab?.close();
  rmSync(folder, { recursive: true, force: true });
});

const vigil = (...args: string[]) => runVigil(platform, args, { accountsFile, input: password });
const capture = (out: string, user: string, ...more: string[]) =>
  vigil(
    ...['capture', '--ward', ward, '--since', '10m', '--out', join(folder, out)],
    ...['--as', user, '--password-stdin', '--why', 'a test', ...more],
  );

/**
 * Returns the last record of each physiological alarm, without ids, names and other members that may differ in a
 * replay.
 */
function comparableAlarms(alarms: readonly Alarm[], shiftMs = 0) {
  const lastById = new Map<string, Alarm>();
  for (const alarm of alarms) if (alarm.kind === 'physiological') lastById.set(alarm.alarmId, alarm);
  return [...lastById.values()]
    .map(({ condition, onsetAt, onsets, acknowledgedBy }) => {
      return { condition, onset: Date.parse(onsetAt) - shiftMs, onsets, acknowledged: acknowledgedBy !== undefined };
    })
    .sort((a, b) => a.condition.localeCompare(b.condition));
}
async function replay(file: string): Promise<Alarm[]> {
  const { out, err, code } = await vigil('replay', '--capture', file, '--events');
  expect({ err, code }).toEqual({ err: '', code: 0 });
  const events = out.trim().split('\n');
  return events.map((line) => (JSON.parse(line) as AlarmEvent).alarm);
}
async function auditDetails(): Promise<string[]> {
  const operator = await openLogAs(platform, 'operator');
  const records = await readAllRecords(operator, 'audit');
  await operator.close();
  return records.flatMap(({ opened }) => {
    const checked = checkRecord(opened.contentType, opened.plaintext);
    if (!checked.ok || checked.contentType !== contentTypes.audit || checked.body.ward !== ward) return [];
    const { actor, action, associationId, detail } = checked.body;
    return [`${actor.userId} ${action} ${associationId ?? ''}: ${detail}`];
  });
}

describe('a capture of a ward', () => {
  it('a replay of a capture gives the same alarms and acknowledgements as in the ward, and the audit trail records the capture', async () => {
    const { out, err, code } = await capture('plain', 'physician');
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(out).toMatch(/21 readings, 2 commands[\s\S]*1 patient, 25 lines written/);
    const [file, ...others] = readdirSync(join(folder, 'plain'));
    expect(others).toEqual([]);
    const path = join(folder, 'plain', file!);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const wardAlarms = comparableAlarms(lab.alarmsOf(bed));
    expect(wardAlarms.map(({ condition, acknowledged }) => [condition, acknowledged])).toEqual([
      ['HR.high', true],
      ['SpO2.low', false],
    ]);
    expect(comparableAlarms(await replay(path))).toEqual(wardAlarms);
    const details = (await auditDetails()).filter((detail) => detail.startsWith('physician patients-captured'));
    expect(details).toEqual([
      expect.stringMatching(/: asked for .*why: a test/),
      expect.stringMatching(new RegExp(`${bed.associationId}: 25 lines .*why: a test`)),
      expect.stringMatching(/: written: 1 patient, 25 lines .*why: a test/),
    ]);
  });

  it('a replay of a pseudonymous capture gives the same alarms at moved times', async () => {
    const { err, code } = await capture('pseudonymous', 'physician', '--pseudonymous');
    expect({ err, code }).toEqual({ err: '', code: 0 });
    const path = join(folder, 'pseudonymous', 'patient-001.ndjson');
    const written = readFileSync(path, 'utf8');
    for (const name of [run, bed.deviceId, bed.associationId, 'boot-of', 'N. Urse', 'u1'])
      expect(written).not.toContain(`${name}`);
    const wardAlarms = comparableAlarms(lab.alarmsOf(bed));
    const replayAlarms = await replay(path);
    const [first] = replayAlarms.filter(({ condition }) => condition === wardAlarms[0]!.condition);
    const shiftMs = Date.parse(first!.onsetAt) - wardAlarms[0]!.onset;
    expect(Math.abs(shiftMs % 60_000)).toBe(0);
    expect(shiftMs).toBeLessThan(-300 * 86_400_000);
    expect(comparableAlarms(replayAlarms, shiftMs)).toEqual(wardAlarms);
  });

  it('the command capture refuses a nurse, records the refusal, and says if no patient was in the bed', async () => {
    const refused = await capture('refused', 'nurse');
    expect(refused).toMatchObject({
      out: '',
      code: 1,
      err: expect.stringMatching(/the role nurse may not use this command/),
    });
    expect(await auditDetails()).toContainEqual(expect.stringMatching(/^nurse access-denied : capture /));
    const empty = await capture('empty', 'physician', '--bed', 'nowhere');
    expect(empty).toMatchObject({
      err: '',
      code: 1,
      out: expect.stringMatching(/No patient was at a device of .*no file is written/),
    });
    expect(readdirSync(folder).sort()).toEqual(['plain', 'pseudonymous']);
  });
});
