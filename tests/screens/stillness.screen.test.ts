/** Nothing that acts may move under pointer, finger or focus: what has just moved or changed is dead for a second. */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { until } from '../system.ts';
import { centre, openAlarmWard } from './alarm-ward.ts';
import { alarmOf, period, raised } from './scene.ts';

const stage = openAlarmWard();
const { tell, row, button, settled, acknowledged, holdClock, goOn, frames } = stage;
const [first, second, third] = stage.beds;

/** How far its centre is from where it was, px. */
async function shift(locator: Locator, [x, y]: [number, number]): Promise<number> {
  const [nowX, nowY] = await centre(locator);
  return Math.hypot(nowX - x, nowY - y);
}

describe('a row of the list of alarms', () => {
  it('a row that was inserted under the pointer cannot be acknowledged until it has stood there for a second', async () => {
    const meant = alarmOf(first, { priority: 'medium', text: 'HR 130 > 120' });
    tell(raised(meant));
    await button(meant).waitFor();
    await settled();
    const at = await centre(button(meant));
    await holdClock();
    const unseen = alarmOf(second, { text: 'HR 0', condition: 'asystole' });
    tell(raised(unseen));
    await row(unseen).waitFor();
    expect(
      await button(unseen).evaluate((element, [x, y]) => element.contains(document.elementFromPoint(x, y)), at),
    ).toBe(true);
    await stage.page.mouse.click(...at);
    await stage.page.getByTestId('moved-hint').waitFor();
    await frames();
    expect(await button(unseen).textContent()).toBe('Acknowledge');
    expect(stage.server.commands).toEqual([]);
    expect(await button(unseen).getAttribute('aria-disabled')).toBe('true');

    await goOn();
    await settled();
    await stage.page.mouse.click(...at);
    await until('the acknowledgement', () => acknowledged().length === 1);
    expect(acknowledged()[0]).toMatchObject({ alarmId: unseen.alarmId, rev: 1 });
  });

  it('a row keeps its place while the pointer is on the list; a new high alarm comes last and is named below the rows', async () => {
    const meant = alarmOf(first, { priority: 'medium', text: 'HR 130 > 120' });
    tell(raised(meant));
    await button(meant).waitFor();
    await settled();
    const at = await centre(button(meant));
    await stage.page.mouse.move(...at);
    const high = alarmOf(second, { text: 'HR 0', condition: 'asystole' });
    tell(raised(high));
    await row(high).waitFor();
    expect(await stage.page.getByTestId('fresh-alarms').textContent()).toContain('U-2 HR 0');
    expect(await shift(button(meant), at)).toBeLessThan(1);
    await stage.page.mouse.click(...at);
    await until('the acknowledgement', () => acknowledged().length === 1);
    expect(acknowledged()[0]).toMatchObject({ alarmId: meant.alarmId, rev: 1 });
    await stage.page.mouse.move(5, 5);
    await until('the high alarm on top', async () => {
      const top = await stage.page.locator('[data-alarm]').first().getAttribute('data-alarm');
      return top === high.alarmId;
    });
    expect(await stage.page.getByTestId('fresh-alarms').count()).toBe(0);
  });

  it('a row keeps its place when the row above it goes while the pointer is on the list', async () => {
    const [above, meant] = [alarmOf(first, { text: 'HR 190 > 140' }), alarmOf(second, { priority: 'medium' })];
    tell(raised(above), raised(meant));
    await button(meant).waitFor();
    await settled();
    const at = await centre(button(meant));
    await stage.page.mouse.move(...at);
    tell({ ...raised({ ...above, rev: 2, present: false, signal: 'off' }), type: 'cleared' });
    await row(above).getByText('no longer listed').waitFor();
    expect(await shift(button(meant), at)).toBeLessThan(1);
  });

  it('a row does not move when the row above it is acknowledged', async () => {
    const [above, meant] = [alarmOf(first, { text: 'HR 190 > 140' }), alarmOf(second, { priority: 'medium' })];
    tell(raised(above), raised(meant));
    await button(meant).waitFor();
    await settled();
    const at = await centre(button(meant));
    await stage.page.mouse.move(...at);
    const by = { userId: 'nora', name: 'Nora Nurse', role: 'nurse' } as const;
    const answer = { signal: 'acknowledged', acknowledgedBy: by, acknowledgedAt: new Date().toISOString() } as const;
    tell({ ...raised({ ...above, rev: 2, ...answer }), type: 'acknowledged' });
    await stage.page.getByTestId(`acked-${above.alarmId}`).waitFor();
    expect(await shift(button(meant), at)).toBeLessThan(1);
  });

  it('a row keeps the focus when it moves, and a key does nothing for a second', async () => {
    const meant = alarmOf(first, { priority: 'medium', text: 'HR 130 > 120' });
    tell(raised(meant));
    await button(meant).focus();
    await settled();
    // The keys rest for so long that the rows are free again, and a graver one goes above.
    const high = alarmOf(second, {});
    tell(raised(high));
    await row(high).waitFor();
    await holdClock();
    await until('that the row has moved', async () => {
      const top = await stage.page.locator('[data-alarm]').first().getAttribute('data-alarm');
      return top === high.alarmId;
    });
    const focused = () => stage.page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
    expect(await focused()).toBe(`ack-${meant.alarmId}`);
    await stage.page.keyboard.press('Enter');
    await stage.page.keyboard.press('Space');
    await stage.page.getByTestId('moved-hint').waitFor();
    await frames();
    expect(stage.server.commands).toEqual([]);

    await goOn();
    await settled();
    expect(await focused()).toBe(`ack-${meant.alarmId}`);
    await stage.page.keyboard.press('Enter');
    await until('the acknowledgement', () => acknowledged().length === 1);
    expect(acknowledged()[0]).toMatchObject({ alarmId: meant.alarmId });
  });

  it('a row whose alarm gets graver between the press and the release sends nothing', async () => {
    const seen = alarmOf(first, { text: 'SpO2 84 < 85' });
    tell(raised(seen));
    await button(seen).waitFor();
    await settled();
    await stage.page.mouse.move(...(await centre(button(seen))));
    await stage.page.mouse.down();
    await holdClock();
    tell({ ...raised({ ...seen, rev: 2, text: 'SpO2 61 < 85' }), type: 'updated' });
    await row(seen).getByText('SpO2 61 < 85').waitFor();
    await stage.page.mouse.up();
    await stage.page.getByTestId('moved-hint').waitFor();
    await frames();
    expect(await button(seen).getAttribute('aria-disabled')).toBe('true');
    expect(await button(seen).textContent()).toBe('Acknowledge');
    expect(stage.server.commands).toEqual([]);
    await goOn();
    await settled();
    await button(seen).click();
    await until('the acknowledgement', () => acknowledged().length === 1);
    expect(acknowledged()[0]).toMatchObject({ alarmId: seen.alarmId, rev: 2 });
  });

  it('an alarm whose revision the server cannot judge is not acknowledged; the row says what the alarm is now, and asks again', async () => {
    const seen = alarmOf(first, { text: 'SpO2 84 < 85' });
    tell(raised(seen));
    await button(seen).waitFor();
    await settled();
    await stage.page.mouse.move(...(await centre(button(seen))));
    await stage.page.mouse.down();
    // Revisions 2 to 4 are missing: between them it may have been graver.
    tell({ ...raised({ ...seen, rev: 5, escalation: 1 }), type: 'escalated' });
    await row(seen).getByText('escalated').waitFor();
    await stage.page.mouse.up();
    const error = stage.page.getByTestId(`ack-error-${seen.alarmId}`);
    await error.waitFor();
    expect(await error.textContent()).toBe('Not acknowledged. This alarm changed to “SpO2 84 < 85”: look again.');
    expect(stage.server.commands).toEqual([]);
    await settled();
    await button(seen).click();
    await until('the acknowledgement', () => acknowledged().length === 1);
    expect(acknowledged()[0]).toMatchObject({ alarmId: seen.alarmId, rev: 5 });
  });
});

describe('what else acts', () => {
  it('a tile that was sorted under the pointer does not open', async () => {
    await stage.page.getByTestId('sort-alarms').click();
    try {
      await settled();
      const at = await centre(stage.page.getByTestId('bed-U-1'));
      await holdClock();
      const high = alarmOf(third, {});
      tell(raised(high));
      await until('that the tile of U-3 is first', async () => {
        const [x, y] = await centre(stage.page.getByTestId('bed-U-3'));
        return Math.abs(x - at[0]) < 1 && Math.abs(y - at[1]) < 1;
      });
      await stage.page.mouse.click(...at);
      await stage.page.getByTestId('moved-hint').waitFor();
      await frames();
      expect(await stage.page.getByTestId('patient-view').count()).toBe(0);
      await goOn();
      await settled();
      await stage.page.mouse.click(...at);
      await stage.page.getByTestId('patient-view').waitFor();
      expect(await stage.page.locator('.patient__bed').textContent()).toBe('U-3');
      await stage.page.getByTestId('patient-close').click();
    } finally {
      await goOn();
      await stage.page.getByTestId('sort-alarms').click();
    }
  });

  it('the sound is paused at once, also where an alarm has come or gone just now', async () => {
    tell(raised(alarmOf(first, { priority: 'low' })));
    await stage.page.getByTestId('pause-audio').waitFor();
    await settled();
    const at = await centre(stage.page.getByTestId('pause-audio'));
    await holdClock();
    const unseen = alarmOf(second, {});
    tell(raised(unseen));
    await row(unseen).waitFor();
    await stage.page.mouse.click(...at);
    await until('the pauses', () => stage.server.commands.length === 2);
  });

  it('a row of the devices that a new device pushed down does not act', async () => {
    await stage.page.goto(`${stage.server.origin}/#/devices`);
    const change = stage.page.getByTestId('associate-bed-01');
    await change.waitFor();
    await settled();
    const at = await centre(change);
    await holdClock();
    stage.server.associate({ deviceId: 'another', version: 1, periods: [period('U-9', first.period.ward, null)] });
    await stage.page.getByTestId('device-another').waitFor();
    await stage.page.mouse.click(...at);
    await stage.page.getByTestId('moved-hint').waitFor();
    await frames();
    expect(await stage.page.getByTestId('associate-form').count()).toBe(0);
  });
});
