/** What Prometheus is shown of the alarm processor. The names are in ops/prometheus/alerts.yml. */

import { addDamageMetrics, type DamageBook } from '../../log/kafka/damage-book.ts';
import { addCertificateMetrics } from '../../process/certificate-files.ts';
import { createMetrics, type Metrics } from '../../process/metrics.ts';
import { addClockMetrics, type SystemClock } from '../../process/system-clock.ts';
import type { Canaries } from './canaries.ts';
import { counterNames } from './core/counts.ts';
import type { OperatorFile } from './operator-file.ts';

function addCanaryMetrics(metrics: Metrics, { agesMs, tookMs }: Canaries): void {
  metrics.gauge(
    'vigil_alarms_canary_age_seconds',
    'How long ago the gateway received the newest canary that was met, by partition; without one, how long the partition is judged here.',
    () => agesMs(Date.now()).map(([partition, ageMs]) => [partition, ageMs / 1000] as const),
    'partition',
  );
  const took = 'From the gateway having received a canary to the alarm processor meeting it.';
  metrics.histogram('vigil_alarms_canary_seconds', took, tookMs, 0.001);
}

/** @param counters those of the processor by name; undefined until it has started */
export function alarmsMetrics(
  counters: () => Readonly<Record<string, number>> | undefined,
  clock?: SystemClock,
  files?: Readonly<Record<'profiles' | 'alertCodes', Pick<OperatorFile<unknown>, 'taken' | 'isRefused'>>>,
  damage: () => DamageBook | undefined = () => undefined,
  canaries?: Canaries,
): Metrics {
  const metrics = createMetrics();
  addClockMetrics(metrics, clock);
  addDamageMetrics(metrics, damage);
  if (canaries) addCanaryMetrics(metrics, canaries);
  addCertificateMetrics(metrics);
  const read = (name: string) => () => counters()?.[name] ?? 0;
  metrics.gauge('vigil_alarms_partitions', 'Partitions that are judged here.', read('partitions'));
  metrics.gauge('vigil_alarms_associations', 'Associations whose state is held here.', read('engines'));
  metrics.gauge('vigil_alarms_live', 'Alarms on the screens.', read('live'));
  metrics.gauge('vigil_alarms_waiting', 'Alarm events that Kafka has not taken yet.', read('waiting'));
  const isRefused = (file: 'profiles' | 'alertCodes') => () => (files?.[file].isRefused() ? 1 : 0);
  const taken = (file: 'profiles' | 'alertCodes') => () => files?.[file].taken() ?? 0;
  const profiles = 'The changed file of profiles is refused; a former one judges.';
  metrics.gauge('vigil_alarms_profiles_refused', profiles, isRefused('profiles'));
  const ofProfiles = 'Changes of the file of profiles that were taken.';
  metrics.counter('vigil_alarms_profiles_taken_total', ofProfiles, taken('profiles'));
  const codes = 'The changed file of words for alarms of devices is refused; a former one is in use.';
  metrics.gauge('vigil_alarms_codes_refused', codes, isRefused('alertCodes'));
  const ofCodes = 'Changes of the file of words for alarms of devices that were taken.';
  metrics.counter('vigil_alarms_codes_taken_total', ofCodes, taken('alertCodes'));
  metrics.counter('vigil_alarms_records_total', 'Records read.', read('records'));
  metrics.counter('vigil_alarms_events_total', 'Alarm events written.', read('events'));
  metrics.counter(
    'vigil_alarms_left_out_total',
    'Records that did not open or were nothing to the engine.',
    read('leftOut'),
  );
  metrics.counter('vigil_alarms_gaps_total', 'Gaps in the numbers of readings that were told of.', read('gaps'));
  const missing = 'Readings that were lost on the way: told of at their beds.';
  metrics.counter('vigil_alarms_readings_missing_total', missing, read('readingsMissing'));
  metrics.counter(
    'vigil_alarms_readings_filled_total',
    'Of those, readings that came after all.',
    read('readingsFilled'),
  );
  const shared = 'Signs that two devices use one certificate, of readings of all gateways: told of at their beds.';
  metrics.counter('vigil_alarms_shared_identity_total', shared, read('sharedIdentity'));
  metrics.counter(
    'vigil_alarms_judged_total',
    'What the engines met: readings, repeats, late ones and so on; after a restart what is read again counts again.',
    () => counterNames.map((name) => [name, read(name)()] as const),
    'what',
  );
  return metrics;
}
