import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../contracts/messages/records.ts';
import { createSessionCheck, sessionMaxMs } from './sessions.ts';

const t0 = Date.UTC(2026, 0, 1);
const minute = 60_000;
const base = { boot: 'b', n: 1, prev: '', hash: 'h', key: 'k', sig: 's', writer: 'dashboard' } as const;
const nurse = { userId: 'nora', name: 'Nora', role: 'nurse' } as const;

function record(atMs: number, more: Partial<AuditRecord> = {}): AuditRecord {
  const at = new Date(atMs).toISOString();
  return { ...base, at, actor: nurse, action: 'ward-viewed', session: 'one', ...more };
}
const login = record(t0, { action: 'login' });

/** What is wrong with the last record. */
function why(records: readonly AuditRecord[], fromMs?: number): string | undefined {
  const check = createSessionCheck(fromMs);
  const verdicts = records.map((one) => check.judge(one, { kind: 'signed' }));
  const last = verdicts.at(-1)!;
  return last.kind === 'bad' ? last.why : undefined;
}

describe('an act is bound to a session', () => {
  it.each<[string, AuditRecord[]]>([
    ['that logged in before it', [login, record(t0 + minute)]],
    ['whose login is there twice, as after a retry', [login, login, record(t0 + minute)]],
    ['just before it ends by its age', [login, record(t0 + sessionMaxMs)]],
    ['and its logout is one of its acts', [login, record(t0 + minute, { action: 'logout' })]],
    ['of a request that was on its way at the logout', [login, record(t0, { action: 'logout' }), record(t0 + minute)]],
    ['or is of nobody', [record(t0, { action: 'login-failed', actor: { userId: 'x' }, session: undefined } as never)]],
  ])('%s', (_, records) => {
    expect(why(records)).toBeUndefined();
  });

  it.each<[string, AuditRecord[], RegExp]>([
    ['that never logged in', [record(t0)], /no login is on record/],
    ['of which the login comes later', [record(t0 + minute), login, record(t0, { session: 'two' })], /no login/],
    [
      'of another person',
      [login, record(t0 + minute, { actor: { userId: 'paul', name: 'Paul', role: 'physician' } })],
      /paul acted, and its session is of nora/,
    ],
    [
      'that another person logs in with again',
      [login, record(t0, { action: 'login', actor: { ...nurse, userId: 'paul' } })],
      /a session that is of nora/,
    ],
    ['of another writer', [login, record(t0 + minute, { writer: 'operator' })], /another writer/],
    ['that had ended by its age', [login, record(t0 + sessionMaxMs + 6 * minute)], /ended by its age/],
    [
      'that was logged out',
      [login, record(t0 + minute, { action: 'logout' }), record(t0 + 7 * minute)],
      /was logged out/,
    ],
  ])('and is bad %s', (_, records, text) => {
    expect(why(records)).toMatch(text);
  });

  it('also one that logged in before records were signed, and works on after the upgrade', () => {
    const { session: _, key: __, sig: ___, writer: ____, ...unsigned } = login;
    const check = createSessionCheck();
    check.judge({ ...unsigned, detail: 'session one' }, { kind: 'older' });
    const judged = (one: AuditRecord) => check.judge(one, { kind: 'signed' }).kind;
    expect(judged(record(t0 + minute))).toBe('signed');
    expect(judged(record(t0 + minute, { session: 'two' }))).toBe('bad');
    expect(judged(record(t0 + minute, { actor: { ...nurse, userId: 'paul' } }))).toBe('bad');
    expect(judged(record(t0 + 2 * minute, { action: 'logout' }))).toBe('signed');
    expect(judged(record(t0 + sessionMaxMs + 6 * minute))).toBe('bad');
  });

  it('where the reading begins in the middle, of a session that may have begun before it', () => {
    expect(why([record(t0 + sessionMaxMs)], t0)).toBeUndefined();
    expect(why([record(t0 + sessionMaxMs + 6 * minute)], t0)).toMatch(/no login/);
  });
});
