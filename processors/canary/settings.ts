import { canarySilenceSettings } from '../../process/canary-settings.ts';
import { logSettings } from '../../process/log-setting.ts';
import { metricsSettings } from '../../process/metrics-server.ts';
import type { Manifest } from '../../process/settings.ts';
import { clockSettings } from '../../process/system-clock.ts';

/**
 * The settings of the canary. The canary has no access to Kafka, because it connects to the gateway as a device does.
 */
export const canarySettings = {
  mqttUrl: {
    kind: 'text',
    env: 'VIGIL_MQTT_URL',
    help: 'address of the gateway, mqtts://host:port',
    pattern: /^mqtts:\/\/[^/\s]+$/,
    fallback: 'mqtts://127.0.0.1:8883',
  },
  mqttCaFile: { kind: 'text', env: 'VIGIL_MQTT_CA_FILE', help: 'CA of the gateway, PEM' },
  canaryCertFile: {
    kind: 'file',
    env: 'VIGIL_CANARY_CERT_FILE',
    help: 'certificate of the device vigil-canary, PEM; read again for each connection',
  },
  canaryKeyFile: {
    kind: 'file',
    env: 'VIGIL_CANARY_KEY_FILE',
    help: 'private key of the canary’s certificate, PEM, mode 0600; read again for each connection',
  },
  canaryEveryMs: {
    kind: 'integer',
    env: 'VIGIL_CANARY_EVERY_MS',
    help: 'time between two canaries, ms; each canary adds one record to every partition of the readings',
    min: 2_000,
    max: 30_000,
    fallback: 5_000,
  },
  ...canarySilenceSettings,
  ...metricsSettings(9461),
  ...clockSettings,
  ...logSettings,
} as const satisfies Manifest;
