/**
 * Checks that alarms can be acknowledged in a busy ward: alarms that begin and end move no row, and buttons still act.
 */
import type { Locator } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { until } from '../system.ts';
import { centre, openAlarmWard } from './alarm-ward.ts';
import { alarmOf, raisedEvent } from './scene.ts';

const stage = openAlarmWard();
const { sendAlarms, rowOf, ackButtonOf, untilSettled, acknowledgements, holdClock, releaseClock, untilTwoFrames } =
  stage;
const [first, second] = stage.beds;

describe('a ward in which an alarm begins and ends again and again', () => {
  let flapping: Alarm;
  let steady: Alarm;
  const ended = { present: false, signal: 'latched' } as const;

  beforeEach(async () => {
    flapping = alarmOf(first, { condition: 'HR.extreme-high', text: 'HR 146 > 140', value: 146, limit: 140 });
    steady = alarmOf(second, { priority: 'medium', text: 'RR 31 > 30', condition: 'RR.high', value: 31, limit: 30 });
    sendAlarms(raisedEvent(flapping), raisedEvent(steady));
    await ackButtonOf(steady).waitFor();
    await untilSettled();
    // From now on the clock of the page stands still. A button that moves or changes its meaning ignores presses until
    // the end of the test.
    await holdClock();
  });

  /** Ends the flapping alarm, or begins it again with one more onset. */
  async function flap(): Promise<void> {
    const { resolvedAt: _resolvedAt, ...before } = flapping;
    const rev = before.rev + 1;
    flapping = before.present
      ? { ...before, rev, ...ended, resolvedAt: new Date().toISOString(), escalation: rev > 6 ? 1 : 0 }
      : { ...before, rev, present: true, signal: 'on', onsets: before.onsets + 1 };
    sendAlarms({ ...raisedEvent(flapping), type: 'updated' });
    await until('the change of the row', async () => {
      const look = await rowOf(flapping).getAttribute('data-look');
      return look === (flapping.present ? 'calling' : 'ended');
    });
    await untilTwoFrames();
    await untilTwoFrames();
  }
  const places = () =>
    stage.page.locator('.alarm').evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().top));
  const ignoresPresses = (locator: Locator) => locator.evaluate((element) => element.hasAttribute('data-unsettled'));

  it.each([1920, 1366, 360])(
    'no alarm row moves or ignores presses while another alarm begins and ends, at a width of %d px',
    async (width) => {
      await releaseClock();
      await stage.page.setViewportSize({ width, height: 780 });
      // The page checks every 250 ms which elements have moved. After 600 ms it has found the new places.
      await stage.page.evaluate(() => new Promise((done) => setTimeout(done, 600)));
      await untilTwoFrames();
      await untilSettled();
      await holdClock();
      const placesBefore = await places();
      for (let times = 0; times < 24; times += 1) {
        if (times === 12) await stage.page.mouse.move(...(await centre(ackButtonOf(steady))));
        await flap();
        expect([times, await places()]).toEqual([times, placesBefore]);
        for (const alarm of [steady, flapping])
          expect([times, await ignoresPresses(ackButtonOf(alarm))]).toEqual([times, false]);
      }
      expect(await rowOf(flapping).textContent()).toContain('13 ×');
    },
  );

  it('the alarm line of a tile keeps its height and does not wrap while its alarm begins and ends', async () => {
    const line = stage.page.getByTestId('bed-U-1').getByTestId('tile-alarm');
    const shape = () =>
      line.evaluate((element) => {
        const text = element.querySelector('.tile__text')!;
        return [element.getBoundingClientRect().height, text.getClientRects().length];
      });
    const shapeBefore = await shape();
    for (let times = 0; times < 14; times += 1) {
      await flap();
      expect([times, await shape()]).toEqual([times, shapeBefore]);
    }
    expect(await line.textContent()).toContain('escalated');
  });

  it.each(['mouse', 'touch', 'key'] as const)(
    'a person can acknowledge both alarms one after the other by %s',
    async (by) => {
      const press = async (alarm: Alarm) => {
        if (by === 'mouse') return stage.page.mouse.click(...(await centre(ackButtonOf(alarm))));
        if (by === 'key') {
          await ackButtonOf(alarm).focus();
          return stage.page.keyboard.press('Enter');
        }
        const [x, y] = await centre(ackButtonOf(alarm));
        const session = await stage.page.context().newCDPSession(stage.page);
        await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
        await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
        await session.detach();
      };
      for (let times = 0; times < 3; times += 1) await flap();
      await press(steady);
      await until('the acknowledgement', () => acknowledgements().length === 1);
      await flap();
      await press(flapping);
      await until('the other acknowledgement', () => acknowledgements().length === 2);
      expect(acknowledgements().map(({ alarmId }) => alarmId)).toEqual([steady.alarmId, flapping.alarmId]);
      expect(await stage.page.getByTestId('moved-hint').count()).toBe(0);
    },
  );

  it('an alarm that ends and begins between press and release is acknowledged with the revision that the person saw', async () => {
    await stage.page.mouse.move(...(await centre(ackButtonOf(flapping))));
    await stage.page.mouse.down();
    await flap();
    await flap();
    await stage.page.mouse.up();
    await until('the acknowledgement', () => acknowledgements().length === 1);
    expect(acknowledgements()[0]).toMatchObject({ alarmId: flapping.alarmId, rev: 1 });
  });

  it('the row of an alarm whose value got worse ignores presses for a second, and moves no other row', async () => {
    const placesBefore = await places();
    flapping = { ...flapping, rev: 2, value: 151, text: 'HR 151 > 140' };
    sendAlarms({ ...raisedEvent(flapping), type: 'updated' });
    await rowOf(flapping).getByText('HR 151 > 140').waitFor();
    await until('a button that ignores presses', () => ignoresPresses(ackButtonOf(flapping)));
    expect(await ignoresPresses(ackButtonOf(steady))).toBe(false);
    expect(await places()).toEqual(placesBefore);
    await stage.page.mouse.click(...(await centre(ackButtonOf(flapping))));
    await stage.page.getByTestId('moved-hint').waitFor();
    expect(stage.server.commands).toEqual([]);
  });
});
