/**
 * Starts the product with `npm start`, as an operator does: in a state folder of the test, on free ports of 127.0.0.1.
 * The product ends together with the test process.
 */
import { join } from 'node:path';
import { startChild } from '../ops/platform/child.ts';
import { freeMetricsPorts, freePorts } from '../ops/platform/ports.ts';
import type { SystemAddresses } from '../ops/platform/service-env.ts';
import { root } from './system.ts';

export type ProductAddresses = SystemAddresses & {
  readonly softwareDir: string;
  readonly metricsPort: number;
  readonly alarmsMetricsPort: number;
  readonly kafkaPort: number;
  readonly kafkaControllerPort: number;
  readonly influxPort: number;
  /** Process id of `npm start`, the parent of all processes of the product. */
  readonly pid: number;
};

export type RunningProduct = { readonly addresses: ProductAddresses; close(): Promise<void> };

const startMsMax = 300_000;
const stopMsMax = 60_000;

/**
 * Starts the product and waits until `npm start` prints that Vigil is ready.
 * @throws Error with the last lines of the output, if `npm start` ends before it is ready
 */
export async function startProduct(options: {
  readonly stateDir: string;
  readonly softwareDir: string;
  /** Number of simulated beds. */
  readonly beds: number;
}): Promise<RunningProduct> {
  const { stateDir, softwareDir } = options;
  const [httpPort = 0, mqttPort = 0, kafkaPort = 0, kafkaControllerPort = 0, influxPort = 0] = await freePorts(5);
  const metricsPorts = await freeMetricsPorts();
  const child = startChild({
    name: 'npm start',
    command: process.execPath,
    args: [join(root, 'ops/start.ts')],
    cwd: root,
    env: {
      PATH: process.env.PATH,
      VIGIL_SOFTWARE_DIR: softwareDir,
      VIGIL_STATE_DIR: stateDir,
      VIGIL_HTTP_PORT: String(httpPort),
      VIGIL_MQTT_PORT: String(mqttPort),
      VIGIL_METRICS_PORT: String(metricsPorts.metricsPort),
      VIGIL_ALARMS_METRICS_PORT: String(metricsPorts.alarmsMetricsPort),
      VIGIL_KAFKA_PORT: String(kafkaPort),
      VIGIL_KAFKA_CONTROLLER_PORT: String(kafkaControllerPort),
      VIGIL_INFLUX_PORT: String(influxPort),
      VIGIL_CANARY_METRICS_PORT: String(metricsPorts.canaryMetricsPort),
      VIGIL_DASHBOARD_METRICS_PORT: String(metricsPorts.dashboardMetricsPort),
      VIGIL_TRENDS_METRICS_PORT: String(metricsPorts.trendsMetricsPort),
      VIGIL_WITNESS_METRICS_PORT: String(metricsPorts.witnessMetricsPort),
      VIGIL_DELIVERY_METRICS_PORT: String(metricsPorts.deliveryMetricsPort),
      VIGIL_STRIPS_METRICS_PORT: String(metricsPorts.stripsMetricsPort),
      VIGIL_BEDS: String(options.beds),
    },
    // The log file is beside the state folder, because the state folder perhaps does not exist yet.
    logFile: `${stateDir}.start.log`,
    isReady: (line) => line.startsWith('Vigil is ready after'),
    readyTimeoutMs: startMsMax,
  });
  await child.ready.catch(async (error) => {
    await child.stop(stopMsMax);
    throw error;
  });
  const addresses: ProductAddresses = {
    stateDir,
    softwareDir,
    ...{ httpPort, mqttPort },
    ...metricsPorts,
    ...{ kafkaPort, kafkaControllerPort, influxPort },
    kafkaBrokers: `127.0.0.1:${kafkaPort}`,
    influxUrl: `https://127.0.0.1:${influxPort}`,
    pid: child.pid,
  };
  return { addresses, close: () => child.stop(stopMsMax) };
}
