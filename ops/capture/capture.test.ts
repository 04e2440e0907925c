import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { hourMs } from '../../contracts/durations.ts';
import type { DeviceAssociations, Role } from '../../contracts/messages/records.ts';
import { permissionsOf } from '../../dashboard/server/core/rights.ts';
import type { AuditEvent } from '../../log/audit/chain.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import type { OperatorContext } from '../operator-context.ts';
import { readRequest } from './arguments.ts';
import { captureName, openCapture, targetOf } from './files.ts';
import { captureAt } from './main.ts';
import { createRecorder, dueOf } from './recorder.ts';
import { associationLines, staysOf } from './stays.ts';
import { createTape } from './tape.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-captures-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const t0 = Date.parse('2026-03-01T10:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();
const by = { userId: 'anna', name: 'Anna', role: 'nurse' } as const;

const period = (associationId: string, from: number, to: number | null, more: object = {}) => ({
  ...{ associationId, ward: 'ICU', bed: '1', from: iso(from), to: to === null ? null : iso(to) },
  patient: { patientId: `P-${associationId}`, familyName: 'Miller', givenName: 'A', category: 'adult' as const },
  ...more,
});
const row = (...periods: ReturnType<typeof period>[]): DeviceAssociations => ({ deviceId: 'd', version: 1, periods });
const scope = { ward: 'ICU', sinceMs: t0, untilMs: t0 + 2 * hourMs };
const idsOfStays = (periods: DeviceAssociations, more: object = {}) =>
  staysOf(periods, { ...scope, ...more }, t0 + 3 * hourMs)?.map(({ associationId }) => associationId);

describe('staysOf', () => {
  it('staysOf returns the stays that overlap the requested time, including stays that touch its bounds', () => {
    const end = scope.untilMs;
    expect(idsOfStays(row(period('long-before', t0 - 2 * hourMs, t0 - hourMs)))).toEqual([]);
    expect(idsOfStays(row(period('ends-at-begin', t0 - hourMs, t0)))).toEqual([]);
    expect(idsOfStays(row(period('ends-after-begin', t0 - hourMs, t0 + 1)))).toEqual(['ends-after-begin']);
    expect(idsOfStays(row(period('begins-at-end', end, null)))).toEqual(['begins-at-end']);
    expect(idsOfStays(row(period('begins-after-end', end + 1, null)))).toEqual([]);
  });

  it('staysOf returns only stays in the requested ward and bed', () => {
    const periods = row(period('association-1', t0 - hourMs, null));
    expect(idsOfStays(periods, { bed: '1' })).toEqual(['association-1']);
    expect(idsOfStays(periods, { bed: '2' })).toEqual([]);
    expect(idsOfStays(periods, { ward: 'step' })).toEqual([]);
  });

  it('staysOf returns the patient’s ward and category after each change, and the end of the period', () => {
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
    const [stay] = staysOf(table, scope, t0 + 3 * hourMs)!;
    const lines = associationLines(stay!, scope.untilMs, undefined).map(({ line }) => line);
    expect(lines).toEqual([
      { at: iso(t0), kind: 'association', category: 'neonatal', ward: 'step' },
      { at: iso(t0 + hourMs), kind: 'association', category: 'neonatal', ward: 'ICU' },
      { at: iso(t0 + hourMs + 1), kind: 'association', category: 'adult', ward: 'ICU' },
      { at: iso(t0 + 2 * hourMs), kind: 'association', category: 'adult', ward: 'ICU', endedAt: iso(t0 + 2 * hourMs) },
    ]);
  });
});

describe('createTape', () => {
  it('a tape writes a command before a reading with the same time, and writes the remaining commands at the end', () => {
    const written: string[] = [];
    const due = (atMs: number, name: string) => ({ atMs, line: { at: name, kind: 'command' } });
    const commands = [due(1, 'first'), due(5, 'b'), due(3, 'a'), due(9, 'last')];
    const tape = createTape(commands, (line) => written.push(line.at));
    const reading = (name: string) => ({ at: name, kind: 'observations' });
    tape.take(reading('at 0'), 0);
    tape.take(reading('at 4'), 4);
    tape.take(reading('at 5'), 5);
    tape.finish();
    expect(written).toEqual(['first', 'at 0', 'a', 'at 4', 'b', 'at 5', 'last']);
    expect(tape.count).toEqual({ readings: 3, commands: 4, lines: 7 });
  });
});

describe('dueOf', () => {
  it('dueOf puts limits from before the capture at its start, and leaves out acknowledgements from before the capture', () => {
    const [stay] = staysOf(row(period('association-1', t0 - hourMs, null)), scope, t0 + 3 * hourMs)!;
    const common = { associationId: 'association-1', at: iso(t0 - 60_000), by };
    const commands = [
      { type: 'set-limits', ...common, commandId: 'command-1', group: 'HR', limits: { high: 130 } },
      { type: 'acknowledge', ...common, commandId: 'command-2', alarmId: 'an-alarm' },
      { type: 'pause-audio', ...common, commandId: 'command-3', forMs: 60_000 },
    ] as const;
    const context = { disguise: undefined, alarmIdOf: () => 'id', wasAccepted: () => undefined };
    const due = dueOf(
      stay!,
      commands.map((command) => ({ command, atMs: t0 - 60_000 })),
      context,
      scope.untilMs,
    );
    expect(due.map(({ line }) => [line.at, line.kind])).toEqual([
      [iso(t0), 'association'],
      [iso(t0), 'command'],
      [iso(scope.untilMs), 'association'],
    ]);
    expect(due[1]!.line.command).toMatchObject({ type: 'set-limits', commandId: 'command-1' });
  });
});

describe('createRecorder', () => {
  it('a recorder counts the acknowledgements of alarms that the capture cannot name, and writes the other acknowledgements', () => {
    const [stay] = staysOf(row(period('association-1', t0 - hourMs, null)), scope, t0 + 3 * hourMs)!;
    const common = { type: 'acknowledge', associationId: 'association-1', at: iso(t0), by } as const;
    const commands = [
      { command: { ...common, commandId: 'command-1', alarmId: 'known' }, atMs: t0 + 1 },
      { command: { ...common, commandId: 'command-2', alarmId: 'of-the-monitor' }, atMs: t0 + 2 },
      { command: { ...common, commandId: 'command-3', alarmId: 'of-before' }, atMs: t0 - 1 },
    ];
    const sources = {
      commands: new Map([['association-1', commands]]),
      onsets: new Map([['known', { key: 'HR.high', onsetMs: t0 }]]),
      answers: new Map(),
    };
    let written = '';
    const file = { name: 'a', write: (more: string) => (written += more), complete: () => {}, discard: () => {} };
    const recorder = createRecorder(stay!, file, sources, { untilMs: scope.untilMs, disguise: undefined });
    recorder.finish();
    expect(recorder.leftOut).toBe(1);
    expect(written.match(/command-\d/g)).toEqual(['command-1']);
    expect(recorder.count).toEqual({ readings: 0, commands: 1, lines: 3 });
  });
});

describe('files of captures', () => {
  it('openCapture creates a file that only its owner can read, gives it its name when it is complete, and overwrites no file', () => {
    const out = join(folder, 'whole');
    const file = openCapture(out, 'a.ndjson');
    file.write('line\n');
    expect(readdirSync(out)).toEqual(['a.ndjson.part']);
    file.complete();
    file.discard();
    expect(readdirSync(out)).toEqual(['a.ndjson']);
    expect(readFileSync(join(out, 'a.ndjson'), 'utf8')).toBe('line\n');
    expect(statSync(join(out, 'a.ndjson')).mode & 0o777).toBe(0o600);
    expect(statSync(out).mode & 0o777).toBe(0o700);
    expect(() => openCapture(out, 'a.ndjson')).toThrow(/exists already/);
    const discardedFile = openCapture(out, 'b.ndjson');
    discardedFile.discard();
    expect(readdirSync(out)).toEqual(['a.ndjson']);
  });

  it('targetOf refuses a folder in a git work tree, even behind a link, unless the person allows it', () => {
    mkdirSync(join(folder, 'tree', '.git'), { recursive: true });
    mkdirSync(join(folder, 'tree', 'inside'));
    symlinkSync(join(folder, 'tree', 'inside'), join(folder, 'link'));
    for (const out of ['tree', 'tree/new/deep', 'tree/a.ndjson', 'link', 'link/a.ndjson'])
      expect(() => targetOf(join(folder, out), false)).toThrow(/is in a git work tree/);
    expect(targetOf(join(folder, 'tree/a.ndjson'), true)).toEqual({ folder: join(folder, 'tree'), file: 'a.ndjson' });
    expect(targetOf(join(folder, 'elsewhere'), false)).toEqual({ folder: join(folder, 'elsewhere'), file: undefined });
  });

  it('captureName returns a name that cannot lead to another folder', () => {
    expect(captureName('../ICU', '1/..', 'a.b')).toBe('___ICU-1___-a_b.ndjson');
  });
});

const args = (out: string, ...more: string[]) => [
  ...['--ward', 'ICU', '--since', '24h', '--as', 'anna', '--why', 'a test', '--out', join(folder, out)],
  ...more,
];

describe('readRequest', () => {
  it.each([
    [['--since', '8d'], /--since is too early: the log keeps readings for only 7 days/],
    [['--since', 'soon'], /--since takes an age/],
    [['--until', 'soon'], /--until takes an age/],
    [['--until', '25h'], /--since is not before --until/],
    [['--until', iso(t0 + 1)], /--until is in the future/],
    [['--why', ''], /capture needs --why/],
    [['--as', ''], /capture needs --as/],
    [['--ward', ''], /capture needs --ward/],
    [['--out', ''], /capture needs --out/],
    [['--bed', ' 1'], /--bed begins or ends with a space/],
    [['--why', 'x'.repeat(201)], /more than 200 characters/],
    [['more'], /Unexpected argument/],
    [['--bad'], /Unknown option/],
  ])('readRequest refuses the arguments %j in one sentence', (more, message) => {
    expect(() => readRequest(args('asked', ...more), t0)).toThrow(message);
  });

  it('readRequest reads a ward and a time until now, and returns undefined for --help', () => {
    expect(readRequest(args('asked'), t0)?.scope).toEqual({ ward: 'ICU', sinceMs: t0 - 24 * hourMs, untilMs: t0 });
    expect(readRequest(['--help'], t0)).toBeUndefined();
  });
});

describe('captureAt', () => {
  const readsTheLog = 'the log is read';
  const log = new Proxy({} as SealedLog, {
    get() {
      throw new Error(readsTheLog);
    },
  });
  async function captureAs(role: Role | undefined, wards: string[]) {
    const records: AuditEvent[] = [];
    const trail: OperatorContext['trail'] = {
      record: async (event) => void records.push(event),
      waitingCount: () => 0,
      close: async () => {},
    };
    const context: OperatorContext = {
      log,
      logger: pino({ level: 'silent' }),
      trail,
      say: () => {},
      sayProgress: () => {},
    };
    const actor = { userId: 'anna', name: 'Anna', role: role ?? 'nurse' };
    const person = role && { actor, wards, may: permissionsOf(role) };
    const request = readRequest(args('who'), t0)!;
    const error = await captureAt(context, { userId: 'anna', person }, request).catch((cause: Error) => cause.message);
    return { error, records: records.map(({ action, ward, detail }) => `${action} ${ward}: ${detail}`) };
  }
  const what = `ICU, ${iso(t0 - 24 * hourMs)} to ${iso(t0)}, why: a test`;

  it.each<[Role | undefined, string[], RegExp, string]>([
    ['nurse', ['*'], /the role nurse may not use this command/, 'access-denied'],
    ['technician', ['*'], /the role technician may not use this command/, 'access-denied'],
    ['auditor', ['*'], /the role auditor may not use this command/, 'access-denied'],
    ['physician', ['step'], /the account does not have this ward/, 'access-denied'],
    [undefined, [], /User or password is wrong/, 'login-failed'],
  ])(
    'captureAt refuses the role %s with the wards %j, records the refusal, and does not read the log',
    async (role, wards, message, action) => {
      const { error, records } = await captureAs(role, wards);
      expect(error).toMatch(message);
      expect(records).toEqual([`${action} ICU: capture ${what}`]);
    },
  );

  it('captureAt allows a physician of the ward, and writes to the audit trail before it reads the log', async () => {
    expect(await captureAs('physician', ['ICU'])).toEqual({
      error: readsTheLog,
      records: [`patients-captured ICU: asked for ${what}`],
    });
  });
});
