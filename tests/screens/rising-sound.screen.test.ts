/** Listens to the loudspeaker of a ward screen: an unanswered high alarm gets louder, and the rise ends with the answers. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { highRise, soundTable } from '../../dashboard/client/core/sound-table.ts';
import { until } from '../system.ts';
import { openAlarmWard } from './alarm-ward.ts';
import { alarmOf, raisedEvent } from './scene.ts';

const stage = openAlarmWard();
const { beds, sendAlarms } = stage;
const full = soundTable.high.loudness;
const start = highRise.startLoudness;

declare global {
  // `var` is the only way to declare a global variable in TypeScript.
  var heardPeak: () => number;
}

beforeAll(async () => {
  // Keeps the highest amplitude that the page has sent to the loudspeaker since the last call of `heardPeak`.
  await stage.page.addInitScript(() => {
    const connect = AudioNode.prototype.connect;
    let peak = 0;
    globalThis.heardPeak = () => {
      const result = peak;
      peak = 0;
      return result;
    };
    AudioNode.prototype.connect = function (this: AudioNode, ...args: never[]) {
      const [target] = args as unknown as [AudioNode];
      if (target instanceof AudioDestinationNode) {
        const ear = new AnalyserNode(this.context, { fftSize: 32_768 });
        (connect as (this: AudioNode, target: AudioNode) => AudioNode).call(this, ear);
        const samples = new Float32Array(ear.fftSize);
        setInterval(() => {
          ear.getFloatTimeDomainData(samples);
          for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
        }, 100);
      }
      return connect.apply(this, args as never) as never;
    } as typeof connect;
  });
  await stage.page.reload();
  await stage.page.getByTestId('bed-U-4').waitFor();
  await stage.page.mouse.click(5, 5);
});

/** Returns the highest amplitude of the next `ms`, after the sound of before has left the analyser. */
async function loudest(ms: number): Promise<number> {
  await stage.page.waitForTimeout(800);
  await stage.page.evaluate(() => heardPeak());
  await stage.page.waitForTimeout(ms);
  return stage.page.evaluate(() => heardPeak());
}

const untilLoudness = (what: string, least: number) =>
  until(what, async () => (await stage.page.evaluate(() => heardPeak())) >= least);

const acknowledged = (alarm: Alarm) => ({
  ...raisedEvent({ ...alarm, rev: 2, signal: 'acknowledged' as const }),
  type: 'acknowledged' as const,
});
const paused = (alarm: Alarm) => ({
  ...raisedEvent({ ...alarm, rev: 2, audioPausedUntil: new Date(Date.now() + 100_000).toISOString() }),
  type: 'audio-paused' as const,
});

describe('the sound of an unanswered high alarm on a screen', () => {
  it('a high alarm rises from its start loudness, a second alarm and a pause do not lower it, and answers to all alarms do', async () => {
    const [first, second] = [alarmOf(beds[0]), alarmOf(beds[1])];
    sendAlarms(raisedEvent(first));
    await untilLoudness('the first burst', 0.3);
    const begun = await loudest(1_500);
    expect(begun).toBeGreaterThan(start * 0.8);
    expect(begun).toBeLessThan(start * 1.1);
    await untilLoudness('full loudness', full * 0.9);

    sendAlarms(raisedEvent(second), acknowledged(first));
    expect(await loudest(7_000)).toBeGreaterThan(full * 0.9);

    sendAlarms(paused(second));
    await stage.page.waitForTimeout(500);
    expect(await loudest(2_000)).toBeLessThan(0.01);
    sendAlarms({ ...raisedEvent({ ...second, rev: 3 }), type: 'updated' });
    await untilLoudness('the loudness before the pause', full * 0.9);

    sendAlarms({ ...acknowledged(second), alarm: { ...second, rev: 4, signal: 'acknowledged' } });
    await stage.page.waitForTimeout(500);
    expect(await loudest(1_000)).toBeLessThan(0.01);
    sendAlarms(raisedEvent(alarmOf(beds[2])));
    await untilLoudness('the first burst of a new alarm', 0.3);
    expect(await loudest(1_500)).toBeLessThan(start * 1.1);
  });
});
