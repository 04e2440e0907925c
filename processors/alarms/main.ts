/**
 * The process of the alarm processor, which makes alarms from readings.
 *
 * reads     `observations`, `commands`        with the group `alarms`, each partition in order (processor.ts)
 * joins     `associations`                    which patient is at which device
 *           profiles, alert codes             limits, and texts of the devices' own alarms (operator's files)
 * saves     `alarm-state`                     snapshots; the next owner reads them, `alarms` and `commands`
 * writes    `alarms`                          events, answers, limits in force, standby, scores
 *           `presence`, `canary`              signs of life for the screens
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { contentTypes } from '../../contracts/messages/records.ts';
import { openSealedLog, type SealedLog } from '../../log/sealed-log.ts';
import { logEndingCertificates } from '../../process/certificate-files.ts';
import { type Health, openMetricsServer } from '../../process/metrics-server.ts';
import { runProcess } from '../../process/run-process.ts';
import type { Settings } from '../../process/settings.ts';
import { startSteadyClock } from '../../process/system-clock.ts';
import { runEvery } from '../../process/timer-tasks.ts';
import { alarmHash } from './alarm-hash.ts';
import { followAlertCodes } from './alert-codes-file.ts';
import { createAssociations } from './associations.ts';
import { createCanaries } from './canaries.ts';
import { profileOf } from './core/profile-table.ts';
import { alarmsMetrics } from './metrics.ts';
import { type Processor, startProcessor } from './processor.ts';
import { followProfiles } from './profiles-file.ts';
import { alarmSettings } from './settings.ts';

const countersEveryMs = 60_000;
/**
 * Longest time from SIGTERM to the end of the process. Unfinished work is dropped, because the next owner can read all
 * that it needs from Kafka.
 */
const closeMsMax = 9_000;

type AlarmSettings = Settings<typeof alarmSettings>;

/** The open parts of the process. The metrics and the health read them even before all parts are open. */
type Parts = { health: Health; sealedLog?: SealedLog; processor?: Processor };

async function openAlarms(settings: AlarmSettings, log: Logger) {
  const parts: Parts = { health: 'starting' };
  const clock = startSteadyClock({ log, aheadMs: settings.clockAheadMs });
  const profiles = followProfiles(settings.profilesFile, log, () => parts.processor?.applyNewProfiles());
  const alertCodes = followAlertCodes(settings.alertCodesFile, log);
  const canaries = createCanaries();
  const metricsServer = await openMetricsServer({
    host: settings.metricsHost,
    port: settings.metricsPort,
    metrics: alarmsMetrics(
      () => parts.processor?.counters(),
      clock,
      { profiles, alertCodes },
      () => parts.sealedLog?.damage,
      canaries,
      () => parts.processor?.failures() ?? [],
    ),
    health: () => parts.health,
    log,
  });
  const sealedLog = await openSealedLog({ settings, service: 'alarms', boot: randomBytes(9).toString('hex'), log });
  parts.sealedLog = sealedLog;
  const { associations, table } = await followAssociations(sealedLog, settings.pseudonymKey);
  const ready = Promise.withResolvers<void>();
  const processor = await startProcessor({
    sealedLog,
    associations,
    canaries,
    env: {
      hash: alarmHash,
      profile: (category, ward) => profileOf(profiles.current())(category, ward),
      alertCodes: alertCodes.current,
    },
    snapshotMs: settings.snapshotMs,
    quietSnapshotMs: settings.quietSnapshotMs,
    memberFile: settings.memberFile,
    log,
    now: Date.now,
    onReady: ready.resolve,
    onLogRecreated: (partition, offset) => exitToRestart(log, partition, offset),
  });
  parts.processor = processor;
  await ready.promise;
  parts.health = 'ready';
  const certificateWatch = logEndingCertificates(log);
  const timer = runEvery('counters', countersEveryMs, () => log.info(processor.counters(), 'counters'));

  return {
    metricsPort: metricsServer.port,
    async close() {
      parts.health = 'draining';
      clearInterval(timer);
      await processor.close();
      await table.close();
      await sealedLog.close();
      await metricsServer.close();
      profiles.close();
      alertCodes.close();
      clock.close();
      certificateWatch.close();
      log.info(processor.counters(), 'closed');
    },
  };
}

/** Follows the table of associations. Resolves when all present rows are read. */
async function followAssociations(sealedLog: SealedLog, pseudonymKey: string) {
  const associations = createAssociations(pseudonymKey);
  const table = await sealedLog.followTable(['associations'], (read, { key }) => {
    if (read === null) associations.forget(key, Date.now());
    else if (read.record.contentType === contentTypes.associations) associations.fold(read.record.body, Date.now());
  });
  await table.ready;
  return { associations, table };
}

/** Ends the process. The supervisor starts a new process, and the new process restores the states for the new log. */
function exitToRestart(log: Logger, partition: number, offset: bigint): never {
  log.fatal(
    { partition, offset: String(offset) },
    'the log of readings was created again: the process ends, so that its next start restores the states for the new log',
  );
  process.exit(1);
}

runProcess({
  title: 'The alarm processor',
  manifest: alarmSettings,
  env: process.env,
  log: { name: 'alarms' },
  closeMsMax,
  async open(settings, log) {
    const alarms = await openAlarms(settings, log);
    log.info({ metricsPort: alarms.metricsPort }, 'ready');
    return alarms;
  },
});
