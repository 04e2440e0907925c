import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { displayUnusedMsMax, sessionMsMax } from '../../../contracts/session-limits.ts';
import type { Account } from '../accounts/accounts.ts';
import { unmatchableHash } from '../accounts/password.ts';
import { renewAfterMs, sessionIdleMs } from '../core/session-rules.ts';
import { createSessions, sessionsPerAccountMax } from './sessions.ts';
import { createStations, knownMax } from './stations.ts';
import { createTickets, ticketMs, ticketsPerAccountMax } from './tickets.ts';
import { createTokens, sessionMark } from './token.ts';

const t0 = Date.UTC(2026, 0, 1);
const secret = Buffer.alloc(32, 7).toString('base64url');

function world() {
  const clock = { ms: t0 };
  const account: Account = {
    userId: 'nurse1',
    name: 'Nora',
    role: 'nurse',
    wards: ['icu'],
    password: unmatchableHash,
    disabled: false,
  };
  const accounts = new Map([['nurse1', account]]);
  const all = { get: (id: string) => accounts.get(id), size: () => accounts.size, close: () => {} };
  const open = () => createSessions(all, createTokens(secret), () => clock.ms);
  return { clock, account, accounts, open, sessions: open() };
}

describe('a session', () => {
  it('every process with the same key accepts the token of a session', async () => {
    const { sessions, open } = world();
    const { token } = (await sessions.startSession('nurse1'))!;
    expect((await sessions.read(token))?.viewer).toMatchObject({ userId: 'nurse1', wards: ['icu'] });
    expect((await open().read(token))?.viewer.userId).toBe('nurse1');
  });

  it.each([10_000, 600_000, 864_000_000])(
    'a session does not last longer if the server starts with a clock that was set back by %i ms',
    async (backMs) => {
      const { clock, sessions, open } = world();
      const { token } = (await sessions.startSession('nurse1'))!;
      clock.ms = t0 - backMs;
      const renewed = (await open().read(token))?.renewed;
      expect(renewed).toBeDefined();
      clock.ms = t0 - backMs + sessionIdleMs;
      expect(await open().read(renewed!)).toBeUndefined();
    },
  );

  it('a token with another key or algorithm, a changed token and an empty token are refused', async () => {
    const { sessions } = world();
    const { token, claims } = (await sessions.startSession('nurse1'))!;
    const others = createTokens(Buffer.alloc(32, 8).toString('base64url'));
    const [header, payload, signature] = token.split('.');
    const forged = Buffer.from(payload!, 'base64url').toString().replace('nurse1', 'nurse2');
    const headerWithoutAlgorithm = Buffer.from('{"alg":"none"}').toString('base64url');
    const hs384 = await new SignJWT({ seen: t0, start: t0, fp: claims.fingerprint })
      .setProtectedHeader({ alg: 'HS384' })
      .setIssuer('vigil-dashboard')
      .setSubject('nurse1')
      .setJti(claims.sessionId)
      .setExpirationTime(Math.floor(t0 / 1000) + 1000)
      .sign(Buffer.alloc(48, 7));
    const badTokens = [
      await others.sign(claims),
      `${header}.${Buffer.from(forged).toString('base64url')}.${signature}`,
      `${headerWithoutAlgorithm}.${payload}.`,
      hs384,
      token.slice(0, -2),
      '',
      'x',
    ];
    for (const badToken of badTokens) expect(await sessions.read(badToken)).toBeUndefined();
  });

  it('an old token is replaced; after the idle time, another process accepts only the new token', async () => {
    const { sessions, open, clock } = world();
    const { token } = (await sessions.startSession('nurse1'))!;
    clock.ms = t0 + renewAfterMs;
    expect((await sessions.read(token))?.renewed).toBeUndefined();
    clock.ms = t0 + sessionIdleMs - 1;
    const renewed = (await sessions.read(token))?.renewed;
    clock.ms = t0 + sessionIdleMs + 1;
    expect(await open().read(token)).toBeUndefined();
    expect(await open().read(renewed!)).toBeDefined();
    clock.ms = t0 + sessionMsMax;
    expect(await open().read(renewed!)).toBeUndefined();
  });

  it('a session ends at logout, when its account is disabled, and at a new password; a logout ends no other session', async () => {
    const { sessions, accounts, account } = world();
    const { token, claims } = (await sessions.startSession('nurse1'))!;
    const other = (await sessions.startSession('nurse1'))!;
    sessions.revoke(sessionMark(claims.sessionId), t0);
    expect(await sessions.read(token)).toBeUndefined();
    expect(await sessions.read(other.token)).toBeDefined();
    accounts.set('nurse1', { ...account, disabled: true });
    expect(await sessions.read(other.token)).toBeUndefined();
    expect(sessions.recheck(other.claims)).toBeUndefined();
    accounts.set('nurse1', { ...account, password: `${unmatchableHash.slice(0, -1)}Q` });
    expect(await sessions.read(other.token)).toBeUndefined();
    expect(await sessions.startSession('nurse2')).toBeUndefined();
  });

  it('an ended session stays ended, even if its account is restored; later sessions stay valid', async () => {
    const { sessions, accounts, account, clock } = world();
    const { token, claims } = (await sessions.startSession('nurse1'))!;
    clock.ms += 1;
    sessions.endBefore('nurse1', clock.ms);
    expect(accounts.get('nurse1')).toEqual(account);
    expect(await sessions.read(token)).toBeUndefined();
    expect(sessions.recheck(claims)).toBeUndefined();
    clock.ms += 1;
    const later = (await sessions.startSession('nurse1'))!;
    expect(await sessions.read(later.token)).toBeDefined();
    // An end that is read late from the audit trail does not end newer sessions. An end in the future does not end
    // later sessions.
    sessions.endBefore('nurse1', t0 - 1);
    sessions.endBefore('nurse1', clock.ms - 1);
    expect(await sessions.read(later.token)).toBeDefined();
    sessions.endBefore('nurse1', clock.ms + 3_600_000);
    clock.ms += 1;
    expect(await sessions.read((await sessions.startSession('nurse1'))!.token)).toBeDefined();
  });

  it('makeRoomFor ends the session of the account that was idle longest, and no session with an open screen', async () => {
    const { sessions, accounts, account, clock } = world();
    accounts.set('nurse2', { ...account, userId: 'nurse2' });
    const start = async (userId: string) => (await sessions.startSession(userId))!;
    const other = await start('nurse2');
    expect(sessions.makeRoomFor(other.claims)).toEqual([]);
    const claimsOfAll = [];
    for (let n = 0; n < sessionsPerAccountMax; n += 1) {
      clock.ms += 1;
      const { claims } = await start('nurse1');
      expect(sessions.makeRoomFor(claims)).toEqual([]);
      claimsOfAll.push(claims);
    }
    // The heartbeat of an open screen calls recheck.
    sessions.recheck(claimsOfAll[0]!);
    clock.ms += 1;
    const { claims } = await start('nurse1');
    expect(sessions.makeRoomFor(claims)).toEqual([claimsOfAll[1]]);
    expect(claimsOfAll.filter((claims) => sessions.recheck(claims) === undefined)).toEqual([claimsOfAll[1]]);
    expect(sessions.recheck(claims)).toBeDefined();
    expect(sessions.recheck(other.claims)).toBeDefined();
    expect(sessions.countInUse()).toBe(sessionsPerAccountMax + 1);
  });

  it('makeRoomFor does not end a session that has already ended by its age, by idling or by logout', async () => {
    const { sessions, clock } = world();
    const claimsOfAll = [];
    for (let n = 0; n < sessionsPerAccountMax; n += 1)
      claimsOfAll.push((await sessions.startSession('nurse1'))!.claims);
    for (const claims of claimsOfAll) sessions.makeRoomFor(claims);
    sessions.revoke(sessionMark(claimsOfAll[0]!.sessionId), t0);
    // A second logout record of one session would look like a forgery.
    expect(sessions.makeRoomFor((await sessions.startSession('nurse1'))!.claims)).toEqual([]);
    clock.ms = t0 + sessionIdleMs;
    const busy = [];
    for (let n = 0; n < sessionsPerAccountMax; n += 1) {
      const { claims } = (await sessions.startSession('nurse1'))!;
      expect(sessions.makeRoomFor(claims)).toEqual([]);
      busy.push(claims);
    }
    while (clock.ms < t0 + sessionIdleMs + sessionMsMax) {
      expect(sessions.countInUse()).toBe(sessionsPerAccountMax);
      clock.ms += sessionIdleMs - 1;
      for (const claims of busy) sessions.recheck(claims);
    }
    expect(sessions.makeRoomFor((await sessions.startSession('nurse1'))!.claims)).toEqual([]);
    expect(sessions.countInUse()).toBe(1);
  });

  it('setLocked locks and unlocks one session and no other session', async () => {
    const { sessions } = world();
    const { token, claims } = (await sessions.startSession('nurse1'))!;
    const other = (await sessions.startSession('nurse1'))!;
    sessions.setLocked(sessionMark(claims.sessionId), true);
    expect((await sessions.read(token))?.viewer.locked).toBe(true);
    expect(sessions.recheck(claims)?.locked).toBe(true);
    expect((await sessions.read(other.token))?.viewer).not.toHaveProperty('locked');
    sessions.setLocked(sessionMark(claims.sessionId), false);
    expect((await sessions.read(token))?.viewer).not.toHaveProperty('locked');
  });

  it('a session ends when its account has a new epoch', async () => {
    const { sessions, accounts, account, open } = world();
    const { token } = (await sessions.startSession('nurse1'))!;
    accounts.set('nurse1', { ...account, epoch: 'another' });
    expect(await open().read(token)).toBeUndefined();
  });

  it('a session key must have 256 bits', () => {
    expect(() => createTokens(Buffer.alloc(31).toString('base64url'))).toThrow(/fewer than 32 bytes/);
  });
});

describe('a ticket', () => {
  const claims = { userId: 'n', sessionId: 's1', startedAtMs: t0, seenAtMs: t0, fingerprint: 'f' };
  it('a ticket is accepted once, within its time, and only for its session', () => {
    const clock = { ms: t0 };
    const tickets = createTickets(() => clock.ms);
    const ticket = tickets.issue(claims);
    expect(tickets.redeem(ticket, 's1')).toEqual(claims);
    expect(tickets.redeem(ticket, 's1')).toBeUndefined();
    expect(tickets.redeem('x', 's1')).toBeUndefined();
    const other = tickets.issue(claims);
    expect(tickets.redeem(other, 's2')).toBeUndefined();
    expect(tickets.redeem(other, 's1')).toBeUndefined();
    const late = tickets.issue(claims);
    clock.ms += ticketMs;
    expect(tickets.redeem(late, 's1')).toBeUndefined();
  });
});

it('a flood of tickets of one account leaves the tickets of another account valid', () => {
  const tickets = createTickets(() => t0);
  const claimsOf = (userId: string) => ({ userId, sessionId: userId, startedAtMs: t0, seenAtMs: t0, fingerprint: 'f' });
  const noraTicket = tickets.issue(claimsOf('nora'));
  const flood = Array.from({ length: 6_000 }, () => tickets.issue(claimsOf('flood')));
  expect(tickets.redeem(noraTicket, 'nora')).toEqual(claimsOf('nora'));
  expect(tickets.redeem(flood[0]!, 'flood')).toBeUndefined();
  expect(flood.filter((ticket) => tickets.redeem(ticket, 'flood') !== undefined)).toHaveLength(ticketsPerAccountMax);
});

describe('a station', () => {
  const stations = createStations(secret);
  it('every process with the same key reads the id of a station from its cookie', () => {
    const { station, value } = stations.issue();
    expect(station).toMatch(/^[\w-]{8}$/);
    expect(createStations(secret).read(value)).toBe(station);
    expect(stations.issue().station).not.toBe(station);
  });

  it.each([undefined, '', 'x', '.', 'AAAAAAAA.', 'AAAAAAAA.BBBBBBBBBBBBBBBBBBBBBB', 'AAAAAAAA'])(
    'a cookie that the server did not make gives no station: %s',
    (value) => {
      expect(stations.read(value)).toBeUndefined();
    },
  );

  it('a station cookie is refused if it was made with another key, or if its id was changed or a part was added', () => {
    const { station, value } = stations.issue();
    expect(createStations(Buffer.alloc(32, 8).toString('base64url')).read(value)).toBeUndefined();
    expect(stations.read(value.replace(station, 'AAAAAAAA'))).toBeUndefined();
    expect(stations.read(`${value}.x`)).toBeUndefined();
  });

  const nora = { userId: 'nora', fingerprint: 'f1' };
  const nils = { userId: 'nils', fingerprint: 'f2' };
  const { station } = stations.issue();

  it('the second cookie proves `known` for people who have logged in at the browser, and `station` for others', () => {
    expect(stations.proofOf(undefined, station, nora)).toBe('none');
    const value = stations.remember(undefined, station, nora);
    expect(stations.proofOf(value, station, nora)).toBe('known');
    expect(stations.proofOf(value, station, nils)).toBe('station');
    expect(stations.proofOf(value, station, undefined)).toBe('station');
    expect(stations.proofOf(stations.remember(value, station, nils), station, nora)).toBe('known');
    expect(createStations(secret).proofOf(value, station, nora)).toBe('known');
    expect(value).not.toContain('nora');
  });

  it('the second cookie does not prove `known` at another browser, with another key, if it was changed, or after a new password', () => {
    const value = stations.remember(undefined, station, nora);
    expect(stations.proofOf(value, undefined, nora)).toBe('none');
    expect(stations.proofOf(value, stations.issue().station, nora)).toBe('none');
    expect(createStations(Buffer.alloc(32, 8).toString('base64url')).proofOf(value, station, nora)).toBe('none');
    expect(stations.proofOf(`${'A'.repeat(8)}${value}`, station, nora)).toBe('none');
    expect(stations.proofOf(`${value}.x`, station, nora)).toBe('none');
    expect(stations.proofOf(value, station, { ...nora, fingerprint: 'new' })).toBe('station');
  });

  it('the second cookie has at most `knownMax` people, and drops the person whose last login is oldest', () => {
    const person = (at: number) => ({ userId: `u${at}`, fingerprint: 'f' });
    let value = stations.remember(undefined, station, nora);
    for (let index = 1; index < knownMax; index += 1) value = stations.remember(value, station, person(index));
    value = stations.remember(value, station, nora);
    expect(stations.proofOf(value, station, person(1))).toBe('known');
    value = stations.remember(value, station, person(knownMax));
    expect([nora, person(1), person(2)].map((account) => stations.proofOf(value, station, account))).toEqual([
      'known',
      'station',
      'known',
    ]);
  });
});

describe('the session of a wall display', () => {
  function displayWorld() {
    const { clock, account, accounts, open } = world();
    accounts.set('wall', { ...account, userId: 'wall', role: 'display' });
    return { clock, account, accounts, open };
  }

  it('the session of a display lasts for months and over restarts of the server, and ends only after a long time without use', async () => {
    const { clock, open } = displayWorld();
    let { token } = (await open().startSession('wall', 'browser1'))!;
    for (let day = 0; day < 100; day += 25) {
      clock.ms += displayUnusedMsMax - 1;
      // A new process each time.
      const live = await open().read(token, 'browser1');
      expect(live?.viewer.role).toBe('display');
      token = live!.renewed!;
    }
    clock.ms += displayUnusedMsMax;
    expect(await open().read(token, 'browser1')).toBeUndefined();
  });

  it('the session of a display is valid only in the browser that logged in', async () => {
    const { open } = displayWorld();
    const sessions = open();
    const { token } = (await sessions.startSession('wall', 'browser1'))!;
    expect(await sessions.read(token, 'browser2')).toBeUndefined();
    expect(await sessions.read(token)).toBeUndefined();
    expect(await sessions.read(token, 'browser1')).toBeDefined();
  });

  it('the session of a display stays ended after a logout for as long as its token could be valid', async () => {
    const { clock, open } = displayWorld();
    const sessions = open();
    const { token, claims } = (await sessions.startSession('wall', 'browser1'))!;
    sessions.revoke(sessionMark(claims.sessionId), clock.ms);
    clock.ms += displayUnusedMsMax - 1;
    sessions.revoke('another', clock.ms);
    expect(await sessions.read(token, 'browser1')).toBeUndefined();
  });

  it('the session of a display ends when an administrator ends the sessions of its account', async () => {
    const { accounts, open, account } = displayWorld();
    const sessions = open();
    const { token } = (await sessions.startSession('wall', 'browser1'))!;
    accounts.set('wall', { ...account, userId: 'wall', role: 'display', epoch: 'new' });
    expect(await sessions.read(token, 'browser1')).toBeUndefined();
  });

  it('the session of a person is not bound to a browser, and ends if the account becomes a display', async () => {
    const { accounts, open, account } = displayWorld();
    const sessions = open();
    const { token } = (await sessions.startSession('nurse1', 'browser1'))!;
    expect(await sessions.read(token, 'browser2')).toBeDefined();
    accounts.set('nurse1', { ...account, role: 'display' });
    expect(await sessions.read(token, 'browser1')).toBeUndefined();
  });
});
