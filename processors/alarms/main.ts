/** The alarm processor: readings become alarms. What is opened here is closed here, in reverse. */
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
import type { Environment } from './core/environment.ts';
import { profileOf } from './core/profile-table.ts';
import { alarmsMetrics } from './metrics.ts';
import { type Processor, startProcessor } from './processor.ts';
import { followProfiles } from './profiles-file.ts';
import { alarmSettings } from './settings.ts';

const countersEveryMs = 60_000;
/** From SIGTERM until we leave whatever is still under way: the log has all that the next owner needs. */
const closeMsMax = 9_000;

async function openAlarms(settings: Settings<typeof alarmSettings>, log: Logger) {
  const clock = keepSteadyTime({ log, aheadMs: settings.clockAheadMs });
  const profiles = followProfiles(settings.profilesFile, log, () => processor?.judgeAnew());
  const profile: Environment['profile'] = (category, ward) => profileOf(profiles.current())(category, ward);
  const alertCodes = followAlertCodes(settings.alertCodesFile, log);
  const boot = randomBytes(9).toString('hex');
  const canaries = createCanaries();
  let processor: Processor | undefined;
  let sealedLog: SealedLog | undefined;
  let health: Health = 'starting';
  const metricsServer = await openMetricsServer({
    host: settings.metricsHost,
    port: settings.metricsPort,
    metrics: alarmsMetrics(
      () => processor?.counters(),
      clock,
      { profiles, alertCodes },
      () => sealedLog?.damage,
      canaries,
    ),
    health: () => health,
    log,
  });
  const open = await openSealedLog({ settings, service: 'alarms', boot, log });
  sealedLog = open;
  const associations = createAssociations(settings.pseudonymKey);
  const table = await open.followTable(['associations'], (read, { key }) => {
    if (read === null) associations.forget(key, Date.now());
    else if (read.record.contentType === contentTypes.associations) associations.fold(read.record.body, Date.now());
  });
  await table.ready;
  const ready = Promise.withResolvers<void>();
  processor = await startProcessor({
    log: open,
    associations,
    env: { hash: alarmHash, profile, alertCodes: alertCodes.current },
    snapshotMs: settings.snapshotMs,
    quietSnapshotMs: settings.quietSnapshotMs,
    memberFile: settings.memberFile,
    logger: log,
    canaries,
    now: Date.now,
    onReady: ready.resolve,
    onLogAnew(partition, offset) {
      log.fatal({ partition, offset: String(offset) }, 'the log of readings was made anew: beginning again');
      process.exit(1);
    },
  });
  await ready.promise;
  health = 'ready';
  const ends = watchCertificates(log);
  const started = processor;
  const timer = setInterval(() => log.info(started.counters(), 'counters'), countersEveryMs);

  return {
    metricsPort: metricsServer.port,
    async close() {
      health = 'draining';
      clearInterval(timer);
      await started.close();
      await table.close();
      await open.close();
      await metricsServer.close();
      profiles.close();
      alertCodes.close();
      clock.close();
      ends.close();
      log.info(started.counters(), 'closed');
    },
  };
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
