/** A state that was taken while the machine's clock was ahead: nothing in it lasts longer than it ever does. */
import { describe, expect, it } from 'vitest';
import { audioPauseUntil } from '../../../contracts/audio-pause.ts';
import { gatewayNoticeCodes, gatewayNoticeForMs } from '../../../contracts/bed-notices.ts';
import { bed, env, instant, reading, t0 } from '../../bed.testing.ts';
import { step } from './engine.ts';
import { adultProfile } from './profile.ts';
import { rearm } from './rearm.ts';
import type { State } from './state.ts';

const minuteMs = 60_000;
const steps = [10_000, 119_000, 10 * minuteMs, 14_400 * minuteMs];

/** An unanswered high alarm whose sound is paused from 21 s to 141 s, at `atS`. */
function pausedBed(atS: number) {
  const one = bed();
  one.run(0, 20, { HR: 170 });
  one.command(21, { type: 'pause-audio', forMs: 120_000 });
  one.run(22, atS, { HR: 170 });
  return one.state();
}

const pausedUntil = (state: State, now: number) =>
  Object.values(state.book.live).flatMap(({ alarm }) => audioPauseUntil(alarm.audioPausedUntil, now) ?? []);

describe('an audio pause', () => {
  it.each(steps)('ends within its 2 min, set back by %i ms while it runs', (backMs) => {
    const now = t0 + 60_000 - backMs;
    const state = rearm(pausedBed(60), adultProfile, now);
    const latestMs = now + 125_000;
    expect(state.book.pause === null || state.book.pause.until <= latestMs).toBe(true);
    for (const afterMs of [125_001, 5 * minuteMs, backMs - 60_000, backMs, backMs + 60_000])
      if (afterMs > 125_000) expect(pausedUntil(state, now + afterMs)).toEqual([]);
  });

  it.each(steps)('that is over does not come back, set back by %i ms', (backMs) => {
    const now = t0 + 400_000 - backMs;
    const state = rearm(pausedBed(400), adultProfile, now);
    for (const afterMs of [0, 1_000, minuteMs, backMs - 300_000, backMs - 260_000, backMs])
      if (afterMs >= 0) expect(pausedUntil(state, now + afterMs)).toEqual([]);
  });

  it('goes on over a start by the same time', () => {
    const state = rearm(pausedBed(60), adultProfile, t0 + 60_500);
    expect(state.book.pause?.until).toBe(t0 + 141_000);
    expect(pausedUntil(state, t0 + 60_500)).not.toEqual([]);
  });
});

describe('a notice of the gateway', () => {
  it.each(gatewayNoticeCodes)('%s ends within its usual time', (code) => {
    const one = bed();
    const forMs = gatewayNoticeForMs[code];
    one.feed({ type: 'notice', deviceId: 'bed-01', receivedAt: t0, notice: code, forMs });
    const now = t0 - 60 * minuteMs;
    const state = rearm(one.state(), adultProfile, now);
    const told = step(env, state, { type: 'tick' }, now + forMs).events;
    expect(told.map(({ type, alarm }) => [type, alarm.condition])).toContainEqual(['resolved', code]);
  });
});

describe('limits that were switched off', () => {
  it.each([
    ['ahead of twelve hours from now', 14_400, 720],
    ['within twelve hours', 60, 660],
  ])('judge again twelve hours later at most: %s', (_name, backMin, latestMin) => {
    const one = bed();
    one.command(0, {
      type: 'set-limits',
      group: 'HR',
      limits: { off: { reason: 'pacing', until: instant(600 * 60) } },
    });
    one.command(1, { type: 'set-limits', group: 'RR', limits: { high: 32 } });
    const now = t0 - backMin * minuteMs;
    const { overrides } = rearm(one.state(), adultProfile, now);
    const until = new Date(now + latestMin * minuteMs).toISOString();
    expect(overrides.HR?.off).toMatchObject({ reason: 'pacing', until });
    expect(overrides.RR).toEqual(one.state().overrides.RR);
  });
});

describe('an acknowledgement that is held', () => {
  it('is given up 10 min later at most', () => {
    const one = bed();
    one.command(0, { type: 'acknowledge', alarmId: 'not-known-yet' });
    const now = t0 - 60 * minuteMs;
    const state = rearm(one.state(), adultProfile, now);
    expect(state.book.held).toEqual([{ ...one.state().book.held[0], heldAt: now }]);
    expect(step(env, state, { type: 'tick' }, now + 10 * minuteMs).state.book.held).toEqual([]);
  });
});

describe('a number that is missing', () => {
  it('is told of in the usual time', () => {
    const lost = bed();
    for (const s of [0, 1, 2, 5]) lost.feed(reading(s, { HR: 80 }, { seq: s + 1 }));
    const backMs = 10 * minuteMs;
    let state = rearm(lost.state(), adultProfile, t0 + 5_100 - backMs);
    const told: string[] = [];
    for (let s = 6; s <= 70; s++) {
      const receivedAt = t0 + s * 1000 - backMs;
      const next = step(env, state, reading(s, { HR: 80 }, { seq: s + 1, receivedAt }), receivedAt);
      state = next.state;
      told.push(...next.events.map(({ alarm }) => alarm.condition));
    }
    expect(told).toContain('readings-missing');
  });
});
