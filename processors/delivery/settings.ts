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
  memberFile: {
    kind: 'text',
    env: 'VIGIL_DELIVERY_MEMBER_FILE',
    help: 'file for the identity of this process in the Kafka group; with this file, the process delivers again sooner after a crash; one file per process',
    fallback: '',
  },
} as const satisfies Manifest;
