/** Tests the small rules: rights, sessions, passwords, budget and health. */

import { describe, expect, it } from 'vitest';
import { roles } from '../../../contracts/messages/records.ts';
import { displayUnusedMsMax, sessionMsMax } from '../../../contracts/session-limits.ts';
import { permissions } from '../../protocol/permissions.ts';
import { admit, defaultBudget, type MessageKind } from './budget.ts';
import { auditor, everywhere, nurse, t0, technician } from './fold.testing.ts';
import { passwordFault } from './password-rules.ts';
import { may, seesWard } from './rights.ts';
import { type Claims, judgeSession, type SessionAccount, sessionIdleMs, type Verdict } from './session-rules.ts';

describe('rights', () => {
  it('each role has the permissions of this table', () => {
    const table = Object.fromEntries(
      roles.map((role) => [role, permissions.filter((permission) => may({ ...nurse, role }, permission))]),
    );
    expect(table).toEqual({
      nurse: permissions.filter(
        (permission) =>
          ![
            ...['view-audit', 'view-rejected', 'redrive-rejected', 'capture-patients', 'rebuild-trends'],
            ...['explain-alarms', 'set-up-reach', 'manage-accounts'],
          ].includes(permission),
      ),
      physician: [
        ...[
          'view-vitals',
          'view-patients',
          'view-devices',
          'acknowledge',
          'pause-audio',
          'set-limits',
          'enter-assessment',
          'standby',
        ],
        ...['write-note', 'take-duty'],
        ...['view-rejected', 'redrive-rejected', 'capture-patients', 'rebuild-trends', 'explain-alarms'],
        'see-explanations',
      ],
      technician: [
        'view-devices',
        'associate-device',
        'take-duty',
        'redrive-rejected',
        'rebuild-trends',
        'set-up-reach',
      ],
      auditor: ['view-audit', 'explain-alarms', 'see-explanations'],
      administrator: ['manage-accounts'],
      display: ['view-vitals', 'view-devices'],
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
  ] as const)('the viewer %o sees the ward %s: %s', (viewer, ward, expected) => {
    expect(seesWard(viewer, ward)).toBe(expected);
  });
});

describe('judgeSession', () => {
  const claims: Claims = { userId: 'n', sessionId: 's', startedAtMs: t0, seenAtMs: t0, fingerprint: 'f' };
  const account: SessionAccount = { fingerprint: 'f' };
  const display: SessionAccount = { fingerprint: 'f', isDisplay: true };
  const atWall = { station: 'wall-pc' };
  it.each<[string, Verdict, Partial<Claims>, SessionAccount | undefined, number, boolean, number]>([
    ['a new session', 'valid', {}, account, 0, false, t0],
    ['a session one ms before it is idle', 'valid', {}, account, 0, false, t0 + sessionIdleMs - 1],
    ['an idle session', 'idle', {}, account, 0, false, t0 + sessionIdleMs],
    ['a session with a live connection', 'valid', {}, account, t0 + 2 * sessionIdleMs, false, t0 + 2 * sessionIdleMs],
    [
      'a session with a renewed token',
      'valid',
      { seenAtMs: t0 + sessionIdleMs },
      account,
      0,
      false,
      t0 + sessionIdleMs,
    ],
    ['a used session one ms before its end', 'valid', {}, account, t0 + sessionMsMax, false, t0 + sessionMsMax - 1],
    ['a used session at its end', 'too-old', {}, account, t0 + sessionMsMax, false, t0 + sessionMsMax],
    ['a session that was logged out', 'revoked', {}, account, t0, true, t0],
    [
      'a display that was used 12 hours after its login',
      'valid',
      atWall,
      display,
      t0 + sessionMsMax,
      false,
      t0 + sessionMsMax,
    ],
    [
      'a display one ms before it was unused for too long',
      'valid',
      atWall,
      display,
      0,
      false,
      t0 + displayUnusedMsMax - 1,
    ],
    ['a display that was unused for too long', 'idle', atWall, display, 0, false, t0 + displayUnusedMsMax],
    ['a display that was logged out', 'revoked', atWall, display, t0, true, t0],
    ['a session from before its account became a display', 'account-changed', {}, display, t0, false, t0],
    ['a session of an account that is no display any more', 'account-changed', atWall, account, t0, false, t0],
    ['a session of a removed or disabled account', 'account-changed', {}, undefined, t0, false, t0],
    ['a session of an account with a new password', 'account-changed', {}, { fingerprint: 'g' }, t0, false, t0],
  ])('judgeSession judges %s as %s', (_, verdict, changed, presentAccount, liveAtMs, revoked, nowMs) => {
    expect(judgeSession({ ...claims, ...changed }, presentAccount, liveAtMs, revoked, nowMs)).toBe(verdict);
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
  ])('the new password "%s" is accepted: %s', (password, isAccepted) => {
    expect(passwordFault(password, 'nurse1') === undefined).toBe(isAccepted);
  });
});

describe('the budget of a slow screen', () => {
  const { wavesBytesMax, numericsBytesMax, closeBytesMax, waitMsMax } = defaultBudget;
  it.each<[MessageKind, number, number, string]>([
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
  ])(
    'a message of the kind %s, with %i waiting bytes and numerics that wait for %i ms, gets the decision %s',
    (load, bytes, waitedMs, expected) => {
      expect(admit(defaultBudget, load, bytes, waitedMs)).toBe(expected);
    },
  );
});
