/**
 * Tests what `explain` says about an alarm, and who may use it. The tests use a real Kafka and a real alarm processor.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { msOf } from '../../contracts/explain/chain.ts';
import type { Explanation } from '../../contracts/explain/explain.ts';
import { contentTypes, type Role } from '../../contracts/messages/records.ts';
import { writeAccounts } from '../../dashboard/server/accounts/accounts.ts';
import { type Admit, createExplainer } from '../../dashboard/server/explainer.ts';
import { readAudit } from '../../log/audit/reading.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { type AlarmLab, openLab } from '../../tests/alarms/lab.ts';
import type { LabBed } from '../../tests/alarms/lab-bed.ts';
import { readAllRecords } from '../../tests/log-witness.ts';
import { cheapHash } from '../../tests/password-hash.ts';
import { runVigil } from '../../tests/program.ts';
import { openLogAs } from '../../tests/system.ts';
import type { Child } from '../platform/child.ts';
import { writeAssignment, writeCalls, writeShown } from './deliveries.testing.ts';

const platform = inject('platform');
const run = randomUUID().slice(0, 6);
const ward = `ward-${run}`;
const password = 'a long enough phrase';
const accountsFile = join(platform.stateDir, `accounts-explain-${run}.json`);
/** The readings of the breach reach the gateway this long after their device time. */
const lateMs = 12_000;

let lab: AlarmLab;
let processor: Child;
let bed: LabBed;
let dashboard: SealedLog;
let alarmId: string;

beforeAll(async () => {
  const hash = cheapHash(password);
  const account = (userId: string, role: Role, wards: string[]) =>
    [userId, { userId, name: `Some ${userId}`, role, wards, password: hash, disabled: false }] as const;
  const accounts = [
    account('physician', 'physician', [ward]),
    account('auditor', 'auditor', ['*']),
    account('nurse', 'nurse', ['*']),
    account('stranger', 'physician', [`other-${run}`]),
  ];
  writeAccounts(accountsFile, new Map(accounts));
  lab = await openLab(platform);
  processor = await lab.start({}, `alarms-explain-${run}`);
  bed = await lab.admit('adult', ward);
  dashboard = await openLogAs(platform, 'dashboard');
  await writeAssignment(dashboard, { ward, bed: '1' });
  const startMs = Date.now() - 8_000 - lateMs;
  await bed.send(startMs, 0, 8, { HR: 130 }, (time) => time + lateMs);
  const raised = await lab.until(bed, ({ alarm }) => alarm.condition === 'HR.high');
  alarmId = raised.alarm.alarmId;
  const delivery = await openLogAs(platform, 'delivery');
  await writeCalls(delivery, raised.alarm, { ward, bed: '1' });
  await delivery.close();
  await writeShown(dashboard, alarmId);
  await bed.acknowledge(alarmId);
  await lab.until(bed, ({ type, alarm }) => type === 'acknowledged' && alarm.alarmId === alarmId);
  await bed.send(startMs, 9, 20, { HR: 80 });
  await lab.until(bed, ({ type, alarm }) => type === 'cleared' && alarm.alarmId === alarmId);
  // This acknowledgement comes too late and is refused.
  await bed.acknowledge(alarmId);
  await vi.waitFor(() => expect(refusals()).toHaveLength(1), { timeout: 60_000 });
});
afterAll(async () => {
  await processor?.stop();
  await dashboard?.close();
  await lab?.close();
  rmSync(accountsFile, { force: true });
});

/**
 * The steps are times of several processes. A steady clock may be behind the machine's clock by some milliseconds, so a
 * later step may look earlier by at most this much.
 */
const clocksApartMs = 100;

const refusals = () => lab.publishedOf(bed).filter((record) => 'accepted' in record && !record.accepted);

async function explainAs(user: string, id: string, ...more: string[]) {
  const args = ['explain', '--as', user, '--password-stdin', ...more, '--', id];
  const ended = await runVigil(platform, args, { accountsFile, input: password });
  // On a slow machine the command prints its progress.
  return { ...ended, err: ended.err.replace(/^… \d+ records read\n/gm, '') };
}

async function auditLines(): Promise<string[]> {
  const operator = await openLogAs(platform, 'operator');
  const records = await readAllRecords(operator, 'audit');
  await operator.close();
  return records
    .flatMap(({ opened }) => readAudit(opened) ?? [])
    .filter((record) => record.boot.startsWith('explain-') && record.action !== 'login')
    .map(({ actor, action, alarmId: id, ward: ofWard }) => `${actor.userId} ${action} ${id ?? ''} ${ofWard ?? ''}`);
}

describe('explain', () => {
  it('explain gives the delay chain of a late breach, its acknowledgement and its end, and records who asked', async () => {
    const { out, code } = await explainAs('physician', alarmId, '--json');
    expect(code).toBe(0);
    const { chain, findings, ward: ofWard, isOver } = JSON.parse(out) as Explanation;
    expect({ ofWard, isOver }).toEqual({ ofWard: ward, isOver: true });
    const timesMs = Object.fromEntries(chain.steps.map(({ name, time }) => [name, msOf(time)]));
    expect(timesMs.received! - timesMs.determined!).toBe(lateMs);
    for (const [earlier, later] of [
      ...[
        ['onset', 'determined'],
        ['determined', 'received'],
        ['received', 'logged'],
        ['logged', 'raised'],
      ],
      ...[
        ['raised', 'asked'],
        ['asked', 'answered'],
        ['answered', 'resolved'],
        ['published', 'cleared'],
      ],
    ] as const)
      expect(timesMs[later]! - timesMs[earlier]!, `from ${earlier} to ${later}`).toBeGreaterThanOrEqual(-clocksApartMs);
    const kinds = findings.map(({ kind }) => kind);
    expect(kinds).toContain('late-reading');
    expect(kinds).toContain('refused');
    expect(kinds).not.toContain('not-acknowledged');
    expect(await auditLines()).toContain(`physician alarm-explained ${alarmId} ${ward}`);
  });

  it('explain names who was on duty, who was called, what the channel confirmed, and which screen painted the alarm', async () => {
    // The finding `not-on-device` appears only some seconds after the push service took the message.
    const explanation = await vi.waitFor(
      async () => {
        const { out } = await explainAs('physician', alarmId, '--json');
        const found = JSON.parse(out) as Explanation;
        expect(found.findings).toContainEqual(expect.objectContaining({ kind: 'not-on-device' }));
        return found;
      },
      { timeout: 60_000 },
    );
    const { calls, onDuty, findings, chain, lookers } = explanation;
    expect(onDuty?.persons).toMatchObject([{ duty: 'nurse', userId: 'anna', standing: 'accepted' }]);
    expect(calls).toMatchObject([
      {
        ...{ userId: 'anna', end: 'unanswered' },
        channels: [{ channel: 'push', stages: [{ stage: 'taken' }], reach: { state: 'reached' } }],
      },
    ]);
    expect(findings.find(({ kind }) => kind === 'not-on-device')?.text).toContain('Anna A.');
    for (const name of ['painted', 'called', 'sent', 'taken'])
      expect([name, chain.steps.find((step) => step.name === name)?.time.kind]).toEqual([name, 'at']);
    expect(lookers.during).toContainEqual(expect.objectContaining({ userId: 'screen', kind: 'screen' }));
  });

  it('the dashboard may read the records that an explanation needs, and stops when the page that asked is closed', async () => {
    const explainer = createExplainer(dashboard, { now: Date.now, logger: pino({ level: 'silent' }) });
    const seen: unknown[] = [];
    const admit: Admit = async (found, place) => {
      seen.push([found?.alarm.alarmId, place.ward]);
      return { maySeeValues: true };
    };
    const explanation = await explainer.explain('vera', alarmId, admit, new AbortController().signal);
    expect(seen).toEqual([[alarmId, ward]]);
    expect(explanation.calls).toHaveLength(1);
    for (const part of ['alarms', 'deliveries', 'assignments', 'pages'])
      expect(explanation.incomplete).not.toContain(part);
    const closed = new AbortController();
    const closing: Admit = async () => {
      closed.abort();
      return { maySeeValues: true };
    };
    await expect(explainer.explain('vera', alarmId, closing, closed.signal)).rejects.toThrow(
      'The page that asked was closed.',
    );
    // The slot of the account is free again.
    expect((await explainer.explain('vera', alarmId, admit, new AbortController().signal)).alarmId).toBe(alarmId);
  });

  it('explain prints the explanation as text, and accepts the beginning of the id', async () => {
    const { out, code } = await explainAs('physician', alarmId.slice(0, 12));
    expect(code).toBe(0);
    for (const line of [
      /HR 130 > 120/,
      /reached the gateway 12\.0 s after its device time/,
      /Acknowledged by N\. Urse/,
      /First screen had painted it +\d{4}-/,
      /nurse: Anna A\. \(anna\), accepted/,
      /push service: left .*; taken /,
      /The acknowledgement of .* by N\. Urse was refused: /,
      /Removed from the screens/,
    ])
      expect(out).toMatch(line);
  });

  it('explain shows an auditor no values', async () => {
    const { out, code } = await explainAs('auditor', alarmId);
    expect(code).toBe(0);
    expect(out).toMatch(/HR\.high/);
    expect(out).not.toMatch(/HR 130|130 >|> 120/);
  });

  it('explain gives the same refusal for an alarm of another ward and for an unknown id, and records the attempt', async () => {
    const hidden = await explainAs('stranger', alarmId);
    const unknown = await explainAs('stranger', `${alarmId.slice(0, 8)}no-such-alarm`);
    expect(hidden).toMatchObject({
      out: '',
      code: 1,
      err: expect.stringMatching(/No alarm of your wards has this id/),
    });
    expect(unknown).toMatchObject({ out: '', code: 1, err: hidden.err });
    expect(await auditLines()).toContain(`stranger access-denied ${alarmId} ${ward}`);
  });

  it('if two alarm ids begin with the same text, explain refuses this text like an unknown id, and accepts the whole id', async () => {
    const alarms = await openLogAs(platform, 'alarms');
    const raised = lab.eventsOf(bed).find(({ alarm }) => alarm.alarmId === alarmId)!;
    const { type, at, alarm } = raised;
    const twin = { type, at, alarm: { ...alarm, alarmId: alarmId.slice(0, 9) + 'x'.repeat(13) } };
    await alarms.append('alarms', bed.associationId, contentTypes.alarmEvent, twin);
    await alarms.close();
    const ambiguous = await explainAs('physician', alarmId.slice(0, 9));
    const unknown = await explainAs('physician', 'no-such-alarm-id-here0');
    expect(ambiguous).toMatchObject({ out: '', code: 1, err: unknown.err });
    expect(await explainAs('physician', alarmId)).toMatchObject({ code: 0, err: '' });
  });

  it('explain refuses a nurse', async () => {
    expect(await explainAs('nurse', alarmId)).toMatchObject({
      ...{ out: '', code: 1, err: expect.stringMatching(/the role nurse may not use this command/) },
    });
  });
});
