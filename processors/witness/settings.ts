import { auditKeySettings, auditReaderSettings } from '../../log/audit/settings.ts';
import { kafkaClientSettings } from '../../log/kafka/settings.ts';
import { logSettings } from '../../process/log-setting.ts';
import { metricsSettings } from '../../process/metrics-server.ts';
import type { Manifest } from '../../process/settings.ts';

/** The settings of the witness of the audit trail. */
export const settings = {
  ...kafkaClientSettings,
  ...auditKeySettings,
  ...auditReaderSettings,
  ...metricsSettings(9459),
  ...logSettings,
  anchorsFile: {
    kind: 'text',
    env: 'VIGIL_AUDIT_ANCHORS_FILE',
    help: 'file to which the witness appends its anchors; keep it where the writers of the audit trail have no access',
  },
  anchorEveryMs: {
    kind: 'integer',
    env: 'VIGIL_AUDIT_ANCHOR_EVERY_MS',
    help: 'time between two anchors of the audit trail, ms; nobody notices if records after the last anchor are cut off',
    min: 1_000,
    max: 3_600_000,
    fallback: 60_000,
  },
} as const satisfies Manifest;
