import { kafkaSettings } from '../../log/kafka/settings.ts';
import { logSettings } from '../../process/log-setting.ts';
import { metricsSettings } from '../../process/metrics-server.ts';
import type { Manifest } from '../../process/settings.ts';

/** The settings of the strip writer. */
export const settings = { ...kafkaSettings, ...metricsSettings(9457), ...logSettings } as const satisfies Manifest;
