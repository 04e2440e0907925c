import { kafkaSettings } from '../../log/kafka/settings.ts';
import { deliverySettings as policySettings } from '../../process/delivery-policy-file.ts';
import { logSettings } from '../../process/log-setting.ts';
import { metricsSettings } from '../../process/metrics-server.ts';
import type { Manifest } from '../../process/settings.ts';
import { channelSettings } from './channels/settings.ts';

/** The settings of the delivery process. */
export const settings = {
  ...kafkaSettings,
  ...metricsSettings(9458),
  ...logSettings,
  ...policySettings,
  ...channelSettings,
  wardsFile: {
    kind: 'text',
    env: 'VIGIL_WARDS_FILE',
    help: 'registry of wards and beds, JSON: messages write times in the zone of the ward; without it, times are in UTC',
    fallback: '',
  },
  memberFile: {
    kind: 'text',
    env: 'VIGIL_DELIVERY_MEMBER_FILE',
    help: 'file in which this process stores its identity in the Kafka group; with this file, the process delivers again sooner after a crash; each process needs its own file',
    fallback: '',
  },
  assignmentsCheckedUntil: {
    kind: 'integer',
    env: 'VIGIL_ASSIGNMENTS_CHECKED_UNTIL',
    help: 'offset of the last unreadable record of the topic assignments, set after a person has checked all boards: the unreadable records up to this offset then raise no alert (docs/operator.md, VigilDeliveryUnreadable); -1: none',
    fallback: -1,
    min: -1,
    max: 1_000_000_000_000,
  },
} as const satisfies Manifest;
