/** The gateway's metrics for Prometheus. The alerts in docs/operator.md use their names: if you rename one, change them too. */

import { deviceTopicKinds } from '../contracts/topics.ts';
import type { DataKey, Sealer } from '../log/envelope/sealer.ts';
import type { Appender } from '../log/kafka/appender.ts';
import { addDamageMetrics, type DamageBook } from '../log/kafka/damage-book.ts';
import { addCertificateMetrics } from '../process/certificate-files.ts';
import { observe } from '../process/histogram.ts';
import { createMetrics, type Metrics } from '../process/metrics.ts';
import { addClockMetrics, type SystemClock, wallAheadMs } from '../process/system-clock.ts';
import { earliestEnd, endingSoon } from './core/ending.ts';
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
  /** Undefined until it is open. */
  listener():
    | Pick<
        Listener,
        'connections' | 'sessions' | 'waiting' | 'partialBytes' | 'qos0Bytes' | 'unackedBytes' | 'paused' | 'presented'
      >
    | undefined;
  /** Absent if there is no upstream broker. Its result is undefined until the connection is open. */
  readonly upstream?: (() => Upstream | undefined) | undefined;
  ready(): boolean;
  /** The state of the devices' CRL in use. */
  readonly crl?: Revocation['state'];
  readonly clock?: SystemClock;
  /** Undefined until the log is open. */
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
    'MQTT connections now, TLS established.',
    () => listener()?.connections() ?? 0,
  );
  metrics.gauge(
    'vigil_gateway_connections_max',
    'Connections past which a new one is closed.',
    () => from.connectionsMax,
  );
  metrics.gauge(
    'vigil_gateway_sessions',
    'MQTT sessions now, with and without connection.',
    () => listener()?.sessions() ?? 0,
  );
  metrics.counter(
    'vigil_gateway_connects_total',
    'Connections by what became of them at the start.',
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
  const waiting = 'Connections that wait to be let in (VIGIL_MQTT_CONNECTS_PER_S).';
  metrics.gauge('vigil_gateway_connects_waiting', waiting, () => listener()?.waiting() ?? 0);
  const admission = 'How long connections waited to be let in, before their TLS handshake.';
  metrics.histogram('vigil_gateway_admission_seconds', admission, measures.admissionMs, ms);
  const claim = 'From CONNECT to its claim of the client id being in the log; CONNACK waits for it for 2 s.';
  metrics.histogram('vigil_gateway_claim_seconds', claim, measures.claimMs, ms);
  const takenOver = 'Connections that ended since the client connected anew: to this gateway, or to another one.';
  const byWhere = () => outcomes(counters, { here: 'takeOvers', elsewhere: 'takenElsewhere' });
  metrics.counter('vigil_gateway_taken_over_total', takenOver, byWhere, 'where');
  const shared = 'Signs that two devices use one certificate: they take turns.';
  metrics.counter('vigil_gateway_shared_identity_total', shared, () => counters.sharedIdentity);
  const unclaimed = 'Connections accepted without a claim, since Kafka did not answer.';
  metrics.counter('vigil_gateway_unclaimed_total', unclaimed, () => counters.connectionsUnclaimed);
  metrics.counter(
    'vigil_gateway_limits_hit_total',
    'Connections that were ended for a limit or a time-out of the gateway.',
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
  metrics.counter('vigil_gateway_disconnects_total', 'Ends of accepted connections.', () => measures.ends, 'cause');
  metrics.gauge(
    'vigil_gateway_paused_connections',
    'Connections that are not read now, by what they wait for.',
    () => Object.entries(listener()?.paused() ?? {}),
    'cause',
  );
  metrics.counter(
    'vigil_gateway_pauses_total',
    'How often a connection was paused.',
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
  const heldBack = 'Pauses of devices that were held back for more than 10 s: they send more than one device may.';
  metrics.counter('vigil_gateway_held_back_total', heldBack, () => counters.heldBack);
}

function certificateMetrics(metrics: Metrics, { counters, crl, listener }: GatewayMetricsSources): void {
  addCertificateMetrics(metrics);
  const presented = () => listener()?.presented() ?? [];
  const first =
    'First end of a certificate that a connected device presents, seconds since 1970; infinite without one.';
  metrics.gauge('vigil_gateway_device_certificate_first_end_timestamp_seconds', first, () => {
    return (earliestEnd(presented()) ?? Number.POSITIVE_INFINITY) / 1000;
  });
  const ending = 'Connected devices whose certificate ends within 30 days; the log names them.';
  metrics.gauge('vigil_gateway_device_certificates_ending', ending, () => {
    return endingSoon(presented(), Date.now() + wallAheadMs()).length;
  });
  const due = 'When the next CRL of the devices is due, seconds since 1970; infinite where none is gone by.';
  metrics.gauge('vigil_gateway_crl_next_update_seconds', due, () => {
    return (crl?.()?.nextUpdateMs ?? Number.POSITIVE_INFINITY) / 1000;
  });
  const checked = '1 while a CRL of the devices is gone by; 0: revoked devices are let in (VIGIL_MQTT_WITHOUT_CRL).';
  metrics.gauge('vigil_gateway_revocation_checked', checked, () => (crl?.() === undefined ? 0 : 1));
  const listed = 'Certificates that the CRL lists.';
  metrics.gauge('vigil_gateway_crl_revoked', listed, () => crl?.()?.listed ?? 0);
  const loads = 'Times that the CRL was read, by whether it is gone by or the one before.';
  metrics.counter(
    'vigil_gateway_crl_reads_total',
    loads,
    () => outcomes(counters, { taken: 'crlLoaded', refused: 'crlRefused' }),
    'outcome',
  );
  metrics.counter(
    'vigil_gateway_certificates_barred_total',
    'Connections ended or refused for a certificate that TLS had let in.',
    () => outcomes(counters, { revoked: 'certificatesRevoked', expired: 'certificatesExpired' }),
    'cause',
  );
}

const results: readonly (readonly [outcome: string, of: keyof ReadingCounts])[] = [
  ['appended', 'appended'],
  ['appended-in-part', 'appendedInPart'],
  ['rejected', 'rejected'],
  ['failed', 'failed'],
];

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one table of metrics.
function readingMetrics(metrics: Metrics, from: GatewayMetricsSources): void {
  const { counters, measures } = from;
  metrics.counter('vigil_gateway_publishes_total', 'PUBLISH packets that were taken.', () => counters.publishes);
  metrics.counter(
    'vigil_gateway_readings_total',
    'Messages by topic and by what became of them: those that failed are not known to be in Kafka and not acknowledged.',
    () =>
      readingKinds.flatMap((kind) =>
        results.map(([outcome, of]) => [[kind, outcome], measures.readings[kind][of]] as const),
      ),
    'kind',
    'outcome',
  );
  metrics.counter(
    'vigil_gateway_seq_total',
    'Numbers that a connection left out (missing), sent after all (filled) or again (repeated); odd: counted by a clock.',
    () =>
      deviceTopicKinds.flatMap((kind) =>
        Object.entries(measures.numbers[kind]).map(([what, n]) => [[kind, what], n] as const),
      ),
    'kind',
    'what',
  );
  metrics.counter(
    'vigil_gateway_rejections_total',
    'Messages that were refused, by code.',
    () => measures.rejections,
    'code',
  );
  const notKept = 'Bad input that was refused and not kept in `rejected`: its device, or all together, sent too much.';
  metrics.counter('vigil_gateway_rejected_not_kept_total', notKept, () => counters.rejectedNotKept);
  metrics.counter(
    'vigil_gateway_rejected_bytes_total',
    'Bytes of messages that were refused or kept apart, by whether they were kept in `rejected`.',
    () => outcomes(counters, { kept: 'rejectedBytesKept', 'not-kept': 'rejectedBytesNotKept' }),
    'outcome',
  );
  metrics.counter(
    'vigil_gateway_unattributed_total',
    'Readings kept apart in `rejected`, since it is not clear whose they are.',
    () => counters.unattributed,
  );
  const unattributedNotKept =
    'Readings that were refused and not kept: it is not clear whose they are, and no more of such are kept.';
  metrics.counter('vigil_gateway_unattributed_not_kept_total', unattributedNotKept, () => counters.unattributedNotKept);
  metrics.counter(
    'vigil_gateway_acknowledged_total',
    'PUBACK and PUBREC that were written.',
    () => counters.acknowledged,
  );
  metrics.counter(
    'vigil_gateway_canaries_total',
    'Canaries by what became of them: appended to every partition of the readings, refused, or not known to be in Kafka.',
    () => outcomes(counters, { appended: 'canariesAppended', refused: 'canariesRefused', failed: 'canariesFailed' }),
    'outcome',
  );
  metrics.counter('vigil_gateway_qos2_repeats_total', 'QoS 2 messages that came again.', () => counters.qos2Repeats);
  const ackHelp = 'From the last byte of a PUBLISH to its PUBACK or PUBREC being written: Kafka has it in between.';
  metrics.histogram('vigil_gateway_ack_latency_seconds', ackHelp, measures.ackMs, ms);
  const unacked = 'Memory that unacknowledged publishes are counted with.';
  metrics.gauge('vigil_gateway_unacked_bytes', unacked, () => from.listener()?.unackedBytes() ?? 0);
  metrics.gauge('vigil_gateway_unacked_bytes_max', 'Past it every connection waits.', () => from.unackedBytesMax);
  const partial = 'Bytes of packets that have begun and not ended.';
  metrics.gauge('vigil_gateway_partial_bytes', partial, () => from.listener()?.partialBytes() ?? 0);
  metrics.gauge(
    'vigil_gateway_qos0_bytes',
    'Part of the unacknowledged bytes that are QoS 0.',
    () => from.listener()?.qos0Bytes() ?? 0,
  );
  metrics.counter(
    'vigil_gateway_qos0_lost_total',
    'QoS 0 messages that were taken from a device and are not in Kafka: dropped where too many waited, or Kafka away for too long.',
    () => outcomes(counters, { dropped: 'unpromisedDropped', failed: 'unpromisedLost' }),
    'cause',
  );
  metrics.histogram('vigil_gateway_seal_seconds', 'Sealing of one record, every 64th.', measures.sealUs, us);
}

function laneMetrics(metrics: Metrics, from: GatewayMetricsSources): void {
  const { measures, appender } = from;
  const depths = (what: 'records' | 'bytes') =>
    [...(appender()?.depths() ?? [])].map(([topic, depth]) => [topic, depth[what]] as const);
  const stat = (name: 'retries' | 'failed' | 'regressed') => appender()?.stats()[name] ?? 0;
  metrics.gauge('vigil_gateway_lane_records', 'Records that wait for Kafka.', () => depths('records'), 'topic');
  metrics.gauge('vigil_gateway_lane_bytes', 'Bytes that wait for Kafka.', () => depths('bytes'), 'topic');
  metrics.histogram('vigil_gateway_batch_records', 'Records of a batch that Kafka took.', measures.batchRecords);
  metrics.histogram('vigil_gateway_batch_bytes', 'Bytes of a batch that Kafka took.', measures.batchBytes);
  const appendHelp = "From a batch's first try to Kafka's answer, all in-sync replicas included.";
  metrics.histogram('vigil_gateway_append_seconds', appendHelp, measures.appendMs, ms);
  metrics.counter('vigil_gateway_append_retries_total', 'Batches that were tried again.', () => stat('retries'));
  metrics.counter('vigil_gateway_append_failures_total', 'Records given up: not acknowledged.', () => stat('failed'));
  const regressed = 'Batches answered with a base offset that does not rise: Kafka lost what it had acknowledged.';
  metrics.counter('vigil_gateway_offsets_regressed_total', regressed, () => stat('regressed'));
}

function outcomes(counters: Counters, names: Readonly<Record<string, CounterName>>): [string, number][] {
  return Object.entries(names).map(([outcome, name]) => [outcome, counters[name]]);
}

const sealSample = 64;

/** Returns a sealer that measures the time of every 64th record. */
export function timedSealer(sealer: Sealer, { sealUs }: Measures): Sealer {
  let untilNext = 1;
  return {
    ...sealer,
    seal(key: DataKey, place, contentType, plaintext) {
      untilNext -= 1;
      if (untilNext > 0) return sealer.seal(key, place, contentType, plaintext);
      untilNext = sealSample;
      const startedMs = performance.now();
      const value = sealer.seal(key, place, contentType, plaintext);
      observe(sealUs, (performance.now() - startedMs) * 1000);
      return value;
    },
  };
}
