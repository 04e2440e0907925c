import { describe, expect, it } from 'vitest';
import { formatInstant } from '../../../contracts/time.ts';
import type { AssociateBody, CorrectBody } from '../../protocol/devices.ts';
import { assignDevice, correctPatient, type Decision, endAssociation, moveDevice } from './associate.ts';
import { type ActContext, associatedDevicesMax, noSuchDevice } from './association-refusals.ts';
import { deviceOf, foldAssociations } from './beds.ts';
import { auditor, everywhere, nurse, period, t0, table, technician } from './fold.testing.ts';
import type { Viewer } from './rights.ts';
import { emptyState, type LiveState } from './state.ts';

const patient = { patientId: 'P-1', familyName: 'Made', givenName: 'Up', category: 'adult' as const };
const neonate = {
  ...patient,
  patientId: 'P-4',
  sex: 'female' as const,
  birthDate: '2026-01-01',
  category: 'neonatal' as const,
};
const body = (fields: Partial<AssociateBody> = {}): AssociateBody => ({
  ward: 'icu',
  bed: '1',
  patient,
  version: 0,
  ...fields,
});
const contextOf = (viewer: Viewer): ActContext => ({ viewer, nowMs: t0 });
type Refused = Extract<Decision, { ok: false }>;
const outcome = (decision: Decision) => (decision.ok ? 'ok' : decision.code);

/**
 * Returns a state with these devices: d1 in icu bed 1 with patient P-1, at version 4; d2 in step bed 2 with P-2; d3 in
 * icu bed 3 without a patient; d4 and d5 in icu bed 4 with the newborn P-4. d6 to d9 are connected and never had a bed.
 */
function ward() {
  const state = emptyState();
  foldAssociations(state, table('d1', 4, period('assoc-01', 'icu', { patient })));
  const other = { ...patient, patientId: 'P-2' };
  foldAssociations(state, table('d2', 1, period('assoc-02', 'step', { patient: other, bed: '2' })));
  foldAssociations(state, table('d3', 1, period('assoc-03', 'icu', { patient: null, bed: '3' })));
  foldAssociations(state, table('d4', 1, period('assoc-04', 'icu', { patient: neonate, bed: '4' })));
  foldAssociations(state, table('d5', 1, period('assoc-05', 'icu', { patient: neonate, bed: '4' })));
  for (const id of ['d6', 'd7', 'd8', 'd9']) deviceOf(state, id);
  return state;
}

/** Folds the tables of a decision into the state, as the server does, and returns the decision. */
function carryOut(state: LiveState, decision: Decision): Decision {
  if (decision.ok) for (const changed of decision.tables) foldAssociations(state, changed);
  return decision;
}
const periodOf = (state: LiveState, deviceId: string) => state.associations.get(deviceId)?.periods.at(-1);

describe('assignDevice', () => {
  it.each<[string, Viewer, string, AssociateBody, string]>([
    ['allows a new device', nurse, 'd9', body({ bed: '9', patient: { ...patient, patientId: 'P-9' } }), 'ok'],
    ['allows a device outside the caller’s list', nurse, 'd9', body({ bed: '9', patient: null, version: null }), 'ok'],
    [
      'refuses the sender of Vigil’s test readings',
      nurse,
      'vigil-canary',
      body({ bed: '9', patient: null, version: null }),
      'conflict',
    ],
    [
      'refuses a device that has a bed, as if it were not in the caller’s list',
      nurse,
      'd3',
      body({ bed: '9', patient: null, version: null }),
      'conflict',
    ],
    ['refuses a second device with the same patient typed again', nurse, 'd9', body(), 'bed-occupied'],
    ['refuses a device without a patient for a patient’s bed', nurse, 'd9', body({ patient: null }), 'bed-occupied'],
    [
      'refuses another patient than the patient in the bed',
      nurse,
      'd9',
      body({ patient: { ...patient, patientId: 'P-9' } }),
      'bed-occupied',
    ],
    ['allows samePatientAs at the right bed', nurse, 'd9', body({ patient: null, samePatientAs: 'assoc-01' }), 'ok'],
    [
      'allows samePatientAs of the patient in the bed, with the patient typed again',
      nurse,
      'd9',
      body({ samePatientAs: 'assoc-01' }),
      'ok',
    ],
    [
      'refuses samePatientAs of a patient who is not in the bed',
      nurse,
      'd9',
      body({ patient: null, samePatientAs: 'assoc-04' }),
      'conflict',
    ],
    [
      'refuses samePatientAs by a technician',
      technician,
      'd9',
      body({ patient: null, samePatientAs: 'assoc-01' }),
      'not-allowed',
    ],
    ['refuses a bed with a patient by a technician', technician, 'd9', body({ patient: null }), 'not-allowed'],
    ['refuses a device that was changed meanwhile', nurse, 'd3', body({ version: 0, bed: '3' }), 'conflict'],
    ['refuses a device that has a patient', nurse, 'd1', body({ version: 4 }), 'conflict'],
    ['refuses a patient who is in another bed', nurse, 'd9', body({ bed: '9' }), 'conflict'],
    ['refuses a bed in another ward', nurse, 'd9', body({ ward: 'step' }), 'not-allowed'],
    ['refuses a device of another ward', nurse, 'd2', body({ bed: '9', version: 1 }), 'not-found'],
    ['refuses a physician', everywhere, 'd9', body({ bed: '9' }), 'not-allowed'],
    ['refuses an auditor', auditor, 'd9', body({ bed: '9', patient: null }), 'not-allowed'],
    ['refuses a technician who names a patient', technician, 'd9', body({ bed: '9' }), 'not-allowed'],
    ['allows a technician who names no patient', technician, 'd9', body({ bed: '9', patient: null }), 'ok'],
    [
      'allows a technician to take a device from a bed without a patient',
      technician,
      'd3',
      body({ bed: '9', patient: null, version: 1 }),
      'ok',
    ],
    [
      'refuses a technician who takes a device from a patient',
      technician,
      'd1',
      body({ bed: '9', patient: null, version: 4 }),
      'not-allowed',
    ],
  ])('assignDevice %s', (_, viewer, deviceId, wanted, expected) => {
    expect(outcome(assignDevice(ward(), contextOf(viewer), deviceId, wanted, 'assoc-new'))).toBe(expected);
  });

  it('assignDevice ends the former association at the time at which the new association begins', () => {
    const wanted = body({ version: 1, bed: '3', patient: { ...patient, patientId: 'P-3' } });
    const decision = assignDevice(ward(), contextOf(nurse), 'd3', wanted, 'assoc-new');
    const at = formatInstant(t0);
    expect(decision).toMatchObject({
      ok: true,
      tables: [
        {
          version: 2,
          periods: [
            { associationId: 'assoc-03', to: at },
            { associationId: 'assoc-new', from: at, to: null },
          ],
        },
      ],
    });
  });

  it('the refusal of an occupied bed names the patient in the bed; a request with samePatientAs then takes over this patient', () => {
    const state = ward();
    const refused = assignDevice(state, contextOf(nurse), 'd9', body({ bed: '4', patient: null }), 'assoc-new');
    expect(refused).toMatchObject({
      code: 'bed-occupied',
      occupiedBy: { associationId: 'assoc-04', patient: neonate },
    });
    const wanted = body({ bed: '4', patient: null, samePatientAs: 'assoc-04' });
    carryOut(state, assignDevice(state, contextOf(nurse), 'd9', wanted, 'assoc-new'));
    expect(periodOf(state, 'd9')).toMatchObject({ associationId: 'assoc-new', bed: '4', patient: neonate });
  });

  it.each([
    ['another id', { ...patient, patientId: 'OTHER' }],
    ['the same id and another name', { ...patient, familyName: 'Other' }],
    ['the same id and another category', { ...patient, category: 'paediatric' as const }],
  ])('assignDevice refuses a typed patient who contradicts the patient of samePatientAs: %s', (_, typed) => {
    const wanted = body({ patient: typed, samePatientAs: 'assoc-01' });
    const refused = assignDevice(ward(), contextOf(nurse), 'd9', wanted, 'assoc-new');
    expect(refused).toMatchObject({ ok: false, code: 'conflict', message: expect.stringContaining('another patient') });
    expect(JSON.stringify(refused)).not.toMatch(/OTHER|Made/);
  });

  it.each([
    ['2050-01-01', 'patient-invalid'],
    ['1879-12-31', 'patient-invalid'],
    ['2025-02-30', 'patient-invalid'],
    ['1880-01-01', 'ok'],
    ['2026-01-01', 'ok'],
  ])('assignDevice judges the date of birth %s by the server’s date: %s', (birthDate, expected) => {
    const wanted = body({ bed: '9', patient: { ...patient, patientId: 'P-9', birthDate } });
    expect(outcome(assignDevice(ward(), contextOf(nurse), 'd9', wanted, 'assoc-new'))).toBe(expected);
  });

  it('a table keeps the newest 64 periods', () => {
    const state = emptyState();
    const past = Array.from({ length: 64 }, (_, at) =>
      period(`assoc-${at}`, 'icu', { from: formatInstant(t0 - 1000 + at), to: formatInstant(t0 - 999 + at) }),
    );
    foldAssociations(state, table('d1', 1, ...past));
    const decision = assignDevice(state, contextOf(nurse), 'd1', body({ version: 1 }), 'assoc-new');
    const periods = decision.ok ? decision.tables[0]!.periods : [];
    expect(periods).toHaveLength(64);
    expect(periods[0]?.associationId).toBe('assoc-1');
  });
});

describe('a ward that the viewer may not see', () => {
  const stepNurse: Viewer = { ...nurse, userId: 's', wards: ['step'] };
  const stepTechnician: Viewer = { ...technician, wards: ['step'] };
  const allTechnician: Viewer = { ...technician, wards: ['*'] };
  const allNurse: Viewer = { ...nurse, wards: ['*'] };
  /** Returns the state of `ward` after d3 has left its bed: d3 is in the tray of icu, at version 2. */
  function tray() {
    const state = ward();
    carryOut(state, endAssociation(state, contextOf(nurse), 'd3', 'assoc-03'));
    return state;
  }
  const assignToStep = (viewer: Viewer, deviceId: string, version: number | null) =>
    assignDevice(
      tray(),
      contextOf(viewer),
      deviceId,
      body({ ward: 'step', bed: '9', patient: null, version }),
      'assoc-new',
    );

  it.each<[string, Viewer, string]>([
    ['a nurse of another ward', stepNurse, 'not-found'],
    ['a technician of another ward', stepTechnician, 'not-found'],
    ['a technician of all wards', allTechnician, 'ok'],
    ['a nurse of all wards', allNurse, 'ok'],
  ])('only a person who may see the tray of icu may assign a device of this tray: %s', (_, viewer, expected) => {
    for (const version of [2, null]) expect(outcome(assignToStep(viewer, 'd3', version))).toBe(expected);
  });

  it.each([stepNurse, stepTechnician, allTechnician])(
    'a $role of the wards $wards may assign a device that never had a bed',
    (viewer) => {
      for (const version of [0, null]) expect(outcome(assignToStep(viewer, 'd9', version))).toBe('ok');
    },
  );

  it('a refusal for a device of another ward is recorded and reveals nothing, with any version in the request', () => {
    const answers = [0, 1, 2, 99, null].flatMap((version) => [
      assignToStep(stepNurse, 'd3', version),
      assignToStep(stepNurse, 'd1', version),
      moveDevice(tray(), contextOf(stepNurse), 'd3', { ward: 'step', bed: '9', version: version ?? 0 }),
      moveDevice(tray(), contextOf(stepNurse), 'd1', { ward: 'step', bed: '9', version: version ?? 0 }),
    ]);
    const { denied: _, ...unknown } = moveDevice(tray(), contextOf(stepNurse), 'd9', {
      ward: 'step',
      bed: '9',
      version: 5,
    }) as Refused;
    for (const answer of answers) {
      const { denied, ...visible } = answer as Refused;
      expect(visible).toEqual(unknown);
      // For a device in a bed, the audit record names the ward and the patient. The answer does not.
      const periodFields = { ward: 'icu', associationId: 'assoc-01', patientId: 'P-1' };
      expect([{ detail: 'd1', ...periodFields }, { detail: 'd3' }]).toContainEqual(denied);
    }
    expect(unknown).toEqual({ ok: false, code: 'not-found', message: noSuchDevice });
  });

  it('every act that is refused because of its ward, its patient or the role has an entry for the audit trail', () => {
    const patient = { patientId: 'P-9', familyName: 'Nine', givenName: '', category: 'adult' } as const;
    const bedIn = (ward: string) => ({ ward, bed: '9', version: 1 });
    const refused: [Decision, object][] = [
      [moveDevice(tray(), contextOf(stepNurse), 'd9', bedIn('icu')), { detail: 'd9', ward: 'icu' }],
      [
        assignDevice(tray(), contextOf(stepNurse), 'd9', { ...bedIn('icu'), patient: null }, 'new'),
        { detail: 'd9', ward: 'icu' },
      ],
      [
        assignDevice(tray(), contextOf(stepTechnician), 'd9', { ...bedIn('step'), patient }, 'new'),
        { detail: 'd9', ward: 'step', patientId: 'P-9' },
      ],
      [
        moveDevice(tray(), contextOf(allTechnician), 'd1', bedIn('step')),
        { detail: 'd1', ward: 'icu', associationId: 'assoc-01', patientId: 'P-1' },
      ],
      [
        endAssociation(tray(), contextOf(allTechnician), 'd1', 'assoc-01'),
        { detail: 'd1', ward: 'icu', associationId: 'assoc-01', patientId: 'P-1' },
      ],
      [
        assignDevice(
          tray(),
          contextOf(allTechnician),
          'd9',
          { ward: 'icu', bed: '1', patient: null, version: 0 },
          'new',
        ),
        { detail: 'd1', ward: 'icu', associationId: 'assoc-01', patientId: 'P-1' },
      ],
    ];
    for (const [decision, denied] of refused) expect(decision).toMatchObject({ code: 'not-allowed', denied });
  });

  it('a patient is not admitted twice, and only a person who may see the other ward learns the reason', () => {
    // P-1 is in icu bed 1.
    const state = ward();
    const admit = (viewer: Viewer) =>
      assignDevice(state, contextOf(viewer), 'd9', body({ ward: 'step', bed: '9' }), 'assoc-new');
    const correct = (viewer: Viewer) =>
      correctPatient(state, contextOf(viewer), 'd2', 'assoc-02', { version: 1, changes: { patientId: 'P-1' } });
    for (const act of [admit, correct]) {
      const refused = act(stepNurse);
      expect(refused).toMatchObject({ ok: false, code: 'not-allowed', denied: { patientId: 'P-1' } });
      expect((refused as { message: string }).message).not.toMatch(/another bed|icu|P-1/);
      expect(act(allNurse)).toMatchObject({ ok: false, code: 'conflict' });
      expect(act(allNurse)).not.toHaveProperty('denied');
    }
  });

  it('the message for a patient id of another ward is the message for a ward that is not the viewer’s', () => {
    const admit = (wardName: string) =>
      assignDevice(ward(), contextOf(stepNurse), 'd9', body({ ward: wardName, bed: '9' }), 'assoc-new');
    const [idOfOtherWard, otherWard] = [admit('step'), admit('icu')];
    const shown = (decision: Decision) => !decision.ok && [decision.code, decision.message];
    expect(shown(idOfOtherWard)).toEqual(shown(otherWard));
    expect(idOfOtherWard).toMatchObject({ hiddenId: 'P-1' });
    expect(otherWard).not.toHaveProperty('hiddenId');
  });

  it('a device that never connected gets the same refusal as a device of another ward', () => {
    const put = (deviceId: string) =>
      assignDevice(ward(), contextOf(nurse), deviceId, body({ bed: '9', patient: null, version: null }), 'assoc-new');
    expect(put('d9')).toMatchObject({ ok: true });
    const [unknownDevice, ofOtherWard] = [put('ghost'), put('d2')];
    for (const refused of [unknownDevice, ofOtherWard])
      expect(refused).toMatchObject({ code: 'not-found', message: expect.stringContaining('before it has connected') });
    expect({ ...unknownDevice, denied: undefined }).toEqual({ ...ofOtherWard, denied: undefined });
    expect(unknownDevice).toMatchObject({ denied: { detail: 'ghost' } });
    const moved = moveDevice(ward(), contextOf(nurse), 'ghost', { ward: 'icu', bed: '9', version: 1 });
    expect({ ...moved, denied: undefined }).toEqual({ ...unknownDevice, denied: undefined });
  });

  it('above the maximum number of devices, a new device gets no bed, but a device that had a bed can be assigned', () => {
    const state = ward();
    for (let index = state.associations.size; index < associatedDevicesMax; index += 1)
      state.associations.set(`x${index}`, table(`x${index}`, 1));
    const put = (deviceId: string, version: number) =>
      outcome(assignDevice(state, contextOf(nurse), deviceId, body({ bed: '9', patient: null, version }), 'assoc-new'));
    expect(put('d9', 0)).toBe('conflict');
    expect(put('d3', 1)).toBe('ok');
    state.associations.delete('x100');
    expect(put('d9', 0)).toBe('ok');
  });

  it('an attempt to correct or end an association of another ward has an entry for the audit trail', () => {
    const end = endAssociation(ward(), contextOf(stepNurse), 'd1', 'assoc-01');
    const correct = correctPatient(ward(), contextOf(stepNurse), 'd1', 'assoc-01', {
      version: 4,
      changes: { sex: null },
    });
    for (const refused of [end, correct])
      expect(refused).toMatchObject({ code: 'not-found', denied: { detail: 'd1' } });
  });
});

describe('moveDevice', () => {
  const placeOf = (bed: string, version = 1, wardName = 'icu') => ({ ward: wardName, bed, version });

  it('a move changes neither the association nor the patient, for example the category of a newborn', () => {
    const state = ward();
    const before = periodOf(state, 'd4');
    carryOut(state, moveDevice(state, contextOf(nurse), 'd4', placeOf('9')));
    expect(periodOf(state, 'd4')).toEqual({ ...before, bed: '9' });
  });

  it("a move also moves the patient's other device, and its table names the person and the change", () => {
    const state = ward();
    carryOut(state, moveDevice(state, contextOf(nurse), 'd4', placeOf('9')));
    expect(periodOf(state, 'd5')).toMatchObject({ associationId: 'assoc-05', bed: '9', patient: neonate });
    expect(state.associations.get('d5')?.changes).toMatchObject([
      { version: 2, act: 'moved', by: { userId: 'n' }, fields: [{ field: 'bed', from: '4', to: '9' }] },
    ]);
  });

  it.each<[string, Viewer, string, ReturnType<typeof placeOf>, string]>([
    ['moves a device with a patient to an empty bed', nurse, 'd1', placeOf('9', 4), 'ok'],
    ['moves a device with a patient to a bed with a device without a patient', nurse, 'd1', placeOf('3', 4), 'ok'],
    ['moves a device without a patient by a technician', technician, 'd3', placeOf('9'), 'ok'],
    ['refuses a device with a patient by a technician', technician, 'd1', placeOf('9', 4), 'not-allowed'],
    ['refuses a device with a patient to the bed of another patient', nurse, 'd1', placeOf('4', 4), 'conflict'],
    ['refuses a device without a patient to the bed of a patient', nurse, 'd3', placeOf('1'), 'bed-occupied'],
    [
      'refuses a device without a patient to the bed of a patient by a technician',
      technician,
      'd3',
      placeOf('1'),
      'not-allowed',
    ],
    ['refuses a device to its own bed', nurse, 'd1', placeOf('1', 4), 'conflict'],
    ['refuses a device to another ward', nurse, 'd1', placeOf('2', 4, 'step'), 'not-allowed'],
    ['refuses a device of another ward', nurse, 'd2', placeOf('9'), 'not-found'],
    ['refuses a device with an old version whose later change has no record', nurse, 'd1', placeOf('9', 3), 'conflict'],
    ['refuses a device without a bed', nurse, 'd9', placeOf('9', 0), 'not-found'],
  ])('moveDevice %s', (_, viewer, deviceId, wanted, expected) => {
    expect(outcome(moveDevice(ward(), contextOf(viewer), deviceId, wanted))).toBe(expected);
  });

  it('a move is done even if somebody has just corrected the patient; the correction stays', () => {
    const state = ward();
    carryOut(
      state,
      correctPatient(state, contextOf(nurse), 'd4', 'assoc-04', { version: 1, changes: { familyName: 'Right' } }),
    );
    expect(outcome(carryOut(state, moveDevice(state, contextOf(nurse), 'd4', placeOf('9'))))).toBe('ok');
    expect(periodOf(state, 'd4')?.patient?.familyName).toBe('Right');
  });

  it('a move is refused if somebody moved the device meanwhile; the refusal names the person and the bed', () => {
    const state = ward();
    carryOut(state, moveDevice(state, contextOf(nurse), 'd3', placeOf('8')));
    const late = moveDevice(state, contextOf({ ...nurse, userId: 'm', name: 'M' }), 'd3', placeOf('9'));
    expect(late).toMatchObject({
      code: 'conflict',
      version: 2,
      changes: [{ act: 'moved', by: { name: 'N' }, fields: [{ field: 'bed', from: '3', to: '8' }] }],
    });
  });
});

describe('correctPatient', () => {
  const wanted = (changes: CorrectBody['changes'], fields: Partial<CorrectBody> = {}): CorrectBody => ({
    version: 1,
    changes,
    ...fields,
  });

  it("a correction changes only the given fields, at all of the patient's devices, and keeps the associations", () => {
    const state = ward();
    carryOut(state, correctPatient(state, contextOf(nurse), 'd4', 'assoc-04', wanted({ givenName: 'Ada', sex: null })));
    const { sex: _, ...rest } = neonate;
    for (const [deviceId, associationId] of [
      ['d4', 'assoc-04'],
      ['d5', 'assoc-05'],
    ] as const)
      expect(periodOf(state, deviceId)).toMatchObject({ associationId, patient: { ...rest, givenName: 'Ada' } });
    expect(periodOf(state, 'd4')?.patient).not.toHaveProperty('sex');
    expect(state.associations.get('d4')?.changes?.at(-1)).toMatchObject({
      act: 'corrected',
      by: { userId: 'n' },
      fields: [
        { field: 'givenName', from: 'Up', to: 'Ada' },
        { field: 'sex', from: 'female', to: null },
      ],
    });
  });

  it.each<[string, Viewer, CorrectBody, string]>([
    ['corrects a name', nurse, wanted({ familyName: 'Right' }), 'ok'],
    ['refuses a category without the former category', nurse, wanted({ category: 'adult' }), 'conflict'],
    [
      'refuses a category if the former category is wrong',
      nurse,
      wanted({ category: 'adult' }, { categoryBefore: 'paediatric' }),
      'conflict',
    ],
    [
      'corrects a category if the former category is right',
      nurse,
      wanted({ category: 'adult' }, { categoryBefore: 'neonatal' }),
      'ok',
    ],
    ['refuses data that do not differ', nurse, wanted({ familyName: 'Made' }), 'conflict'],
    ['refuses the id of a patient who is at another device', nurse, wanted({ patientId: 'P-1' }), 'conflict'],
    ['refuses a technician', technician, wanted({ familyName: 'Right' }), 'not-allowed'],
    ['refuses a nurse of another ward', { ...nurse, wards: ['step'] }, wanted({ familyName: 'Right' }), 'not-found'],
  ])('correctPatient %s', (_, viewer, change, expected) => {
    expect(outcome(correctPatient(ward(), contextOf(viewer), 'd4', 'assoc-04', change))).toBe(expected);
  });

  it.each([
    ['2050-01-01', 'patient-invalid'],
    ['1879-12-31', 'patient-invalid'],
    ['1880-01-01', 'ok'],
    [null, 'ok'],
  ])('correctPatient judges the date of birth %s by the server’s date: %s', (birthDate, expected) => {
    expect(outcome(correctPatient(ward(), contextOf(nurse), 'd4', 'assoc-04', wanted({ birthDate })))).toBe(expected);
  });

  it('after the end of an association the refusal says who ended it and when, if the viewer may know that', () => {
    const state = ward();
    carryOut(state, endAssociation(state, contextOf({ ...nurse, name: 'Ender' }), 'd4', 'assoc-04'));
    const refused = correctPatient(state, contextOf(nurse), 'd4', 'assoc-04', wanted({ familyName: 'Right' }));
    expect(refused).toMatchObject({
      code: 'not-found',
      changes: [{ act: 'ended', at: formatInstant(t0), by: { name: 'Ender' } }],
    });
    expect(endAssociation(state, contextOf(nurse), 'd4', 'assoc-04')).toMatchObject({
      code: 'not-found',
      changes: [{ act: 'ended', by: { name: 'Ender' } }],
    });
    // A nurse of another ward gets the same answer as for an unknown association.
    const elsewhere = { ...nurse, wards: ['step'] };
    const hidden = correctPatient(state, contextOf(elsewhere), 'd4', 'assoc-04', wanted({ familyName: 'Right' }));
    expect(hidden).toEqual(
      correctPatient(state, contextOf(elsewhere), 'd4', 'assoc-99', wanted({ familyName: 'Right' })),
    );
  });

  it('a refusal does not say to which ward a patient was moved', () => {
    const state = ward();
    const nurseOfTwoWards: Viewer = { ...nurse, name: 'Both', wards: ['icu', 'step'] };
    carryOut(state, moveDevice(state, contextOf(nurseOfTwoWards), 'd1', { ward: 'step', bed: '9', version: 4 }));
    const refused = correctPatient(
      state,
      contextOf(nurse),
      'd1',
      'assoc-01',
      wanted({ familyName: 'Right' }, { version: 4 }),
    );
    // `denied` is for the audit trail; the answer leaves it out.
    expect(refused).toEqual({
      ok: false,
      code: 'not-found',
      message: expect.any(String),
      denied: { detail: 'd1' },
    });
    expect(JSON.stringify(refused)).not.toMatch(/step|Both/);
  });

  it('another field can be corrected although the stored date of birth is impossible', () => {
    const state = ward();
    const wrong = { ...neonate, patientId: 'P-8', birthDate: '2050-01-01' };
    foldAssociations(state, table('d8', 1, period('assoc-08', 'icu', { patient: wrong, bed: '8' })));
    expect(outcome(correctPatient(state, contextOf(nurse), 'd8', 'assoc-08', wanted({ givenName: 'Right' })))).toBe(
      'ok',
    );
  });

  it.each<[string, CorrectBody['changes']]>([
    ['the same field', { familyName: 'Second' }],
    ['another field', { birthDate: '2026-01-02' }],
  ])(
    'after a change by another clinician a correction of %s is refused and names the person and the change',
    (_, changes) => {
      const state = ward();
      carryOut(state, correctPatient(state, contextOf(nurse), 'd4', 'assoc-04', wanted({ familyName: 'First' })));
      const second = { ...nurse, userId: 'm', name: 'M' };
      const refused = correctPatient(state, contextOf(second), 'd4', 'assoc-04', wanted(changes));
      expect(refused).toMatchObject({
        code: 'conflict',
        version: 2,
        changes: [
          { by: { name: 'N' }, at: formatInstant(t0), fields: [{ field: 'familyName', from: 'Made', to: 'First' }] },
        ],
      });
      // The person has now seen the other change and may still apply her or his own change.
      expect(outcome(correctPatient(state, contextOf(second), 'd4', 'assoc-04', wanted(changes, { version: 2 })))).toBe(
        'ok',
      );
    },
  );

  it('a correction is refused after a correction at the patient’s other device', () => {
    const state = ward();
    carryOut(state, correctPatient(state, contextOf(nurse), 'd5', 'assoc-05', wanted({ familyName: 'First' })));
    const refused = correctPatient(state, contextOf(nurse), 'd4', 'assoc-04', wanted({ familyName: 'Second' }));
    expect(outcome(refused)).toBe('conflict');
  });

  it('a correction is done even if somebody has just moved the patient', () => {
    const state = ward();
    carryOut(state, moveDevice(state, contextOf(nurse), 'd4', { ward: 'icu', bed: '9', version: 1 }));
    carryOut(state, correctPatient(state, contextOf(nurse), 'd4', 'assoc-04', wanted({ familyName: 'Right' })));
    expect(periodOf(state, 'd4')).toMatchObject({ bed: '9', patient: { familyName: 'Right' } });
  });

  it('a technician sees that somebody corrected a patient, but no patient data', () => {
    const state = ward();
    carryOut(state, correctPatient(state, contextOf(nurse), 'd4', 'assoc-04', wanted({ familyName: 'Secret' })));
    carryOut(state, endAssociation(state, contextOf(nurse), 'd4', 'assoc-04'));
    const refused = assignDevice(
      state,
      contextOf(technician),
      'd4',
      body({ bed: '9', patient: null, version: 1 }),
      'assoc-new',
    );
    expect(refused).toMatchObject({ code: 'conflict', changes: [{ act: 'corrected', fields: [] }, { act: 'ended' }] });
    expect(JSON.stringify(refused)).not.toContain('Secret');
  });
});

describe('the changes that a refusal names', () => {
  const stepNurse: Viewer = { ...nurse, userId: 's', name: 'S', wards: ['step'] };
  const secret = { ...patient, patientId: 'P-9', familyName: 'Secret', birthDate: '1950-01-01' };

  /**
   * Returns a state in which N admitted a patient at d9 in icu, corrected the data twice, and discharged the patient.
   */
  function past() {
    const state = ward();
    carryOut(state, assignDevice(state, contextOf(nurse), 'd9', body({ bed: '9', patient: secret }), 'assoc-09'));
    const correct = (version: number, changes: CorrectBody['changes']) =>
      carryOut(state, correctPatient(state, contextOf(nurse), 'd9', 'assoc-09', { version, changes }));
    correct(1, { familyName: 'Realname' });
    correct(2, { birthDate: '1950-01-02' });
    carryOut(state, endAssociation(state, contextOf(nurse), 'd9', 'assoc-09'));
    return state;
  }
  const inStep = (version: number) => body({ ward: 'step', bed: '9', patient: null, version });

  it.each([0, 1, 2, 3])('a refusal has no changes from a ward that the viewer may not see (version %i)', (version) => {
    const state = past();
    const refusals = [
      assignDevice(state, contextOf(stepNurse), 'd9', inStep(version), 'assoc-new'),
      moveDevice(state, contextOf(stepNurse), 'd9', { ward: 'step', bed: '9', version }),
    ];
    for (const refused of refusals) {
      expect(refused).toEqual({ ok: false, code: 'not-found', message: noSuchDevice, denied: { detail: 'd9' } });
      expect(JSON.stringify(refused)).not.toMatch(/Secret|Realname|1950|P-9|"N"|N changed/);
    }
    // Later the device comes to the ward step. The viewer may see the changes there, but not those in icu.
    const nurseOfTwoWards: Viewer = { ...nurse, userId: 'b', name: 'Both', wards: ['icu', 'step'] };
    carryOut(state, assignDevice(state, contextOf(nurseOfTwoWards), 'd9', inStep(4), 'assoc-10'));
    carryOut(state, endAssociation(state, contextOf(nurseOfTwoWards), 'd9', 'assoc-10'));
    for (const refused of [
      assignDevice(state, contextOf(stepNurse), 'd9', inStep(version), 'assoc-new'),
      moveDevice(state, contextOf(stepNurse), 'd9', { ward: 'step', bed: '9', version }),
    ]) {
      expect(refused).toMatchObject({ code: 'conflict', version: 6, changes: [{ version: 5 }, { version: 6 }] });
      expect(JSON.stringify(refused)).not.toMatch(/Secret|Realname|1950|P-9|"N"|N changed/);
    }
  });

  it('a refusal has the changes of the viewer’s ward', () => {
    const refused = moveDevice(past(), contextOf(nurse), 'd9', { ward: 'icu', bed: '9', version: 1 });
    expect(refused).toMatchObject({ changes: [{ act: 'corrected' }, { act: 'corrected' }, { act: 'ended' }] });
  });

  it('a refusal has no changes of a patient who went to a ward that the viewer may not see', () => {
    const state = ward();
    const nurseOfTwoWards: Viewer = { ...nurse, name: 'Both', wards: ['icu', 'step'] };
    carryOut(state, moveDevice(state, contextOf(nurseOfTwoWards), 'd1', { ward: 'step', bed: '9', version: 4 }));
    const wanted = { version: 5, changes: { familyName: 'Realname' } };
    carryOut(state, correctPatient(state, contextOf(stepNurse), 'd1', 'assoc-01', wanted));
    carryOut(state, endAssociation(state, contextOf(stepNurse), 'd1', 'assoc-01'));
    const refused = assignDevice(
      state,
      contextOf(nurse),
      'd1',
      body({ bed: '9', patient: null, version: 4 }),
      'assoc-new',
    );
    expect(refused).toEqual({ ok: false, code: 'not-found', message: noSuchDevice, denied: { detail: 'd1' } });
  });

  it('a refusal has no changes of an association that is no longer in the table', () => {
    const state = past();
    const cut = state.associations.get('d9')!;
    foldAssociations(state, { ...cut, version: 5, periods: [] });
    const refused = assignDevice(
      state,
      contextOf(nurse),
      'd9',
      body({ bed: '9', patient: null, version: 1 }),
      'assoc-new',
    );
    expect(refused).toMatchObject({ code: 'conflict', changes: [] });
  });
});

describe('endAssociation', () => {
  it.each<[string, Viewer, string, string, string]>([
    ['ends an association of a ward of the person', nurse, 'd1', 'assoc-01', 'ok'],
    ['refuses an unknown association', nurse, 'd1', 'assoc-99', 'not-found'],
    ['refuses a device without an association', nurse, 'd9', 'assoc-01', 'not-found'],
    ['refuses an association of another ward', nurse, 'd2', 'assoc-02', 'not-found'],
    ['refuses an association with a patient by a technician', technician, 'd1', 'assoc-01', 'not-allowed'],
    ['ends an association without a patient by a technician', technician, 'd3', 'assoc-03', 'ok'],
    ['refuses an association by a physician', everywhere, 'd1', 'assoc-01', 'not-allowed'],
  ])('endAssociation %s', (_, viewer, deviceId, associationId, expected) => {
    const decision = endAssociation(ward(), contextOf(viewer), deviceId, associationId);
    expect(outcome(decision)).toBe(expected);
    if (decision.ok) expect(decision.tables[0]?.periods.at(-1)?.to).toBe(formatInstant(t0));
  });

  it.each([
    ['device', 'one of two devices', null],
    ['patient', 'both devices', formatInstant(t0)],
  ] as const)('`whole: %s` ends the association of %s', (whole, _, otherEnd) => {
    const state = ward();
    carryOut(state, endAssociation(state, contextOf(nurse), 'd4', 'assoc-04', whole));
    expect(periodOf(state, 'd4')?.to).toBe(formatInstant(t0));
    expect(periodOf(state, 'd5')?.to).toBe(otherEnd);
  });
});
