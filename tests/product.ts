/** The product as a person starts it: `npm start` in a state folder, on free ports of loopback, stopped in order, and with who started it. */
import { join } from 'node:path';
import { startChild } from '../ops/platform/child.ts';
import { freeMetricsPorts, freePorts } from '../ops/platform/ports.ts';
import type { Whereabouts } from '../ops/platform/service-env.ts';
import { root } from './system.ts';

export type ProductWhereabouts = Whereabouts & {
  readonly softwareDir: string;
  readonly metricsPort: number;
  readonly alarmsMetricsPort: number;
  readonly kafkaPort: number;
  readonly kafkaControllerPort: number;
  readonly influxPort: number;
  /** Of `npm start`; the processes of the product are its children. */
  readonly pid: number;
};

export type RunningProduct = { readonly where: ProductWhereabouts; close(): Promise<void> };

const startMsMax = 300_000;
const stopMsMax = 60_000;

/**
 * Starts it and waits until it says that it is ready.
 * @throws Error with its last words, where it ends instead
 */
export async function startProduct(options: {
  readonly stateDir: string;
  readonly softwareDir: string;
  /** Simulated beds. */
  readonly beds: number;
}): Promise<RunningProduct> {
  const { stateDir, softwareDir } = options;
  const [httpPort = 0, mqttPort = 0, kafkaPort = 0, kafkaControllerPort = 0, influxPort = 0] = await freePorts(5);
  const figures = await freeMetricsPorts();
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
      VIGIL_METRICS_PORT: String(figures.metricsPort),
      VIGIL_ALARMS_METRICS_PORT: String(figures.alarmsMetricsPort),
      VIGIL_KAFKA_PORT: String(kafkaPort),
      VIGIL_KAFKA_CONTROLLER_PORT: String(kafkaControllerPort),
      VIGIL_INFLUX_PORT: String(influxPort),
      VIGIL_CANARY_METRICS_PORT: String(figures.canaryMetricsPort),
      VIGIL_DASHBOARD_METRICS_PORT: String(figures.dashboardMetricsPort),
      VIGIL_TRENDS_METRICS_PORT: String(figures.trendsMetricsPort),
      VIGIL_WITNESS_METRICS_PORT: String(figures.witnessMetricsPort),
      VIGIL_BEDS: String(options.beds),
    },
    // Beside the folder, which may not be there yet.
    logFile: `${stateDir}.start.log`,
    isReady: (line) => line.startsWith('Vigil is ready after'),
    readyTimeoutMs: startMsMax,
  });
  await child.ready.catch(async (error) => {
    await child.stop(stopMsMax);
    throw error;
  });
  const where: ProductWhereabouts = {
    stateDir,
    softwareDir,
    ...{ httpPort, mqttPort },
    ...figures,
    ...{ kafkaPort, kafkaControllerPort, influxPort },
    kafkaBrokers: `127.0.0.1:${kafkaPort}`,
    influxUrl: `https://127.0.0.1:${influxPort}`,
    pid: child.pid,
  };
  return { where, close: () => child.stop(stopMsMax) };
}
