import { kafkaSettings } from '../../log/kafka/settings.ts';
import { metricsSettings } from '../../process/metrics-server.ts';
import type { Manifest } from '../../process/settings.ts';

/** The settings of the alarm processor. */
export const alarmSettings = {
  ...kafkaSettings,
  ...metricsSettings(9460),
  logLevel: {
    kind: 'choice',
    env: 'VIGIL_LOG_LEVEL',
    help: 'least severe level that is logged',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
    fallback: 'info',
  },
  profilesFile: {
    kind: 'file',
    env: 'VIGIL_LIMIT_PROFILES_FILE',
    help: 'limit profiles of wards and categories, JSON; without it adults have the built-in one and children none',
    fallback: '',
  },
  alertCodesFile: {
    kind: 'file',
    env: 'VIGIL_ALERT_CODES_FILE',
    help: 'conditions of devices’ own alarms that the hospital adds or words otherwise, JSON',
    fallback: '',
  },
  snapshotMs: {
    kind: 'integer',
    env: 'VIGIL_ALARMS_SNAPSHOT_MS',
    help: 'how often the state of associations whose alarms changed is written, ms',
    min: 100,
    max: 60_000,
    fallback: 2_000,
  },
  quietSnapshotMs: {
    kind: 'integer',
    env: 'VIGIL_ALARMS_QUIET_SNAPSHOT_MS',
    help: 'the same where only readings came: the most that is read again after a crash, ms',
    min: 100,
    max: 600_000,
    fallback: 20_000,
  },
  memberFile: {
    kind: 'text',
    env: 'VIGIL_ALARMS_MEMBER_FILE',
    help: 'file of its own in which it writes who it is in Kafka’s group: after a crash its next start need not wait for Kafka to miss it',
    fallback: '',
  },
} as const satisfies Manifest;
