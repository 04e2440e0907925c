import { kafkaSettings } from '../../log/kafka/settings.ts';
import { influxSettings } from '../../process/influx-settings.ts';
import { logSettings } from '../../process/log-setting.ts';
import { metricsSettings } from '../../process/metrics-server.ts';
import type { Manifest } from '../../process/settings.ts';

/** The settings of the trend writer. */
export const settings = {
  ...kafkaSettings,
  ...influxSettings,
  ...metricsSettings(9463),
  ...logSettings,
  influxUser: {
    kind: 'text',
    env: 'VIGIL_INFLUX_USER',
    help: 'InfluxDB user with the right to write',
    fallback: 'trends',
  },
} as const satisfies Manifest;
