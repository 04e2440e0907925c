import { expect, it } from 'vitest';
import { busiestPatients } from './busiest-patients.ts';

const alarmsOf = (patientId: string, ...conditions: readonly string[]) =>
  conditions.map((condition, index) => ({
    patient: { patientId, familyName: `F-${patientId}`, givenName: '', category: 'adult' } as const,
    condition,
    associationId: `${patientId}-${index}`,
  }));

it('the patient with the most alarms comes first, with the commonest condition and the association of the newest alarm with this condition', () => {
  const alarms = [...alarmsOf('P-1', 'HR.high'), ...alarmsOf('P-2', 'HR.high', 'SpO2.low', 'SpO2.low')];
  expect(busiestPatients(alarms)).toEqual([
    {
      patientId: 'P-2',
      familyName: 'F-P-2',
      givenName: '',
      alarms: 3,
      condition: 'SpO2.low',
      conditionAlarms: 2,
      associationId: 'P-2-1',
    },
    {
      patientId: 'P-1',
      familyName: 'F-P-1',
      givenName: '',
      alarms: 1,
      condition: 'HR.high',
      conditionAlarms: 1,
      associationId: 'P-1-0',
    },
  ]);
});

it('there are at most five patients, and the order of equal patients does not depend on the order of the alarms', () => {
  const alarms = [1, 2, 3, 4, 5, 6].flatMap((n) => alarmsOf(`P-${n}`, 'b', 'a'));
  const ids = busiestPatients(alarms).map(({ patientId }) => patientId);
  expect(ids).toEqual(['P-1', 'P-2', 'P-3', 'P-4', 'P-5']);
  expect(busiestPatients(alarms.toReversed()).map(({ patientId }) => patientId)).toEqual(ids);
});

it('without alarms there are no patients', () => expect(busiestPatients([])).toEqual([]));
