/**
 * The metrics of a process, in the format of Prometheus. At each scrape, a function reads the current number of each
 * metric from the code that counts. So counting an event takes only one addition.
 */
import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client';
import { boundsOf, type Histogram } from './histogram.ts';
import { timerFailures } from './timer-tasks.ts';

/**
 * A number, or a number for each value of a label. If there are several labels, their values are in the order of the
 * labels.
 */
export type MetricValues = number | Iterable<readonly [labels: string | readonly string[], value: number]>;

export type Metrics = {
  /** Adds a number that only grows until the process ends. Its name must end in `_total`. */
  counter(name: string, help: string, read: () => MetricValues, ...labels: string[]): void;
  gauge(name: string, help: string, read: () => MetricValues, ...labels: string[]): void;
  /**
   * Adds a histogram.
   * @param factor by which all numbers are multiplied: 0.001 if the histogram counts ms and the metric is in seconds
   */
  histogram(name: string, help: string, histogram: Histogram, factor?: number): void;
  /** Returns all metrics in the text format of Prometheus, version 0.0.4. */
  text(): Promise<string>;
  readonly contentType: string;
};

/**
 * Creates the metrics of a process, including the metrics of Node (CPU, memory, file descriptors, event-loop delay,
 * garbage collection) and the failures of timers (timer-tasks.ts).
 */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const metrics: Metrics = {
    counter(name, help, read, ...labelNames) {
      new Counter({
        name,
        help,
        labelNames,
        registers: [registry],
        collect() {
          this.reset();
          for (const [labelValues, value] of rowsOf(read())) this.inc(labelsOf(labelNames, labelValues), value);
        },
      });
    },
    gauge(name, help, read, ...labelNames) {
      new Gauge({
        name,
        help,
        labelNames,
        registers: [registry],
        collect() {
          this.reset();
          for (const [labelValues, value] of rowsOf(read())) this.set(labelsOf(labelNames, labelValues), value);
        },
      });
    },
    histogram(name, help, histogram, factor = 1) {
      // The histogram of prom-client cannot read numbers from elsewhere. The registry needs only these members of a
      // metric.
      const metric = {
        name,
        help,
        type: 'histogram',
        aggregator: 'sum',
        get: () => histogramMetric(name, help, histogram, factor),
      };
      registry.registerMetric(metric as unknown as Metric);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
  metrics.counter('vigil_timer_failures_total', timerFailuresHelp, timerFailures, 'task');
  return metrics;
}

const timerFailuresHelp =
  'Failures of the own code in a task of a timer, by task. The process and the timer go on: a fault of Vigil';

function rowsOf(reading: MetricValues): Iterable<readonly [string | readonly string[], number]> {
  return typeof reading === 'number' ? [[[], reading]] : reading;
}

function labelsOf(names: readonly string[], values: string | readonly string[]): Record<string, string> {
  const labelValues = typeof values === 'string' ? [values] : values;
  return Object.fromEntries(names.map((name, index) => [name, labelValues[index] ?? '']));
}

function histogramMetric(name: string, help: string, histogram: Histogram, factor: number) {
  // Removes rounding errors such as 0.012000000000000001, because the text of a bound must not change.
  const scaled = (value: number) => Number((value * factor).toPrecision(12));
  const bounds = [...boundsOf(histogram).map((bound) => String(scaled(bound))), '+Inf'];
  let count = 0;
  const buckets = bounds.map((le, index) => {
    count += histogram.counts[index]!;
    return { metricName: `${name}_bucket`, labels: { le }, value: count };
  });
  const values = [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, value: scaled(histogram.sum) },
    { metricName: `${name}_count`, labels: {}, value: count },
  ];
  return { name, help, type: 'histogram', values, aggregator: 'sum' };
}
