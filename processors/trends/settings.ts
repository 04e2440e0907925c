import { influxSettings } from '../../contracts/influx-settings.ts';
import { kafkaSettings } from '../../contracts/kafka/settings.ts';
import { metricsSettings } from '../../contracts/metrics-server.ts';
import type { Manifest } from '../../contracts/settings.ts';

/** Everything that the trend writer is told. */
export const settings = {
  ...kafkaSettings,
  ...influxSettings,
  ...metricsSettings(9463),
  logLevel: {
    kind: 'choice',
    env: 'VIGIL_LOG_LEVEL',
    help: 'trace, debug, info, warn, error, fatal or silent',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    fallback: 'info',
  },
  influxUser: { kind: 'text', env: 'VIGIL_INFLUX_USER', help: 'a user with write rights', fallback: 'trends' },
} as const satisfies Manifest;
