/** Checks that everything of a call can be read with the longest names and texts, open, folded, locked and on the page "My calls". */
import { describe, it } from 'vitest';
import { openCalledPhone } from './called-phone.ts';
import { callOf, deliveryOf } from './delivery-double.ts';
import { expectReadable, pressWhenStill, setHash } from './readable.ts';
import { longAlarmText, longBed, longFamilyName, longGivenName, longWard } from './scene.ts';

const called = openCalledPhone({
  ward: longWard,
  beds: [longBed, 'U-2', 'U-3', 'U-4'],
  familyName: () => longFamilyName,
});
const { beds, byId, raise } = called;
const [bed, second] = beds;
const sizes = [
  { name: '360', width: 360, height: 740 },
  { name: '740 on its side', width: 740, height: 360 },
  { name: '1366', width: 1366, height: 768 },
] as const;

describe('a call with the longest names', () => {
  it('can be read, open, folded and on the page "My calls"', async () => {
    const [alarm, other] = [raise(bed, { text: longAlarmText }), raise(second, { text: longAlarmText })];
    const name = longGivenName;
    const others = Array.from({ length: 8 }, () => ({ name, outcome: 'unconfirmed' as const }));
    const call = callOf(alarm, bed, { next: name, isAgain: true, others });
    called.phone.playCalls([call, callOf(other, second)]);
    called.phone.playDeliveries([
      deliveryOf(alarm, bed, { phase: 'repeating', notice: 'nobody-answers' }),
      deliveryOf(other, second, { phase: 'repeating', notice: 'nobody-answers' }),
    ]);
    await byId(`accepted-${alarm.alarmId}`).waitFor();
    await expectReadable(called.phone.page, 'long-sheet', sizes);
    await pressWhenStill(byId('call-fold'));
    await byId('call-line').waitFor();
    await expectReadable(called.phone.page, 'long-folded', sizes);
    await setHash(called.phone.page, '#/calls');
    await byId('calls-page').waitFor();
    await expectReadable(called.phone.page, 'long-calls', sizes);
  });
});
