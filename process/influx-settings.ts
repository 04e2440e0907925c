import { serverNameSetting } from './server-name.ts';
import type { Manifest } from './settings.ts';

/** Settings of the connection to InfluxDB, which stores the trends. Each process adds its own `influxUser`. */
export const influxSettings = {
  influxUrl: {
    kind: 'text',
    env: 'VIGIL_INFLUX_URL',
    help: 'address of InfluxDB 1.x, which stores the trends; TLS only',
    pattern: /^https:\/\/[^\s/]+$/,
    fallback: 'https://127.0.0.1:8086',
  },
  influxCaFile: { kind: 'file', env: 'VIGIL_INFLUX_CA_FILE', help: 'CA of InfluxDB, PEM' },
  influxServerName: serverNameSetting('VIGIL_INFLUX_SERVER_NAME', 'influxdb'),
  influxPassword: {
    kind: 'secret',
    env: 'VIGIL_INFLUX_PASSWORD_FILE',
    help: "file with the password of this process's InfluxDB user, mode 0600",
  },
  influxDatabase: {
    kind: 'text',
    env: 'VIGIL_INFLUX_DATABASE',
    help: 'name of the InfluxDB database with the trends',
    pattern: /^[A-Za-z0-9_]{1,64}$/,
    fallback: 'vigil',
  },
} as const satisfies Manifest;
