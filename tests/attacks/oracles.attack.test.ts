/** Attacks that try to learn about other wards from the differences between answers. */
import { expect, it } from 'vitest';
import { assignDevice, connectMqtt, loggedInBrowser, snapshotOfAllWards } from './attacker.ts';

const person = (patientId: string) => ({ patientId, familyName: 'Doe', givenName: 'J', category: 'adult' });

it('after a nurse has tried three patient ids of another ward, an id that no patient has gets the same refusal', async () => {
  const nurse = await loggedInBrowser('nurse', '127.0.30.1');
  const { beds } = await snapshotOfAllWards(await loggedInBrowser('chief', '127.0.30.2'));
  const ownBed = beds.find(({ ward }) => ward === 'icu');
  const hiddenPatientIds = beds
    .filter(({ ward }) => ward === 'step-down')
    .flatMap(({ patient }) => patient?.patientId ?? []);
  const patientOf = async () => (await nurse.get(`/api/associations/${ownBed?.associationId}`)).body;
  const rename = async (patientId: string) => {
    const { version } = await patientOf();
    const path = `/api/devices/${ownBed?.device.deviceId}/associations/${ownBed?.associationId}/patient`;
    return nurse.post(path, { version, changes: { patientId } });
  };
  const refusalOfOtherWard = await nurse.post('/api/devices/spare-01/associations', {
    ...{ ward: 'step-down', bed: 'SD-1', version: null },
    patient: person('new-1'),
  });
  expect(refusalOfOtherWard.status).toBe(403);
  // The text of these refusals is the same as for a ward that the nurse may not see.
  for (const patientId of hiddenPatientIds.slice(0, 3)) {
    const answer = await rename(patientId);
    expect([answer.status, answer.body]).toEqual([403, refusalOfOtherWard.body]);
  }
  // After three refusals the dashboard gives the same answer for an id that no patient has.
  const answerForUnusedId = await rename(`free-${Date.now()}`);
  expect([answerForUnusedId.status, answerForUnusedId.body]).toEqual([403, refusalOfOtherWard.body]);
});

it('a device that never connected cannot be assigned to a bed, and the answer is the same as for a device of another ward', async () => {
  const technician = await loggedInBrowser('icu-technician', '127.0.31.1');
  const assign = (deviceId: string) =>
    technician.post(`/api/devices/${deviceId}/associations`, {
      ward: 'icu',
      bed: 'ICU-2',
      patient: null,
      version: null,
    });
  const answerForOtherWard = await assign('bed-08');
  expect(answerForOtherWard.status).toBe(404);
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => assign(`ghost-${index}`)));
  // The dashboard refuses requests above the limit of the account without reading them.
  const answersWithinLimit = answers.filter(({ status }) => status !== 429 && status !== 503);
  expect(answersWithinLimit.length).toBeGreaterThan(0);
  for (const { status, body } of answersWithinLimit) expect([status, body]).toEqual([404, answerForOtherWard.body]);
});

it('a device can be assigned to a bed after it has connected', async () => {
  const nurse = await loggedInBrowser('nurse', '127.0.32.1');
  const { beds } = await snapshotOfAllWards(await loggedInBrowser('chief', '127.0.32.2'));
  const inBed = beds.find(({ bed }) => bed === 'ICU-2');
  const device = await connectMqtt('spare-11');
  const body = { ward: 'icu', bed: 'ICU-2', patient: null, samePatientAs: inBed?.associationId, version: null };
  const associationId = await assignDevice(nurse, 'spare-11', body);
  expect((await nurse.call('DELETE', `/api/devices/spare-11/associations/${associationId}?whole=device`)).status).toBe(
    200,
  );
  await device.endAsync();
});
