import { join } from 'node:path';
import { logSettings } from '../process/log-setting.ts';
import type { Manifest, Settings } from '../process/settings.ts';
import { copiesSetting } from './platform/copies.ts';
import { brokersOf } from './platform/kafka-nodes.ts';
import type { SystemAddresses } from './platform/service-env.ts';
import { defaultSoftwareDir } from './platform/software.ts';

const port = (env: string, what: string, fallback: number) =>
  ({ kind: 'integer', env, help: `port of ${what}, on 127.0.0.1`, min: 1, max: 65_535, fallback }) as const;

/** The settings of `npm start`. */
export const startSettings = {
  stateDir: {
    kind: 'text',
    env: 'VIGIL_STATE_DIR',
    help: 'folder of all data, certificates and logs',
    fallback: join(import.meta.dirname, '..', '.vigil'),
  },
  softwareDir: {
    kind: 'text',
    env: 'VIGIL_SOFTWARE_DIR',
    help: 'folder of the Kafka and InfluxDB programs',
    fallback: defaultSoftwareDir,
  },
  runAs: {
    kind: 'text',
    env: 'VIGIL_RUN_AS',
    help: 'user that runs everything if root starts Vigil: a name, uid or uid:gid; this user becomes the owner of the state folder',
    fallback: '',
  },
  httpPort: port('VIGIL_HTTP_PORT', 'the screens (HTTPS)', 8443),
  mqttPort: port('VIGIL_MQTT_PORT', 'the gateway (MQTT over TLS)', 8883),
  gateways: {
    kind: 'integer',
    env: 'VIGIL_GATEWAYS',
    help: 'number of gateway processes that share the MQTT port (Linux); their metrics are at VIGIL_METRICS_PORT and the ports after it',
    min: 1,
    max: 32,
    fallback: 1,
  },
  metricsPort: port('VIGIL_METRICS_PORT', "the gateway's metrics for Prometheus (HTTP)", 9464),
  alarmsMetricsPort: port('VIGIL_ALARMS_METRICS_PORT', "the alarm processor's metrics", 9460),
  canaryMetricsPort: port('VIGIL_CANARY_METRICS_PORT', "the canary's metrics", 9461),
  dashboardMetricsPort: port('VIGIL_DASHBOARD_METRICS_PORT', "the dashboard's metrics", 9462),
  trendsMetricsPort: port('VIGIL_TRENDS_METRICS_PORT', "the trend writer's metrics", 9463),
  witnessMetricsPort: port('VIGIL_WITNESS_METRICS_PORT', 'the metrics of the witness of the audit trail', 9459),
  deliveryMetricsPort: port('VIGIL_DELIVERY_METRICS_PORT', "the delivery process's metrics", 9458),
  stripsMetricsPort: port('VIGIL_STRIPS_METRICS_PORT', "the strip writer's metrics", 9457),
  kafkaCopies: copiesSetting,
  kafkaPort: port('VIGIL_KAFKA_PORT', 'Kafka (the second and third of three brokers have this port + 2 and + 4)', 9092),
  kafkaControllerPort: port(
    'VIGIL_KAFKA_CONTROLLER_PORT',
    "Kafka's controller (the second and third of three have this port + 2 and + 4)",
    9093,
  ),
  influxPort: port('VIGIL_INFLUX_PORT', 'InfluxDB', 8086),
  beds: { kind: 'integer', env: 'VIGIL_BEDS', help: 'simulated beds, 0 for none', min: 0, max: 200, fallback: 8 },
  scenario: {
    kind: 'text',
    env: 'VIGIL_SCENARIO',
    help: 'what happens to the simulated patients (npm run simulate -- --help)',
    pattern: /^[a-z-]{1,32}$/,
    fallback: 'steady',
  },
  demo: {
    kind: 'switch',
    env: 'VIGIL_DEMO',
    help: 'whether to create demo accounts and made-up patients: on or off',
    fallback: true,
  },
  diskFreeMbMin: {
    kind: 'integer',
    env: 'VIGIL_DISK_FREE_MB_MIN',
    help: 'free disk space that a start needs, MB',
    min: 0,
    max: 1_000_000_000,
    fallback: 1_000,
  },
  ...logSettings,
} as const satisfies Manifest;

export type StartSettings = Settings<typeof startSettings>;

/** Returns the addresses of the system with these settings. */
export function systemAddresses(settings: StartSettings): SystemAddresses {
  const { stateDir, mqttPort, httpPort } = settings;
  const { metricsPort, alarmsMetricsPort, canaryMetricsPort } = settings;
  const { dashboardMetricsPort, trendsMetricsPort, witnessMetricsPort, deliveryMetricsPort } = settings;
  const { stripsMetricsPort } = settings;
  const kafkaBrokers = brokersOf(settings);
  const influxUrl = `https://127.0.0.1:${settings.influxPort}`;
  return {
    ...{ stateDir, kafkaBrokers, influxUrl, mqttPort, httpPort },
    ...{ metricsPort, alarmsMetricsPort, canaryMetricsPort },
    ...{ dashboardMetricsPort, trendsMetricsPort, witnessMetricsPort, deliveryMetricsPort, stripsMetricsPort },
  };
}
