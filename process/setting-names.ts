/**
 * All names of settings that any program of Vigil or docker-compose.yml reads. With this list, a process can
 * distinguish a setting of another process from a typing error. tests/settings.test.ts compares this list with the
 * manifests.
 */
import { visibleText } from '../contracts/text.ts';

export const settingNames: readonly string[] = [
  'VIGIL_ACCOUNTS_DIR',
  'VIGIL_ACCOUNTS_FILE',
  'VIGIL_ALARMS_MEMBER_FILE',
  'VIGIL_ALARMS_METRICS_PORT',
  'VIGIL_ALARMS_QUIET_SNAPSHOT_MS',
  'VIGIL_ALARMS_SNAPSHOT_MS',
  'VIGIL_ALERT_CODES_FILE',
  'VIGIL_APART_BYTES_PER_DAY',
  'VIGIL_APART_DEVICE_BYTES_PER_DAY',
  'VIGIL_ASSIGNMENTS_CHECKED_UNTIL',
  'VIGIL_AUDIT_ANCHORS_FILE',
  'VIGIL_AUDIT_ANCHOR_EVERY_MS',
  'VIGIL_AUDIT_KEYS_FILE',
  'VIGIL_AUDIT_KEY_FILE',
  'VIGIL_BEDS',
  'VIGIL_BUILD_CA_FILE',
  'VIGIL_CANARY_CERT_FILE',
  'VIGIL_CANARY_EVERY_MS',
  'VIGIL_CANARY_KEY_FILE',
  'VIGIL_CANARY_METRICS_PORT',
  'VIGIL_CANARY_SILENT_MS',
  'VIGIL_CLOCK_AHEAD_MS',
  'VIGIL_COMPOSE_DIR',
  'VIGIL_DASHBOARD_METRICS_PORT',
  'VIGIL_DELIVERY_CA_FILE',
  'VIGIL_DELIVERY_DETAILS',
  'VIGIL_DELIVERY_MEMBER_FILE',
  'VIGIL_DELIVERY_METRICS_PORT',
  'VIGIL_DELIVERY_POLICY_FILE',
  'VIGIL_DELIVERY_PRIVATE_NETWORKS',
  'VIGIL_DEMO',
  'VIGIL_DEVICES',
  'VIGIL_DEVICE_CERTS_DIR',
  'VIGIL_DISK_FREE_MB_MIN',
  'VIGIL_FAULTS_FULL',
  'VIGIL_GATEWAYS',
  'VIGIL_GATEWAY_STATE_DIR',
  'VIGIL_HTTP_CERT_FILE',
  'VIGIL_HTTP_CONNECTS_PER_S',
  'VIGIL_HTTP_HOST',
  'VIGIL_HTTP_KEY_FILE',
  'VIGIL_HTTP_PORT',
  'VIGIL_IMAGE',
  'VIGIL_INFLUX_CA_FILE',
  'VIGIL_INFLUX_DATABASE',
  'VIGIL_INFLUX_IMAGE',
  'VIGIL_INFLUX_PASSWORD_FILE',
  'VIGIL_INFLUX_PORT',
  'VIGIL_INFLUX_SERVER_NAME',
  'VIGIL_INFLUX_URL',
  'VIGIL_INFLUX_USER',
  'VIGIL_KAFKA_BROKERS',
  'VIGIL_KAFKA_CA_FILE',
  'VIGIL_KAFKA_CERT_FILE',
  'VIGIL_KAFKA_CLUSTER_ID',
  'VIGIL_KAFKA_CONTROLLER_PORT',
  'VIGIL_KAFKA_COPIES',
  'VIGIL_KAFKA_IMAGE',
  'VIGIL_KAFKA_KEY_FILE',
  'VIGIL_KAFKA_PORT',
  'VIGIL_KAFKA_SERVER_NAME',
  'VIGIL_KAFKA_SUPER_USERS',
  'VIGIL_LAUNCHED_AT_MS',
  'VIGIL_LIMIT_PROFILES_FILE',
  'VIGIL_LOG_APPEND_MS',
  'VIGIL_LOG_LEVEL',
  'VIGIL_MAIL_DOMAINS',
  'VIGIL_MAIL_FROM',
  'VIGIL_MAIL_HOST',
  'VIGIL_MAIL_PASSWORD_FILE',
  'VIGIL_MAIL_PORT',
  'VIGIL_MAIL_TLS',
  'VIGIL_MAIL_USER',
  'VIGIL_METRICS_HOST',
  'VIGIL_METRICS_PORT',
  'VIGIL_MQTT_CA_FILE',
  'VIGIL_MQTT_CERT_FILE',
  'VIGIL_MQTT_CLIENT_CA_FILE',
  'VIGIL_MQTT_CONNECTIONS_MAX',
  'VIGIL_MQTT_CONNECTIONS_PER_DEVICE_MAX',
  'VIGIL_MQTT_CONNECTS_PER_S',
  'VIGIL_MQTT_CONNECT_MS',
  'VIGIL_MQTT_CRL_FILE',
  'VIGIL_MQTT_DEVICE_BYTES_PER_S',
  'VIGIL_MQTT_DEVICE_MESSAGES_PER_S',
  'VIGIL_MQTT_HOST',
  'VIGIL_MQTT_IN_FLIGHT_MAX',
  'VIGIL_MQTT_KEEP_ALIVE_MAX_S',
  'VIGIL_MQTT_KEY_FILE',
  'VIGIL_MQTT_PACKET_BYTES_MAX',
  'VIGIL_MQTT_PORT',
  'VIGIL_MQTT_SESSION_EXPIRY_MAX_S',
  'VIGIL_MQTT_SHARE_PORT',
  'VIGIL_MQTT_UNACKED_BYTES_MAX',
  'VIGIL_MQTT_URL',
  'VIGIL_MQTT_WITHOUT_CRL',
  'VIGIL_NODE_IMAGE',
  'VIGIL_PSEUDONYM_KEY_FILE',
  'VIGIL_PUBLIC_ORIGIN',
  'VIGIL_PUBLISH_ADDRESS',
  'VIGIL_PUSH_HOSTS',
  'VIGIL_PUSH_KEYS_FILE',
  'VIGIL_PUSH_PUBLIC_KEY_FILE',
  'VIGIL_PUSH_SUBJECT',
  'VIGIL_READERS_FILE',
  'VIGIL_READER_KEY_FILE',
  'VIGIL_READING_AHEAD_MAX_MS',
  'VIGIL_READING_LATE_MAX_MS',
  'VIGIL_REJECTED_BYTES_PER_DAY',
  'VIGIL_REJECTED_DEVICE_BYTES_PER_DAY',
  'VIGIL_RUN_AS',
  'VIGIL_SCENARIO',
  'VIGIL_SCREENSHOTS_DIR',
  'VIGIL_SCREEN_LOCK_MS',
  'VIGIL_SERVER_NAMES',
  'VIGIL_SERVICES_CRL_FILE',
  'VIGIL_SESSION_KEY_FILE',
  'VIGIL_SETUP_STATE_DIR',
  'VIGIL_SHIFT_TIMES',
  'VIGIL_SOFTWARE_DIR',
  'VIGIL_STATE_DIR',
  'VIGIL_TEST_KILLS',
  'VIGIL_TEST_SEED',
  'VIGIL_STRIPS_METRICS_PORT',
  'VIGIL_TRENDS_METRICS_PORT',
  'VIGIL_TRENDS_STATE_DIR',
  'VIGIL_TRUSTED_PROXIES',
  'VIGIL_UPSTREAM_CA_FILE',
  'VIGIL_UPSTREAM_CERT_FILE',
  'VIGIL_UPSTREAM_CLIENT_ID',
  'VIGIL_UPSTREAM_CONNECTIONS',
  'VIGIL_UPSTREAM_GROUP',
  'VIGIL_UPSTREAM_IN_FLIGHT_MAX',
  'VIGIL_UPSTREAM_KEY_FILE',
  'VIGIL_UPSTREAM_PASSWORD_FILE',
  'VIGIL_UPSTREAM_SESSION_EXPIRY_S',
  'VIGIL_UPSTREAM_URL',
  'VIGIL_UPSTREAM_USER',
  'VIGIL_WARDS_FILE',
  'VIGIL_WEBHOOK_HOSTS',
  'VIGIL_WITNESS_METRICS_PORT',
];

const shownCharsMax = 64;

/** Returns a fault for each `VIGIL_` variable that no program reads, with the most similar valid name. */
export function unknownNameFaults(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(env)
    .filter((name) => /^VIGIL_/i.test(name) && !settingNames.includes(name))
    .map(
      (name) =>
        `${visibleText(name.slice(0, shownCharsMax))} is not a setting (did you mean ${mostSimilarName(name)}?)`,
    );
}

function mostSimilarName(name: string): string {
  const distances = settingNames.map((validName) =>
    editDistance(name.toUpperCase().slice(0, shownCharsMax), validName),
  );
  return settingNames[distances.indexOf(Math.min(...distances))] ?? '';
}

/**
 * Returns the distance of two texts: the smallest number of letters to add, remove or replace until the texts are equal
 * (Levenshtein).
 */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line += 1) {
    const above = row;
    row = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = above[column - 1]! + (from[line - 1] === to[column - 1] ? 0 : 1);
      row.push(Math.min(above[column]! + 1, row[column - 1]! + 1, replaced));
    }
  }
  return row[to.length]!;
}
