/**
 * Listens to the loudspeaker of a ward screen: an unacknowledged high alarm gets louder, until all high alarms are
 * acknowledged.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { highRise, soundTable } from '../../dashboard/client/core/sound-table.ts';
import { until } from '../system.ts';
import { openAlarmWard } from './alarm-ward.ts';
import { listen } from './ear.ts';
import { alarmOf, raisedEvent } from './scene.ts';

const stage = openAlarmWard();
const { beds, sendAlarms } = stage;
const fullLoudness = soundTable.high.loudness;
const startLoudness = highRise.startLoudness;

beforeAll(async () => {
  await listen(stage.page);
  await stage.page.reload();
  await stage.page.getByTestId('bed-U-4').waitFor();
  await stage.page.mouse.click(5, 5);
});

/**
 * Returns the highest amplitude of the next `ms`, after the earlier sound has left the analyser. Waits in the page: on
 * a busy machine, each request to the browser would prolong the time, perhaps until the next, louder burst.
 */
function highestPeakIn(ms: number): Promise<number> {
  return stage.page.evaluate(async (forMs) => {
    const wait = (waitMs: number) => new Promise((done) => setTimeout(done, waitMs));
    await wait(800);
    heardPeak();
    await wait(forMs);
    return heardPeak();
  }, ms);
}

const untilLoudness = (what: string, minPeak: number) =>
  until(what, async () => (await stage.page.evaluate(() => heardPeak())) >= minPeak);

const acknowledgedEvent = (alarm: Alarm) => ({
  ...raisedEvent({ ...alarm, rev: 2, signal: 'acknowledged' as const }),
  type: 'acknowledged' as const,
});
const pausedEvent = (alarm: Alarm) => ({
  ...raisedEvent({ ...alarm, rev: 2, audioPausedUntil: new Date(Date.now() + 100_000).toISOString() }),
  type: 'audio-paused' as const,
});

describe('the sound of an unacknowledged high alarm on a screen', () => {
  it('a high alarm gets louder, and stays loud with a second alarm and after a pause; after all alarms were acknowledged, it starts soft again', async () => {
    const [first, second] = [alarmOf(beds[0]), alarmOf(beds[1])];
    sendAlarms(raisedEvent(first));
    await untilLoudness('the first burst', 0.3);
    const firstPeak = await highestPeakIn(1_500);
    expect(firstPeak).toBeGreaterThan(startLoudness * 0.8);
    expect(firstPeak).toBeLessThan(startLoudness * 1.1);
    await untilLoudness('full loudness', fullLoudness * 0.9);

    sendAlarms(raisedEvent(second), acknowledgedEvent(first));
    expect(await highestPeakIn(7_000)).toBeGreaterThan(fullLoudness * 0.9);

    sendAlarms(pausedEvent(second));
    await stage.page.waitForTimeout(500);
    expect(await highestPeakIn(2_000)).toBeLessThan(0.01);
    sendAlarms({ ...raisedEvent({ ...second, rev: 3 }), type: 'updated' });
    await untilLoudness('the loudness before the pause', fullLoudness * 0.9);

    sendAlarms({ ...acknowledgedEvent(second), alarm: { ...second, rev: 4, signal: 'acknowledged' } });
    await stage.page.waitForTimeout(500);
    expect(await highestPeakIn(1_000)).toBeLessThan(0.01);
    sendAlarms(raisedEvent(alarmOf(beds[2])));
    await untilLoudness('the first burst of a new alarm', 0.3);
    expect(await highestPeakIn(1_500)).toBeLessThan(startLoudness * 1.1);
  });
});
