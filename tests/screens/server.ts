/**
 * Runs the real dashboard server with the real built client, without Kafka and InfluxDB. The test imitates the devices
 * and the alarm processor. Routes, sessions, permissions, hub and live protocol are those of the product; only the log
 * is in memory.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { issueAuthority, issueLeaf } from '../../certs/issue.ts';
import { canarySilentMsDefault } from '../../contracts/canary.ts';
import { builtInPolicy } from '../../contracts/delivery-policy.ts';
import { VigilError } from '../../contracts/errors.ts';
import { type Account, followAccounts, writeAccounts } from '../../dashboard/server/accounts/accounts.ts';
import { openPreferences } from '../../dashboard/server/accounts/preferences.ts';
import { followClientBuild } from '../../dashboard/server/client-build.ts';
import { defaultBudget } from '../../dashboard/server/core/budget.ts';
import { type DeliveryBoard, emptyDeliveryBoard } from '../../dashboard/server/core/delivery-board.ts';
import { newDeliverySigns } from '../../dashboard/server/core/delivery-health.ts';
import { createSoundTestRecords } from '../../dashboard/server/core/sound-test-records.ts';
import { findUnregistered } from '../../dashboard/server/core/wards.ts';
import { createDeliveryWriter, newCallTimes } from '../../dashboard/server/live/delivery-writer.ts';
import { createHub, silentMsMax } from '../../dashboard/server/live/hub.ts';
import type { DeliveryParts } from '../../dashboard/server/routes/parts.ts';
import { buildServer } from '../../dashboard/server/server.ts';
import { createSessions } from '../../dashboard/server/sessions/sessions.ts';
import { createStations } from '../../dashboard/server/sessions/stations.ts';
import { createTickets } from '../../dashboard/server/sessions/tickets.ts';
import { createTokens } from '../../dashboard/server/sessions/token.ts';
import { storeOfValues } from '../../dashboard/server/stored-values.testing.ts';
import { createTrail } from '../../log/audit/trail.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { freePorts } from '../../ops/platform/ports.ts';
import { password } from '../browser.ts';
import { cheapHash } from '../password-hash.ts';
import { buildClient, builtClientVariable } from './client.ts';
import { auditKeys, createLive, pseudonymKey, type ScreenServerOptions } from './live.ts';

export type ScreenServer = Awaited<ReturnType<typeof openScreenServer>>;

/** Starts the server on a free port of 127.0.0.1. */
export async function openScreenServer(options: ScreenServerOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-screens-'));
  const built = options.clientDir ?? process.env[builtClientVariable];
  const clientDir = built ?? join(folder, 'client');
  const port = options.port ?? (await freePorts(1))[0]!;
  const [{ authority, ...tls }] = await Promise.all([
    certificate(),
    writeAccountsOf(folder, options.accounts),
    built === undefined && buildClient(clientDir),
  ]);
  const origin = `https://localhost:${port}`;
  const logger = pino({ level: 'silent' });
  const now = Date.now;
  const boot = options.stream ?? 'screens';
  const live = createLive(options, () => hub);
  const deliveries = emptyDeliveryBoard();
  deliveries.isRead = true;
  const accounts = followAccounts(join(folder, 'accounts.json'), logger);
  const sessionKey = Buffer.alloc(32, 1).toString('base64url');
  const sessions = createSessions(accounts, createTokens(sessionKey), now);

  const log = { append: live.append, takeTurn: live.takeTurn, boot };
  const trail = createTrail(log, { pseudonymKey, signer: auditKeys.signer('dashboard'), now, logger });
  const clientBuild = followClientBuild(clientDir, 200);
  const hub = createHub({
    feed: () => live.feed,
    build: clientBuild.current,
    unregistered: () => {
      const { wards } = options;
      return wards ? findUnregistered({ wards }, accounts.all(), live.state).length : 0;
    },
    sessions,
    trail,
    stream: boot,
    budget: defaultBudget,
    silentMs: silentMsMax,
    now,
    damage: live.damage,
    canarySilentMs: canarySilentMsDefault,
    certificate: () => live.alive.certificate,
    logger,
  });
  const app = await buildServer(
    {
      log,
      accounts,
      preferences: openPreferences(join(folder, 'accounts.json'), accounts, logger),
      accountRecords: { expect() {}, announce: async () => {}, withdraw: async () => {} },
      sessions,
      stations: createStations(sessionKey),
      tickets: createTickets(now),
      trail,
      audit: live.audit,
      feed: live.feed,
      explainer: { explain: options.explain ?? (async () => Promise.reject(new Error('no explanation in this test'))) },
      review: live.review,
      strips: {
        read:
          options.strip ??
          (async () => ({ strip: undefined, recordDigest: undefined, isReadable: true, isKept: true })),
        list: options.strips ?? (async () => ({ strips: [], isCut: false, isWhole: true })),
      },
      assignments: { board: live.board, readToEnd: async () => {}, waitFor: async () => {} },
      notes: live.notes,
      delivery: deliveryParts(live.append, deliveries),
      ...{ hub, soundTestRecords: createSoundTestRecords() },
      trends: {
        query: options.trends ?? (async () => new Map()),
        ...storeOfValues(options.stored ?? (async () => [])),
      },
      waves: {
        read: options.waves ?? (async () => ({ chunks: [], keptFromMs: null, unreadable: 0, isWhole: true })),
      },
      trendLog: { values: options.trendLog ?? noTrendLog, scores: options.scoreLog ?? noTrendLog },
      wards: { current: () => ({ wards: options.wards ?? [] }) },
      pseudonymKey,
      origins: [origin],
      lockAfterMs: options.lockAfterMs ?? 900_000,
      shiftStarts: [7 * 60, 19 * 60],
      now,
      logger,
      isReady: () => true,
    },
    { tls, clientDir, connectsPerS: 1_000, logger },
  );
  await app.listen({ host: '127.0.0.1', port });
  return {
    ...live,
    origin,
    httpPort: port,
    /** The certificate of the authority that a client of the server must trust. */
    ca: authority,
    /** The open live connections, as the server sees them. */
    sockets: () => app.websocketServer.clients,
    /** What the server knows about the delivery of alarms. */
    deliveries,
    clientDir,
    hub,
    /** Stops the server, as if the process had died. */
    async close() {
      live.stop();
      clientBuild.close();
      hub.close();
      await app.close();
      await trail.close();
      accounts.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const noTrendLog = async () => Promise.reject(new VigilError('log-unavailable', 'The log cannot be read now.'));

/** Returns the parts of the routes about deliveries. Nobody is called here, and nobody can be reached. */
function deliveryParts(append: SealedLog['append'], board: DeliveryBoard): DeliveryParts {
  const appender = { append: append as never, enqueue() {}, pendingBytes: () => 0, close: async () => {} } as never;
  return {
    feed: { board, signs: newDeliverySigns(Date.now()), waitFor: async (look) => look(), readReach: async () => {} },
    writer: createDeliveryWriter({
      log: { append, appender },
      pseudonymOf: (userId) => userId,
      times: newCallTimes(),
      now: Date.now,
      logger: pino({ level: 'silent' }),
    }),
    policy: () => builtInPolicy,
    reachRules: { pushHosts: [], mailDomains: [] },
    pushPublicKey: undefined,
  };
}

async function certificate() {
  const nowMs = Date.now();
  const authority = await issueAuthority('Vigil test CA', nowMs);
  const wanted = {
    file: 'web',
    commonName: 'web',
    authority: 'ca',
    purposes: ['server'],
    names: ['localhost'],
  } as const;
  const { certificate: cert, key } = await issueLeaf(wanted, authority, nowMs);
  return { cert, key, authority: authority.certificate };
}

/** All servers of a test file have the same hash, so that a session outlives the restart of a server. */
const passwordHash = cheapHash(password);

async function writeAccountsOf(folder: string, wanted: ScreenServerOptions['accounts']): Promise<void> {
  const accounts = wanted.map((account): [string, Account] => [
    account.userId,
    { ...account, wards: [...account.wards], password: passwordHash, disabled: false },
  ]);
  writeAccounts(join(folder, 'accounts.json'), new Map(accounts));
}
