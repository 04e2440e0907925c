/**
 * Tests `npm run vigil -- strip` with a real Kafka: it writes the PDF of an alarm, it refuses persons without the
 * right, and the audit trail records both.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { newAlarm } from '../../contracts/messages/alarms.testing.ts';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { contentTypes, type Role } from '../../contracts/messages/records.ts';
import { stripKey } from '../../contracts/strip-key.ts';
import { formatInstant } from '../../contracts/time.ts';
import { writeAccounts } from '../../dashboard/server/accounts/accounts.ts';
import { readAudit } from '../../log/audit/reading.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { readAllRecords } from '../../tests/log-witness.ts';
import { cheapHash } from '../../tests/password-hash.ts';
import { runVigil } from '../../tests/program.ts';
import { admitted, associate, openLogAs } from '../../tests/system.ts';
import { newStrip } from './strip.testing.ts';

const platform = inject('platform');
const run = randomUUID().slice(0, 6);
const ward = `ward-${run}`;
const password = 'a long enough phrase';
const accountsFile = join(platform.stateDir, `accounts-strip-${run}.json`);
const folder = mkdtempSync(join(tmpdir(), 'vigil-strip-int-'));
const deviceId = `strip-${run}`;
const period = admitted('7', ward, 'Żółtańska');
const raisedMs = Date.now() - 600_000;

const closers: (() => Promise<unknown>)[] = [];
let strips: SealedLog;
let alarms: SealedLog;
let printed: Alarm;
let missing: Alarm;
let forged: Alarm;

async function raise(): Promise<Alarm> {
  const raisedAt = formatInstant(raisedMs);
  const alarm = newAlarm(raisedAt, {
    ...{ alarmId: randomUUID().replaceAll('-', '').slice(0, 22), associationId: period.associationId, deviceId },
    ...{ text: 'HR 151 > 140', value: 151, limit: 140, unit: '/min', onsetAt: formatInstant(raisedMs - 5_000) },
  });
  await alarms.append('alarms', alarm.associationId, contentTypes.alarmEvent, { type: 'raised', at: raisedAt, alarm });
  return alarm;
}

async function store(alarm: Alarm, digest?: string): Promise<void> {
  const { alarmId, associationId } = alarm;
  const strip = newStrip({
    ...{ stripId: stripKey(alarmId, 1), alarmId, associationId, deviceId, alarm, onsetWallAt: alarm.raisedAt },
  });
  // Like the strip writer: the data key belongs to the association, and the record's key is the id of the strip.
  const dataKey = await strips.sealer.keyFor(associationId, 'strips');
  const origin = { topic: 'strips', key: strip.stripId, writer: 'strips', boot: strips.boot, seq: Date.now() } as const;
  const plaintext = Buffer.from(JSON.stringify({ ...strip, ...(digest && { digest }) }));
  await strips.appender.append(
    'strips',
    origin.key,
    strips.sealer.seal(dataKey, origin, contentTypes.strip, plaintext),
  );
}

beforeAll(async () => {
  const account = (userId: string, role: Role, wards: string[]) =>
    [userId, { userId, name: `Some ${userId}`, role, wards, password: cheapHash(password), disabled: false }] as const;
  writeAccounts(
    accountsFile,
    new Map([
      account('nurse', 'nurse', [ward]),
      account('stranger', 'physician', [`other-${run}`]),
      account('auditor', 'auditor', ['*']),
    ]),
  );
  strips = await openLogAs(platform, 'strips');
  alarms = await openLogAs(platform, 'alarms');
  const operator = await openLogAs(platform, 'operator');
  closers.push(strips.close, alarms.close, operator.close);
  await associate(platform, operator, deviceId, 1, period);
  [printed, missing, forged] = [await raise(), await raise(), await raise()];
  await store(printed);
  await store(forged, 'A'.repeat(43));
}, 180_000);
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  rmSync(accountsFile, { force: true });
  rmSync(folder, { recursive: true, force: true });
});

const fileOf = (name: string) => join(folder, `${name}.pdf`);
const stripAs = (user: string, alarmId: string, name: string, ...more: string[]) =>
  runVigil(platform, ['strip', '--as', user, '--password-stdin', '--pdf', fileOf(name), ...more, '--', alarmId], {
    accountsFile,
    input: password,
  });

async function auditLines(): Promise<string[]> {
  const operator = await openLogAs(platform, 'operator');
  const records = await readAllRecords(operator, 'audit');
  await operator.close();
  return records
    .flatMap(({ opened }) => readAudit(opened) ?? [])
    .filter((record) => record.boot.startsWith('strip-') && record.action !== 'login')
    .map((record) => {
      const { actor, action, alarmId = '', ward: ofWard = '', detail = '' } = record;
      return [actor.userId, action, alarmId, ofWard, 'bed' in record ? record.bed : '', detail].join('|');
    });
}

describe('npm run vigil -- strip', () => {
  it('writes the PDF for its owner only, and the audit trail says who printed the strip of which alarm', async () => {
    expect(await stripAs('nurse', printed.alarmId, 'a')).toEqual({
      ...{ code: 0, err: '' },
      out: `${fileOf('a')} has the strip of the alarm ${printed.alarmId}, onset 1.\n`,
    });
    expect(readFileSync(fileOf('a')).subarray(0, 5).toString()).toBe('%PDF-');
    expect(statSync(fileOf('a')).mode & 0o777).toBe(0o600);
    expect(await auditLines()).toContain(
      `nurse|strip-viewed|${printed.alarmId}|${ward}|7|${printed.condition}, onset 1, as PDF`,
    );
  });

  it('keeps an existing file, and replaces it with --force', async () => {
    writeFileSync(fileOf('b'), 'older');
    const refused = await stripAs('nurse', printed.alarmId, 'b');
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('exists already')]);
    expect(readFileSync(fileOf('b'), 'utf8')).toBe('older');
    expect((await stripAs('nurse', printed.alarmId, 'b', '--force')).code).toBe(0);
    expect(readFileSync(fileOf('b')).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('gives an alarm of another ward the same answer as an unknown alarm, and records the attempt', async () => {
    const foreign = await stripAs('stranger', printed.alarmId, 'c');
    const unknown = await stripAs('stranger', 'nosuchalarm00000000000', 'c');
    expect(foreign).toEqual(unknown);
    expect(foreign).toMatchObject({ code: 1, err: expect.stringMatching(/^No alarm of your wards has this id/) });
    expect(await auditLines()).toContain(
      `stranger|access-denied|${printed.alarmId}|${ward}|7|strip ${printed.alarmId}, onset 1`,
    );
  });

  it('refuses an auditor, who may not see patients, and a wrong password', async () => {
    expect((await stripAs('auditor', printed.alarmId, 'd')).err).toContain('the role auditor may not use this command');
    const args = ['strip', '--as', 'nurse', '--password-stdin', '--pdf', fileOf('d'), printed.alarmId];
    const wrong = await runVigil(platform, args, { accountsFile, input: 'another phrase' });
    expect([wrong.code, wrong.err]).toEqual([1, 'User or password is wrong.\n']);
  });

  it('says why there is no strip, and writes no file', async () => {
    const noStrip = await stripAs('nurse', missing.alarmId, 'e');
    expect([noStrip.code, noStrip.err]).toEqual([1, expect.stringContaining('The strip is not written yet')]);
    const later = await stripAs('nurse', printed.alarmId, 'e', '--onset', '2');
    expect([later.code, later.err]).toEqual([1, expect.stringContaining('There is no strip of this onset')]);
  });

  it('writes no file from a strip whose digest does not belong to its samples', async () => {
    const wrong = await stripAs('nurse', forged.alarmId, 'f');
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('does not belong to its samples')]);
  });

  it('lists the strips of a bed at a time, only for its ward, and the audit trail names the patient', async () => {
    const list = (user: string, ...more: string[]) =>
      runVigil(
        platform,
        ['strip', '--as', user, '--password-stdin', '--at', formatInstant(raisedMs).slice(0, 16).concat('Z'), ...more],
        {
          accountsFile,
          input: password,
        },
      );
    const found = await list('nurse', '--bed', '7', '--ward', ward);
    expect([found.code, found.err]).toEqual([0, '']);
    const lines = found.out.trim().split('\n');
    expect(lines).toHaveLength(3);
    for (const { alarmId } of [printed, forged]) expect(found.out).toContain(`${alarmId} --onset 1`);
    expect(await auditLines()).toContainEqual(
      expect.stringMatching(`^nurse\\|alarms-reviewed\\|\\|${ward}\\|7\\|strips from `),
    );
    const nothing = /^Searched from .*\nNo strip of your wards was found\.\n$/;
    expect((await list('stranger', '--bed', '7')).out).toMatch(nothing);
    expect((await list('nurse', '--bed', '8')).out).toMatch(nothing);
    expect((await list('stranger', '--bed', '7', '--ward', ward)).code).toBe(1);
    expect((await list('nurse')).err).toContain('Name a bed or a patient');
  });

  it('the command leaves nothing but its PDFs in the folder', () => {
    expect(['c', 'd', 'e', 'f'].filter((name) => existsSync(fileOf(name)))).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['a.pdf', 'b.pdf']);
  });
});
