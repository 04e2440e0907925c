/**
 * The metrics of a process, in the format that Prometheus reads. Nothing is kept here: at each scrape, each metric reads plain
 * numbers. So counting costs a hot path only one addition.
 */
import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client';
import { boundsOf, type Histogram } from './histogram.ts';

/** One number, or one number for each value of a label, or of several labels in their order. */
export type Reading = number | Iterable<readonly [labels: string | readonly string[], value: number]>;

export type Metrics = {
  /** A number that only grows until the process ends; its name ends in `_total`. */
  counter(name: string, help: string, read: () => Reading, ...labels: string[]): void;
  gauge(name: string, help: string, read: () => Reading, ...labels: string[]): void;
  /** @param unit factor from the histogram's numbers to the metric's: 0.001 if it counts ms and is shown in seconds */
  histogram(name: string, help: string, histogram: Histogram, unit?: number): void;
  /** Returns all metrics in the text format of Prometheus, version 0.0.4. */
  text(): Promise<string>;
  readonly contentType: string;
};

/** Includes what Node reports about the process: CPU, memory, file descriptors, event-loop delay, garbage collection. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  return {
    counter(name, help, read, ...labelNames) {
      new Counter({
        name,
        help,
        labelNames,
        registers: [registry],
        collect() {
          this.reset();
          for (const [of, value] of each(read())) this.inc(named(labelNames, of), value);
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
          for (const [of, value] of each(read())) this.set(named(labelNames, of), value);
        },
      });
    },
    histogram(name, help, histogram, unit = 1) {
      // The library's own histogram keeps its numbers itself. The registry needs only these members of a metric.
      const shown = {
        name,
        help,
        type: 'histogram',
        aggregator: 'sum',
        get: () => showHistogram(name, help, histogram, unit),
      };
      registry.registerMetric(shown as unknown as Metric);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function each(reading: Reading): Iterable<readonly [string | readonly string[], number]> {
  return typeof reading === 'number' ? [[[], reading]] : reading;
}

function named(names: readonly string[], values: string | readonly string[]): Record<string, string> {
  const all = typeof values === 'string' ? [values] : values;
  return Object.fromEntries(names.map((name, at) => [name, all[at] ?? '']));
}

function showHistogram(name: string, help: string, histogram: Histogram, unit: number) {
  // `12 * 0.001` has a tail of binary noise that no bound of a dashboard would match.
  const tidy = (value: number) => Number((value * unit).toPrecision(12));
  const bounds = [...boundsOf(histogram).map((bound) => String(tidy(bound))), '+Inf'];
  let count = 0;
  const buckets = bounds.map((le, at) => {
    count += histogram.counts[at]!;
    return { metricName: `${name}_bucket`, labels: { le }, value: count };
  });
  const values = [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, value: tidy(histogram.sum) },
    { metricName: `${name}_count`, labels: {}, value: count },
  ];
  return { name, help, type: 'histogram', values, aggregator: 'sum' };
}
