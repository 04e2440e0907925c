import { type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { auditActions } from '../../../contracts/audit-actions.ts';
import type { AuditEntry } from '../../protocol/audit.ts';
import { auditCsvHeader, auditCsvLine } from './audit-csv.ts';
import { auditEventOf } from './audit-fhir.ts';

const entry: AuditEntry = {
  at: '2026-01-06T22:00:00.000Z',
  userId: 'nora',
  name: 'Nora Nurse',
  role: 'nurse',
  action: 'limits-changed',
  ward: 'icu',
  bed: 'ICU-1',
  patientId: 'p-1',
  changedFrom: 'low 50, high 120',
  changedTo: 'low 45, high 120',
  detail: 'HR',
  boot: '0197f2a0-0000-7000-8000-000000000001',
  n: 7,
  writer: 'dashboard',
  session: 's-1',
  address: '10.0.0.7',
  verified: true,
  signed: true,
};

describe('auditCsvLine', () => {
  it('auditCsvLine has one cell for each column', () => {
    expect(auditCsvHeader).toBe(
      'time,account,name,role,action,did,ward,bed,patient,patients_shown,association,alarm,changed_account,changed_from,' +
        'changed_to,detail,address,station,session,writer,process,number,verified',
    );
    expect(auditCsvLine(entry)).toBe(
      '2026-01-06T22:00:00.000Z,nora,Nora Nurse,nurse,limits-changed,sent a change of limits,icu,ICU-1,p-1,,,,,"low 50, high 120",' +
        '"low 45, high 120",HR,10.0.0.7,,s-1,dashboard,0197f2a0-0000-7000-8000-000000000001,7,yes',
    );
  });

  it('no cell is a formula for a spreadsheet, and a record that does not verify says NO', () => {
    const line = auditCsvLine({ ...entry, name: '=HYPERLINK("http://evil")', userId: '@SUM(A1)', verified: false });
    expect(line).toContain(`,'@SUM(A1),"'=HYPERLINK(""http://evil"")",`);
    expect(line.endsWith(',7,NO')).toBe(true);
  });
});

/**
 * Structure of a FHIR R4 (4.0.1) AuditEvent: hl7.org/fhir/R4/auditevent.html. No member other than those of R4 is
 * allowed.
 */
const object = (members: Record<string, TSchema>) => Type.Object(members, { additionalProperties: false });
const text = Type.String({ pattern: '\\S' });
const coding = object({
  system: Type.String({ pattern: '^(http|urn:uuid:)' }),
  code: Type.String({ pattern: '^\\S+$' }),
  display: text,
});
const identifier = object({ value: text });
const reference = object({
  type: Type.Optional(text),
  identifier: Type.Optional(identifier),
  display: Type.Optional(text),
});
const auditEvent = Compile(
  object({
    resourceType: Type.Literal('AuditEvent'),
    id: Type.String({ pattern: '^[A-Za-z0-9.-]{1,64}$' }),
    type: coding, // 1..1
    subtype: Type.Array(coding),
    action: Type.Enum(['C', 'R', 'U', 'D', 'E']),
    recorded: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' }), // 1..1
    outcome: Type.Enum(['0', '4', '8', '12']),
    agent: Type.Array(
      object({
        who: reference,
        altId: text,
        name: Type.Optional(text),
        role: Type.Optional(Type.Array(object({ text }))),
        requestor: Type.Boolean(), // 1..1
        network: Type.Optional(object({ address: text, type: Type.Enum(['1', '2', '3', '4', '5']) })),
      }),
      { minItems: 1 }, // 1..*
    ),
    source: object({ observer: reference, type: Type.Array(coding) }), // 1..1, observer 1..1
    entity: Type.Array(
      object({
        what: Type.Optional(reference),
        type: coding,
        role: Type.Optional(coding),
        detail: Type.Optional(Type.Array(object({ type: text, valueString: text }))), // type 1..1, value 1..1
      }),
    ),
  }),
);

describe('auditEventOf', () => {
  it.each(auditActions)('the action %s gives an AuditEvent with the structure of FHIR R4', (action) => {
    const events = [
      auditEventOf({ ...entry, action }),
      auditEventOf({
        at: entry.at,
        userId: 'unknown',
        action,
        boot: 'b',
        n: 1,
        patients: ['p-1', 'p-2'],
        account: 'nora',
        station: 'host-1',
        detail: '',
        verified: false,
        signed: false,
      }),
    ];
    for (const event of events) expect([...auditEvent.Errors(event)]).toEqual([]);
  });

  it('the event says who did what to which patient, from where, and what changed', () => {
    const event = auditEventOf(entry);
    expect(event).toMatchObject({
      type: { code: '110110', display: 'Patient Record' },
      action: 'U',
      recorded: entry.at,
      outcome: '0',
      agent: [{ altId: 'nora', name: 'Nora Nurse', requestor: true, network: { address: '10.0.0.7', type: '2' } }],
    });
    expect(event.entity[0]).toMatchObject({
      what: { type: 'Patient', identifier: { value: 'p-1' } },
      role: { code: '1' },
    });
    expect(event.entity.flatMap((entity) => ('detail' in entity ? entity.detail : []))).toEqual(
      expect.arrayContaining([
        { type: 'bed', valueString: 'ICU-1' },
        { type: 'changedFrom', valueString: 'low 50, high 120' },
        { type: 'changedTo', valueString: 'low 45, high 120' },
        { type: 'verified', valueString: 'true' },
      ]),
    );
  });

  it('a refused request and a failed login have the outcome of a failure, and each patient of a ward is an entity', () => {
    expect(auditEventOf({ ...entry, action: 'access-denied' }).outcome).toBe('4');
    expect(auditEventOf({ ...entry, action: 'login-failed' })).toMatchObject({
      outcome: '4',
      type: { code: '110114' },
    });
    const { entity } = auditEventOf({ ...entry, action: 'ward-viewed', patients: ['p-1', 'p-2'] });
    expect(entity.filter((item) => 'what' in item)).toHaveLength(2);
  });
});
