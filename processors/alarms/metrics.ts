/**
 * Defines the metrics of the alarm processor for Prometheus. The alerts in ops/prometheus/alerts.yml use the names of
 * the metrics.
 */

import { addDamageMetrics, type DamageBook } from '../../log/kafka/damage-book.ts';
import { addCertificateMetrics } from '../../process/certificate-files.ts';
import { createMetrics, type Metrics } from '../../process/metrics.ts';
import type { OperatorFile } from '../../process/operator-file.ts';
import { addClockMetrics, type SystemClock } from '../../process/system-clock.ts';
import type { Canaries } from './canaries.ts';
import { counterNames } from './core/counts.ts';

function addCanaryMetrics(metrics: Metrics, { agesMs, tookMs }: Canaries): void {
  metrics.gauge(
    'vigil_alarms_canary_age_seconds',
    'Age of the newest canary of each partition. Before the first canary: the time since this process owns the partition.',
    () => agesMs(Date.now()).map(([partition, ageMs]) => [partition, ageMs / 1000] as const),
    'partition',
  );
  metrics.histogram(
    'vigil_alarms_canary_seconds',
    'Time from the receipt of a canary at the gateway to its receipt at the alarm processor.',
    tookMs,
    0.001,
  );
}

function addFailureMetrics(
  metrics: Metrics,
  notJudged: () => number,
  notSaved: () => number,
  failures: () => Iterable<readonly [task: string, count: number]>,
): void {
  metrics.gauge(
    'vigil_alarms_not_judged',
    'Patients whose values are not judged, because code of Vigil fails about them. Their beds have an alarm.',
    notJudged,
  );
  metrics.gauge(
    'vigil_alarms_not_saved',
    'Patients whose alarms and limits could not be saved for 5 min. Their beds have an alarm of low priority.',
    notSaved,
  );
  metrics.counter(
    'vigil_alarms_failures_total',
    'Failures of the code of Vigil about one patient, by task. The other patients are judged.',
    failures,
    'task',
  );
}

/** @param counters the processor's counters by name; undefined until the processor has started */
export function alarmsMetrics(
  counters: () => Readonly<Record<string, number>> | undefined,
  clock?: SystemClock,
  files?: Readonly<Record<'profiles' | 'alertCodes', Pick<OperatorFile<unknown>, 'changesAccepted' | 'isRefused'>>>,
  damage: () => DamageBook | undefined = () => undefined,
  canaries?: Canaries,
  failures: () => Iterable<readonly [task: string, count: number]> = () => [],
): Metrics {
  const metrics = createMetrics();
  addClockMetrics(metrics, clock);
  addDamageMetrics(metrics, damage);
  if (canaries) addCanaryMetrics(metrics, canaries);
  addCertificateMetrics(metrics);
  const read = (name: string) => () => counters()?.[name] ?? 0;
  metrics.gauge('vigil_alarms_partitions', 'Partitions that this process judges.', read('partitions'));
  metrics.gauge('vigil_alarms_associations', 'Associations for which this process has an engine.', read('engines'));
  metrics.gauge('vigil_alarms_live', 'Alarms that are live, so the screens show them.', read('live'));
  addFailureMetrics(metrics, read('notJudged'), read('notSaved'), failures);
  metrics.gauge('vigil_alarms_waiting', 'Alarm events that Kafka has not taken yet.', read('waiting'));
  const isRefused = (file: 'profiles' | 'alertCodes') => () => (files?.[file].isRefused() ? 1 : 0);
  const accepted = (file: 'profiles' | 'alertCodes') => () => files?.[file].changesAccepted() ?? 0;
  metrics.gauge(
    'vigil_alarms_profiles_refused',
    '1 while the changed file of limit profiles is refused and the former file is in use.',
    isRefused('profiles'),
  );
  metrics.counter(
    'vigil_alarms_profiles_taken_total',
    'Accepted changes of the file of limit profiles.',
    accepted('profiles'),
  );
  metrics.gauge(
    'vigil_alarms_codes_refused',
    '1 while the changed file of texts for device alarms is refused and the former file is in use.',
    isRefused('alertCodes'),
  );
  metrics.counter(
    'vigil_alarms_codes_taken_total',
    'Accepted changes of the file of texts for device alarms.',
    accepted('alertCodes'),
  );
  metrics.counter('vigil_alarms_records_total', 'Records read.', read('records'));
  metrics.counter('vigil_alarms_events_total', 'Alarm events written.', read('events'));
  metrics.counter(
    'vigil_alarms_left_out_total',
    'Records that were skipped, because they could not be decrypted or the engine cannot use them.',
    read('leftOut'),
  );
  metrics.counter(
    'vigil_alarms_gaps_total',
    'Gaps in the sequence numbers of readings that raised an alarm.',
    read('gaps'),
  );
  metrics.counter(
    'vigil_alarms_readings_missing_total',
    'Readings that were lost before the alarm processor. The bed of each lost reading has an alarm.',
    read('readingsMissing'),
  );
  metrics.counter(
    'vigil_alarms_readings_filled_total',
    'Readings that counted as lost and arrived later.',
    read('readingsFilled'),
  );
  metrics.counter(
    'vigil_alarms_shared_identity_total',
    'Signs in the readings of all gateways that two devices use one certificate. The bed has an alarm for each sign.',
    read('sharedIdentity'),
  );
  metrics.counter(
    'vigil_alarms_judged_total',
    'Inputs of the engines by kind, such as readings, repeats and late readings. After a restart, records that are read again count again.',
    () => counterNames.map((name) => [name, read(name)()] as const),
    'what',
  );
  return metrics;
}
