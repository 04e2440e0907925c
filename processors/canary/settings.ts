import { canarySilenceSettings } from '../../process/canary-settings.ts';
import { metricsSettings } from '../../process/metrics-server.ts';
import type { Manifest } from '../../process/settings.ts';
import { clockSettings } from '../../process/system-clock.ts';

/** The settings of the canary. It has no access to Kafka: it connects as a device does. */
export const canarySettings = {
  mqttUrl: {
    kind: 'text',
    env: 'VIGIL_MQTT_URL',
    help: 'the gateway, mqtts://host:port',
    pattern: /^mqtts:\/\/[^/\s]+$/,
    fallback: 'mqtts://127.0.0.1:8883',
  },
  mqttCaFile: { kind: 'text', env: 'VIGIL_MQTT_CA_FILE', help: 'CA of the gateway, PEM' },
  canaryCertFile: {
    kind: 'file',
    env: 'VIGIL_CANARY_CERT_FILE',
    help: 'certificate of the device vigil-canary, PEM; read anew for each connection',
  },
  canaryKeyFile: {
    kind: 'file',
    env: 'VIGIL_CANARY_KEY_FILE',
    help: 'its private key, PEM, mode 0600; read anew for each connection',
  },
  canaryEveryMs: {
    kind: 'integer',
    env: 'VIGIL_CANARY_EVERY_MS',
    help: 'how often a canary is sent, ms; each is one record in every partition of the readings',
    min: 2_000,
    max: 30_000,
    fallback: 5_000,
  },
  ...canarySilenceSettings,
  ...metricsSettings(9461),
  ...clockSettings,
  logLevel: {
    kind: 'choice',
    env: 'VIGIL_LOG_LEVEL',
    help: 'least level of log lines',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    fallback: 'info',
  },
} as const satisfies Manifest;
