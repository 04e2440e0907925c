import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../contracts/messages/records.ts';
import { sessionMsMax } from '../../contracts/session-limits.ts';
import { createSessionCheck } from './sessions.ts';

const t0 = Date.UTC(2026, 0, 1);
const minute = 60_000;
const base = { boot: 'b', n: 1, prev: '', hash: 'h', key: 'k', sig: 's', writer: 'dashboard' } as const;
const nurse = { userId: 'nora', name: 'Nora', role: 'nurse' } as const;

function record(atMs: number, more: Partial<AuditRecord> = {}): AuditRecord {
  const at = new Date(atMs).toISOString();
  return { ...base, at, actor: nurse, action: 'ward-viewed', session: 'one', ...more };
}
const display = { userId: 'wall', name: 'Wall', role: 'display' } as const;
const login = record(t0, { action: 'login' });

/** Returns the fault of the last record; undefined if the record is right. */
function faultOfLast(records: readonly AuditRecord[], fromMs?: number): string | undefined {
  const check = createSessionCheck(fromMs);
  const verdicts = records.map((each) => check.judge(each, { kind: 'signed' }));
  const last = verdicts.at(-1)!;
  return last.kind === 'bad' ? last.why : undefined;
}

describe('createSessionCheck', () => {
  it.each<[string, AuditRecord[]]>([
    ['an act after the login of its session', [login, record(t0 + minute)]],
    ['an act whose login was written twice', [login, login, record(t0 + minute)]],
    ['an act at the greatest age of a session', [login, record(t0 + sessionMsMax)]],
    [
      'a look of a wall display long after its login',
      [record(t0, { action: 'login', actor: display }), record(t0 + 40 * 24 * 60 * minute, { actor: display })],
    ],
    ['the logout of a session', [login, record(t0 + minute, { action: 'logout' })]],
    [
      'an act shortly after the logout, because its request may have come before the logout',
      [login, record(t0, { action: 'logout' }), record(t0 + minute)],
    ],
    [
      'a refused login without a session',
      [record(t0, { action: 'login-failed', actor: { userId: 'x' }, session: undefined } as never)],
    ],
  ])('the session check accepts %s', (_, records) => {
    expect(faultOfLast(records)).toBeUndefined();
  });

  it.each<[string, AuditRecord[], RegExp]>([
    ['of a session without a login', [record(t0)], /without an earlier record of its login/],
    [
      'of a session without a login, even if another session has a login',
      [record(t0 + minute), login, record(t0, { session: 'two' })],
      /login/,
    ],
    [
      'in the session of another person',
      [login, record(t0 + minute, { actor: { userId: 'paul', name: 'Paul', role: 'physician' } })],
      /paul as the actor, but its session is of nora/,
    ],
    [
      'that is a login into the session of another person',
      [login, record(t0, { action: 'login', actor: { ...nurse, userId: 'paul' } })],
      /a session of nora/,
    ],
    [
      'in a session that another writer recorded',
      [login, record(t0 + minute, { writer: 'operator' })],
      /another writer/,
    ],
    [
      'in a session that is too old',
      [login, record(t0 + sessionMsMax + 6 * minute)],
      /longer ago than a session lasts/,
    ],
    [
      'long after the logout',
      [login, record(t0 + minute, { action: 'logout' }), record(t0 + 7 * minute)],
      /was logged out/,
    ],
  ])('the session check refuses an act %s', (_, records, text) => {
    expect(faultOfLast(records)).toMatch(text);
  });

  it('the session check accepts signed acts of a session whose login is an unsigned record', () => {
    const { session: _session, key: _key, sig: _sig, writer: _writer, ...unsigned } = login;
    const check = createSessionCheck();
    check.judge({ ...unsigned, detail: 'session one' }, { kind: 'older' });
    const judged = (each: AuditRecord) => check.judge(each, { kind: 'signed' }).kind;
    expect(judged(record(t0 + minute))).toBe('signed');
    expect(judged(record(t0 + minute, { session: 'two' }))).toBe('bad');
    expect(judged(record(t0 + minute, { actor: { ...nurse, userId: 'paul' } }))).toBe('bad');
    expect(judged(record(t0 + 2 * minute, { action: 'logout' }))).toBe('signed');
    expect(judged(record(t0 + sessionMsMax + 6 * minute))).toBe('bad');
  });

  it('the session check accepts an act of a session that may have begun before the reading began', () => {
    expect(faultOfLast([record(t0 + sessionMsMax)], t0)).toBeUndefined();
    expect(faultOfLast([record(t0 + sessionMsMax + 6 * minute)], t0)).toMatch(/without an earlier record of its login/);
  });
});
