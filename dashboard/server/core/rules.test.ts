/** The small rules: rights, sessions, passwords, budget, health. */

import { describe, expect, it } from 'vitest';
import { roles } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { sessionMaxMs } from '../../../log/audit/sessions.ts';
import { permissions } from '../../protocol/rest.ts';
import { admit, defaultBudget, type Load } from './budget.ts';
import { auditor, everywhere, nurse, t0, technician } from './fold.testing.ts';
import { alarmsStaleMs, damageShownMs, judgeHealth, kafkaAwayMs, newLifeSigns, noteReading } from './health.ts';
import { passwordFault } from './password-rules.ts';
import { may, seesWard } from './rights.ts';
import { type Claims, judgeSession, sessionIdleMs, type Verdict } from './session-rules.ts';

describe('rights', () => {
  it('are these, by role', () => {
    const table = Object.fromEntries(
      roles.map((role) => [role, permissions.filter((permission) => may({ ...nurse, role }, permission))]),
    );
    expect(table).toEqual({
      nurse: permissions.filter(
        (permission) =>
          !['view-audit', 'view-rejected', 'redrive-rejected', 'capture-patients', 'rebuild-trends'].includes(
            permission,
          ),
      ),
      physician: [
        ...['view-vitals', 'view-devices', 'acknowledge', 'pause-audio', 'set-limits', 'enter-assessment', 'standby'],
        ...['view-rejected', 'redrive-rejected', 'capture-patients', 'rebuild-trends'],
      ],
      technician: ['view-devices', 'associate-device', 'redrive-rejected', 'rebuild-trends'],
      auditor: ['view-audit'],
    });
  });

  it.each([
    [nurse, 'icu', true],
    [nurse, 'step', false],
    [nurse, 'ICU', false],
    [nurse, '*', false],
    [nurse, null, false],
    [everywhere, null, true],
    [everywhere, 'step', true],
    [technician, 'icu', true],
    [technician, null, true],
    [auditor, 'icu', false],
    [auditor, null, false],
  ] as const)('%o and ward %s: %s', (viewer, ward, expected) => {
    expect(seesWard(viewer, ward)).toBe(expected);
  });
});

describe('a session', () => {
  const claims: Claims = { userId: 'n', sessionId: 's', startedAtMs: t0, seenAtMs: t0, fingerprint: 'f' };
  const account = { fingerprint: 'f' };
  it.each<[string, Verdict, Partial<Claims>, typeof account | undefined, number, boolean, number]>([
    ['just made', 'holds', {}, account, 0, false, t0],
    ['one step before it is idle', 'holds', {}, account, 0, false, t0 + sessionIdleMs - 1],
    ['idle', 'idle', {}, account, 0, false, t0 + sessionIdleMs],
    ['kept by a live connection', 'holds', {}, account, t0 + 2 * sessionIdleMs, false, t0 + 2 * sessionIdleMs],
    ['kept by a renewed token', 'holds', { seenAtMs: t0 + sessionIdleMs }, account, 0, false, t0 + sessionIdleMs],
    ['one step before its end', 'holds', {}, account, t0 + sessionMaxMs, false, t0 + sessionMaxMs - 1],
    ['at its end, however busy', 'too-old', {}, account, t0 + sessionMaxMs, false, t0 + sessionMaxMs],
    ['logged out', 'revoked', {}, account, t0, true, t0],
    ['of an account that is gone or disabled', 'account-changed', {}, undefined, t0, false, t0],
    ['of an account with a new password', 'account-changed', {}, { fingerprint: 'g' }, t0, false, t0],
  ])('%s: %s', (_, verdict, changed, now, liveAtMs, revoked, nowMs) => {
    expect(judgeSession({ ...claims, ...changed }, now, liveAtMs, revoked, nowMs)).toBe(verdict);
  });
});

describe('a new password', () => {
  it.each([
    ['', false],
    ['elevenchars', false],
    ['twelve chars', true],
    ['correct horse battery', true],
    ['aaaaaaaaaaaaaaaa', false],
    ['ababababababab', false],
    ['nurse1nurse1', false],
    ['nurse1 likes long words', true],
    ['🐎🔋📎✅🐎🔋📎✅🐎🔋📎🎉', true],
    [`${'x'.repeat(250)}abcdefg`, false],
  ])('%s: %s', (password, good) => {
    expect(passwordFault(password, 'nurse1') === undefined).toBe(good);
  });
});

describe('the budget of a slow screen', () => {
  const { wavesBytesMax, numericsBytesMax, closeBytesMax, waitMsMax } = defaultBudget;
  it.each<[Load, number, number, string]>([
    ['wave', 0, 0, 'send'],
    ['wave', wavesBytesMax, 0, 'send'],
    ['wave', wavesBytesMax + 1, 0, 'skip'],
    ['numerics', wavesBytesMax + 1, 0, 'send'],
    ['numerics', numericsBytesMax, 0, 'send'],
    ['numerics', numericsBytesMax + 1, 0, 'skip'],
    ['alarms', numericsBytesMax + 1, 0, 'send'],
    ['alarms', closeBytesMax, 0, 'send'],
    ['alarms', closeBytesMax + 1, 0, 'close'],
    ['heartbeat', numericsBytesMax + 1, 0, 'send'],
    ['heartbeat', closeBytesMax + 1, 0, 'close'],
    ['numerics', numericsBytesMax + 1, waitMsMax, 'skip'],
    ['numerics', numericsBytesMax + 1, waitMsMax + 1, 'close'],
  ])('%s with %i bytes waiting for %i ms: %s', (load, bytes, waitedMs, expected) => {
    expect(admit(defaultBudget, load, bytes, waitedMs)).toBe(expected);
  });
});

describe('health', () => {
  const signs = (fields: object) => ({ ...newLifeSigns(t0), alarmsAtMs: t0, readingsAtMs: t0, ...fields });
  it.each([
    ['all well', signs({}), t0, 'ok', 'ok'],
    ['Kafka at its bound', signs({}), t0 + kafkaAwayMs, 'ok', 'ok'],
    ['Kafka past it', signs({}), t0 + kafkaAwayMs + 1, 'away', 'ok'],
    ['the engine at its bound', signs({ alarmsAtMs: t0 - alarmsStaleMs }), t0, 'ok', 'ok'],
    ['the engine past it', signs({ alarmsAtMs: t0 - alarmsStaleMs - 1 }), t0, 'ok', 'stale'],
    ['the engine never seen', signs({ alarmsAtMs: 0 }), t0, 'ok', 'stale'],
    ['no readings, so nothing to judge', signs({ alarmsAtMs: 0, readingsAtMs: 0 }), t0, 'ok', 'ok'],
    ['readings that have just begun', signs({ alarmsAtMs: 0, readingsSinceMs: t0 - alarmsStaleMs }), t0, 'ok', 'ok'],
  ])('%s', (_, given, nowMs, kafka, alarms) => {
    expect(judgeHealth(given, nowMs)).toMatchObject({ kafka, alarms });
  });

  it('says that the clock was set while the step lasts', () => {
    expect(judgeHealth(signs({}), t0).clock).toBeUndefined();
    const stepped = judgeHealth(signs({}), t0, { aheadMs: -600_000, atMs: t0 });
    expect(stepped.clock).toEqual({ aheadMs: -600_000, at: formatInstant(t0) });
  });

  it('says that a part of the log cannot be read: for an hour after the damage was met, and not if there was none', () => {
    const damage = { total: 2, lastAtMs: t0 };
    const damagedAt = (nowMs: number) => judgeHealth(signs({}), nowMs, undefined, damage).damaged;
    expect(judgeHealth(signs({}), t0, undefined, { total: 0, lastAtMs: undefined }).damaged).toBeUndefined();
    expect(damagedAt(t0)).toEqual({ batches: 2, at: formatInstant(t0) });
    expect(damagedAt(t0 + damageShownMs)).toEqual({ batches: 2, at: formatInstant(t0) });
    expect(damagedAt(t0 + damageShownMs + 1)).toBeUndefined();
  });

  it('gives the engine its full time again after a pause of the readings, before it counts as stale', () => {
    const given = signs({ readingsAtMs: t0 - 60_000, alarmsAtMs: t0 - 60_000 });
    noteReading(given, t0);
    expect(judgeHealth(given, t0).alarms).toBe('ok');
    for (let ms = 1000; ms <= alarmsStaleMs + 1000; ms += 1000) noteReading(given, t0 + ms);
    expect(judgeHealth(given, t0 + alarmsStaleMs + 1000).alarms).toBe('stale');
  });
});
