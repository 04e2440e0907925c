import { serverNameSetting } from './server-name.ts';
import type { Manifest } from './settings.ts';

/** Where the trends are. The process that writes them and the one that reads them need the same settings. Each adds its own `influxUser`. */
export const influxSettings = {
  influxUrl: {
    kind: 'text',
    env: 'VIGIL_INFLUX_URL',
    help: 'InfluxDB 1.x, which holds the trends, by TLS',
    pattern: /^https:\/\/[^\s/]+$/,
    fallback: 'https://127.0.0.1:8086',
  },
  influxCaFile: { kind: 'file', env: 'VIGIL_INFLUX_CA_FILE', help: 'CA of InfluxDB, PEM' },
  influxServerName: serverNameSetting('VIGIL_INFLUX_SERVER_NAME', 'influxdb'),
  influxPassword: {
    kind: 'secret',
    env: 'VIGIL_INFLUX_PASSWORD_FILE',
    help: 'file with the password of our user, mode 0600',
  },
  influxDatabase: {
    kind: 'text',
    env: 'VIGIL_INFLUX_DATABASE',
    help: 'database of the trends',
    pattern: /^[A-Za-z0-9_]{1,64}$/,
    fallback: 'vigil',
  },
} as const satisfies Manifest;
