/**
 * Counts the flashes of alarms in Chromium. The limits are those of CLINICAL, "Signals on the screen and in the ear".
 */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { until } from '../system.ts';
import { openAlarmWard } from './alarm-ward.ts';
import { alarmOf, raisedEvent } from './scene.ts';

const stage = openAlarmWard();
const { beds, sendAlarms, rowOf, untilSettled } = stage;

/**
 * A moment in which an element became bright between two frames: after `afterMs`, and at `atMs` at the latest. On a
 * busy machine frames are far apart.
 */
type Edge = { readonly afterMs: number; readonly atMs: number };

/**
 * The flashes of one element. `edges`: when the element became bright. `seenMs`: how long the element was on the page.
 */
type Flashes = {
  readonly group: 'high' | 'medium';
  readonly name: string;
  readonly edges: readonly Edge[];
  readonly seenMs: number;
};

/**
 * Watches all elements with a flashing animation for some seconds, and returns when each element became bright. Reads,
 * in each frame, the opacity that the browser computed for the element.
 */
function watchFlashes(seconds: number): Promise<Flashes[]> {
  return stage.page.evaluate(async (watchedS) => {
    type Seen = {
      group: 'high' | 'medium';
      name: string;
      edges: { afterMs: number; atMs: number }[];
      firstMs: number;
      lastMs: number;
      isBright?: boolean;
    };
    const seen = new Map<string, Seen>();
    const ids = new WeakMap<Element, number>();
    let lastId = 0;
    const idOf = (element: Element) => {
      if (!ids.has(element)) ids.set(element, ++lastId);
      return ids.get(element)!;
    };
    const recordFlashes = (atMs: number) => {
      for (const animation of document.getAnimations()) {
        const name = animation instanceof CSSAnimation ? animation.animationName : '';
        const effect = animation.effect as KeyframeEffect;
        if (!/^flash-/.test(name) || !effect.target) continue;
        const key = `${idOf(effect.target)}${effect.pseudoElement}`;
        const group = name === 'flash-high' ? 'high' : 'medium';
        const element: Seen = seen.get(key) ?? {
          group,
          name: `${effect.target.className}${effect.pseudoElement}`,
          edges: [],
          firstMs: atMs,
          lastMs: atMs,
        };
        const isBright = Number(getComputedStyle(effect.target, effect.pseudoElement).opacity) > 0.5;
        if (element.isBright === false && isBright) element.edges.push({ afterMs: element.lastMs, atMs });
        seen.set(key, { ...element, isBright, lastMs: atMs });
      }
    };
    // The time of the frame, from which the browser computes the opacity. On a busy machine, `performance.now()` is
    // much later.
    const frameMs = () => Number(document.timeline.currentTime);
    const startMs = frameMs();
    for (let atMs = startMs; atMs - startMs < watchedS * 1000; atMs = frameMs()) {
      recordFlashes(atMs);
      await new Promise((done) => requestAnimationFrame(done));
    }
    return [...seen.values()].map(({ firstMs, lastMs, ...element }) => ({ ...element, seenMs: lastMs - firstMs }));
  }, seconds);
}

/** Returns the flashes per second between the first and the last time at which an element became bright. */
function rateHz({ edges }: Flashes): number {
  return (1000 * (edges.length - 1)) / (edges.at(-1)!.atMs - edges[0]!.atMs);
}

/**
 * Returns the largest number of flashes that certainly happened within one second, over all elements. Edges that may be
 * less than 100 ms apart count as one flash.
 */
function flashesInASecond(all: readonly Flashes[]): number {
  const edges = all.flatMap((flashes) => flashes.edges).sort((a, b) => a.atMs - b.atMs);
  const flashes: Edge[] = [];
  for (const edge of edges) if (edge.afterMs - (flashes.at(-1)?.atMs ?? -Infinity) > 100) flashes.push(edge);
  const within1s = (first: Edge) => flashes.filter(({ atMs }) => atMs >= first.atMs && atMs - first.afterMs < 1000);
  return Math.max(0, ...flashes.map((first) => within1s(first).length));
}

function expectRates(all: readonly Flashes[]): void {
  for (const flashes of all) {
    expect(flashesInASecond([flashes]), flashes.name).toBeLessThanOrEqual(3);
    const [minHz, maxHz] = flashes.group === 'high' ? [1.4, 2.8] : [0.4, 0.8];
    // An element that was on the page for a short time has no rate: the page may move a new alarm immediately.
    if (flashes.seenMs < 2000 / minHz) continue;
    expect(flashes.edges.length, `${flashes.name} in ${flashes.seenMs} ms`).toBeGreaterThanOrEqual(2);
    expect(rateHz(flashes), flashes.name).toBeGreaterThanOrEqual(minHz);
    expect(rateHz(flashes), flashes.name).toBeLessThanOrEqual(maxHz);
  }
  expect(flashesInASecond(all), 'the whole page').toBeLessThanOrEqual(3);
}

async function showAlarms(...alarms: Alarm[]): Promise<void> {
  sendAlarms(...alarms.map(raisedEvent));
  for (const alarm of alarms) await rowOf(alarm).waitFor({ state: 'attached' });
}

beforeEach(() => untilSettled());

describe('the flashing of alarms', () => {
  it.each([
    ['high', 3],
    ['medium', 8],
  ] as const)(
    'an alarm of priority "%s" flashes at its rate, on the tile and in the list',
    async (priority, seconds) => {
      await showAlarms(alarmOf(beds[0], { priority }));
      const flashes = await watchFlashes(seconds);
      expect(new Set(flashes.map(({ group }) => group))).toEqual(new Set([priority]));
      expect(flashes.length).toBeGreaterThanOrEqual(2);
      expectRates(flashes);
    },
  );

  it.each([
    ['high', 'rgb(255, 255, 255)', 'rgb(255, 77, 90)'],
    ['medium', 'rgb(255, 251, 230)', 'rgb(255, 214, 10)'],
  ] as const)(
    'the frame of a tile with an alarm of priority "%s" does not flash, and its alarm line is bright in the off phase',
    async (priority, offPhase, frame) => {
      const alarm = alarmOf(beds[0], { priority });
      await showAlarms(alarm);
      const tile = stage.page.getByTestId('bed-U-1');
      const looks = await tile.evaluate((element) => ({
        ground: getComputedStyle(element.querySelector('[data-testid=tile-alarm]')!).backgroundColor,
        frame: getComputedStyle(element).boxShadow,
        flashing: document
          .getAnimations()
          .map(({ effect }) => effect as KeyframeEffect)
          .filter(({ target }) => element.contains(target))
          .map(({ target, pseudoElement }) => `${target?.classList[0]}${pseudoElement}`),
      }));
      expect(looks).toEqual({
        ground: offPhase,
        frame: expect.stringContaining(frame),
        flashing: ['tile__alarm::before'],
      });
    },
  );

  it('a low alarm and an acknowledged alarm do not flash', async () => {
    await showAlarms(alarmOf(beds[0], { priority: 'low' }), alarmOf(beds[1], { signal: 'acknowledged' }));
    expect(await watchFlashes(2)).toEqual([]);
  });

  it('many alarms of all priorities flash at most three times a second in all, in step', async () => {
    const priorities = ['high', 'medium', 'low'] as const;
    await showAlarms(...Array.from({ length: 24 }, (_, i) => alarmOf(beds[i % 4]!, { priority: priorities[i % 3]! })));
    const flashes = await watchFlashes(8);
    expect(flashes.length).toBeGreaterThan(10);
    expectRates(flashes);
  });

  it.each([130, 370, 620])(
    'an alarm that comes %i ms after others flashes in step with them; nothing flashes more than three times a second',
    async (afterMs) => {
      await showAlarms(alarmOf(beds[0]), alarmOf(beds[1], { priority: 'medium' }));
      const watched = watchFlashes(8);
      await stage.page.waitForTimeout(2000 + afterMs);
      const late = [alarmOf(beds[2]), alarmOf(beds[3], { priority: 'medium' })];
      sendAlarms(...late.map(raisedEvent));
      const flashes = await watched;
      for (const alarm of late) expect(await rowOf(alarm).count()).toBe(1);
      expect(flashes.filter(({ seenMs }) => seenMs > 4_000 && seenMs < 7_000).length).toBeGreaterThanOrEqual(4);
      expectRates(flashes);
    },
  );

  it('a page whose user prefers reduced motion does not flash', async () => {
    await stage.page.emulateMedia({ reducedMotion: 'reduce' });
    await showAlarms(alarmOf(beds[0]), alarmOf(beds[1], { priority: 'medium' }));
    expect(await watchFlashes(2)).toEqual([]);
    await stage.page.emulateMedia({ reducedMotion: null });
  });

  it('an alarm that is acknowledged and calls again flashes at most three times a second', async () => {
    const alarms = [alarmOf(beds[0]), alarmOf(beds[1])];
    await showAlarms(...alarms);
    const watched = watchFlashes(5);
    for (const [i, rev] of [2, 3, 4, 5].entries()) {
      await stage.page.waitForTimeout(700 + 130 * i);
      const signal = rev % 2 === 0 ? 'acknowledged' : 'on';
      sendAlarms({
        ...raisedEvent({ ...alarms[0]!, rev, signal }),
        type: signal === 'on' ? 'realarmed' : 'acknowledged',
      });
    }
    const flashes = await watched;
    await until('the alarm flashes again', async () => (await rowOf(alarms[0]!).getAttribute('data-signal')) === 'on');
    expect(flashesInASecond(flashes)).toBeLessThanOrEqual(3);
    expect(flashes.length).toBeGreaterThan(0);
  });
});
