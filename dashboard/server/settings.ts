import { shiftTimesPattern, usualShiftTimes } from '../../contracts/shift-times.ts';
import { auditKeySettings, auditReaderSettings } from '../../log/audit/settings.ts';
import { kafkaSettings } from '../../log/kafka/settings.ts';
import { canarySilenceSettings } from '../../process/canary-settings.ts';
import { deliverySettings } from '../../process/delivery-policy-file.ts';
import { influxSettings } from '../../process/influx-settings.ts';
import { logSettings } from '../../process/log-setting.ts';
import { metricsSettings } from '../../process/metrics-server.ts';
import { pushHostSettings, pushPublicKeySettings } from '../../process/push-settings.ts';
import type { Manifest } from '../../process/settings.ts';

/** All settings of the dashboard's server. */
export const settings = {
  ...kafkaSettings,
  ...influxSettings,
  ...auditKeySettings,
  ...auditReaderSettings,
  ...canarySilenceSettings,
  ...deliverySettings,
  ...pushHostSettings,
  ...pushPublicKeySettings,
  ...metricsSettings(9462),
  anchorsFile: {
    kind: 'text',
    env: 'VIGIL_AUDIT_ANCHORS_FILE',
    help: "file with the witness's anchors of the audit trail; the dashboard only reads it; if empty, the auditor's page cannot notice that the newest records were deleted",
    fallback: '',
  },
  ...logSettings,
  mailDomains: {
    kind: 'list',
    env: 'VIGIL_MAIL_DOMAINS',
    help: 'domains of the mail addresses at which persons may be reached, separated by commas, for example hospital.example; if empty, nobody can add a mail address',
    fallback: [],
  },
  httpHost: { kind: 'text', env: 'VIGIL_HTTP_HOST', help: 'address to listen on', fallback: '127.0.0.1' },
  httpPort: {
    kind: 'integer',
    env: 'VIGIL_HTTP_PORT',
    help: 'HTTPS port of the screens',
    min: 0,
    max: 65_535,
    fallback: 8443,
  },
  httpConnectsPerS: {
    kind: 'integer',
    env: 'VIGIL_HTTP_CONNECTS_PER_S',
    help: 'number of browser connections (TLS handshakes) accepted in a second; the addresses of browsers take turns; further connections wait; connections of trusted proxies do not wait',
    min: 1,
    max: 10_000,
    fallback: 100,
  },
  httpCertFile: { kind: 'file', env: 'VIGIL_HTTP_CERT_FILE', help: 'certificate chain of the HTTPS port, PEM' },
  httpKeyFile: {
    kind: 'secret-file',
    env: 'VIGIL_HTTP_KEY_FILE',
    help: 'private key of the HTTPS certificate, PEM, mode 0600',
  },
  publicOrigins: {
    kind: 'list',
    env: 'VIGIL_PUBLIC_ORIGIN',
    help: 'origins under which browsers open the dashboard, for example https://monitor.hospital.example, separated by commas',
    fallback: ['https://localhost:8443'],
  },
  trustedProxies: {
    kind: 'list',
    env: 'VIGIL_TRUSTED_PROXIES',
    help: 'addresses or networks of reverse proxies, separated by commas; only X-Forwarded-For of these proxies is used as the address of a browser, and their connections are accepted at once',
    fallback: [],
  },
  screenLockMs: {
    kind: 'integer',
    env: 'VIGIL_SCREEN_LOCK_MS',
    help: 'a screen that nobody touches for this time hides names and asks for the password, but still shows alarms; ms',
    min: 60_000,
    max: 43_200_000,
    fallback: 900_000,
  },
  shiftTimes: {
    kind: 'text',
    env: 'VIGIL_SHIFT_TIMES',
    help: 'times of day at which shifts begin, in the zone of the ward: 1 to 6 times, separated by commas without spaces',
    pattern: shiftTimesPattern,
    fallback: usualShiftTimes,
  },
  wardsFile: { kind: 'file', env: 'VIGIL_WARDS_FILE', help: 'registry of wards and beds, JSON' },
  accountsFile: { kind: 'file', env: 'VIGIL_ACCOUNTS_FILE', help: 'local accounts, JSON' },
  sessionKey: {
    kind: 'secret',
    env: 'VIGIL_SESSION_KEY_FILE',
    help: 'file with the key that signs session tokens, 256 bits or more in base64url, mode 0600',
  },
  influxUser: { kind: 'text', env: 'VIGIL_INFLUX_USER', help: 'InfluxDB user with read rights', fallback: 'dashboard' },
} as const satisfies Manifest;
