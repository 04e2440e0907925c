/** The gateway process: receives MQTT messages, writes sealed records to Kafka, and then acknowledges the messages. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { hasTopic } from '../log/kafka/has-topic.ts';
import { openSealedLog, type SealedLog } from '../log/sealed-log.ts';
import { followServerPair, logEndingCertificates, reportCertificates } from '../process/certificate-files.ts';
import { observe } from '../process/histogram.ts';
import { type Health, openMetricsServer } from '../process/metrics-server.ts';
import { runProcess } from '../process/run-process.ts';
import type { Settings } from '../process/settings.ts';
import { startSteadyClock, wallAheadMs } from '../process/system-clock.ts';
import { runEvery } from '../process/timer-tasks.ts';
import { withCanary } from './canary.ts';
import { createClaims } from './claims.ts';
import { inboxAt } from './core/inbox.ts';
import { linesLeftOut } from './core/log-limiter.ts';
import { createDeviceMemories } from './core/remembered.ts';
import { type Counters, createCounters } from './counters.ts';
import { watchDeviceCertificates } from './device-certificates.ts';
import { openDeviceEvents } from './device-events.ts';
import { createIngest } from './ingest.ts';
import { type Listener, openListener } from './listener/listener.ts';
import type { PortOptions } from './listener/port.ts';
import { openRevocation, type Revocation } from './listener/revocation.ts';
import type { Sink } from './listener/sink.ts';
import { createMeasures, type Measures } from './measures.ts';
import { gatewayMetrics } from './metrics.ts';
import { createNotices, type Notices } from './notices.ts';
import { createRejections } from './rejections.ts';
import { createSealing } from './sealing.ts';
import { gatewaySettings, limitsOf, rejectionLimitsOf, requireRevocation } from './settings.ts';
import { createIdentityAlarm } from './shared-identity.ts';
import { createSource } from './source.ts';
import { followTables } from './tables.ts';
import { timedSealer } from './timed-sealer.ts';
import { upstreamConfigOf } from './upstream/settings.ts';
import { openUpstream, type Upstream } from './upstream/upstream.ts';

/** Time after SIGTERM in which messages in flight are acknowledged. After this time everything else is closed. */
const drainMs = 6_000;
/**
 * The process ends this long after SIGTERM, even with unfinished work. Without Kafka, the work would never be finished.
 */
const closeMsMax = 8_500;
const countersEveryMs = 60_000;
/** Name of the gateway's server certificate in metrics and logs. */
const serverCertificateName = 'mqtt-server';

type Gateway = { readonly port: number; readonly metricsPort: number; close(): Promise<void> };

/** The values that every part of the gateway needs. */
type Common = {
  readonly settings: Settings<typeof gatewaySettings>;
  /** Name of this start of the process. */
  readonly boot: string;
  readonly counters: Counters;
  readonly measures: Measures;
  readonly log: Logger;
};

/** Calls `Date.now` at each call, because `startSteadyClock` replaces `Date.now`. */
const now = () => Date.now();
const monotonicMs = () => performance.now();

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the composition of the process, read from top to bottom.
async function openGateway(settings: Settings<typeof gatewaySettings>, log: Logger): Promise<Gateway> {
  const clock = startSteadyClock({ log, aheadMs: settings.clockAheadMs });
  const counters = createCounters();
  const measures = createMeasures();
  const common: Common = { settings, boot: randomBytes(9).toString('hex'), counters, measures, log };
  const upstreamConfig = upstreamConfigOf(settings);
  const clientCa = readFileSync(settings.mqttClientCaFile, 'utf8');
  const revocation = openRevocation({ file: settings.mqttCrlFile, clientCa, log, counters, now });
  let listener: Listener | undefined;
  let upstream: Upstream | undefined;
  let sealedLog: SealedLog | undefined;
  let health: Health = 'starting';

  const metrics = gatewayMetrics({
    counters,
    measures,
    unackedBytesMax: settings.unackedBytesMax,
    connectionsMax: settings.connectionsMax,
    appender: () => sealedLog?.appender,
    listener: () => listener,
    upstream: upstreamConfig && (() => upstream),
    ready: () => health === 'ready',
    crl: revocation.state,
    clock,
    damage: () => sealedLog?.damage,
  });
  const metricsServer = await openMetricsServer({
    host: settings.metricsHost,
    port: settings.metricsPort,
    metrics,
    health: () => health,
    // Devices refuse an expired server certificate, so after its end the gateway is `failing`. After the end of any
    // other certificate the gateway must not be `failing`, because a load balancer might then end the process.
    failsWithout: ({ name }) => name === serverCertificateName,
    log,
  });
  sealedLog = await openLog(common);
  const intake = await openIntake(common, sealedLog, () => listener);
  const serverCertificate = followServerPair({
    name: serverCertificateName,
    certFile: settings.mqttCertFile,
    keyFile: settings.mqttKeyFile,
    settings: 'VIGIL_MQTT_CERT_FILE and VIGIL_MQTT_KEY_FILE',
    onRenewed: (renewed) => listener?.renew(renewed),
    log,
  });
  listener = await openMqtt(common, intake.sink, { clientCa, ...serverCertificate.current() }, revocation);
  reportCertificates('device-ca', 'trusts', clientCa);
  const certificateWatch = logEndingCertificates(log);
  const deviceCertificateWatch = watchDeviceCertificates({
    presented: listener.deviceCertificates,
    log,
    nowMs: () => now() + wallAheadMs(),
  });
  upstream =
    upstreamConfig &&
    openUpstream({
      config: upstreamConfig,
      sink: intake.sink,
      packetBytesMax: settings.packetBytesMax,
      unackedBytesMax: settings.unackedBytesMax,
      counters,
      measures,
      log,
      now,
      monotonicMs,
    });
  health = 'ready';
  const timer = runEvery('counters', countersEveryMs, () =>
    log.info({ ...counters, connections: listener.connections(), unackedBytes: listener.unackedBytes() }, 'counters'),
  );

  return {
    port: listener.port,
    metricsPort: metricsServer.port,
    async close() {
      health = 'draining';
      clearInterval(timer);
      await Promise.all([listener.close(drainMs), upstream?.close(drainMs)]);
      revocation.close();
      serverCertificate.close();
      certificateWatch.close();
      deviceCertificateWatch.close();
      await intake.close();
      await sealedLog.close();
      await metricsServer.close();
      clock.close();
      log.info(counters, 'closed');
    },
  };
}

function openLog({ settings, boot, measures, log }: Common): Promise<SealedLog> {
  return openSealedLog({
    settings,
    service: 'gateway',
    boot,
    log,
    appender: {
      timeoutMs: settings.appendMs,
      onBatch(records, bytes, tookMs) {
        observe(measures.batchRecords, records);
        observe(measures.batchBytes, bytes);
        observe(measures.appendMs, tookMs);
      },
    },
  });
}

type Intake = { readonly sink: Sink; close(): Promise<void> };

/**
 * Opens the pipeline for messages of the listener and of the upstream broker. Resolves when the associations and the
 * presences are read, and the gateway has begun to read new claims.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the composition of the process, read from top to bottom.
async function openIntake(common: Common, sealedLog: SealedLog, listener: () => Listener | undefined): Promise<Intake> {
  const { settings, boot, counters, measures, log } = common;
  const { pseudonymKey } = settings;
  const append = createSealing(timedSealer(sealedLog.sealer, measures), sealedLog.appender);
  const tables = await followTables({
    log,
    sealedLog,
    pseudonymKey,
    now,
    onAssociation: (deviceId) => listener()?.inboxChanged(deviceId),
  });
  const rejections = createRejections({
    append,
    boot,
    limits: rejectionLimitsOf(settings),
    counters,
    log,
    monotonicMs,
  });
  const deviceEvents = openDeviceEvents({
    sealedLog,
    hasTopic: () => hasTopic(sealedLog.kafka, 'device-events'),
    counters,
    log,
    monotonicMs,
  });
  const bounds = { aheadMaxMs: settings.aheadMaxMs, lateMaxMs: settings.lateMaxMs, wallAheadMs };
  const publish = createIngest({
    append,
    rejections,
    tables,
    bounds,
    attribution: 'by-clock',
    onUnattributed: (source) => notices.notifyBed(source, 'unattributed'),
    onRefused: (source, notice) => notices.notifyBed(source, notice),
    onSharedIdentity: (source) => identityAlarm.raise(source),
    deviceEvents,
    counters,
    measures,
    log,
  });
  const notices: Notices = createNotices({ append, publish, tables, deviceEvents, boot, counters, log, now });
  const identityAlarm = createIdentityAlarm({
    notifyBed: (source) => notices.notifyBed(source, 'shared-identity'),
    counters,
    log,
    now,
  });
  const claims = await createClaims({
    sealedLog,
    boot,
    onClaimed: notices.claimed,
    onClaimedElsewhere: (clientId) => listener()?.endClaimedElsewhere(clientId),
    counters,
    measures,
    log,
    monotonicMs,
  });
  let connections = 0;
  const memoryOf = createDeviceMemories();
  const sink: Sink = {
    publish,
    ...notices,
    claim: claims.claim,
    lostIdWhileAlive: identityAlarm.lostIdWhileAlive,
    heldBack(source) {
      counters.heldBack += 1;
      const leftOut = linesLeftOut(source.logLimiter, now());
      if (leftOut !== undefined)
        log.warn({ deviceId: source.deviceId, leftOut }, 'a device is held back: it sends too much');
      notices.notifyBed(source, 'held-back');
    },
    ended(source, reason) {
      claims.forget(source);
      notices.ended(source, reason);
    },
    ready: tables.isReady,
    sourceOf(deviceId) {
      connections += 1;
      return createSource(pseudonymKey, deviceId, `${boot}.${connections}`, memoryOf);
    },
    inbox: ({ pseudonym }) =>
      Buffer.from(JSON.stringify(inboxAt(tables.periodsOf(pseudonym), tables.presences(), now()))),
  };
  await Promise.all([tables.ready, claims.ready]);
  return {
    sink: withCanary(sink, { sealedLog, boot, bounds, counters, log, now, monotonicMs }),
    async close() {
      notices.close();
      await Promise.all([tables.close(), claims.close(), rejections.close(), deviceEvents.close()]);
    },
  };
}

function openMqtt(
  { settings, counters, measures, log }: Common,
  sink: Sink,
  files: Pick<PortOptions, 'cert' | 'key' | 'clientCa'>,
  revocation: Revocation,
): Promise<Listener> {
  return openListener({
    host: settings.mqttHost,
    port: settings.mqttPort,
    sharePort: settings.mqttSharePort,
    ...files,
    revocation,
    limits: limitsOf(settings),
    sink,
    counters,
    measures,
    log,
    now,
    monotonicMs,
  });
}

runProcess({
  title: 'The gateway',
  manifest: gatewaySettings,
  env: process.env,
  log: { name: 'gateway' },
  closeMsMax,
  async open(settings, log) {
    requireRevocation(settings);
    const gateway = await openGateway(settings, log);
    log.info({ port: gateway.port, metricsPort: gateway.metricsPort }, 'ready');
    return gateway;
  },
});
