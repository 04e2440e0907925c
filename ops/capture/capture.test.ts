import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import type { DeviceAssociations, Role } from '../../contracts/messages/records.ts';
import { permissionsOf } from '../../dashboard/server/core/rights.ts';
import type { AuditEvent } from '../../log/audit/chain.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import type { Desk } from '../desk.ts';
import { readAsked } from './asked.ts';
import { captureName, openCapture, targetOf } from './files.ts';
import { captureAt } from './main.ts';
import { createRecorder, dueOf } from './recorder.ts';
import { associationLines, staysOf } from './stays.ts';
import { createTape } from './tape.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-captures-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const hourMs = 3_600_000;
const t0 = Date.parse('2026-03-01T10:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();
const by = { userId: 'anna', name: 'Anna', role: 'nurse' } as const;

const period = (associationId: string, from: number, to: number | null, more: object = {}) => ({
  ...{ associationId, ward: 'ICU', bed: '1', from: iso(from), to: to === null ? null : iso(to) },
  patient: { patientId: `P-${associationId}`, familyName: 'Miller', givenName: 'A', category: 'adult' as const },
  ...more,
});
const row = (...periods: ReturnType<typeof period>[]): DeviceAssociations => ({ deviceId: 'd', version: 1, periods });
const wanted = { ward: 'ICU', sinceMs: t0, untilMs: t0 + 2 * hourMs };
const ids = (periods: DeviceAssociations, more: object = {}) =>
  staysOf(periods, { ...wanted, ...more }, t0 + 3 * hourMs)?.map(({ associationId }) => associationId);

describe('the stays of a ward', () => {
  it('are those that overlap the requested time, at each bound', () => {
    const end = wanted.untilMs;
    expect(ids(row(period('long-before', t0 - 2 * hourMs, t0 - hourMs)))).toEqual([]);
    expect(ids(row(period('ends-at-begin', t0 - hourMs, t0)))).toEqual([]);
    expect(ids(row(period('ends-after-begin', t0 - hourMs, t0 + 1)))).toEqual(['ends-after-begin']);
    expect(ids(row(period('begins-at-end', end, null)))).toEqual(['begins-at-end']);
    expect(ids(row(period('begins-after-end', end + 1, null)))).toEqual([]);
  });

  it('are only those of this ward and bed', () => {
    const one = row(period('association-1', t0 - hourMs, null));
    expect(ids(one, { bed: '1' })).toEqual(['association-1']);
    expect(ids(one, { bed: '2' })).toEqual([]);
    expect(ids(one, { ward: 'step' })).toEqual([]);
  });

  it('name the patient’s place and category at each change, and the end of the period', () => {
    const change = (at: number, act: 'moved' | 'corrected', field: string, from: string, to: string) => ({
      ...{ version: 1, associationId: 'association-1', act, at: iso(at), by },
      fields: [{ field, from, to }],
    });
    const changes = [
      change(t0 - 1, 'moved', 'ward', 'earlier', 'step'),
      change(t0 + hourMs, 'moved', 'ward', 'step', 'ICU'),
      change(t0 + hourMs + 1, 'corrected', 'category', 'neonatal', 'adult'),
    ];
    const table = { ...row(period('association-1', t0 - hourMs, t0 + 2 * hourMs)), changes };
    const [stay] = staysOf(table, wanted, t0 + 3 * hourMs)!;
    const lines = associationLines(stay!, wanted.untilMs, undefined).map(({ line }) => line);
    expect(lines).toEqual([
      { at: iso(t0), kind: 'association', category: 'neonatal', ward: 'step' },
      { at: iso(t0 + hourMs), kind: 'association', category: 'neonatal', ward: 'ICU' },
      { at: iso(t0 + hourMs + 1), kind: 'association', category: 'adult', ward: 'ICU' },
      { at: iso(t0 + 2 * hourMs), kind: 'association', category: 'adult', ward: 'ICU', endedAt: iso(t0 + 2 * hourMs) },
    ]);
  });
});

describe('a tape', () => {
  it('puts a command before a reading that Kafka had at the same time, and writes the rest at the end', () => {
    const at: string[] = [];
    const due = (atMs: number, name: string) => ({ atMs, line: { at: name, kind: 'command' } });
    const tape = createTape([due(1, 'first'), due(5, 'b'), due(3, 'a'), due(9, 'last')], (line) => at.push(line.at));
    const reading = (name: string) => ({ at: name, kind: 'observations' });
    tape.take(reading('at 0'), 0);
    tape.take(reading('at 4'), 4);
    tape.take(reading('at 5'), 5);
    tape.finish();
    expect(at).toEqual(['first', 'at 0', 'a', 'at 4', 'b', 'at 5', 'last']);
    expect(tape.count).toEqual({ readings: 3, commands: 4, lines: 7 });
  });

  it('begins with the limits that were set before, but with no earlier acknowledgement', () => {
    const [stay] = staysOf(row(period('association-1', t0 - hourMs, null)), wanted, t0 + 3 * hourMs)!;
    const asked = { associationId: 'association-1', at: iso(t0 - 60_000), by };
    const given = [
      { type: 'set-limits', ...asked, commandId: 'command-1', group: 'HR', limits: { high: 130 } },
      { type: 'acknowledge', ...asked, commandId: 'command-2', alarmId: 'an-alarm' },
      { type: 'pause-audio', ...asked, commandId: 'command-3', forMs: 60_000 },
    ] as const;
    const manner = { disguise: undefined, alarmIdOf: () => 'id', wasTaken: () => undefined };
    const due = dueOf(
      stay!,
      given.map((command) => ({ command, atMs: t0 - 60_000 })),
      manner,
      wanted.untilMs,
    );
    expect(due.map(({ line }) => [line.at, line.kind])).toEqual([
      [iso(t0), 'association'],
      [iso(t0), 'command'],
      [iso(wanted.untilMs), 'association'],
    ]);
    expect(due[1]!.line.command).toMatchObject({ type: 'set-limits', commandId: 'command-1' });
  });
});

describe('a recorder', () => {
  it('counts the acknowledgements of alarms that it cannot name, and writes the others', () => {
    const [stay] = staysOf(row(period('association-1', t0 - hourMs, null)), wanted, t0 + 3 * hourMs)!;
    const asked = { type: 'acknowledge', associationId: 'association-1', at: iso(t0), by } as const;
    const given = [
      { command: { ...asked, commandId: 'command-1', alarmId: 'known' }, atMs: t0 + 1 },
      { command: { ...asked, commandId: 'command-2', alarmId: 'of-the-monitor' }, atMs: t0 + 2 },
      { command: { ...asked, commandId: 'command-3', alarmId: 'of-before' }, atMs: t0 - 1 },
    ];
    const sources = {
      commands: new Map([['association-1', given]]),
      onsets: new Map([['known', { key: 'HR.high', onsetMs: t0 }]]),
      answers: new Map(),
    };
    let written = '';
    const file = { name: 'a', write: (more: string) => (written += more), keep: () => {}, drop: () => {} };
    const recorder = createRecorder(stay!, file, sources, { untilMs: wanted.untilMs, disguise: undefined });
    recorder.finish();
    expect(recorder.leftOut).toBe(1);
    expect(written.match(/command-\d/g)).toEqual(['command-1']);
    expect(recorder.count).toEqual({ readings: 0, commands: 1, lines: 3 });
  });
});

describe('a file', () => {
  it('is readable by its owner only, gets its name when it is complete, and overwrites nothing', () => {
    const out = join(folder, 'whole');
    const file = openCapture(out, 'a.ndjson');
    file.write('line\n');
    expect(readdirSync(out)).toEqual(['a.ndjson.part']);
    file.keep();
    file.drop();
    expect(readdirSync(out)).toEqual(['a.ndjson']);
    expect(readFileSync(join(out, 'a.ndjson'), 'utf8')).toBe('line\n');
    expect(statSync(join(out, 'a.ndjson')).mode & 0o777).toBe(0o600);
    expect(statSync(out).mode & 0o777).toBe(0o700);
    expect(() => openCapture(out, 'a.ndjson')).toThrow(/is there already/);
    const other = openCapture(out, 'b.ndjson');
    other.drop();
    expect(readdirSync(out)).toEqual(['a.ndjson']);
  });

  it('is not written into a git work tree, even behind a link, unless the person asks for that', () => {
    mkdirSync(join(folder, 'tree', '.git'), { recursive: true });
    mkdirSync(join(folder, 'tree', 'inside'));
    symlinkSync(join(folder, 'tree', 'inside'), join(folder, 'link'));
    for (const out of ['tree', 'tree/new/deep', 'tree/a.ndjson', 'link', 'link/a.ndjson'])
      expect(() => targetOf(join(folder, out), false)).toThrow(/is in a git work tree/);
    expect(targetOf(join(folder, 'tree/a.ndjson'), true)).toEqual({ folder: join(folder, 'tree'), file: 'a.ndjson' });
    expect(targetOf(join(folder, 'elsewhere'), false)).toEqual({ folder: join(folder, 'elsewhere'), file: undefined });
  });

  it('has a name that cannot lead into another folder', () => {
    expect(captureName('../ICU', '1/..', 'a.b')).toBe('___ICU-1___-a_b.ndjson');
  });
});

const args = (out: string, ...more: string[]) => [
  ...['--ward', 'ICU', '--since', '24h', '--as', 'anna', '--why', 'a test', '--out', join(folder, out)],
  ...more,
];

describe('the arguments', () => {
  it.each([
    [['--since', '8d'], /further back than the log keeps readings, 7 days/],
    [['--since', 'soon'], /--since takes 30m/],
    [['--until', 'soon'], /--until takes 30m/],
    [['--until', '25h'], /--since does not lie before --until/],
    [['--until', iso(t0 + 1)], /--until lies in the future/],
    [['--why', ''], /capture needs --why/],
    [['--as', ''], /capture needs --as/],
    [['--ward', ''], /capture needs --ward/],
    [['--out', ''], /capture needs --out/],
    [['--bed', ' 1'], /--bed begins or ends with a space/],
    [['--why', 'x'.repeat(201)], /more than 200 characters/],
    [['more'], /Unexpected argument/],
    [['--bad'], /Unknown option/],
  ])('are refused in one sentence: %j', (more, message) => {
    expect(() => readAsked(args('asked', ...more), t0)).toThrow(message);
  });

  it('default to one day of a ward until now', () => {
    expect(readAsked(args('asked'), t0)?.wanted).toEqual({ ward: 'ICU', sinceMs: t0 - 24 * hourMs, untilMs: t0 });
    expect(readAsked(['--help'], t0)).toBeUndefined();
  });
});

describe('permissions', () => {
  const readsTheLog = 'the log is read';
  const log = new Proxy({} as SealedLog, {
    get() {
      throw new Error(readsTheLog);
    },
  });
  async function ask(role: Role | undefined, wards: string[]) {
    const records: AuditEvent[] = [];
    const trail: Desk['trail'] = {
      record: async (one) => void records.push(one),
      waiting: () => 0,
      close: async () => {},
    };
    const desk: Desk = { log, logger: pino({ level: 'silent' }), trail, say: () => {} };
    const actor = { userId: 'anna', name: 'Anna', role: role ?? 'nurse' };
    const person = role && { actor, wards, may: permissionsOf(role) };
    const asked = readAsked(args('who'), t0)!;
    const error = await captureAt(desk, { userId: 'anna', person }, asked).catch((one: Error) => one.message);
    return { error, records: records.map(({ action, ward, detail }) => `${action} ${ward}: ${detail}`) };
  }
  const what = `ICU, ${iso(t0 - 24 * hourMs)} to ${iso(t0)}, why: a test`;

  it.each<[Role | undefined, string[], RegExp, string]>([
    ['nurse', ['*'], /its role, nurse, may not/, 'access-denied'],
    ['technician', ['*'], /its role, technician, may not/, 'access-denied'],
    ['auditor', ['*'], /its role, auditor, may not/, 'access-denied'],
    ['physician', ['step'], /it does not have this ward/, 'access-denied'],
    [undefined, [], /User or password is wrong/, 'login-failed'],
  ])('refuse a %s of %j; the refusal is recorded and nothing is read', async (role, wards, message, action) => {
    const { error, records } = await ask(role, wards);
    expect(error).toMatch(message);
    expect(records).toEqual([`${action} ICU: capture ${what}`]);
  });

  it('allow a physician of the ward, and record the act before anything is read', async () => {
    expect(await ask('physician', ['ICU'])).toEqual({
      error: readsTheLog,
      records: [`patients-captured ICU: asked for ${what}`],
    });
  });
});
