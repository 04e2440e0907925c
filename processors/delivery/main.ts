/**
 * The delivery process: calls the persons who are responsible for an alarm, one after the other, until somebody goes
 * (CLINICAL, "Delivery").
 *
 * reads     `alarms`, `delivery-commands`                  alarm events, and reports of persons and pages (intake.ts)
 * joins     `associations`, `assignments`, `reach`         patients' places, persons on duty, addresses (tables.ts)
 *           the delivery policy, the zones of the wards    files of the operator
 * writes    `deliveries`                                   decisions, confirmations, before messages leave (writing.ts)
 *           `presence`                                     a sign of life for the screens (signs.ts)
 *           `canary`                                       which open pages must answer a canary (session-canaries.ts)
 * sends     messages                                       through channels (sender.ts); pages read from `deliveries`
 *
 * If several processes run, one delivers and the others stand by (ownership.ts).
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { openSealedLog, type SealedLog } from '../../log/sealed-log.ts';
import { logEndingCertificates } from '../../process/certificate-files.ts';
import { followDeliveryPolicy } from '../../process/delivery-policy-file.ts';
import { type Health, openMetricsServer } from '../../process/metrics-server.ts';
import { runProcess } from '../../process/run-process.ts';
import type { Settings } from '../../process/settings.ts';
import { startSteadyClock } from '../../process/system-clock.ts';
import { runEvery } from '../../process/timer-tasks.ts';
import { openChannels } from './channels/open-channels.ts';
import { createCounts, deliveryMetrics, noticesOf } from './metrics.ts';
import { createOwnership, type Ownership } from './ownership.ts';
import { openSessionWithCanaries } from './session-canaries.ts';
import { settings as manifest } from './settings.ts';
import { signOf, startSigns, type Work } from './signs.ts';
import { openTables, type Tables } from './tables.ts';
import { followWardZones } from './ward-zones.ts';

const countersEveryMs = 60_000;
/** Longest time from SIGTERM to the end of the process. The next owner finishes what is left. */
const closeMsMax = 9_000;

type DeliverySettings = Settings<typeof manifest>;
/** The open parts of the process. Metrics and health use them even before all parts are open. */
type Parts = { health: Health; sealedLog?: SealedLog; tables?: Tables; ownership?: Ownership };

async function openDelivery(settings: DeliverySettings, log: Logger) {
  const parts: Parts = { health: 'starting' };
  const clock = startSteadyClock({ log, aheadMs: settings.clockAheadMs });
  const now = () => Date.now();
  const changed = () => parts.ownership?.session()?.changed();
  const policy = followDeliveryPolicy(settings.deliveryPolicyFile, log);
  const zones = followWardZones(settings.wardsFile, log);
  const counts = createCounts();
  const open = openChannels(settings);
  const server = await openMetricsServer({
    host: settings.metricsHost,
    port: settings.metricsPort,
    metrics: deliveryMetrics({
      addFurther(metrics) {
        open.addMetrics(metrics);
        zones.addMetrics(metrics);
      },
      counts,
      running: () => runningOf(parts, now()),
      clock,
      policy,
      damage: () => parts.sealedLog?.damage,
    }),
    health: () => (parts.health === 'ready' && signOf(workOf(parts), now()) === undefined ? 'failing' : parts.health),
    log,
  });
  const sealedLog = await openSealedLog({ settings, service: 'delivery', boot: randomBytes(9).toString('hex'), log });
  parts.sealedLog = sealedLog;
  const tables = await openTables({
    ...{ sealedLog, onChange: changed, now, log },
    ...{ pseudonymKey: settings.pseudonymKey, assignmentsCheckedUntil: settings.assignmentsCheckedUntil },
  });
  parts.tables = tables;
  const ownership = await createOwnership({
    sealedLog,
    memberFile: settings.memberFile,
    log,
    openSession: (onFailed) =>
      openSessionWithCanaries({
        ...{ sealedLog, tables, channels: open.channels, now, log },
        policy: policy.current,
        zoneOf: zones.of,
        onWritten: (records, book) => counts.note(records, book, now()),
        onRestored(tookMs, { records, leftOut }) {
          counts.sessions += 1;
          counts.restoreMs = tookMs;
          counts.restoredRecords = records;
          counts.leftOut += leftOut;
        },
        onLeftOut() {
          counts.leftOut += 1;
        },
        onFailed(error) {
          counts.failures += 1;
          onFailed(error);
        },
      }),
  });
  parts.ownership = ownership;
  const signs = startSigns({ sealedLog, work: () => workOf(parts), now, log });
  parts.health = 'ready';
  const certificateWatch = logEndingCertificates(log);
  const timer = runEvery('counters', countersEveryMs, () => logCounters(log, runningOf(parts, now())));

  return {
    metricsPort: server.port,
    async close() {
      parts.health = 'draining';
      clearInterval(timer);
      await signs.close();
      await ownership.close();
      await tables.close();
      await open.close();
      await sealedLog.close();
      await server.close();
      policy.close();
      zones.close();
      clock.close();
      certificateWatch.close();
      log.info('closed');
    },
  };
}

/**
 * Returns whether this process is the owner, and when its parts last worked. `signOf` computes from this whether the
 * process works.
 */
function workOf({ ownership, tables }: Parts): Work {
  const session = ownership?.session();
  return {
    isOwner: ownership?.isOwner() ?? false,
    lastPassMs: session?.lastPassMs(),
    intakeReadMs: session?.intakeReadMs(),
    tablesReadMs: tables?.readMs(),
  };
}

function runningOf({ ownership, tables }: Parts, nowMs: number) {
  const session = ownership?.session();
  if (!ownership || !tables) return undefined;
  const counts = session?.counts() ?? { waiting: 0, unsent: 0, sending: 0 };
  return {
    ...counts,
    owner: session ? 1 : 0,
    alarms: session?.book().state.alarms.size ?? 0,
    refused: tables.refused(),
    unreadSeconds: new Map([
      ...(session ? [['inputs', (nowMs - session.intakeReadMs()) / 1_000] as const] : []),
      ['tables', (nowMs - tables.readMs()) / 1_000] as const,
    ]),
    notices: session ? noticesOf(session.book()) : new Map<string, number>(),
    reach: session?.reachCounts() ?? [],
    unreadable: tables.leftOut(),
  };
}

const logCounters = (log: Logger, running: ReturnType<typeof runningOf>) =>
  log.info(
    {
      ...running,
      notices: undefined,
      reach: undefined,
      unreadable: Object.fromEntries(running?.unreadable ?? []),
      unreadSeconds: Object.fromEntries(running?.unreadSeconds ?? []),
    },
    'counters',
  );

runProcess({
  title: 'The delivery process',
  manifest,
  env: process.env,
  log: { name: 'delivery' },
  closeMsMax,
  async open(settings, log) {
    const delivery = await openDelivery(settings, log);
    log.info({ metricsPort: delivery.metricsPort }, 'ready');
    return delivery;
  },
});
