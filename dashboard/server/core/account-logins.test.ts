import { describe, expect, it } from 'vitest';
import type { AuditAction } from '../../../contracts/audit-names.ts';
import type { AuditRecord } from '../../../contracts/messages/records.ts';
import { displayUnusedMsMax, sessionMsMax } from '../../../contracts/session-limits.ts';
import { loginsOf } from './account-logins.ts';
import type { AuditedRecord } from './audit-filter.ts';

const t0 = Date.UTC(2026, 0, 1);
const nora = { userId: 'nora', name: 'Nora', role: 'nurse' } as const;
const record = (atMs: number, action: AuditAction, more: Partial<AuditRecord> = {}, verified = true): AuditedRecord => {
  const at = new Date(atMs).toISOString();
  const proof = { boot: 'b', n: 1, prev: '', hash: 'h', writer: 'dashboard', key: 'k', sig: 's' } as const;
  return { record: { actor: nora, at, action, ...proof, ...more }, atMs, verified };
};
const login = (atMs: number, session: string) => record(atMs, 'login', { session });
const logout = (atMs: number, session: string) => record(atMs, 'logout', { session });
const byRoot = { actor: { userId: 'root', name: 'R', role: 'administrator' }, account: 'nora' } as const;

describe('loginsOf', () => {
  it.each<[string, readonly AuditedRecord[], number | undefined]>([
    ['no record', [], undefined],
    ['two logins', [login(t0, 'one'), login(t0 + 1, 'two')], 2],
    ['a login and its logout', [login(t0, 'one'), logout(t0 + 1, 'one')], 0],
    ['the logout of another session', [login(t0, 'one'), logout(t0 + 1, 'other')], 1],
    ['a disabled account', [login(t0, 'one'), record(t0 + 1, 'account-disabled', byRoot)], 0],
    [
      'ended sessions',
      [login(t0, 'one'), record(t0 + 1, 'account-changed', { ...byRoot, detail: 'sessions ended' })],
      0,
    ],
    ['another role', [login(t0, 'one'), record(t0 + 1, 'account-changed', { ...byRoot, detail: 'role a → b' })], 1],
    ['a login after the sessions ended', [record(t0, 'account-disabled', byRoot), login(t0 + 1, 'one')], 1],
    ['a forged logout', [login(t0, 'one'), record(t0 + 1, 'logout', { session: 'one' }, false)], 1],
    ['a forged login', [record(t0, 'login', { session: 'one' }, false)], undefined],
  ])('loginsOf returns the expected number of open sessions for %s', (_name, records, open) => {
    expect(loginsOf(records, t0 + 2).get('nora')?.openSessions).toBe(open);
  });

  it('loginsOf does not count a session that has lasted longer than a session can last, but its login is still the last login', () => {
    const records = [login(t0, 'one')];
    expect(loginsOf(records, t0 + sessionMsMax - 1).get('nora')).toEqual({ lastLoginMs: t0, openSessions: 1 });
    expect(loginsOf(records, t0 + sessionMsMax).get('nora')).toEqual({ lastLoginMs: t0, openSessions: 0 });
  });

  it('loginsOf counts the session of a wall display for 30 days, because it does not end after 12 hours', () => {
    const wall = { userId: 'wall', name: 'Wall ICU', role: 'display' } as const;
    const records = [record(t0, 'login', { session: 'one', actor: wall })];
    expect(loginsOf(records, t0 + sessionMsMax).get('wall')?.openSessions).toBe(1);
    expect(loginsOf(records, t0 + displayUnusedMsMax - 1).get('wall')?.openSessions).toBe(1);
    expect(loginsOf(records, t0 + displayUnusedMsMax).get('wall')?.openSessions).toBe(0);
  });
});
