/**
 * Plain names of the actions in the audit trail, in groups. The page, the CSV file and the FHIR export use the same
 * names.
 */
import type { auditActions } from './audit-actions.ts';

export type AuditAction = (typeof auditActions)[number];

/** The groups, in the order in which a person reads them, with their names. */
export const auditGroupNames = {
  looks: 'Looked at',
  limits: 'Changed limits',
  alarms: 'Answered alarms and paused sounds',
  care: 'Entered data about a patient',
  assignments: 'Assignments and calls',
  accounts: 'Accounts, logins and screens',
  devices: 'Devices and beds',
  exports: 'Exports and operator’s commands',
  refused: 'Refused',
} as const;
export type AuditGroup = keyof typeof auditGroupNames;
export const auditGroups = Object.keys(auditGroupNames) as AuditGroup[];

type ActionName = { readonly group: AuditGroup; readonly name: string };

/**
 * The group and the name of each action. A name is the end of a sentence that begins with the person: "Nora looked at a
 * patient".
 */
export const auditActionNames: Readonly<Record<AuditAction, ActionName>> = {
  'ward-viewed': { group: 'looks', name: 'looked at a ward' },
  'patient-viewed': { group: 'looks', name: 'looked at a patient' },
  'patient-view-closed': { group: 'looks', name: 'closed the view of a patient' },
  'trend-viewed': { group: 'looks', name: 'looked at trends of a patient' },
  'waves-viewed': { group: 'looks', name: 'looked at waves of a patient' },
  'alarm-explained': { group: 'looks', name: 'looked at why nobody came to an alarm' },
  'alarms-reviewed': { group: 'looks', name: 'looked at the alarm history' },
  'shift-viewed': { group: 'looks', name: 'looked at the summary of a shift' },
  'alarms-exported': { group: 'exports', name: 'exported the alarm history' },
  'trends-exported': { group: 'exports', name: 'exported trends of a patient' },
  'strip-viewed': { group: 'looks', name: 'looked at the strip of an alarm' },
  'audit-viewed': { group: 'looks', name: 'looked at the audit trail' },
  'rejected-viewed': { group: 'looks', name: 'looked at rejected input' },
  'limits-changed': { group: 'limits', name: 'sent a change of limits' },
  'alarm-acknowledged': { group: 'alarms', name: 'acknowledged an alarm' },
  'audio-paused': { group: 'alarms', name: 'paused the sound' },
  'sound-taken': { group: 'alarms', name: 'took the sound of a ward' },
  'sound-given-back': { group: 'alarms', name: 'gave the sound of a ward back' },
  'sound-tested': { group: 'alarms', name: 'tested the sound of a ward' },
  'display-changed': {
    group: 'alarms',
    name: 'has other sound settings: a person chose them, or a night that a person chose ended',
  },
  'assessment-entered': { group: 'care', name: 'entered an assessment' },
  'standby-begun': { group: 'care', name: 'began a standby' },
  'standby-ended': { group: 'care', name: 'ended a standby' },
  'note-written': { group: 'care', name: 'wrote a hand-over note' },
  'note-cleared': { group: 'care', name: 'cleared a hand-over note' },
  'task-changed': { group: 'care', name: 'changed a task of a patient' },
  'duty-assigned': { group: 'assignments', name: 'assigned a duty' },
  'duty-accepted': { group: 'assignments', name: 'accepted a duty' },
  'duty-declined': { group: 'assignments', name: 'declined a duty' },
  'duty-ended': { group: 'assignments', name: 'ended a duty' },
  'duty-away': { group: 'assignments', name: 'went away' },
  'duty-back': { group: 'assignments', name: 'came back' },
  'duty-cover-seen': { group: 'assignments', name: 'saw that she or he covers for a person' },
  'duty-cover-rejected': { group: 'assignments', name: 'refused to cover for a person' },
  'call-accepted': { group: 'assignments', name: 'accepted a call' },
  'call-rejected': { group: 'assignments', name: 'rejected a call' },
  'reach-added': { group: 'assignments', name: 'added a way to be reached' },
  'reach-removed': { group: 'assignments', name: 'removed a way to be reached' },
  login: { group: 'accounts', name: 'logged in' },
  'preferences-changed': { group: 'accounts', name: 'changed own preferences' },
  logout: { group: 'accounts', name: 'logged out' },
  'screen-locked': { group: 'accounts', name: 'locked a screen' },
  'screen-unlocked': { group: 'accounts', name: 'unlocked a screen' },
  'accounts-viewed': { group: 'accounts', name: 'looked at the list of accounts' },
  'account-created': { group: 'accounts', name: 'created an account' },
  'account-changed': { group: 'accounts', name: 'changed an account' },
  'account-disabled': { group: 'accounts', name: 'disabled an account' },
  'account-enabled': { group: 'accounts', name: 'enabled an account' },
  'account-removed': { group: 'accounts', name: 'removed an account' },
  'association-started': { group: 'devices', name: 'assigned a device to a bed' },
  'association-moved': { group: 'devices', name: 'moved a device' },
  'patient-corrected': { group: 'devices', name: 'corrected a patient’s data' },
  'association-ended': { group: 'devices', name: 'ended the use of a device' },
  'audit-exported': { group: 'exports', name: 'exported the audit trail' },
  'patients-captured': { group: 'exports', name: 'wrote a capture of patients' },
  'rejected-redriven': { group: 'exports', name: 'sent rejected input again' },
  'trends-rebuilt': { group: 'exports', name: 'rebuilt the trends' },
  'reach-tested': { group: 'exports', name: 'tested how persons can be reached' },
  'login-failed': { group: 'refused', name: 'failed to log in' },
  'access-denied': { group: 'refused', name: 'was refused' },
};

/** Whether a record of this action is a look at data. `patient-view-closed` is the end of a look, not another look. */
export const isLook = (action: AuditAction): boolean =>
  auditActionNames[action].group === 'looks' && action !== 'patient-view-closed';
