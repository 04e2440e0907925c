/** The gateway's metrics for Prometheus. The alerts of docs/operator.md use the names of the metrics. */

import { deviceTopicKinds } from '../contracts/topics.ts';
import type { Appender } from '../log/kafka/appender.ts';
import { addDamageMetrics, type DamageBook } from '../log/kafka/damage-book.ts';
import { addCertificateMetrics } from '../process/certificate-files.ts';
import { createMetrics, type Metrics } from '../process/metrics.ts';
import { addClockMetrics, type SystemClock, wallAheadMs } from '../process/system-clock.ts';
import { earliestEndMs, endingCertificates } from './core/certificate-ends.ts';
import type { CounterName, Counters } from './counters.ts';
import type { Listener } from './listener/listener.ts';
import type { Revocation } from './listener/revocation.ts';
import { type Measures, type ReadingCounts, readingKinds } from './measures.ts';
import { upstreamMetrics } from './upstream/metrics.ts';
import type { Upstream } from './upstream/upstream.ts';

const ms = 0.001;
const us = 0.000_001;

export type GatewayMetricsSources = {
  readonly counters: Counters;
  readonly measures: Measures;
  readonly unackedBytesMax: number;
  readonly connectionsMax: number;
  appender(): Pick<Appender, 'stats' | 'depths'> | undefined;
  /** Returns undefined until the listener is open. */
  listener(): Omit<Listener, 'port' | 'renew' | 'inboxChanged' | 'endClaimedElsewhere' | 'close'> | undefined;
  /** Absent if there is no upstream broker. Returns undefined until the upstream is open. */
  readonly upstream?: (() => Upstream | undefined) | undefined;
  ready(): boolean;
  /** Returns the state of the CRL of the devices. */
  readonly crl?: Revocation['state'];
  readonly clock?: SystemClock;
  /** Returns undefined until the log is open. */
  readonly damage?: () => DamageBook | undefined;
};

export function gatewayMetrics(from: GatewayMetricsSources): Metrics {
  const metrics = createMetrics();
  connectionMetrics(metrics, from);
  certificateMetrics(metrics, from);
  readingMetrics(metrics, from);
  laneMetrics(metrics, from);
  upstreamMetrics(metrics, from.counters, () => from.upstream?.());
  addClockMetrics(metrics, from.clock);
  addDamageMetrics(metrics, () => from.damage?.());
  metrics.gauge('vigil_gateway_ready', '1 while devices are served.', () => (from.ready() ? 1 : 0));
  return metrics;
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one table of metrics.
function connectionMetrics(metrics: Metrics, from: GatewayMetricsSources): void {
  const { counters, measures } = from;
  const listener = from.listener;
  metrics.gauge(
    'vigil_gateway_connections',
    'MQTT connections now, after their TLS handshake.',
    () => listener()?.connections() ?? 0,
  );
  metrics.gauge(
    'vigil_gateway_connections_max',
    'Largest number of connections; further connections are closed.',
    () => from.connectionsMax,
  );
  metrics.gauge(
    'vigil_gateway_sessions',
    'MQTT sessions now, with and without a connection.',
    () => listener()?.sessions() ?? 0,
  );
  metrics.counter(
    'vigil_gateway_connects_total',
    'New connections by their outcome.',
    () =>
      outcomes(counters, {
        accepted: 'connectionsAccepted',
        refused: 'connectionsRefused',
        dropped: 'connectionsDropped',
        'turned-away': 'connectionsTurnedAway',
        'gave-up': 'connectionsGaveUp',
        timeout: 'connectTimeouts',
        'handshake-closed': 'handshakesClosed',
      }),
    'outcome',
  );
  metrics.gauge(
    'vigil_gateway_connects_waiting',
    'Connections that wait for their TLS handshake (VIGIL_MQTT_CONNECTS_PER_S).',
    () => listener()?.waiting() ?? 0,
  );
  metrics.histogram(
    'vigil_gateway_admission_seconds',
    'Time for which connections waited for their TLS handshake.',
    measures.admissionMs,
    ms,
  );
  metrics.histogram(
    'vigil_gateway_claim_seconds',
    'Time from CONNECT until the log has the claim of the client id. CONNACK waits for the claim at most 2 s.',
    measures.claimMs,
    ms,
  );
  const takeOverCounts = () => outcomes(counters, { here: 'takeOvers', elsewhere: 'takenElsewhere' });
  metrics.counter(
    'vigil_gateway_taken_over_total',
    'Connections that ended because the client connected again, to this gateway or to another gateway.',
    takeOverCounts,
    'where',
  );
  metrics.counter(
    'vigil_gateway_shared_identity_total',
    'Signs that two devices use one certificate.',
    () => counters.sharedIdentity,
  );
  metrics.counter(
    'vigil_gateway_unclaimed_total',
    'Connections that were accepted without a claim of the client id, because Kafka did not answer.',
    () => counters.connectionsUnclaimed,
  );
  metrics.counter(
    'vigil_gateway_limits_hit_total',
    'Connections that the gateway ended because of a limit or a time-out.',
    () =>
      outcomes(counters, {
        'keep-alive': 'keepAliveTimeouts',
        'packet-timeout': 'packetTimeouts',
        'outgoing-timeout': 'outgoingTimeouts',
        'connections-of-device': 'connectionsOfDeviceTooMany',
        'packet-size': 'packetsTooLarge',
        'receive-maximum': 'receiveMaximumExceeded',
        'partial-packets': 'partialsEnded',
      }),
    'limit',
  );
  metrics.counter(
    'vigil_gateway_disconnects_total',
    'Accepted connections that ended, by cause.',
    () => measures.ends,
    'cause',
  );
  metrics.gauge(
    'vigil_gateway_paused_connections',
    'Connections that are paused now, by what they wait for.',
    () => Object.entries(listener()?.paused() ?? {}),
    'cause',
  );
  metrics.counter(
    'vigil_gateway_pauses_total',
    'Pauses of connections, by what they waited for.',
    () =>
      outcomes(counters, {
        'in-flight': 'pausedInFlight',
        unacked: 'pausedUnacked',
        outgoing: 'pausedOutgoing',
        'device-rate': 'pausedDeviceRate',
        'device-share': 'pausedDeviceShare',
      }),
    'cause',
  );
  metrics.counter(
    'vigil_gateway_held_back_total',
    'Pauses of devices that had to wait again and again for 10 s, because they sent more than one device may send.',
    () => counters.heldBack,
  );
}

function certificateMetrics(metrics: Metrics, { counters, crl, listener }: GatewayMetricsSources): void {
  addCertificateMetrics(metrics);
  const connectedCertificates = () => listener()?.deviceCertificates() ?? [];
  metrics.gauge(
    'vigil_gateway_device_certificate_first_end_timestamp_seconds',
    'Earliest end of a certificate of a connected device, seconds since 1970; infinite if no device is connected.',
    () => (earliestEndMs(connectedCertificates()) ?? Number.POSITIVE_INFINITY) / 1000,
  );
  metrics.gauge(
    'vigil_gateway_device_certificates_ending',
    'Connected devices whose certificate ends within 30 days. The log names these devices.',
    () => endingCertificates(connectedCertificates(), Date.now() + wallAheadMs()).length,
  );
  metrics.gauge(
    'vigil_gateway_crl_next_update_seconds',
    'Time of the next update of the CRL of the devices, seconds since 1970; infinite if no CRL is used.',
    () => (crl?.()?.nextUpdateMs ?? Number.POSITIVE_INFINITY) / 1000,
  );
  metrics.gauge(
    'vigil_gateway_revocation_checked',
    '1 if a CRL of the devices is used; 0 if revoked devices can connect (VIGIL_MQTT_WITHOUT_CRL).',
    () => (crl?.() === undefined ? 0 : 1),
  );
  metrics.gauge('vigil_gateway_crl_revoked', 'Revoked certificates on the CRL.', () => crl?.()?.listed ?? 0);
  metrics.counter(
    'vigil_gateway_crl_reads_total',
    'Reads of a changed CRL file: taken, or refused. After a refusal the previous CRL stays in use.',
    () => outcomes(counters, { taken: 'crlLoaded', refused: 'crlRefused' }),
    'outcome',
  );
  metrics.counter(
    'vigil_gateway_certificates_barred_total',
    'Connections that were refused or ended because the certificate was revoked or had expired.',
    () => outcomes(counters, { revoked: 'certificatesRevoked', expired: 'certificatesExpired' }),
    'cause',
  );
}

const readingOutcomes: readonly (readonly [outcome: string, countName: keyof ReadingCounts])[] = [
  ['appended', 'appended'],
  ['appended-in-part', 'appendedInPart'],
  ['rejected', 'rejected'],
  ['failed', 'failed'],
];

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one table of metrics.
function readingMetrics(metrics: Metrics, from: GatewayMetricsSources): void {
  const { counters, measures } = from;
  metrics.counter('vigil_gateway_publishes_total', 'Received PUBLISH packets.', () => counters.publishes);
  metrics.counter(
    'vigil_gateway_readings_total',
    'Messages by topic and outcome. Failed: it is not certain that Kafka has the message, and it was not acknowledged.',
    () =>
      readingKinds.flatMap((kind) =>
        readingOutcomes.map(([outcome, countName]) => [[kind, outcome], measures.readings[kind][countName]] as const),
      ),
    'kind',
    'outcome',
  );
  metrics.counter(
    'vigil_gateway_seq_total',
    'Sequence numbers of devices: missing, filled (missing numbers that came later), repeated, and odd (jumps of a device that does not count by one).',
    () =>
      deviceTopicKinds.flatMap((kind) =>
        Object.entries(measures.numbers[kind]).map(([what, count]) => [[kind, what], count] as const),
      ),
    'kind',
    'what',
  );
  metrics.counter(
    'vigil_gateway_rejections_total',
    'Refused messages by error code.',
    () => measures.rejections,
    'code',
  );
  metrics.counter(
    'vigil_gateway_rejected_not_kept_total',
    'Refused messages that were not kept in `rejected`, because one device or all devices sent too many.',
    () => counters.rejectedNotKept,
  );
  metrics.counter(
    'vigil_gateway_rejected_bytes_total',
    'Bytes of refused messages and of readings whose patient is not clear, by whether they are kept in `rejected`.',
    () => outcomes(counters, { kept: 'rejectedBytesKept', 'not-kept': 'rejectedBytesNotKept' }),
    'outcome',
  );
  metrics.counter(
    'vigil_gateway_unattributed_total',
    'Readings that are kept apart in `rejected`, because it is not clear which patient they belong to.',
    () => counters.unattributed,
  );
  metrics.counter(
    'vigil_gateway_unattributed_not_kept_total',
    'Readings that were refused and not kept: it is not clear which patient they belong to, and the space for such readings is full.',
    () => counters.unattributedNotKept,
  );
  metrics.counter(
    'vigil_gateway_acknowledged_total',
    'PUBACK and PUBREC that were written.',
    () => counters.acknowledged,
  );
  metrics.counter(
    'vigil_gateway_canaries_total',
    'Canaries by outcome: appended to every partition of the readings, refused, or failed because it is not certain that Kafka has all of them.',
    () => outcomes(counters, { appended: 'canariesAppended', refused: 'canariesRefused', failed: 'canariesFailed' }),
    'outcome',
  );
  metrics.counter('vigil_gateway_qos2_repeats_total', 'QoS 2 messages that were repeated.', () => counters.qos2Repeats);
  metrics.histogram(
    'vigil_gateway_ack_latency_seconds',
    'Time from the last byte of a PUBLISH until its PUBACK or PUBREC is written. It includes the append to Kafka.',
    measures.ackMs,
    ms,
  );
  metrics.gauge(
    'vigil_gateway_unacked_bytes',
    'Estimated memory of unacknowledged publishes.',
    () => from.listener()?.unackedBytes() ?? 0,
  );
  metrics.gauge(
    'vigil_gateway_unacked_bytes_max',
    'Largest memory of unacknowledged publishes. Above it every connection waits.',
    () => from.unackedBytesMax,
  );
  metrics.gauge(
    'vigil_gateway_partial_bytes',
    'Bytes of incomplete packets.',
    () => from.listener()?.partialBytes() ?? 0,
  );
  metrics.gauge(
    'vigil_gateway_qos0_bytes',
    'Estimated memory of QoS 0 publishes on their way to Kafka. It is a part of vigil_gateway_unacked_bytes.',
    () => from.listener()?.qos0Bytes() ?? 0,
  );
  metrics.counter(
    'vigil_gateway_qos0_lost_total',
    'QoS 0 messages that were lost: dropped because too many waited, or failed because Kafka did not answer.',
    () => outcomes(counters, { dropped: 'qos0Dropped', failed: 'qos0Lost' }),
    'cause',
  );
  metrics.histogram(
    'vigil_gateway_seal_seconds',
    'Time for sealing one record, measured at every 64th record.',
    measures.sealUs,
    us,
  );
}

function laneMetrics(metrics: Metrics, from: GatewayMetricsSources): void {
  const { measures, appender } = from;
  const depths = (what: 'records' | 'bytes') =>
    [...(appender()?.depths() ?? [])].map(([topic, depth]) => [topic, depth[what]] as const);
  const stat = (name: 'retries' | 'failed' | 'regressed') => appender()?.stats()[name] ?? 0;
  metrics.gauge('vigil_gateway_lane_records', 'Records that wait for Kafka.', () => depths('records'), 'topic');
  metrics.gauge('vigil_gateway_lane_bytes', 'Bytes that wait for Kafka.', () => depths('bytes'), 'topic');
  metrics.histogram('vigil_gateway_batch_records', 'Records in a batch that Kafka accepted.', measures.batchRecords);
  metrics.histogram('vigil_gateway_batch_bytes', 'Bytes in a batch that Kafka accepted.', measures.batchBytes);
  metrics.histogram(
    'vigil_gateway_append_seconds',
    'Time from the first attempt to append a batch until all in-sync replicas have it.',
    measures.appendMs,
    ms,
  );
  metrics.counter('vigil_gateway_append_retries_total', 'Attempts to append a batch again.', () => stat('retries'));
  metrics.counter(
    'vigil_gateway_append_failures_total',
    'Records that could not be appended. Their messages were not acknowledged.',
    () => stat('failed'),
  );
  metrics.counter(
    'vigil_gateway_offsets_regressed_total',
    'Batches for which Kafka answered with an offset that it had given before: Kafka lost acknowledged records.',
    () => stat('regressed'),
  );
}

function outcomes(counters: Counters, names: Readonly<Record<string, CounterName>>): [string, number][] {
  return Object.entries(names).map(([outcome, name]) => [outcome, counters[name]]);
}
