import { join } from 'node:path';
import { logSettings } from '../process/log-setting.ts';
import type { Manifest } from '../process/settings.ts';
import { clockSettings } from '../process/system-clock.ts';

/** The settings of the simulator. An option of the command line overrides its setting. */
export const simulatorSettings = {
  stateDir: {
    kind: 'text',
    env: 'VIGIL_STATE_DIR',
    help: 'folder that holds certs/',
    fallback: join(import.meta.dirname, '..', '.vigil'),
  },
  mqttUrl: {
    kind: 'text',
    env: 'VIGIL_MQTT_URL',
    help: 'URL of the gateway, mqtts://host:port',
    pattern: /^mqtts:\/\/[^/\s]+$/,
    fallback: 'mqtts://127.0.0.1:8883',
  },
  mqttCaFile: {
    kind: 'text',
    env: 'VIGIL_MQTT_CA_FILE',
    help: 'CA of the gateway, PEM; by default certs/ca.pem in the state folder',
    fallback: '',
  },
  deviceCertsDir: {
    kind: 'text',
    env: 'VIGIL_DEVICE_CERTS_DIR',
    help: 'folder of <deviceId>.pem and .key; by default certs/devices in the state folder',
    fallback: '',
  },
  ...clockSettings,
  ...logSettings,
} as const satisfies Manifest;
