/** Tests the server in this process with a real Kafka: its routes, headers, slow screens and audit trail. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInPolicy } from '../../contracts/delivery-policy.ts';
import { VigilError } from '../../contracts/errors.ts';
import { newAlarm } from '../../contracts/messages/alarms.testing.ts';
import { newLimits } from '../../contracts/messages/limits.testing.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { readPublicKeys, readSigner } from '../../log/audit/keys.ts';
import { createTrail, type Trail } from '../../log/audit/trail.ts';
import { pseudonym } from '../../log/envelope/pseudonym.ts';
import { kafkaSettings } from '../../log/kafka/settings.ts';
import { openSealedLog, type SealedLog } from '../../log/sealed-log.ts';
import { freePorts } from '../../ops/platform/ports.ts';
import { serviceEnv } from '../../ops/platform/service-env.ts';
import { readSettings } from '../../process/settings.ts';
import { cheapHash } from '../../tests/password-hash.ts';
import { startTestPlatform } from '../../tests/platform.ts';
import { admitted, associate, openLogAs, until } from '../../tests/system.ts';
import type { BoardEntry } from '../protocol/assignments.ts';
import { AuditPage } from '../protocol/audit.ts';
import { ServerMessage } from '../protocol/live.ts';
import { closeCodes, livePath } from '../protocol/pace.ts';
import { ErrorBody } from '../protocol/rest.ts';
import { WhatIf } from '../protocol/what-if.ts';
import { type Account, followAccounts, writeAccounts } from './accounts/accounts.ts';
import type { App } from './app.ts';
import { type AuditProjection, followAudit } from './audit/projection.ts';
import { perMinuteMax } from './bounds.ts';
import { newBrowser, type Target } from './browser.testing.ts';
import { emptyState } from './core/state.ts';
import { createExplainer } from './explainer.ts';
import { influxLine, writeLines } from './influx.testing.ts';
import { type AssignmentsFeed, openAssignmentsFeed } from './live/assignments-feed.ts';
import { openDeliveriesFeed } from './live/deliveries-feed.ts';
import { createDeliveryWriter, newCallTimes } from './live/delivery-writer.ts';
import { type Feed, openFeed } from './live/feed.ts';
import { createHub, type Hub } from './live/hub.ts';
import { type NotesFeed, openNotesFeed } from './live/notes-feed.ts';
import { openReviewFeed, type ReviewFeed } from './live/review-feed.ts';
import { buildServer } from './server.ts';
import { createSessions, type Sessions } from './sessions/sessions.ts';
import { createStations } from './sessions/stations.ts';
import { createTickets } from './sessions/tickets.ts';
import { createTokens, sessionMark } from './sessions/token.ts';
import { createStripReader } from './strips.ts';
import { createTrendStore } from './trend-store.ts';

const password = 'a long enough phrase';
const run = randomUUID().slice(0, 6);
const ward = `slow-${run}`;
const deviceId = `slow-${run}-1`;
const logger = pino({ level: 'silent' });
const period = admitted('1', ward, 'Slowname');
/** A small budget, so that a test exceeds it quickly. */
const budget = { wavesBytesMax: 20_000, numericsBytesMax: 40_000, closeBytesMax: 80_000, waitMsMax: 60_000 };

const routes: { method: string; url: string; access: string | undefined }[] = [];
let app: App;
let platform: Awaited<ReturnType<typeof startTestPlatform>>['data'];
let log: SealedLog;
let gateway: SealedLog;
let alarms: SealedLog;
let feed: Feed;
let assignments: AssignmentsFeed;
let notes: NotesFeed;
let review: ReviewFeed;
let hub: Hub;
let sessions: Sessions;
let trail: Trail;
let audit: AuditProjection;
let target: Target;
const closing: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  // This test needs its own Kafka: records of other tests in a shared Kafka would be shown in the scope of all wards.
  const own = await startTestPlatform(`test-${process.pid}-server`);
  closing.push(() => own.platform.close());
  platform = own.data;
  const [port = 0] = await freePorts(1);
  const env = serviceEnv({ ...platform, httpPort: port }, 'dashboard');
  const settings = readSettings(kafkaSettings, env);
  const accountsFile = join(mkdtempSync(join(tmpdir(), 'vigil-server-')), 'accounts.json');
  const hash = cheapHash(password);
  const account = (userId: string, role: Account['role']): [string, Account] => [
    userId,
    { userId, name: userId, role, wards: [ward], password: hash, disabled: false },
  ];
  writeAccounts(
    accountsFile,
    new Map([
      account('nurse', 'nurse'),
      account('auditor', 'auditor'),
      account('clumsy', 'nurse'),
      account('curious', 'nurse'),
      account('technician', 'technician'),
      ['stranger', { ...account('stranger', 'nurse')[1], wards: ['elsewhere'] }],
      ['outsider', { ...account('outsider', 'nurse')[1], wards: ['elsewhere'] }],
    ]),
  );
  const operator = await openLogAs(platform, 'operator');
  await associate(platform, operator, deviceId, 1, period);
  gateway = await openLogAs(platform, 'gateway');
  alarms = await openLogAs(platform, 'alarms');

  const boot = `server-${run}`;
  const now = Date.now;
  log = await openSealedLog({ settings, service: 'dashboard', boot, log: logger });
  const accounts = followAccounts(accountsFile, logger);
  const sessionKey = Buffer.alloc(32, 1).toString('base64url');
  sessions = createSessions(accounts, createTokens(sessionKey), now);
  const signer = readSigner(readFileSync(env.VIGIL_AUDIT_KEY_FILE!, 'utf8'), 'dashboard');
  const keys = readPublicKeys(readFileSync(env.VIGIL_AUDIT_KEYS_FILE!, 'utf8'));
  trail = createTrail(log, { pseudonymKey: settings.pseudonymKey, signer, now, logger });
  audit = await followAudit(log, {
    nowMs: now(),
    logger,
    keys,
    anchorsFile: '',
    onLogout: sessions.revoke,
    onLock: sessions.setLocked,
    onSessionsEnded: sessions.endBefore,
  });
  feed = await openFeed(log, {
    now,
    logger,
    onAlarms: () => hub?.flushAlarms(),
    onWave: (chunk) => hub?.sendWave(chunk),
  });
  notes = openNotesFeed(log, { state: feed.state, logger, onChange: () => {} });
  review = openReviewFeed(log, { after: feed.ready, now, logger });
  assignments = openAssignmentsFeed(log, {
    accountOf: accounts.get,
    state: feed.state,
    now,
    logger,
    onChange: () => hub?.flushAlarms(),
  });
  const deliveries = openDeliveriesFeed(log, { now, logger, onChange: () => hub?.deliveriesChanged() });
  hub = createHub({ feed: () => feed, sessions, trail, stream: boot, budget, silentMs: 3_600_000, now, logger });
  const certs = join(platform.stateDir, 'certs');
  const origin = `https://localhost:${port}`;
  const influxPassword = readFileSync(env.VIGIL_INFLUX_PASSWORD_FILE!, 'utf8').trim();
  app = await buildServer(
    {
      log,
      accounts,
      preferences: { of: () => ({}), change: async () => ({}) },
      ...{ accountRecords: { expect() {}, announce: async () => {}, withdraw: async () => {} }, logger },
      sessions,
      stations: createStations(sessionKey),
      tickets: createTickets(now),
      trail,
      audit,
      feed,
      assignments,
      notes,
      explainer: createExplainer(log, { now, logger }),
      strips: createStripReader(log, logger),
      review,
      delivery: {
        feed: deliveries,
        writer: createDeliveryWriter({
          ...{ log, times: newCallTimes(), now, logger },
          pseudonymOf: (userId) => pseudonym(settings.pseudonymKey, 'actor', userId),
        }),
        policy: () => builtInPolicy,
        reachRules: { pushHosts: [], mailDomains: [] },
        pushPublicKey: undefined,
      },
      ...{ hub, soundTestRecords: { answered: () => undefined, uncounted: () => undefined } },
      waves: { read: async () => ({ chunks: [], keptFromMs: null, unreadable: 0, isWhole: true }) },
      wards: { current: () => ({ wards: [{ ward, beds: ['1'] }] }) },
      trendLog: {
        values: async () => Promise.reject(new VigilError('log-unavailable', 'no log')),
        scores: async () => Promise.reject(new VigilError('log-unavailable', 'no log')),
      },
      trends: createTrendStore(
        {
          influxUrl: platform.influxUrl,
          influxCaFile: join(certs, 'ca.pem'),
          influxServerName: 'influxdb',
          servicesCrlFile: '',
          influxUser: 'dashboard',
          influxPassword,
          influxDatabase: 'vigil',
        },
        pino({ level: 'silent' }),
      ),
      pseudonymKey: settings.pseudonymKey,
      origins: [origin],
      lockAfterMs: 900_000,
      shiftStarts: [7 * 60, 19 * 60],
      now,
      isReady: () => true,
    },
    {
      connectsPerS: 1_000,
      tls: {
        cert: readFileSync(join(certs, 'web-server.pem'), 'utf8'),
        key: readFileSync(join(certs, 'web-server.key'), 'utf8'),
      },
      clientDir: join(tmpdir(), 'vigil-no-client'),
      logger,
    },
    (route) => routes.push({ method: String(route.method), url: route.url, access: route.config?.access }),
  );
  await app.listen({ host: '127.0.0.1', port });
  await Promise.all([feed.ready, audit.caughtUp]);
  target = { port, ca: readFileSync(join(certs, 'ca.pem'), 'utf8'), origin };
  closing.push(
    () => hub.close(),
    () => app.close(),
    () => trail.close(),
    () => feed.close(),
    () => assignments.close(),
    () => notes.close(),
    () => review.close(),
    () => deliveries.close(),
    () => audit.close(),
    () => Promise.all([log.close(), gateway.close(), alarms.close(), operator.close()]),
    () => accounts.close(),
  );
});

afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

describe('every route', () => {
  const example = (url: string) =>
    url
      .replace(':associationId', 'association-1')
      .replace(':deviceId', 'device-1')
      .replace(':alarmId', 'alarm-0123456789abcdef')
      .replace('*', '');

  it('every route except login, health and the page answers 401 without a session', async () => {
    expect(routes.length).toBeGreaterThan(15);
    const open = routes.filter((route) => route.access === 'public').map((route) => `${route.method} ${route.url}`);
    expect(open.sort()).toEqual(['GET /*', 'GET /healthz', 'HEAD /*', 'HEAD /healthz', 'POST /api/login']);
    for (const { method, url, access } of routes) {
      if (access === 'public') continue;
      const answer = await newBrowser(target).call(method, example(url), method === 'POST' ? {} : undefined);
      expect([method, url, answer.status]).toEqual([method, url, 401]);
    }
  });

  it('every route that changes something, even the login, refuses a request without the header or from another origin', async () => {
    const nurse = newBrowser(target);
    await nurse.login('nurse', password);
    for (const { method, url } of routes.filter((route) => route.method === 'POST' || route.method === 'DELETE')) {
      for (const headers of [{ origin: target.origin }, { origin: 'https://evil.example', 'x-vigil': '1' }, {}]) {
        const body = method === 'POST' ? {} : undefined;
        const answer = await nurse.call(method, example(url), body, headers as Record<string, string>);
        expect([method, url, answer.status]).toEqual([method, url, 403]);
      }
    }
  });

  it('every route answers bad input with 400 and no value in the message', async () => {
    const nurse = newBrowser(target);
    await nurse.login('nurse', password);
    const check = Compile(ErrorBody);
    const paths: [string, string, unknown?][] = [
      ['POST', '/api/login', { userId: 'nurse' }],
      ['POST', '/api/login', { userId: 'nurse', password: 'Topsecret-1', admin: true }],
      ['POST', '/api/login', { userId: 'nurse', password: 'Topsecret-1'.repeat(100) }],
      ['POST', `/api/associations/${period.associationId}/pause-audio`, { forMs: 999_999 }],
      [
        'POST',
        `/api/associations/${period.associationId}/limits`,
        { group: 'Topsecret-1', limits: null, seenAt: null },
      ],
      ['POST', `/api/associations/${period.associationId}/assessment`, { consciousness: 'Topsecret-1' }],
      ['POST', `/api/associations/${period.associationId}/standby`, { reason: 'Topsecret-1', forMs: 1 }],
      ['POST', `/api/associations/${period.associationId}/what-if`, { group: 'Topsecret-1' }],
      ['POST', `/api/associations/${period.associationId}/what-if`, { group: 'HR', limits: { low: 'Topsecret-1' } }],
      ['POST', `/api/associations/${period.associationId}/what-if`, { group: 'HR', limits: { low: '45' } }],
      ['GET', `/api/associations/${period.associationId}/trends?codes=Topsecret-1&from=a&to=b`],
      ['GET', `/api/associations/${encodeURIComponent("' OR 1=1")}/trends?codes=MDC_TEMP&from=a&to=b`],
      [
        'POST',
        `/api/devices/${deviceId}/associations`,
        { ward, bed: '1', patient: { patientId: 'Topsecret-1' }, version: 1 },
      ],
      ...['Topsecret-1\u202e', 'Topsecret-1\n', ' Topsecret-1', '\u200b'].map(
        (familyName): [string, string, unknown] => [
          'POST',
          `/api/devices/${deviceId}/associations`,
          {
            ward,
            bed: '1',
            patient: { patientId: '1', familyName, givenName: '', category: 'adult' },
            version: 1,
          },
        ],
      ),
      ['POST', '/api/login', { userId: 'Topsecret-1\u202e', password: 'x' }],
      // Types are not converted: null is not 0, and "1" is not 1.
      ['POST', '/api/alarms/alarm-0123456789abcdef/acknowledge', { rev: '1' }],
      ['POST', '/api/alarms/alarm-0123456789abcdef/acknowledge', { rev: true }],
      ['POST', `/api/devices/${deviceId}/move`, { ward, bed: '1', version: null }],
      ['POST', `/api/devices/${deviceId}/move`, { ward, bed: '1', version: '1' }],
      ['POST', `/api/devices/${deviceId}/move`, { ward, bed: '1', version: false }],
      ['POST', `/api/devices/${deviceId}/associations`, { ward, bed: '1', patient: '', version: 1 }],
      ['POST', `/api/devices/${deviceId}/associations`, { ward, bed: '1', patient: null, version: '1' }],
      ['POST', `/api/associations/${period.associationId}/pause-audio`, { forMs: '60000' }],
      [
        'POST',
        `/api/associations/${period.associationId}/limits`,
        { group: 'HR', limits: { low: '45', high: 130 }, seenAt: null },
      ],
    ];
    for (const [method, path, body] of paths) {
      const answer = await nurse.call(method, path, body);
      expect([path, answer.status]).toEqual([path, 400]);
      expect(check.Check(answer.body)).toBe(true);
      expect(JSON.stringify(answer.body)).not.toContain('Topsecret-1');
    }
    const auditor = newBrowser(target);
    await auditor.login('auditor', password);
    const filtered = await auditor.get(`/api/audit?userId=${encodeURIComponent('Topsecret-1\u202e')}`);
    expect([filtered.status, JSON.stringify(filtered.body)]).toEqual([400, expect.not.stringContaining('Topsecret-1')]);
    // In a query, numbers are parsed from their digits.
    const limited = await auditor.get('/api/audit?limit=1');
    expect([limited.status, limited.body.records.length]).toEqual([200, 1]);
    for (const query of ['limit=1x', 'limit=0', 'limit=', 'limit=1&limit=2', 'before=null', 'more=1'])
      expect([query, (await auditor.get(`/api/audit?${query}`)).status]).toEqual([query, 400]);
    expect((await nurse.call('POST', '/api/login', 'x'.repeat(70_000))).status).toBe(413);
    expect((await nurse.get('/api/nothing')).status).toBe(404);
  });

  it('every route is described in the OpenAPI document', async () => {
    const nurse = newBrowser(target);
    await nurse.login('nurse', password);
    const { body } = await nurse.get('/api/openapi.json');
    expect(body.openapi).toMatch(/^3/);
    const described = Object.keys(body.paths);
    for (const { url, method } of routes) {
      if (method === 'HEAD' || url === '/*' || url === '/api/openapi.json') continue;
      // OpenAPI cannot describe a live connection. protocol/live.ts describes it.
      if (url === livePath) continue;
      expect(described).toContain(url.replace(/:(\w+)/g, '{$1}'));
    }
  });

  it('every answer carries the security headers, and the server says if the page is not built', async () => {
    const { headers, body, status } = await newBrowser(target).get('/');
    expect(status).toBe(503);
    expect(body).toContain('npm run build');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(headers['x-frame-options']).toBe('DENY');
    // This header is never sent for localhost, because it would apply to every other program on localhost.
    expect(headers['strict-transport-security']).toBeUndefined();
    const nurse = newBrowser(target);
    const login = await nurse.login('nurse', password);
    expect(login.headers['cache-control']).toBe('no-store');
    const cookie = String(login.headers['set-cookie']);
    for (const part of ['__Host-vigil=', 'HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/'])
      expect(cookie).toContain(part);
    // The cookie of the session ends when the browser is closed. The cookie of the station stays.
    const session = (login.headers['set-cookie'] as string[]).find((cookie) => cookie.startsWith('__Host-vigil='));
    expect(session).not.toMatch(/Max-Age|Expires/);
    expect(cookie).not.toMatch(/Domain/);
  });
});

describe('the assignment board', () => {
  const path = `/api/wards/${ward}/assignments`;
  const shift = () => ({
    duty: 'nurse',
    beds: ['1'],
    from: new Date(Date.now() - 60_000).toISOString(),
    until: new Date(Date.now() + 3_600_000).toISOString(),
  });

  it('a nurse takes a bed and the duty of charge nurse, assigns a colleague, and the colleague accepts', async () => {
    const [nurse, colleague] = [newBrowser(target), newBrowser(target)];
    await Promise.all([nurse.login('nurse', password), colleague.login('curious', password)]);
    await expect.poll(async () => (await nurse.get(path)).status).toBe(200);
    expect((await nurse.get(path)).body).toMatchObject({ version: 0, entries: [], noChargeNurse: true, beds: ['1'] });
    const mine = await nurse.call('POST', path, { ...shift(), version: 0, userId: 'nurse' });
    expect(assignments.unreadable()).toBe(0);
    expect(mine).toMatchObject({ status: 200, body: { version: 1 } });
    const denied = await nurse.call('POST', path, { ...shift(), version: 1, userId: 'curious' });
    expect(denied.status).toBe(403);
    const { beds: _, ...wholeWard } = shift();
    const charge = { ...wholeWard, duty: 'charge-nurse', userId: 'nurse' };
    expect((await nurse.call('POST', path, { ...charge, version: 1 })).body).toEqual({ version: 2 });
    expect((await nurse.call('POST', path, { ...shift(), version: 2, userId: 'curious' })).body).toEqual({
      version: 3,
    });
    const { body: board } = await colleague.get(path);
    const { assignment } = board.entries.find((entry: BoardEntry) => entry.assignment.userId === 'curious');
    const { assignmentId } = assignment;
    // After an accepted assignment of the same bed, version 0 is a conflict. The conflict names the person who made the
    // change.
    const old = await colleague.call('POST', `${path}/accept`, { version: 0, assignmentId });
    expect(old.status).toBe(409);
    expect(old.body.message).toContain('nurse');
    expect(old.body.changes.length).toBeGreaterThan(0);
    // Nobody accepts for another person.
    expect((await nurse.call('POST', `${path}/accept`, { version: 3, assignmentId })).status).toBe(403);
    const accepted = await colleague.call('POST', `${path}/accept`, { version: 3, assignmentId });
    expect(accepted.status).toBe(200);
    const { body: after } = await nurse.get(path);
    const entry = after.entries.find((entry: BoardEntry) => entry.assignment.userId === 'curious');
    expect(entry.acceptedAt).toBeDefined();
    const auditor = newBrowser(target);
    await auditor.login('auditor', password);
    const { body: page } = await auditor.get('/api/audit?action=duty-accepted');
    expect(page.records[0]).toMatchObject({ userId: 'curious', ward, verified: true });
  });

  it('another dashboard that starts later reads the same board', async () => {
    const state = emptyState();
    // Each dashboard has its own id, and so its own group of readers.
    const later = openAssignmentsFeed(
      { ...log, boot: `later-${run}` },
      { state, accountOf: () => undefined, now: Date.now, logger, onChange: () => {} },
    );
    await expect.poll(() => later.board.isRead, { timeout: 20_000 }).toBe(true);
    expect(later.board.duties).toEqual(assignments.board.duties);
    expect(later.unreadable()).toBe(0);
    await later.close();
  });

  it('a person of another ward and an auditor get no board, and a ward that is not registered has no board', async () => {
    const [outsider, auditor, nurse] = [newBrowser(target), newBrowser(target), newBrowser(target)];
    await Promise.all([
      outsider.login('outsider', password),
      auditor.login('auditor', password),
      nurse.login('nurse', password),
    ]);
    expect((await outsider.get(path)).status).toBe(404);
    expect((await outsider.call('POST', path, { ...shift(), version: 0, userId: 'outsider' })).status).toBe(404);
    expect((await auditor.get(path)).status).toBe(403);
    expect((await nurse.get('/api/wards/elsewhere/assignments')).status).toBe(404);
  });

  it('either all rows of a CSV text are saved, or none', async () => {
    const nurse = newBrowser(target);
    await nurse.login('nurse', password);
    const { body: before } = await nurse.get(path);
    const { from, until } = shift();
    const header = 'duty,beds,user,from,until';
    const good = `buddy,1,clumsy,${from.slice(0, 19)}+00:00,${until.slice(0, 19)}+00:00`;
    const bad = await nurse.call('POST', `${path}/csv`, {
      version: before.version,
      lines: [header, good, `nurse,99,clumsy,${from.slice(0, 19)}Z,${until.slice(0, 19)}Z`],
    });
    expect([bad.status, bad.body.faults]).toEqual([
      400,
      [{ line: 3, message: expect.stringContaining('no such bed') }],
    ]);
    expect((await nurse.get(path)).body.version).toBe(before.version);
    const done = await nurse.call('POST', `${path}/csv`, { version: before.version, lines: [header, good] });
    expect(done.body).toEqual({ version: before.version + 1 });
  });
});

describe('a login', () => {
  it('a wrong password and an unknown user get the same answer and then a wait, and another browser does not wait', async () => {
    const browser = newBrowser(target);
    const wrong = await browser.login('clumsy', 'wrong password 1');
    const unknown = await browser.login(`nobody-${run}`, 'wrong password 1');
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.body).toEqual(unknown.body);
    for (let index = 0; index < 4; index += 1) await browser.login('clumsy', 'wrong password 1');
    for (let index = 0; index < 4; index += 1) await browser.login(`nobody-${run}`, 'wrong password 1');
    for (const userId of ['clumsy', `nobody-${run}`]) {
      const delayed = await browser.login(userId, password);
      expect([delayed.status, delayed.body.code]).toEqual([429, 'rate-limited']);
    }
    expect((await newBrowser(target).login('nurse', password)).status).toBe(200);
  });
});

describe('a further login', () => {
  const watch = { type: 'watch' as const, scope: { ward }, waves: null };
  /** Returns the logout records of an account, newest first. */
  async function logoutsOf(userId: string) {
    const auditor = newBrowser(target);
    await auditor.login('auditor', password);
    const { records }: AuditPage = (await auditor.get('/api/audit')).body;
    return records.filter((record) => record.action === 'logout' && record.userId === userId);
  }

  it('a login ends the earlier session of the same browser with its screens and records it; a session of another browser continues', async () => {
    const browser = newBrowser(target);
    const otherBrowser = newBrowser(target);
    for (const each of [browser, otherBrowser]) await each.login('technician', password);
    const live = await browser.live(watch);
    // The session must not end while the connection is still opening: the server would then refuse the connection.
    await until('the first message', () => live.messages.length > 0);
    const old = newBrowser(target);
    old.setCookie(browser.cookie());
    expect((await browser.login('auditor', password)).status).toBe(200);
    expect((await old.get('/api/session')).status).toBe(401);
    expect(await live.closed).toBe(closeCodes.sessionEnded);
    expect((await browser.get('/api/session')).body.actor.userId).toBe('auditor');
    expect((await otherBrowser.get('/api/session')).status).toBe(200);
    const [logout] = await until('the logout on record', async () => {
      const records = await logoutsOf('technician');
      return records.length > 0 ? records : undefined;
    });
    expect(logout).toMatchObject({ userId: 'technician', detail: 'another login at this browser' });
  });

  it('the 65th login of an account ends the session of this account that was idle longest, and records it', async () => {
    const user = { userId: 'stranger', name: 'stranger', role: 'nurse' as const };
    const openSessions = [];
    for (let n = 0; n < 64; n += 1) openSessions.push((await sessions.startSession('stranger'))!);
    for (const { token } of openSessions) await sessions.read(token);
    // The first session is used again, so the second session is idle for longest.
    await sessions.read(openSessions[0]!.token);
    const session = sessionMark(openSessions[1]!.claims.sessionId);
    await trail.record({ actor: user, session, action: 'login' });
    const browser = newBrowser(target);
    expect((await browser.login('stranger', password)).status).toBe(200);
    const hasEnded = await Promise.all(
      openSessions.map(async ({ token }) => (await sessions.read(token)) === undefined),
    );
    expect(hasEnded).toEqual(openSessions.map((_, n) => n === 1));
    const logouts = await until('the logout on record', async () => {
      const records = await logoutsOf('stranger');
      return records.length > 0 ? records : undefined;
    });
    expect(logouts).toMatchObject([
      { session, detail: 'ended by a newer login: an account may have at most 64 sessions' },
    ]);
  });
});

describe('a slow screen', () => {
  it('a slow screen loses waveforms but no alarm, and is closed for a new snapshot if too many bytes wait', async () => {
    const nurse = newBrowser(target);
    await nurse.login('nurse', password);
    const watch = { type: 'watch' as const, scope: { ward }, waves: { associations: 'all' as const } };
    const live = await nurse.live(watch);
    await until('a snapshot', () => live.of('snapshot').length === 1);
    live.socket.pause();
    const samples = Buffer.alloc(20_000).toString('base64');
    let sent = 0;
    let lastMs = 0;
    const starts: string[] = [];
    /** Sends 20 live chunks. Each begins now, and later than the former chunk. */
    const sendWaves = () =>
      Promise.all(
        Array.from({ length: 20 }, () => {
          sent += 1;
          lastMs = Math.max(lastMs + 1, Date.now());
          const start = new Date(lastMs).toISOString();
          starts.push(start);
          const wave = { boot: 'b', seq: sent, start, code: 'MDC_PULS_OXIM_PLETH', rateHz: 2000, scale: 1, offset: 0 };
          const body = { deviceId, receivedAt: new Date().toISOString(), reading: { ...wave, samples } };
          return gateway.append('waveforms', period.associationId, contentTypes.waveform, body);
        }),
      );
    // The kernel buffers some megabytes before bytes wait in the server.
    await until('a wave to be left out', async () => {
      await sendWaves();
      return hub.stats().skippedWaves > 0;
    });
    live.socket.resume();
    await until('the backlog to be read', async () => {
      await sendWaves();
      return live.of('wave').some((message) => message.gap);
    });
    const received = live.of('wave').map((message) => ({ at: starts.indexOf(message.start), gap: message.gap }));
    for (const [at, { gap, at: place }] of received.entries())
      expect([place, gap]).toEqual([place, at > 0 && place !== received[at - 1]!.at + 1]);
    live.socket.pause();
    const before = hub.stats().closedForResync;
    let raised = 0;
    await until('the server to close the connection', async () => {
      await sendWaves();
      const ids = Array.from({ length: 40 }, (_, at) => `alarm-${run}-${String(raised + at).padStart(8, '0')}`);
      await Promise.all(ids.map(raise));
      raised += ids.length;
      return hub.stats().closedForResync > before;
    });
    live.socket.resume();
    const again = await nurse.live(watch);
    await until('all alarms', () => {
      const ids = again.messages.flatMap((m) => (m.type === 'snapshot' || m.type === 'delta' ? m.alarms : []));
      return new Set(ids.map((alarm) => alarm.alarmId)).size === raised;
    });
    const check = Compile(ServerMessage);
    for (const message of [...live.messages, ...again.messages]) expect(check.Check(message)).toBe(true);
    again.close();
  });

  async function raise(alarmId: string) {
    const at = new Date().toISOString();
    const alarm = newAlarm(at, {
      alarmId,
      associationId: period.associationId,
      deviceId,
    });
    await alarms.append('alarms', period.associationId, contentTypes.alarmEvent, { type: 'raised', at, alarm });
  }
});

describe('trends', () => {
  const path = (codes: string) =>
    `/api/associations/${period.associationId}/trends?codes=${codes}&from=${new Date(Date.now() - 60_000).toISOString()}&to=${new Date(Date.now() + 1000).toISOString()}&points=30`;

  it('if there are no values, the answer has an empty trend for each requested code, in the order of the request', async () => {
    const nurse = newBrowser(target);
    await nurse.login('nurse', password);
    const { status, body } = await nurse.get(path('MDC_RESP_RATE,MDC_ECG_HEART_RATE'));
    expect(status).toBe(200);
    expect(body.series.map((line: { code: string }) => line.code)).toEqual(['MDC_RESP_RATE', 'MDC_ECG_HEART_RATE']);
  });
});

describe('what other limits would have done', () => {
  const path = `/api/associations/${period.associationId}/what-if`;
  const who = async (userId: string) => {
    const browser = newBrowser(target);
    await browser.login(userId, password);
    return browser;
  };

  it('the server refuses a what-if question before the alarm processor has published limits', async () => {
    const answer = await (await who('nurse')).post(path, { group: 'HR' });
    expect([answer.status, answer.body.code]).toEqual([503, 'log-unavailable']);
  });

  it('the what-if answer is calculated from the stored values; each what-if request is recorded', async () => {
    await publishLimits();
    const nurse = await who('nurse');
    const withoutValues = await nurse.post(path, { group: 'HR' });
    expect([withoutValues.status, withoutValues.body.since, withoutValues.body.entered]).toEqual([200, null, null]);
    const nowMs = Date.now();
    // A day with one value each 10 s. The value is 98, but 130 in the first minute of each hour.
    const lines = Array.from({ length: 8_640 }, (_, n) => {
      const value = n % 360 < 6 ? 130 : 98;
      return influxLine(period.associationId, 'MDC_ECG_HEART_RATE', value, nowMs - (8_640 - n) * 10_000);
    });
    expect(await writeLines(platform, 'raw', lines)).toBe(204);
    const { status, body } = await nurse.post(path, { group: 'HR', limits: { high: 135 } });
    expect([status, Compile(WhatIf).Check(body)]).toEqual([200, true]);
    expect(body).toMatchObject({ inForce: { high: 0, medium: 24, low: 0 }, entered: { high: 0, medium: 0, low: 0 } });
    expect(body.everyMs).toBeCloseTo(10_000, -3);
    const lower = await nurse.post(path, { group: 'HR', limits: { high: 97, extremeHigh: 120 } });
    expect(lower.body.entered).toEqual({ high: 24, medium: 1, low: 0 });
    const records = (await (await who('auditor')).get('/api/audit?action=trend-viewed&limit=3')).body.records;
    expect(records.map(({ userId, detail }: { userId: string; detail: string }) => [userId, detail])).toEqual([
      ['nurse', 'HR: what {"high":97,"extremeHigh":120} would have done in the last 24 h'],
      ['nurse', 'HR: what {"high":135} would have done in the last 24 h'],
      ['nurse', 'HR: what limits in force would have done in the last 24 h'],
    ]);
  });

  it('for limits that a save would refuse, the what-if route answers with the refusal that names both numbers', async () => {
    const nurse = await who('nurse');
    const message = 'The high limit 150 of HR is not below the extreme high limit 140.';
    const wrongLimits = { group: 'HR', limits: { high: 150 } };
    const refusal = { status: 400, body: { code: 'payload-schema', message } };
    expect(await nurse.post(path, wrongLimits)).toMatchObject(refusal);
    const limitsPath = path.replace('what-if', 'limits');
    expect(await nurse.post(limitsPath, { ...wrongLimits, seenAt: null })).toMatchObject(refusal);
  });

  it('accounts that may not see a patient get no what-if answer about the patient', async () => {
    const answers = ['technician', 'auditor', 'stranger'].map(async (userId) => {
      const { status } = await (await who(userId)).post(path, { group: 'HR' });
      return [userId, status];
    });
    expect(await Promise.all(answers)).toEqual([
      ['technician', 403],
      ['auditor', 403],
      ['stranger', 404],
    ]);
  });

  it('the server limits how many what-if answers one session gets in a minute', async () => {
    const nurse = await who('curious');
    const wrongLimits = { group: 'HR', limits: { high: 150 } };
    const statuses: number[] = [];
    for (let n = 0; n <= perMinuteMax['what-if']; n += 1) statuses.push((await nurse.post(path, wrongLimits)).status);
    expect(statuses.slice(0, -1)).toEqual(new Array(perMinuteMax['what-if']).fill(400));
    expect(statuses.at(-1)).toBe(429);
    expect((await nurse.get(`/api/associations/${period.associationId}`)).status).toBe(200);
  });

  async function publishLimits() {
    const { associationId } = period;
    await alarms.append('alarms', associationId, contentTypes.limitsInForce, newLimits(associationId));
    await until('the limits', () => feed.state.limits.has(associationId));
  }
});

describe('the audit trail', () => {
  it('the pages of the audit trail go from the newest record back, and say whether the chain is intact', async () => {
    const auditor = newBrowser(target);
    await auditor.login('auditor', password);
    for (let index = 0; index < 10; index += 1) await auditor.get('/api/audit');
    const whole = (await auditor.get('/api/audit?limit=5')).body;
    expect(Compile(AuditPage).Check(whole)).toBe(true);
    expect(whole.chain).toMatchObject({ intact: true, faults: [] });
    const next = (await auditor.get(`/api/audit?limit=5&before=${whole.next}`)).body;
    expect(next.records).toHaveLength(5);
    expect(next.records[0].n).not.toBe(whole.records[0].n);
  });
});
