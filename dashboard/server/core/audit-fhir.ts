/**
 * Writes a record of the audit trail as a FHIR R4 (4.0.1) AuditEvent. The types and subtypes are codes of DICOM PS3.16
 * (CID 400 and 401), as R4's value sets recommend; each event also has Vigil's own action as a subtype. Pure.
 */
import { type AuditAction, type AuditGroup, auditActionNames } from '../../../contracts/audit-names.ts';
import { visibleText } from '../../../contracts/text.ts';
import type { AuditEntry } from '../../protocol/audit.ts';

const dicom = 'http://dicom.nema.org/resources/ontology/DCM';
const terminology = 'http://terminology.hl7.org/CodeSystem';
/** The code system of Vigil's own actions: a fixed UUID, because Vigil owns no address on the web. */
const ownActions = 'urn:uuid:4ccf757e-a546-4a4a-bad6-3d0c52e4a19f';

type Coding = { readonly system: string; readonly code: string; readonly display: string };
/** `code` of AuditEvent.action: create, read, update, delete or execute. */
type EventAction = 'C' | 'R' | 'U' | 'D' | 'E';

const dcm = (code: string, display: string): Coding => ({ system: dicom, code, display });
const activity = dcm('110100', 'Application Activity');
const auditLogUsed = dcm('110101', 'Audit Log Used');
const exported = dcm('110106', 'Export');
const patientRecord = dcm('110110', 'Patient Record');
const securityAlert = dcm('110113', 'Security Alert');
const authentication = dcm('110114', 'User Authentication');
const login = dcm('110122', 'Login');
const logout = dcm('110123', 'Logout');
const restrictedFunction = dcm('110132', 'Use of Restricted Function');
const userAttributesChanged = dcm('110137', 'User Security Attributes Changed');

type Kind = { readonly type: Coding; readonly subtype?: Coding; readonly action: EventAction };

const groupKinds: Readonly<Record<AuditGroup, Kind>> = {
  looks: { type: patientRecord, action: 'R' },
  limits: { type: patientRecord, action: 'U' },
  alarms: { type: patientRecord, action: 'U' },
  care: { type: patientRecord, action: 'U' },
  assignments: { type: activity, action: 'U' },
  accounts: { type: securityAlert, subtype: userAttributesChanged, action: 'U' },
  devices: { type: patientRecord, action: 'U' },
  exports: { type: activity, action: 'E' },
  refused: { type: securityAlert, subtype: restrictedFunction, action: 'E' },
};

/** The actions whose kind differs from the kind of their group. */
const actionKinds: Readonly<Partial<Record<AuditAction, Kind>>> = {
  login: { type: authentication, subtype: login, action: 'E' },
  'login-failed': { type: authentication, subtype: login, action: 'E' },
  logout: { type: authentication, subtype: logout, action: 'E' },
  'screen-locked': { type: authentication, action: 'E' },
  'screen-unlocked': { type: authentication, action: 'E' },
  'account-created': { type: securityAlert, subtype: userAttributesChanged, action: 'C' },
  'account-removed': { type: securityAlert, subtype: userAttributesChanged, action: 'D' },
  'patient-view-closed': { type: patientRecord, action: 'E' },
  'audit-viewed': { type: auditLogUsed, action: 'R' },
  'audit-exported': { type: auditLogUsed, subtype: exported, action: 'R' },
  'alarms-exported': { type: exported, action: 'R' },
  'trends-exported': { type: exported, action: 'R' },
  'rejected-viewed': { type: activity, action: 'R' },
  'patients-captured': { type: exported, action: 'R' },
  'note-written': { type: patientRecord, action: 'C' },
  'note-cleared': { type: patientRecord, action: 'D' },
  'task-changed': { type: patientRecord, action: 'U' },
  'association-started': { type: patientRecord, action: 'C' },
  'duty-assigned': { type: activity, action: 'C' },
  'sound-taken': { type: activity, action: 'E' },
  'sound-given-back': { type: activity, action: 'E' },
  'sound-tested': { type: activity, action: 'E' },
  'display-changed': { type: activity, action: 'U' },
};

/**
 * Returns the AuditEvent of a record. In texts that people wrote, invisible and misleading characters are replaced by
 * their codes.
 */
export function auditEventOf(entry: AuditEntry) {
  const { action, userId, name, role, boot, n } = entry;
  const kind = actionKinds[action] ?? groupKinds[auditActionNames[action].group];
  const isRefused = auditActionNames[action].group === 'refused';
  return {
    resourceType: 'AuditEvent',
    // An id of R4 has at most 64 letters, digits, hyphens and points.
    id: `${boot.replace(/[^A-Za-z0-9.-]/g, '-').slice(0, 48)}-${n}`,
    type: kind.type,
    subtype: [
      ...(kind.subtype === undefined ? [] : [kind.subtype]),
      { system: ownActions, code: action, display: auditActionNames[action].name },
    ],
    action: kind.action,
    recorded: entry.at,
    // 4: minor failure. Vigil refused the request.
    outcome: isRefused ? '4' : '0',
    agent: [
      {
        who: { identifier: { value: visibleText(userId) }, ...(name && { display: visibleText(name) }) },
        altId: visibleText(userId),
        ...(name && { name: visibleText(name) }),
        ...(role && { role: [{ text: role }] }),
        requestor: true,
        ...networkOf(entry),
      },
    ],
    source: {
      observer: { display: `Vigil ${entry.writer ?? ''}`.trim(), identifier: { value: boot } },
      type: [{ system: `${terminology}/security-source-type`, code: '4', display: 'Application Server' }],
    },
    entity: [...patientEntities(entry), ...accountEntities(entry), recordEntity(entry)],
  };
}

/** Returns the network address of the browser; for a command line, the name of its machine. */
function networkOf({ address, station }: AuditEntry) {
  if (address) return { network: { address, type: '2' } };
  return station ? { network: { address: visibleText(station), type: '1' } } : {};
}

function patientEntities({ patientId, patients = [] }: AuditEntry) {
  const ids = new Set(patientId === undefined ? patients : [patientId, ...patients]);
  return [...ids].map((id) => ({
    what: { type: 'Patient', identifier: { value: visibleText(id) } },
    type: { system: `${terminology}/audit-entity-type`, code: '1', display: 'Person' },
    role: { system: `${terminology}/object-role`, code: '1', display: 'Patient' },
  }));
}

function accountEntities({ account }: AuditEntry) {
  if (account === undefined) return [];
  return [
    {
      what: { identifier: { value: visibleText(account) } },
      type: { system: `${terminology}/audit-entity-type`, code: '2', display: 'System Object' },
      role: { system: `${terminology}/object-role`, code: '11', display: 'Security User Entity' },
    },
  ];
}

/**
 * Returns the entity with everything that has no place of its own in R4: the place of the act, the change, and whether
 * the record verifies.
 */
function recordEntity(entry: AuditEntry) {
  const { ward, bed, associationId, alarmId, changedFrom, changedTo, detail, station, session, verified, signed } =
    entry;
  const texts = { ward, bed, associationId, alarmId, changedFrom, changedTo, detail, station, session };
  const details = Object.entries({
    ...texts,
    record: `${entry.boot} ${entry.n}`,
    verified: String(verified),
    signed: String(signed),
  });
  return {
    type: { system: `${terminology}/audit-entity-type`, code: '2', display: 'System Object' },
    detail: details.flatMap(([type, text]) => (text ? [{ type, valueString: visibleText(text) }] : [])),
  };
}
