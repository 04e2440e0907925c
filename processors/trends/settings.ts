import { kafkaSettings } from '../../contracts/kafka/settings.ts';
import type { Manifest } from '../../contracts/settings.ts';

/** Everything that the trend writer is told. */
export const settings = {
  ...kafkaSettings,
  logLevel: {
    kind: 'choice',
    env: 'VIGIL_LOG_LEVEL',
    help: 'trace, debug, info, warn, error, fatal or silent',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    fallback: 'info',
  },
  influxUrl: {
    kind: 'text',
    env: 'VIGIL_INFLUX_URL',
    help: 'InfluxDB 1.x, where trends go',
    pattern: /^https:\/\/[^\s/]+$/,
    fallback: 'https://127.0.0.1:8086',
  },
  influxCaFile: { kind: 'file', env: 'VIGIL_INFLUX_CA_FILE', help: 'CA of InfluxDB, PEM' },
  influxUser: { kind: 'text', env: 'VIGIL_INFLUX_USER', help: 'a user with write rights', fallback: 'trends' },
  influxPassword: { kind: 'secret', env: 'VIGIL_INFLUX_PASSWORD_FILE', help: 'file with its password, mode 0600' },
  influxDatabase: {
    kind: 'text',
    env: 'VIGIL_INFLUX_DATABASE',
    help: 'database of the trends',
    pattern: /^[A-Za-z0-9_]{1,64}$/,
    fallback: 'vigil',
  },
} as const satisfies Manifest;
