import { describe, expect, it } from 'vitest';
import { formatInstant } from '../../contracts/time.ts';
import type { AssociateBody } from '../protocol.ts';
import { endAssociation, startAssociation } from './associate.ts';
import { foldAssociations } from './beds.ts';
import { auditor, everywhere, nurse, period, t0, table, technician } from './fold.testing.ts';
import type { Viewer } from './rights.ts';
import { emptyState } from './state.ts';

const patient = { patientId: 'P-1', familyName: 'Made', givenName: 'Up', category: 'adult' as const };
const body = (fields: Partial<AssociateBody> = {}): AssociateBody => ({
  ward: 'icu',
  bed: '1',
  patient,
  version: 0,
  ...fields,
});

/** d1 in icu bed 1 with patient P-1 at version 4, d2 in step bed 2 with P-2, d3 in icu bed 3 without a patient. */
function ward() {
  const state = emptyState();
  foldAssociations(state, table('d1', 4, period('assoc-01', 'icu', { patient })), t0);
  const other = { ...patient, patientId: 'P-2' };
  foldAssociations(state, table('d2', 1, period('assoc-02', 'step', { patient: other, bed: '2' })), t0);
  foldAssociations(state, table('d3', 1, period('assoc-03', 'icu', { patient: null, bed: '3' })), t0);
  return state;
}

describe('starting an association', () => {
  it.each<[string, Viewer, string, AssociateBody, string]>([
    ['a new device', nurse, 'd9', body({ bed: '9', patient: { ...patient, patientId: 'P-9' } }), 'ok'],
    ['a second device at the same patient', nurse, 'd9', body(), 'ok'],
    ['without a patient, at a bed that has one', nurse, 'd9', body({ patient: null }), 'ok'],
    ['the device changed meanwhile', nurse, 'd1', body({ version: 3 }), 'conflict'],
    ['a device that the caller thinks new', nurse, 'd1', body(), 'conflict'],
    ['another patient in the bed', nurse, 'd9', body({ patient: { ...patient, patientId: 'P-9' } }), 'conflict'],
    ['the patient in another bed', nurse, 'd9', body({ bed: '9' }), 'conflict'],
    ['another ward', nurse, 'd9', body({ ward: 'step' }), 'not-allowed'],
    ['a device of another ward', nurse, 'd2', body({ bed: '9', version: 1 }), 'not-allowed'],
    ['a physician', everywhere, 'd9', body({ bed: '9' }), 'not-allowed'],
    ['an auditor', auditor, 'd9', body({ bed: '9', patient: null }), 'not-allowed'],
    ['a technician with a patient', technician, 'd9', body({ bed: '9' }), 'not-allowed'],
    ['a technician without one', technician, 'd9', body({ bed: '9', patient: null }), 'ok'],
    ['a technician, from an empty bed', technician, 'd3', body({ bed: '9', patient: null, version: 1 }), 'ok'],
    ['a technician, from a patient', technician, 'd1', body({ bed: '9', patient: null, version: 4 }), 'not-allowed'],
  ])('%s', (_, viewer, deviceId, wanted, expected) => {
    const decision = startAssociation(ward(), viewer, deviceId, wanted, 'assoc-new', t0);
    expect(decision.ok ? 'ok' : decision.code).toBe(expected);
  });

  it('ends the former one at the instant at which the new one begins', () => {
    const decision = startAssociation(ward(), nurse, 'd1', body({ version: 4 }), 'assoc-new', t0);
    const at = formatInstant(t0);
    expect(decision).toMatchObject({
      ok: true,
      table: {
        version: 5,
        periods: [
          { associationId: 'assoc-01', to: at },
          { associationId: 'assoc-new', from: at, to: null },
        ],
      },
    });
  });

  it('keeps the newest 64 periods', () => {
    const state = emptyState();
    const past = Array.from({ length: 64 }, (_, at) =>
      period(`assoc-${at}`, 'icu', { from: formatInstant(t0 - 1000 + at), to: formatInstant(t0 - 999 + at) }),
    );
    foldAssociations(state, table('d1', 1, ...past), t0);
    const decision = startAssociation(state, nurse, 'd1', body({ version: 1 }), 'assoc-new', t0);
    expect(decision.ok && decision.table.periods.map((one) => one.associationId)).toHaveLength(64);
    expect(decision.ok && decision.table.periods[0]?.associationId).toBe('assoc-1');
  });
});

describe('ending one', () => {
  it.each<[string, Viewer, string, string, string]>([
    ["of one's ward", nurse, 'd1', 'assoc-01', 'ok'],
    ['that is not there', nurse, 'd1', 'assoc-99', 'not-found'],
    ['of a device that is not there', nurse, 'd9', 'assoc-01', 'not-found'],
    ['of another ward', nurse, 'd2', 'assoc-02', 'not-found'],
    ['with a patient, by a technician', technician, 'd1', 'assoc-01', 'not-allowed'],
    ['without one, by a technician', technician, 'd3', 'assoc-03', 'ok'],
    ['by a physician', everywhere, 'd1', 'assoc-01', 'not-allowed'],
  ])('%s', (_, viewer, deviceId, associationId, expected) => {
    const decision = endAssociation(ward(), viewer, deviceId, associationId, t0);
    expect(decision.ok ? 'ok' : decision.code).toBe(expected);
    if (decision.ok) expect(decision.table.periods.at(-1)?.to).toBe(formatInstant(t0));
  });
});
