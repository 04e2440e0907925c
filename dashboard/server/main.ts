/** Starts and closes the dashboard's server. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { shiftStartsOf } from '../../contracts/shift-times.ts';
import { readPublicKeys, readSigner } from '../../log/audit/keys.ts';
import { createTrail } from '../../log/audit/trail.ts';
import { rememberedPseudonyms } from '../../log/envelope/pseudonym.ts';
import { openSealedLog } from '../../log/sealed-log.ts';
import {
  certificatesEndingSoon,
  followServerPair,
  type KeyPair,
  logEndingCertificates,
} from '../../process/certificate-files.ts';
import { followDeliveryPolicy } from '../../process/delivery-policy-file.ts';
import { openMetricsServer } from '../../process/metrics-server.ts';
import { readPushPublicKey } from '../../process/push-settings.ts';
import { runProcess } from '../../process/run-process.ts';
import type { Settings } from '../../process/settings.ts';
import { startSteadyClock, wallAheadMs } from '../../process/system-clock.ts';
import { runEvery } from '../../process/timer-tasks.ts';
import { type AccountRecords, recordAccounts } from './accounts/account-records.ts';
import { followAccounts } from './accounts/accounts.ts';
import { openPreferences } from './accounts/preferences.ts';
import { followAudit } from './audit/projection.ts';
import { followClientBuild } from './client-build.ts';
import { defaultBudget } from './core/budget.ts';
import { judgeCertificates } from './core/certificate-health.ts';
import { deliveryDown, deliveryState } from './core/delivery-health.ts';
import { healthReasons } from './core/health-reasons.ts';
import { callsOf } from './core/my-calls.ts';
import { createSoundRecords } from './core/sound-records.ts';
import { createExplainer } from './explainer.ts';
import { openAssignmentsFeed } from './live/assignments-feed.ts';
import { openDeliveriesFeed } from './live/deliveries-feed.ts';
import { createDeliveryWriter, newCallTimes } from './live/delivery-writer.ts';
import { openDeviceLogFeed } from './live/device-log-feed.ts';
import { openFeed } from './live/feed.ts';
import { createHub, type Hub, silentMsMax } from './live/hub.ts';
import { createHubDeliveries } from './live/hub-deliveries.ts';
import { openNotesFeed } from './live/notes-feed.ts';
import { announcePresence } from './live/presence.ts';
import { openRegistryCheck } from './live/registry-check.ts';
import { openReviewFeed } from './live/review-feed.ts';
import { createShownRecorder } from './live/shown-recorder.ts';
import { newConfirmationTimes } from './live/unconfirmed-screens.ts';
import { type Answers, countAnswer, type DashboardFigures, dashboardMetrics } from './metrics.ts';
import { requireOrigins } from './origins.ts';
import { proxyCheck, proxyFault } from './proxies.ts';
import { resealAssociations } from './reseal.ts';
import { buildServer, renewServer } from './server.ts';
import { createSessions } from './sessions/sessions.ts';
import { createStations } from './sessions/stations.ts';
import { createTickets } from './sessions/tickets.ts';
import { createTokens } from './sessions/token.ts';
import { settings } from './settings.ts';
import { createStripReader } from './strips.ts';
import { createTrendLog } from './trend-log.ts';
import { createTrendStore } from './trend-store.ts';
import { openWaitingRoom, portTaken } from './waiting-room.ts';
import { followWards } from './wards-file.ts';
import { createWaveReader } from './waves/wave-reader.ts';

/** A close that takes longer than this is aborted, because the supervisor does not wait longer, either. */
const closeMsMax = 9_000;
const countersEveryMs = 60_000;
/** Returns the time of the machine's clock, by which TLS checks certificates. */
const wallMs = () => Date.now() + wallAheadMs();
/** Maximum number of waiting TCP connections (the kernel may allow fewer). Others try again after seconds. */
const backlog = 4_096;

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the composition of the process, read from top to bottom.
async function openDashboard(configured: Settings<typeof settings>, logger: Logger) {
  requireOrigins(configured.publicOrigins);
  const proxyFaults = configured.trustedProxies.flatMap((entry) => proxyFault(entry) ?? []);
  if (proxyFaults.length > 0)
    throw new VigilError('settings-invalid', `VIGIL_TRUSTED_PROXIES: ${proxyFaults.join('; ')}.`);
  const shiftStarts = shiftStartsOf(configured.shiftTimes);
  const clock = startSteadyClock({ log: logger, aheadMs: configured.clockAheadMs });
  const now = Date.now;
  let renew: ((pair: KeyPair) => void) | undefined;
  const tls = followServerPair({
    name: 'web-server',
    certFile: configured.httpCertFile,
    keyFile: configured.httpKeyFile,
    settings: 'VIGIL_HTTP_CERT_FILE and VIGIL_HTTP_KEY_FILE',
    onRenewed: (pair) => renew?.(pair),
    log: logger,
  });
  const boot = randomBytes(9).toString('base64url').replaceAll('_', '.');
  let accountRecords: AccountRecords | undefined;
  const accounts = followAccounts(configured.accountsFile, logger, () => accountRecords?.changed());
  const wards = followWards(configured.wardsFile, logger);
  const sessions = createSessions(accounts, createTokens(configured.sessionKey), now);
  const { pushPublicKeyFile } = configured;
  const pushPublicKey =
    pushPublicKeyFile === '' ? undefined : readPushPublicKey(readFileSync(pushPublicKeyFile, 'utf8'));
  const trends = createTrendStore(configured, logger);
  const signer = readSigner(configured.auditKey, 'dashboard');
  const keys = readPublicKeys(readFileSync(configured.auditKeysFile, 'utf8'));

  // Until Kafka answers, the waiting room answers that the server is starting. A port in use is noticed here.
  const waitingRoom = await openWaitingRoom({
    tls: tls.current(),
    host: configured.httpHost,
    port: configured.httpPort,
    guard: { connectsPerS: configured.httpConnectsPerS, isProxy: proxyCheck(configured.trustedProxies), logger },
  });
  const answers: Answers = new Map();
  let figures: DashboardFigures | undefined;
  const confirmationTimes = newConfirmationTimes();
  const callTimes = newCallTimes();
  const metrics = await openMetricsServer({
    host: configured.metricsHost,
    port: configured.metricsPort,
    metrics: dashboardMetrics(() => figures, answers, clock, confirmationTimes, callTimes),
    health: () => (figures?.isReady() ? 'ready' : 'starting'),
    reasons: () => (figures?.isReady() ? healthReasons(figures.hub.health(), figures.delivery()) : []),
    log: logger,
  });
  const log = await openSealedLog({ settings: configured, service: 'dashboard', boot, log: logger });
  const trail = createTrail(log, { pseudonymKey: configured.pseudonymKey, signer, now, logger });
  const { anchorsFile } = configured;
  const soundRecords = createSoundRecords();
  const audit = await followAudit(log, {
    nowMs: now(),
    logger,
    keys,
    anchorsFile,
    onLogout: sessions.revoke,
    onLock: sessions.setLocked,
    onSessionsEnded: sessions.endBefore,
    onRecord: soundRecords.note,
  });
  accountRecords = await recordAccounts({
    log,
    trail,
    accounts: accounts.all,
    pseudonymKey: configured.pseudonymKey,
    now,
    logger,
    endSessions: sessions.endBefore,
  });
  const pseudonymOf = rememberedPseudonyms(configured.pseudonymKey);
  const shownRecorder = createShownRecorder(log, { now, logger });
  let hub: Hub | undefined;
  const feed = await openFeed(log, {
    now,
    logger,
    onAlarms: () => hub?.flushAlarms(),
    onWave: (chunk) => hub?.sendWave(chunk),
  });
  const assignments = openAssignmentsFeed(log, {
    state: feed.state,
    accountOf: accounts.get,
    now,
    logger,
    onChange: () => hub?.flushAlarms(),
  });
  const notes = openNotesFeed(log, { state: feed.state, logger, onChange: () => hub?.flushAlarms() });
  const deliveries = openDeliveriesFeed(log, { now, logger, onChange: () => hub?.deliveriesChanged() });
  const review = openReviewFeed(log, { after: feed.ready, now, logger });
  const deviceLog = openDeviceLogFeed(log, { state: feed.state, after: feed.ready, now, logger });
  const waves = createWaveReader(log, { logger });
  const policy = followDeliveryPolicy(configured.deliveryPolicyFile, logger);
  const deliveryWriter = createDeliveryWriter({ log, pseudonymOf, times: callTimes, now, logger });
  const { board: deliveryBoard, signs: deliverySigns } = deliveries;
  const duties = () => assignments.board.duties;
  const registryCheck = openRegistryCheck({ wards, accounts, state: feed.state, isReady: feed.isReady, logger });
  const clientDir = join(import.meta.dirname, '..', 'client', 'dist');
  const clientBuild = followClientBuild(clientDir);
  hub = createHub({
    feed: () => feed,
    build: clientBuild.current,
    ...{
      begunTests: soundRecords.tests.begun,
      everywhere: soundRecords.everywhere,
      displayRecords: soundRecords.displays,
    },
    ...{ unregistered: registryCheck.count, sessions, trail },
    stream: boot,
    budget: defaultBudget,
    silentMs: silentMsMax,
    now,
    clockStep: clock.currentStep,
    damage: log.damage,
    canarySilentMs: configured.canarySilentMs,
    certificate: () => judgeCertificates(certificatesEndingSoon(wallMs()), wallMs()),
    times: confirmationTimes,
    onShown: shownRecorder.note,
    pseudonymOf,
    deliveries: createHubDeliveries({
      source: {
        board: deliveryBoard,
        state: () => feed.state,
        callsOf: (viewer) =>
          callsOf(
            { board: deliveryBoard, state: feed.state, duties: duties(), policy: policy.current(), nowMs: now() },
            viewer,
          ),
        writer: deliveryWriter,
      },
      downFor: (open) => deliveryDown(deliverySigns, duties(), open, now()),
      trail,
      now,
      logger,
    }),
    personOf: (actor) => {
      for (const { userId, name } of accounts.all()) if (pseudonymOf(userId) === actor) return name;
      return undefined;
    },
    logger,
  });
  const presence = announcePresence(log, {
    wards: hub.watchedWards,
    engineering: hub.watchesEngineering,
    unconfirmed: hub.unconfirmed,
    sounds: hub.ownedSounds,
    softDisplays: hub.softDisplays,
    now,
    logger,
  });

  let ready = false;
  figures = {
    hub,
    isReady: () => ready,
    sessions: sessions.countInUse,
    auditWaiting: trail.waitingCount,
    appendBytes: () => log.appender.pendingBytes(),
    unreadable: () =>
      [feed, assignments, notes, deliveries, review, deviceLog].reduce((sum, part) => sum + part.unreadable(), 0),
    review: review.book,
    dutyGaps: assignments.gaps,
    shownLeftOut: shownRecorder.leftOut,
    delivery: () => ({ ...deliveryState(deliverySigns, duties(), now()), figures: deliveryWriter.figures }),
    damage: log.damage,
  };
  const app = await buildServer(
    {
      log,
      accounts,
      preferences: openPreferences(configured.accountsFile, accounts, logger),
      accountRecords,
      sessions,
      stations: createStations(configured.sessionKey),
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
        writer: deliveryWriter,
        policy: policy.current,
        reachRules: { pushHosts: configured.pushHosts, mailDomains: configured.mailDomains },
        pushPublicKey,
      },
      ...{ hub, soundTestRecords: soundRecords.tests },
      trends,
      trendLog: createTrendLog(log, { now, logger }),
      waves,
      wards,
      pseudonymKey: configured.pseudonymKey,
      origins: configured.publicOrigins,
      lockAfterMs: configured.screenLockMs,
      shiftStarts,
      now,
      logger,
      isReady: () => ready,
    },
    {
      tls: tls.current(),
      clientDir,
      trustedProxies: configured.trustedProxies,
      connectsPerS: configured.httpConnectsPerS,
      logger,
      onAnswer: (status) => countAnswer(answers, status),
    },
  );
  await waitingRoom.close();
  renew = (pair) => renewServer(app, pair);
  renew(tls.current());
  const certificateWatch = logEndingCertificates(logger);
  const address = await app.listen({ host: configured.httpHost, port: configured.httpPort, backlog }).catch((cause) => {
    throw cause.code === 'EADDRINUSE' ? portTaken(configured.httpPort, cause) : cause;
  });
  // Runs in the background, because the screens do not need the result.
  void resealAssociations(log, logger).catch((error) =>
    logger.error(
      { err: error },
      'admissions from before an update could not be sealed again; the next start tries again',
    ),
  );
  void Promise.all([audit.caughtUp, feed.ready]).then(() => {
    ready = true;
    const port = Number(new URL(address).port);
    logger.info({ port, metricsPort: metrics.port, accounts: accounts.size() }, 'ready');
  });

  const countersTimer = runEvery('counters', countersEveryMs, () => {
    const { leftOut, beds, alarms, devices } = feed.state;
    const sizes = { beds: beds.size, alarms: alarms.size, devices: devices.size };
    const queued = { auditWaiting: trail.waitingCount(), appendBytes: log.appender.pendingBytes() };
    const warnings = { unregistered: registryCheck.count(), unseenAlarms: hub?.health().unseenAlarms ?? 0 };
    const faults = { unreadable: feed.unreadable(), damaged: log.damage.total };
    logger.info({ ...hub?.stats(), ...sizes, ...warnings, ...queued, leftOut, ...faults }, 'counters');
  });

  async function close(): Promise<void> {
    clearInterval(countersTimer);
    hub?.close();
    await app.close();
    await presence.close();
    await shownRecorder.close();
    await accountRecords?.close();
    await trail.close();
    await deliveries.close();
    policy.close();
    await assignments.close();
    await notes.close();
    await review.close();
    await deviceLog.close();
    await waves.close();
    await feed.close();
    await audit.close();
    await log.close();
    for (const part of [registryCheck, clientBuild, wards, accounts, tls, certificateWatch]) part.close();
    await metrics.close();
    clock.close();
  }
  return { close };
}

runProcess({
  title: 'The dashboard’s server',
  manifest: settings,
  env: process.env,
  log: { base: { process: 'dashboard' } },
  closeMsMax,
  open: openDashboard,
});
