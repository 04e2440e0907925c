/**
 * Checks that the page ignores presses on an element within a second after the element moved or changed under the
 * pointer, finger or focus.
 */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { until } from '../system.ts';
import { centre, openAlarmWard } from './alarm-ward.ts';
import { alarmOf, newPeriod, raisedEvent } from './scene.ts';

const stage = openAlarmWard();
const { sendAlarms, rowOf, ackButtonOf, untilSettled, acknowledgements, holdClock, releaseClock, untilTwoFrames } =
  stage;
const [first, second, third] = stage.beds;

/** Returns how far the centre of an element is from a former place, in pixels. */
async function shift(locator: Locator, [x, y]: [number, number]): Promise<number> {
  const [nowX, nowY] = await centre(locator);
  return Math.hypot(nowX - x, nowY - y);
}

/** Returns how many lines the mark of new alarms out of view needs if it is narrow, as on a phone. */
function linesOfMark(): Promise<number> {
  return stage.page.getByTestId('fresh-alarms').evaluate((line) => {
    line.style.width = '120px';
    const range = document.createRange();
    range.selectNodeContents(line.querySelector('.look')!.firstChild!);
    const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
    line.style.width = '';
    return tops.size;
  });
}

describe('a row of the list of alarms', () => {
  it('an alarm row that was inserted under the pointer cannot be acknowledged until the row has been there for a second', async () => {
    const meant = alarmOf(first, { priority: 'medium', text: 'HR 130 > 120' });
    sendAlarms(raisedEvent(meant));
    await ackButtonOf(meant).waitFor();
    await untilSettled();
    const at = await centre(ackButtonOf(meant));
    await holdClock();
    const unseen = alarmOf(second, { text: 'HR 0', condition: 'asystole' });
    sendAlarms(raisedEvent(unseen));
    await rowOf(unseen).waitFor();
    expect(
      await ackButtonOf(unseen).evaluate((element, [x, y]) => element.contains(document.elementFromPoint(x, y)), at),
    ).toBe(true);
    await stage.page.mouse.click(...at);
    await stage.page.getByTestId('moved-hint').waitFor();
    await untilTwoFrames();
    expect(await ackButtonOf(unseen).textContent()).toBe('Acknowledge');
    expect(stage.server.commands).toEqual([]);
    expect(await ackButtonOf(unseen).getAttribute('aria-disabled')).toBe('true');

    await releaseClock();
    await untilSettled();
    await stage.page.mouse.click(...at);
    await until('the acknowledgement', () => acknowledgements().length === 1);
    expect(acknowledgements()[0]).toMatchObject({ alarmId: unseen.alarmId, rev: 1 });
  });

  it('alarm rows keep their places while the pointer is on the list; a new high alarm comes last, and a line below the list names it if its row is out of view', async () => {
    const meant = alarmOf(first, { priority: 'medium', text: 'HR 130 > 120' });
    const others = Array.from({ length: 40 }, (_, i) =>
      alarmOf(second, { priority: 'low', condition: `low-${i}`, text: `Temp 38.${i} > 38.5` }),
    );
    sendAlarms(raisedEvent(meant));
    await ackButtonOf(meant).waitFor();
    await untilSettled();
    const at = await centre(ackButtonOf(meant));
    await stage.page.mouse.move(...at);
    const high = alarmOf(second, { text: 'HR 0', condition: 'asystole' });
    sendAlarms(raisedEvent(high));
    await rowOf(high).waitFor();
    await stage.page.getByTestId('fresh-alarms').waitFor({ state: 'detached' });
    expect(await shift(ackButtonOf(meant), at)).toBeLessThan(1);
    await stage.page.mouse.move(at[0] + 1, at[1]);
    const hidden = alarmOf(third, { text: 'HR 1', condition: 'extreme' });
    sendAlarms(...others.map(raisedEvent));
    await rowOf(others.at(-1)!).waitFor();
    await stage.page.mouse.move(...at);
    sendAlarms(raisedEvent(hidden));
    await stage.page.getByTestId('fresh-alarms').getByText('U-3 HR 1').waitFor();
    expect(await linesOfMark(), 'a mark on several lines looks like a lower priority').toBe(1);
    expect(await shift(ackButtonOf(meant), at)).toBeLessThan(1);
    await stage.page.mouse.click(...at);
    await until('the acknowledgement', () => acknowledgements().length === 1);
    expect(acknowledgements()[0]).toMatchObject({ alarmId: meant.alarmId, rev: 1 });
    await stage.page.mouse.move(5, 5);
    await until('the high alarms on top', async () => {
      const rows = await stage.page.locator('[data-alarm]').evaluateAll((all) => all.map((row) => row.dataset.alarm));
      return rows.indexOf(hidden.alarmId) < 2 && rows.indexOf(high.alarmId) < 2;
    });
    expect(await stage.page.getByTestId('fresh-alarms').count()).toBe(0);
  });

  it('an alarm row keeps its place when the alarm above it ends while the pointer is on the list', async () => {
    const [above, meant] = [alarmOf(first, { text: 'HR 190 > 140' }), alarmOf(second, { priority: 'medium' })];
    sendAlarms(raisedEvent(above), raisedEvent(meant));
    await ackButtonOf(meant).waitFor();
    await untilSettled();
    const at = await centre(ackButtonOf(meant));
    await stage.page.mouse.move(...at);
    sendAlarms({ ...raisedEvent({ ...above, rev: 2, present: false, signal: 'off' }), type: 'cleared' });
    await rowOf(above).getByText('no longer listed').waitFor();
    expect(await shift(ackButtonOf(meant), at)).toBeLessThan(1);
  });

  it('an alarm row does not move when the alarm above it is acknowledged', async () => {
    const [above, meant] = [alarmOf(first, { text: 'HR 190 > 140' }), alarmOf(second, { priority: 'medium' })];
    sendAlarms(raisedEvent(above), raisedEvent(meant));
    await ackButtonOf(meant).waitFor();
    await untilSettled();
    const at = await centre(ackButtonOf(meant));
    await stage.page.mouse.move(...at);
    const by = { userId: 'nora', name: 'Nora Nurse', role: 'nurse' } as const;
    const answer = { signal: 'acknowledged', acknowledgedBy: by, acknowledgedAt: new Date().toISOString() } as const;
    sendAlarms({ ...raisedEvent({ ...above, rev: 2, ...answer }), type: 'acknowledged' });
    await stage.page.getByTestId(`acked-${above.alarmId}`).waitFor();
    expect(await shift(ackButtonOf(meant), at)).toBeLessThan(1);
  });

  it('an alarm row keeps the focus when it moves, and ignores keys for a second', async () => {
    const meant = alarmOf(first, { priority: 'medium', text: 'HR 130 > 120' });
    sendAlarms(raisedEvent(meant));
    await ackButtonOf(meant).focus();
    await untilSettled();
    // Nobody presses a key, so the rows may move after a while. Then the row of a more urgent alarm moves above this
    // row.
    const high = alarmOf(second, {});
    sendAlarms(raisedEvent(high));
    await rowOf(high).waitFor();
    await holdClock();
    await until('the move of the row', async () => {
      const top = await stage.page.locator('[data-alarm]').first().getAttribute('data-alarm');
      return top === high.alarmId;
    });
    const focused = () => stage.page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
    expect(await focused()).toBe(`ack-${meant.alarmId}`);
    await stage.page.keyboard.press('Enter');
    await stage.page.keyboard.press('Space');
    await stage.page.getByTestId('moved-hint').waitFor();
    await untilTwoFrames();
    expect(stage.server.commands).toEqual([]);

    await releaseClock();
    await untilSettled();
    expect(await focused()).toBe(`ack-${meant.alarmId}`);
    await stage.page.keyboard.press('Enter');
    await until('the acknowledgement', () => acknowledgements().length === 1);
    expect(acknowledgements()[0]).toMatchObject({ alarmId: meant.alarmId });
  });

  it('a press on an alarm whose value gets worse between press and release sends nothing', async () => {
    const pressed = alarmOf(first, { text: 'SpO2 84 < 85' });
    sendAlarms(raisedEvent(pressed));
    await ackButtonOf(pressed).waitFor();
    await untilSettled();
    await stage.page.mouse.move(...(await centre(ackButtonOf(pressed))));
    await stage.page.mouse.down();
    await holdClock();
    sendAlarms({ ...raisedEvent({ ...pressed, rev: 2, text: 'SpO2 61 < 85' }), type: 'updated' });
    await rowOf(pressed).getByText('SpO2 61 < 85').waitFor();
    await stage.page.mouse.up();
    await stage.page.getByTestId('moved-hint').waitFor();
    await untilTwoFrames();
    expect(await ackButtonOf(pressed).getAttribute('aria-disabled')).toBe('true');
    expect(await ackButtonOf(pressed).textContent()).toBe('Acknowledge');
    expect(stage.server.commands).toEqual([]);
    await releaseClock();
    await untilSettled();
    await ackButtonOf(pressed).click();
    await until('the acknowledgement', () => acknowledgements().length === 1);
    expect(acknowledgements()[0]).toMatchObject({ alarmId: pressed.alarmId, rev: 2 });
  });

  it('an alarm whose intermediate revisions are unknown is not acknowledged, and its row shows the current text and asks to look again', async () => {
    const pressed = alarmOf(first, { text: 'SpO2 84 < 85' });
    sendAlarms(raisedEvent(pressed));
    await ackButtonOf(pressed).waitFor();
    await untilSettled();
    await stage.page.mouse.move(...(await centre(ackButtonOf(pressed))));
    await stage.page.mouse.down();
    // Revisions 2 to 4 are missing. In one of them the alarm may have been worse.
    sendAlarms({ ...raisedEvent({ ...pressed, rev: 5, escalation: 1 }), type: 'escalated' });
    await rowOf(pressed).getByText('escalated').waitFor();
    await stage.page.mouse.up();
    const error = stage.page.getByTestId(`ack-error-${pressed.alarmId}`);
    await error.waitFor();
    expect(await error.textContent()).toBe('Not acknowledged. This alarm changed to “SpO2 84 < 85”: look again.');
    expect(stage.server.commands).toEqual([]);
    await untilSettled();
    await ackButtonOf(pressed).click();
    await until('the acknowledgement', () => acknowledgements().length === 1);
    expect(acknowledgements()[0]).toMatchObject({ alarmId: pressed.alarmId, rev: 5 });
  });
});

describe('other elements that can be pressed', () => {
  it('a tile that moved under the pointer by sorting does not open', async () => {
    await stage.page.getByTestId('sort-alarms').click();
    try {
      await untilSettled();
      const at = await centre(stage.page.getByTestId('bed-U-1'));
      await holdClock();
      const high = alarmOf(third, {});
      sendAlarms(raisedEvent(high));
      await until('the tile of U-3 in the first place', async () => {
        const [x, y] = await centre(stage.page.getByTestId('bed-U-3'));
        return Math.abs(x - at[0]) < 1 && Math.abs(y - at[1]) < 1;
      });
      await stage.page.mouse.click(...at);
      await stage.page.getByTestId('moved-hint').waitFor();
      await untilTwoFrames();
      expect(await stage.page.getByTestId('patient-view').count()).toBe(0);
      await releaseClock();
      await untilSettled();
      await stage.page.mouse.click(...at);
      await stage.page.getByTestId('patient-view').waitFor();
      expect(await stage.page.locator('.patient__bed').textContent()).toBe('U-3');
      await stage.page.getByTestId('patient-close').click();
    } finally {
      await releaseClock();
      await stage.page.getByTestId('sort-alarms').click();
    }
  });

  it('the pause button of the sound takes effect immediately, even when an alarm has just begun', async () => {
    sendAlarms(raisedEvent(alarmOf(first, { priority: 'low' })));
    await stage.page.getByTestId('pause-audio').waitFor();
    await untilSettled();
    const at = await centre(stage.page.getByTestId('pause-audio'));
    await holdClock();
    const unseen = alarmOf(second, {});
    sendAlarms(raisedEvent(unseen));
    await rowOf(unseen).waitFor();
    await stage.page.mouse.click(...at);
    await until('the pauses', () => stage.server.commands.length === 2);
  });

  it('a row of the list of devices that a new device has pushed down ignores a press', async () => {
    await stage.page.goto(`${stage.server.origin}/#/devices`);
    const change = stage.page.getByTestId('associate-bed-01');
    await change.waitFor();
    await untilSettled();
    const at = await centre(change);
    await holdClock();
    stage.server.associate({ deviceId: 'another', version: 1, periods: [newPeriod('U-9', first.period.ward, null)] });
    await stage.page.getByTestId('device-another').waitFor();
    await stage.page.mouse.click(...at);
    await stage.page.getByTestId('moved-hint').waitFor();
    await untilTwoFrames();
    expect(await stage.page.getByTestId('associate-form').count()).toBe(0);
  });
});
