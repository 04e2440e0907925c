/** Tests the dashboard with the real delivery process and a real Kafka: from an alarm to the answer of a person. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CalledWard, callOn, newestCalls, openPage, startCalledWard, viewOn } from '../../tests/called-ward.ts';
import { type RunningProcess, startProcess, until } from '../../tests/system.ts';

let icu: CalledWard;
let delivery: RunningProcess;

beforeAll(async () => {
  icu = await startCalledWard('process');
  delivery = await startProcess(icu.platform, 'delivery');
  await icu.takeDuties();
}, 240_000);

afterAll(async () => {
  await delivery?.close();
  await icu?.close();
});

it('an alarm calls the nurse, who rejects; the buddy is called and accepts; every screen shows this, and the screens have a notice when the process is dead', async () => {
  const [anna, ben] = await Promise.all([icu.loggedIn('anna'), icu.loggedIn('ben')]);
  const [annasPage, bensPage] = await Promise.all([openPage(anna), openPage(ben)]);
  const alarmId = await icu.raiseAlarm();
  const annasCall = await callOn(annasPage, alarmId);
  expect(annasCall).toMatchObject({
    round: 1,
    next: 'Name of ben',
    bed: { patient: { familyName: 'Wolverine-Secret' } },
  });
  annasPage.send({ type: 'calls-painted', calls: [{ alarmId, callId: annasCall.callId }] });
  await until('the confirmation on the other screen', () =>
    viewOn(bensPage, alarmId)?.calls[0]?.sent.some(({ channel, stage }) => channel === 'screen' && stage === 'painted'),
  );
  expect(newestCalls(bensPage)).toEqual([]);

  const answer = (browser: typeof anna, wanted: string, round = 1) =>
    browser.post(`/api/calls/${alarmId}/answer`, { round, answer: wanted });
  expect((await answer(ben, 'accepted')).status).toBe(403);
  expect(await answer(anna, 'rejected')).toMatchObject({ status: 200, body: { result: 'taken' } });
  const bensCall = await callOn(bensPage, alarmId);
  bensPage.send({ type: 'calls-painted', calls: [{ alarmId, callId: bensCall.callId }] });
  expect(await answer(ben, 'accepted', bensCall.round)).toMatchObject({ status: 200, body: { result: 'taken' } });
  await until(
    'who goes, on the screen of the nurse',
    () => viewOn(annasPage, alarmId)?.acceptedBy[0]?.name === 'Name of ben',
  );
  const again = await answer(ben, 'accepted', bensCall.round);
  expect(again).toMatchObject({ status: 200, body: { result: 'no-effect', reason: expect.any(String) } });

  expect(annasPage.of('heartbeat').at(-1)?.delivery).toBeUndefined();
  await delivery.kill();
  await until('the notice', () => annasPage.of('heartbeat').at(-1)?.delivery?.wards.includes('icu'));
  expect(await answer(ben, 'rejected', bensCall.round)).toMatchObject({ status: 202, body: { result: 'unknown' } });
  await delivery.start();
  await until('the end of the notice', () => annasPage.of('heartbeat').at(-1)?.delivery === undefined);
  // The answer was already in the log, so the new process handles it after its start.
  await until('the answer', () =>
    viewOn(annasPage, alarmId)?.calls.some(({ name, outcome }) => name === 'Name of ben' && outcome === 'rejected'),
  );
  annasPage.close();
  bensPage.close();
}, 240_000);
