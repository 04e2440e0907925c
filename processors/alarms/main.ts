/**
 * The alarm processor: readings become alarms.
 *
 * judged    `observations`, `commands`               by the group `alarms`, each partition in its order (processor.ts)
 * joined    `associations`, profiles, alert codes    who is where, by which limits, in which words
 * state     `alarm-state`                            snapshots; the next owner restores from them, `alarms` and `commands`
 * written   `alarms`                                 events, answers, limits in force, standby, scores
 *           `presence`, `canary`                     signs of life, to the screens
 *
 * What is opened here is closed here.
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { contentTypes } from '../../contracts/messages/records.ts';
import { openSealedLog, type SealedLog } from '../../log/sealed-log.ts';
import { watchCertificates } from '../../process/certificate-files.ts';
import { type Health, openMetricsServer } from '../../process/metrics-server.ts';
import { runProcess } from '../../process/run-process.ts';
import type { Settings } from '../../process/settings.ts';
import { keepSteadyTime } from '../../process/system-clock.ts';
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
/** From SIGTERM until we leave whatever is still under way: the log has all that the next owner needs. */
const closeMsMax = 9_000;

type AlarmSettings = Settings<typeof alarmSettings>;

/** What the metrics and the health show of the processor while it is still being opened. */
type Parts = { health: Health; sealedLog?: SealedLog; processor?: Processor };

async function openAlarms(settings: AlarmSettings, log: Logger) {
  const parts: Parts = { health: 'starting' };
  const clock = keepSteadyTime({ log, aheadMs: settings.clockAheadMs });
  const profiles = followProfiles(settings.profilesFile, log, () => parts.processor?.judgeAnew());
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
    onLogAnew: (partition, offset) => beginAgain(log, partition, offset),
  });
  parts.processor = processor;
  await ready.promise;
  parts.health = 'ready';
  const ends = watchCertificates(log);
  const timer = setInterval(() => log.info(processor.counters(), 'counters'), countersEveryMs);

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
      ends.close();
      log.info(processor.counters(), 'closed');
    },
  };
}

/** Follows the table of associations. Resolves when all that lies in it now is folded. */
async function followAssociations(sealedLog: SealedLog, pseudonymKey: string) {
  const associations = createAssociations(pseudonymKey);
  const table = await sealedLog.followTable(['associations'], (read, { key }) => {
    if (read === null) associations.forget(key, Date.now());
    else if (read.record.contentType === contentTypes.associations) associations.fold(read.record.body, Date.now());
  });
  await table.ready;
  return { associations, table };
}

/** Ends the process; whoever started it starts it again, and it restores its states where the new log begins. */
function beginAgain(log: Logger, partition: number, offset: bigint): never {
  log.fatal({ partition, offset: String(offset) }, 'the log of readings was made anew: beginning again');
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
