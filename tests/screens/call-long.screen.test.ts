/**
 * Checks that everything of a call can be read with the longest names and texts, open, folded, locked and on the page
 * "My calls".
 */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { until } from '../system.ts';
import { openCalledPhone } from './called-phone.ts';
import { callOf, deliveryOf } from './delivery-double.ts';
import { resize } from './overflow.ts';
import { expectReadable, pressWhenStill, setHash } from './readable.ts';
import { longAlarmText, longBed, longFamilyName, longGivenName, longWard } from './scene.ts';

const called = openCalledPhone({
  ward: longWard,
  beds: [longBed, 'U-2', 'U-3', 'U-4'],
  familyName: () => longFamilyName,
});
const { beds, byId, isPainted, raise } = called;
const [bed, second, third] = beds;
const sizes = [
  { name: '360', width: 360, height: 740 },
  { name: '390', width: 390, height: 844 },
  { name: '740 on its side', width: 740, height: 360 },
  { name: '1366', width: 1366, height: 768 },
] as const;

/** Returns which part of an element is in view now, from 0 to 1, as the browser measures it. */
const visiblePart = (element: Locator) =>
  element.evaluate(
    (target) =>
      new Promise<number>((done) => {
        const observer = new IntersectionObserver(([entry]) => {
          observer.disconnect();
          done(entry!.intersectionRatio);
        });
        observer.observe(target);
      }),
  );

describe('a call with the longest names', () => {
  it('a call with the longest names can be read when it is open, when it is folded, and on the page "My calls"', async () => {
    const alarms = [bed, second, third].map((at) => raise(at, { text: longAlarmText }));
    const alarm = alarms[0]!;
    const name = longGivenName;
    const others = Array.from({ length: 8 }, () => ({ name, outcome: 'unconfirmed' as const }));
    const call = callOf(alarm, bed, { next: name, isAgain: true, others });
    const calls = [call, callOf(alarms[1]!, second), callOf(alarms[2]!, third)];
    called.phone.playCalls(calls);
    called.phone.playDeliveries(
      alarms.map((at, index) => deliveryOf(at, beds[index]!, { phase: 'repeating', notice: 'nobody-answers' })),
    );
    await byId(`accepted-${alarm.alarmId}`).waitFor();
    for (const size of sizes) {
      await resize(called.phone.page, size);
      const card = called.phone.page.locator('.call-sheet__card');
      // On a phone the buttons stay in view when a person scrolls the texts.
      await card.evaluate((sheet) => {
        if (innerWidth < 900)
          for (const part of [sheet, ...sheet.querySelectorAll('.call__about, .call__texts')]) part.scrollTop = 60;
      });
      for (const part of [`accepted-${alarm.alarmId}`, `rejected-${alarm.alarmId}`, `call-ack-${alarm.alarmId}`])
        expect(await visiblePart(byId(part)), `${part} at ${size.name}`).toBe(1);
      await card.evaluate((sheet) => {
        for (const part of [sheet, ...sheet.querySelectorAll('.call__about, .call__texts')]) part.scrollTop = 0;
      });
      expect(await visiblePart(byId('call-fold')), `fold at ${size.name}`).toBe(1);
    }
    await until('all calls count as painted', () => calls.every(({ callId }) => isPainted(callId)));
    await expectReadable(called.phone.page, 'long-sheet', sizes);
    await pressWhenStill(byId('call-fold'));
    await byId('call-line').waitFor();
    await expectReadable(called.phone.page, 'long-folded', sizes);
    await setHash(called.phone.page, '#/calls');
    await byId('calls-page').waitFor();
    await expectReadable(called.phone.page, 'long-calls', sizes);
  });
});
