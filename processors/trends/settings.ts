import { kafkaSettings } from '../../log/kafka/settings.ts';
import { influxSettings } from '../../process/influx-settings.ts';
import { metricsSettings } from '../../process/metrics-server.ts';
import type { Manifest } from '../../process/settings.ts';

/** The settings of the trend writer. */
export const settings = {
  ...kafkaSettings,
  ...influxSettings,
  ...metricsSettings(9463),
  logLevel: {
    kind: 'choice',
    env: 'VIGIL_LOG_LEVEL',
    help: 'least severe level that is logged',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    fallback: 'info',
  },
  influxUser: {
    kind: 'text',
    env: 'VIGIL_INFLUX_USER',
    help: 'InfluxDB user with the right to write',
    fallback: 'trends',
  },
} as const satisfies Manifest;
