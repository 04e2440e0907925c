/** The services that write the audit trail. Each service has its own signing key. */
export const auditWriters = ['dashboard', 'operator'] as const;

/** Only the operator's command line records these acts. If the dashboard's key signed one of them, the record is forged (log/audit/rules.ts). */
export const operatorActions = [
  'rejected-viewed',
  'rejected-redriven',
  'patients-captured',
  'trends-rebuilt',
  'reach-tested',
] as const;

/** The looks and acts that are recorded. This file imports nothing, to keep the schemas out of the browser's bundle. */
export const auditActions = [
  'login',
  'login-failed',
  'logout',
  'screen-locked',
  'screen-unlocked',
  'account-created',
  'account-changed',
  'account-disabled',
  'account-enabled',
  'account-removed',
  'ward-viewed',
  'patient-viewed',
  'trend-viewed',
  'audit-viewed',
  'alarm-acknowledged',
  'audio-paused',
  'sound-taken',
  'sound-given-back',
  'limits-changed',
  'assessment-entered',
  'standby-begun',
  'standby-ended',
  'association-started',
  'association-moved',
  'patient-corrected',
  'association-ended',
  'duty-assigned',
  'duty-accepted',
  'duty-declined',
  'duty-ended',
  'duty-away',
  'duty-back',
  'call-accepted',
  'call-rejected',
  'reach-added',
  'reach-removed',
  'access-denied',
  'alarm-explained',
  ...operatorActions,
] as const;
