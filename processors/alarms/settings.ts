import { kafkaSettings } from '../../log/kafka/settings.ts';
import { logSettings } from '../../process/log-setting.ts';
import { metricsSettings } from '../../process/metrics-server.ts';
import type { Manifest } from '../../process/settings.ts';

/** The settings of the alarm processor. */
export const alarmSettings = {
  ...kafkaSettings,
  ...metricsSettings(9460),
  ...logSettings,
  profilesFile: {
    kind: 'file',
    env: 'VIGIL_LIMIT_PROFILES_FILE',
    help: 'JSON file with limit profiles; without it adults have the built-in profile, and children have no limits',
    fallback: '',
  },
  alertCodesFile: {
    kind: 'file',
    env: 'VIGIL_ALERT_CODES_FILE',
    help: 'JSON file that adds conditions for the devices’ own alarms, or changes the texts of built-in conditions',
    fallback: '',
  },
  snapshotMs: {
    kind: 'integer',
    env: 'VIGIL_ALARMS_SNAPSHOT_MS',
    help: 'time between two snapshots of associations whose alarms changed, ms',
    min: 100,
    max: 60_000,
    fallback: 2_000,
  },
  quietSnapshotMs: {
    kind: 'integer',
    env: 'VIGIL_ALARMS_QUIET_SNAPSHOT_MS',
    help: 'longest time between two snapshots of associations with only new readings, ms; a restart reads these readings again',
    min: 100,
    max: 600_000,
    fallback: 20_000,
  },
  memberFile: {
    kind: 'text',
    env: 'VIGIL_ALARMS_MEMBER_FILE',
    help: 'file in which this process stores its identity in the Kafka group; with this file, the process judges again sooner after a crash; each process needs its own file',
    fallback: '',
  },
} as const satisfies Manifest;
