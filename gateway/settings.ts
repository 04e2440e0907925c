import { dayMs, minuteMs } from '../contracts/durations.ts';
import { VigilError } from '../contracts/errors.ts';
import { kafkaSettings } from '../log/kafka/settings.ts';
import { logSettings } from '../process/log-setting.ts';
import { metricsSettings } from '../process/metrics-server.ts';
import type { Manifest, Settings } from '../process/settings.ts';
import { defaultLimits, type Limits } from './listener/limits.ts';
import type { RejectionLimits } from './rejections.ts';
import { upstreamSettings } from './upstream/settings.ts';

/** The gateway's settings. */
export const gatewaySettings = {
  ...kafkaSettings,
  ...upstreamSettings,
  ...metricsSettings(9464),
  mqttHost: { kind: 'text', env: 'VIGIL_MQTT_HOST', help: 'address that devices connect to', fallback: '127.0.0.1' },
  mqttPort: {
    kind: 'integer',
    env: 'VIGIL_MQTT_PORT',
    help: 'port that devices connect to',
    min: 0,
    max: 65_535,
    fallback: 8883,
  },
  mqttSharePort: {
    kind: 'switch',
    env: 'VIGIL_MQTT_SHARE_PORT',
    help: 'let several gateways on this machine listen on the MQTT port: on or off; must be the same for all these gateways (Linux, FreeBSD)',
    fallback: false,
  },
  mqttCertFile: { kind: 'file', env: 'VIGIL_MQTT_CERT_FILE', help: 'server certificate of the MQTT listener, PEM' },
  mqttKeyFile: {
    kind: 'secret-file',
    env: 'VIGIL_MQTT_KEY_FILE',
    help: 'private key of the server certificate, PEM, mode 0600',
  },
  mqttClientCaFile: { kind: 'file', env: 'VIGIL_MQTT_CLIENT_CA_FILE', help: 'CA of the device certificates, PEM' },
  mqttCrlFile: {
    kind: 'file',
    env: 'VIGIL_MQTT_CRL_FILE',
    help: 'revocation list (CRL) of the CA of the devices, PEM or DER; read again when it changes; without it, the gateway starts only with VIGIL_MQTT_WITHOUT_CRL=on',
    fallback: '',
  },
  mqttWithoutCrl: {
    kind: 'switch',
    env: 'VIGIL_MQTT_WITHOUT_CRL',
    help: 'start without a revocation list; then revoked devices can connect: on or off',
    fallback: false,
  },
  ...logSettings,
  packetBytesMax: {
    kind: 'integer',
    env: 'VIGIL_MQTT_PACKET_BYTES_MAX',
    help: 'largest MQTT packet, bytes; its copy in `rejected` must fit into a Kafka record of 1 MiB',
    min: 4096,
    max: 524_288,
    fallback: defaultLimits.packetBytesMax,
  },
  inFlightMax: {
    kind: 'integer',
    env: 'VIGIL_MQTT_IN_FLIGHT_MAX',
    help: 'maximum number of unacknowledged publishes of one connection (Receive Maximum)',
    min: 1,
    max: 65_535,
    fallback: defaultLimits.inFlightMax,
  },
  unackedBytesMax: {
    kind: 'integer',
    env: 'VIGIL_MQTT_UNACKED_BYTES_MAX',
    help: 'maximum memory of all unacknowledged publishes, bytes; above it all connections wait',
    min: 1_048_576,
    max: 200_000_000,
    fallback: defaultLimits.unackedBytesMax,
  },
  deviceBytesPerS: {
    kind: 'integer',
    env: 'VIGIL_MQTT_DEVICE_BYTES_PER_S',
    help: 'bytes of MQTT packets that one device may send per second, over all its connections; above it the connections wait',
    min: 4096,
    max: 1_000_000_000,
    fallback: defaultLimits.deviceBytesPerS,
  },
  deviceMessagesPerS: {
    kind: 'integer',
    env: 'VIGIL_MQTT_DEVICE_MESSAGES_PER_S',
    help: 'MQTT packets that one device may send per second, over all its connections; above it the connections wait',
    min: 10,
    max: 1_000_000,
    fallback: defaultLimits.deviceMessagesPerS,
  },
  connectionsMax: {
    kind: 'integer',
    env: 'VIGIL_MQTT_CONNECTIONS_MAX',
    help: 'maximum number of connections at the same time',
    min: 1,
    max: 100_000,
    fallback: defaultLimits.connectionsMax,
  },
  connectionsPerDeviceMax: {
    kind: 'integer',
    env: 'VIGIL_MQTT_CONNECTIONS_PER_DEVICE_MAX',
    help: 'maximum number of connections of one device at the same time',
    min: 1,
    max: 100_000,
    fallback: defaultLimits.connectionsPerDeviceMax,
  },
  connectsPerS: {
    kind: 'integer',
    env: 'VIGIL_MQTT_CONNECTS_PER_S',
    help: 'TLS handshakes that may begin per second, each of about 1.4 ms of CPU; 30 times as many connections may wait',
    min: 1,
    max: 10_000,
    fallback: defaultLimits.connectsPerS,
  },
  connectMs: {
    kind: 'integer',
    env: 'VIGIL_MQTT_CONNECT_MS',
    help: 'longest TLS handshake, and longest time from its end to CONNECT, ms',
    min: 100,
    max: minuteMs,
    fallback: defaultLimits.connectMs,
  },
  keepAliveMaxS: {
    kind: 'integer',
    env: 'VIGIL_MQTT_KEEP_ALIVE_MAX_S',
    help: 'longest Keep Alive, s; also applies to clients that ask for a longer Keep Alive or for none',
    min: 1,
    max: 65_535,
    fallback: defaultLimits.keepAliveMaxS,
  },
  sessionExpiryMaxS: {
    kind: 'integer',
    env: 'VIGIL_MQTT_SESSION_EXPIRY_MAX_S',
    help: 'longest time for which a session is kept without a connection, s',
    min: 0,
    max: 7 * 86_400,
    fallback: defaultLimits.sessionExpiryMaxMs / 1000,
  },
  appendMs: {
    kind: 'integer',
    env: 'VIGIL_LOG_APPEND_MS',
    help: 'longest wait for Kafka, ms; after it the connections that wait are closed without acknowledgement',
    min: 500,
    max: 10 * minuteMs,
    fallback: 30_000,
  },
  rejectedDeviceBytesPerDay: {
    kind: 'integer',
    env: 'VIGIL_REJECTED_DEVICE_BYTES_PER_DAY',
    help: 'bytes per day that the refused messages of one device may use in the topic `rejected`; further refused messages of this device are only counted there',
    min: 0,
    max: 1_000_000_000_000,
    fallback: 134_217_728,
  },
  rejectedBytesPerDay: {
    kind: 'integer',
    env: 'VIGIL_REJECTED_BYTES_PER_DAY',
    help: 'bytes per day that the refused messages of all devices of this gateway may use in `rejected`; one device may use at most the bytes that are still free',
    min: 0,
    max: 1_000_000_000_000,
    fallback: 1_073_741_824,
  },
  apartDeviceBytesPerDay: {
    kind: 'integer',
    env: 'VIGIL_APART_DEVICE_BYTES_PER_DAY',
    help: 'bytes per day in `rejected` for the readings of one device whose patient is not clear; its waves may use three quarters of these bytes; further readings are refused',
    min: 0,
    max: 1_000_000_000_000,
    fallback: 201_326_592,
  },
  apartBytesPerDay: {
    kind: 'integer',
    env: 'VIGIL_APART_BYTES_PER_DAY',
    help: 'bytes per day in `rejected` for all readings of this gateway whose patient is not clear; one device may use at most the bytes that are still free',
    min: 0,
    max: 1_000_000_000_000,
    fallback: 1_073_741_824,
  },
  aheadMaxMs: {
    kind: 'integer',
    env: 'VIGIL_READING_AHEAD_MAX_MS',
    help: "how far a reading's time may be ahead of the gateway's clock, ms",
    min: 0,
    max: 60 * minuteMs,
    fallback: 5 * minuteMs,
  },
  lateMaxMs: {
    kind: 'integer',
    env: 'VIGIL_READING_LATE_MAX_MS',
    help: 'how old a reading may be, ms; must not be longer than the log keeps readings',
    min: minuteMs,
    max: 7 * dayMs,
    fallback: 7 * dayMs,
  },
} as const satisfies Manifest;

/**
 * Checks that there is a CRL, or that a setting allows a start without a CRL. So nobody leaves out the CRL by accident.
 * @throws VigilError `settings-invalid` if there is neither
 */
export function requireRevocation(settings: Pick<Settings<typeof gatewaySettings>, 'mqttCrlFile' | 'mqttWithoutCrl'>) {
  if (settings.mqttCrlFile !== '' || settings.mqttWithoutCrl) return;
  throw new VigilError(
    'settings-invalid',
    'VIGIL_MQTT_CRL_FILE is not set, so revoked devices could connect. Set it to a CRL (npm run certs -- crl writes one), or set VIGIL_MQTT_WITHOUT_CRL=on to start without a CRL.',
  );
}

/**
 * A client that gets no answer gives up after about this time. So the queue needs space only for the connections whose
 * handshakes begin within this time.
 */
const clientGiveUpS = 30;

export function limitsOf(settings: Settings<typeof gatewaySettings>): Limits {
  return {
    ...defaultLimits,
    packetBytesMax: settings.packetBytesMax,
    inFlightMax: settings.inFlightMax,
    unackedBytesMax: settings.unackedBytesMax,
    deviceBytesPerS: settings.deviceBytesPerS,
    deviceMessagesPerS: settings.deviceMessagesPerS,
    qos0BytesMax: settings.unackedBytesMax / 2,
    partialBytesMax: Math.max(settings.unackedBytesMax / 4, 2 * settings.packetBytesMax),
    connectionsMax: settings.connectionsMax,
    connectionsPerDeviceMax: settings.connectionsPerDeviceMax,
    sessionsMax: 2 * settings.connectionsMax,
    connectsPerS: settings.connectsPerS,
    connectsWaitingMax: clientGiveUpS * settings.connectsPerS,
    connectMs: settings.connectMs,
    keepAliveMaxS: settings.keepAliveMaxS,
    sessionExpiryMaxMs: settings.sessionExpiryMaxS * 1000,
  };
}

export function rejectionLimitsOf(settings: Settings<typeof gatewaySettings>): RejectionLimits {
  return {
    refused: { deviceBytesPerDay: settings.rejectedDeviceBytesPerDay, allBytesPerDay: settings.rejectedBytesPerDay },
    apart: { deviceBytesPerDay: settings.apartDeviceBytesPerDay, allBytesPerDay: settings.apartBytesPerDay },
  };
}
