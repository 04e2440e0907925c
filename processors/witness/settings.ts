import { auditKeySettings, auditReaderSettings } from '../../log/audit/settings.ts';
import { kafkaClientSettings } from '../../log/kafka/settings.ts';
import { metricsSettings } from '../../process/metrics-server.ts';
import type { Manifest } from '../../process/settings.ts';

/** The settings of the witness of the audit trail. */
export const settings = {
  ...kafkaClientSettings,
  ...auditKeySettings,
  ...auditReaderSettings,
  ...metricsSettings(9459),
  logLevel: {
    kind: 'choice',
    env: 'VIGIL_LOG_LEVEL',
    help: 'trace, debug, info, warn, error, fatal or silent',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    fallback: 'info',
  },
  anchorsFile: {
    kind: 'text',
    env: 'VIGIL_AUDIT_ANCHORS_FILE',
    help: 'file of the anchors, only appended to; out of reach of who writes the trail',
  },
  anchorEveryMs: {
    kind: 'integer',
    env: 'VIGIL_AUDIT_ANCHOR_EVERY_MS',
    help: 'how often a trail that went on is anchored, ms; what was written since the last time can be cut off unseen',
    min: 1_000,
    max: 3_600_000,
    fallback: 60_000,
  },
} as const satisfies Manifest;
