/** The services that write the audit trail; each has a signing key of its own. */
export const auditWriters = ['dashboard', 'operator'] as const;

/** The acts that only the operator's command line does. Another act signed with its key is a forgery (audit-rules.ts). */
export const operatorActions = ['rejected-viewed', 'rejected-redriven', 'patients-captured', 'trends-rebuilt'] as const;

/** The looks and acts that are recorded. This file imports nothing, so that a browser's bundle does not get the schemas. */
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
  'limits-changed',
  'assessment-entered',
  'standby-begun',
  'standby-ended',
  'association-started',
  'association-moved',
  'patient-corrected',
  'association-ended',
  'access-denied',
  ...operatorActions,
] as const;
