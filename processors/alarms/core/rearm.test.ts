/** Tests of a saved state after the machine's clock was set back. */

import { describe, expect, it } from 'vitest';
import { activePauseEndMs } from '../../../contracts/audio-pause.ts';
import { gatewayNoticeCodes, gatewayNoticeForMs } from '../../../contracts/bed-notices.ts';
import { minuteMs } from '../../../contracts/durations.ts';
import { bed, connection, env, highBed, instant, reading, status, t0 } from '../../bed.testing.ts';
import { step } from './engine.ts';
import { adultProfile } from './profile.ts';
import { rearm } from './rearm.ts';
import type { State } from './state.ts';

const steps = [10_000, 119_000, 10 * minuteMs, 14_400 * minuteMs];

/** Returns the state at `atS` of a bed with a high alarm whose sound is paused from 21 s to 141 s. */
function pausedBed(atS: number) {
  const patientBed = bed();
  patientBed.feedEachSecond(0, 20, { HR: 170 });
  patientBed.command(21, { type: 'pause-audio', forMs: 120_000 });
  patientBed.feedEachSecond(22, atS, { HR: 170 });
  return patientBed.state();
}

const pausedUntil = (state: State, now: number) =>
  Object.values(state.book.live).flatMap(({ alarm }) => activePauseEndMs(alarm.audioPausedUntil, now) ?? []);

describe('rearm of an audio pause', () => {
  it.each(steps)('a running audio pause ends within 2 min although the clock was set back by %i ms', (backMs) => {
    const now = t0 + 60_000 - backMs;
    const state = rearm(pausedBed(60), adultProfile, now);
    const latestMs = now + 125_000;
    expect(state.book.pause === null || state.book.pause.until <= latestMs).toBe(true);
    for (const afterMs of [125_001, 5 * minuteMs, backMs - 60_000, backMs, backMs + 60_000])
      if (afterMs > 125_000) expect(pausedUntil(state, now + afterMs)).toEqual([]);
  });

  it.each(steps)('an audio pause that has ended does not come back when the clock is set back by %i ms', (backMs) => {
    const now = t0 + 400_000 - backMs;
    const state = rearm(pausedBed(400), adultProfile, now);
    for (const afterMs of [0, 1_000, minuteMs, backMs - 300_000, backMs - 260_000, backMs])
      if (afterMs >= 0) expect(pausedUntil(state, now + afterMs)).toEqual([]);
  });

  it('an audio pause continues unchanged after a restart with a correct clock', () => {
    const state = rearm(pausedBed(60), adultProfile, t0 + 60_500);
    expect(state.book.pause?.until).toBe(t0 + 141_000);
    expect(pausedUntil(state, t0 + 60_500)).not.toEqual([]);
  });
});

describe('rearm of a notice', () => {
  it.each(gatewayNoticeCodes)(
    'a notice of kind %s ends after its usual time although the clock was set back',
    (code) => {
      const patientBed = bed();
      const forMs = gatewayNoticeForMs[code];
      patientBed.feed({ type: 'notice', deviceId: 'bed-01', receivedAt: t0, notice: code, forMs });
      const now = t0 - 60 * minuteMs;
      const state = rearm(patientBed.state(), adultProfile, now);
      const endings = (ms: number) =>
        step(env, state, { type: 'tick' }, now + ms).events.flatMap(({ type, alarm }) =>
          type === 'resolved' ? alarm.condition : [],
        );
      expect(endings(forMs - 1)).toEqual([]);
      expect(endings(forMs)).toEqual([code]);
    },
  );
});

describe('rearm of limits that are off', () => {
  it.each([
    ['more than twelve hours', 14_400, 720],
    ['less than twelve hours', 60, 660],
  ])('limits that are off are on again after at most twelve hours: %s', (_name, backMin, latestMin) => {
    const patientBed = bed();
    patientBed.command(0, {
      type: 'set-limits',
      group: 'HR',
      limits: { off: { reason: 'pacing', until: instant(600 * 60) } },
    });
    patientBed.command(1, { type: 'set-limits', group: 'RR', limits: { high: 32 } });
    const now = t0 - backMin * minuteMs;
    const { overrides } = rearm(patientBed.state(), adultProfile, now);
    const until = new Date(now + latestMin * minuteMs).toISOString();
    expect(overrides.HR?.off).toMatchObject({ reason: 'pacing', until });
    expect(overrides.RR).toEqual(patientBed.state().overrides.RR);
  });
});

describe('rearm of a waiting acknowledgement', () => {
  it('an acknowledgement waits for at most 10 min after the clock was set back', () => {
    const patientBed = bed();
    patientBed.command(0, { type: 'acknowledge', alarmId: 'not-known-yet' });
    const now = t0 - 60 * minuteMs;
    const state = rearm(patientBed.state(), adultProfile, now);
    expect(state.book.held).toEqual([{ ...patientBed.state().book.held[0], heldAt: now }]);
    expect(step(env, state, { type: 'tick' }, now + 10 * minuteMs).state.book.held).toEqual([]);
  });
});

describe('rearm of a missing sequence number', () => {
  it('a missing sequence number has its alarm in the usual time after the clock was set back', () => {
    const lost = bed();
    for (const s of [0, 1, 2, 5]) lost.feed(reading(s, { HR: 80 }, { seq: s + 1 }));
    const backMs = 10 * minuteMs;
    let state = rearm(lost.state(), adultProfile, t0 + 5_100 - backMs);
    const conditions: string[] = [];
    for (let s = 6; s <= 70; s++) {
      const receivedAt = t0 + s * 1000 - backMs;
      const next = step(env, state, reading(s, { HR: 80 }, { seq: s + 1, receivedAt }), receivedAt);
      state = next.state;
      conditions.push(...next.events.map(({ alarm }) => alarm.condition));
    }
    expect(conditions).toContain('readings-missing');
  });
});

/** Returns a state with a time in every part, at 9 s by the clock that is set back later. */
function fullState(): State {
  const patientBed = bed();
  patientBed.feed(connection(0, true));
  patientBed.feed(status(0));
  for (const s of [0, 1, 2, 5]) patientBed.feed(reading(s, { HR: 80, RR: 15 }, { seq: s + 1 }));
  const list = { boot: 'b1', seq: 1, time: t0 + 6_000, receivedAt: t0 + 6_020, alerts: [], sound: 'on' as const };
  patientBed.feed({ type: 'alerts', deviceId: 'bed-01', ...list });
  patientBed.command(8, { type: 'standby', reason: 'Imaging', forMs: 10 * minuteMs });
  const state = patientBed.state();
  const [[code, line]] = Object.entries(state.limits) as [[string, State['limits'][string]]];
  return {
    ...state,
    limits: { ...state.limits, [code]: { ...line, late: { samples: line.samples, heardAt: t0 + 9_000 } } },
    device: { ...state.device, skew: { since: t0, text: 'Device clock is 95 s behind', seenAt: t0 + 9_000 } },
    continuity: { ...state.continuity, toldAt: t0 + 9_000 },
    identity: { ...state.identity, turns: { ...state.identity.turns, turnsMs: [t0 + 9_000] } },
  };
}

describe('rearm of the whole state', () => {
  const now = t0 - 60 * minuteMs;

  it('future times become the present time in every part of the state', () => {
    const { arrivals, limits, device, continuity, identity, ownAlerts, standby } = rearm(
      fullState(),
      adultProfile,
      now,
    );
    expect(Object.values(arrivals.codes).map(({ heardAt }) => heardAt)).toEqual([now, now]);
    expect(arrivals.quietUntil).toBe(now + 20_000);
    expect(Object.values(limits).flatMap(({ late }) => late?.heardAt ?? [])).toEqual([now]);
    const heard = { receivedAt: now, heardAt: now, readingAt: now, connectionAt: now, statusAt: now };
    expect(device).toMatchObject({ ...heard, skew: { since: t0, seenAt: now } });
    expect(continuity).toMatchObject({ toldAt: now, holes: [{ from: 4, to: 5, since: now }] });
    expect(identity.turns.turnsMs).toEqual([now]);
    expect(identity.starts).toMatchObject([{ boot: 'b1', firstMs: now, lastMs: now }]);
    expect(ownAlerts.lists).toMatchObject([{ receivedAt: now }]);
    expect(standby).toMatchObject({ since: now, reason: 'Imaging' });
  });

  it('device times, values and missing sequence numbers stay the same', () => {
    const before = fullState();
    const after = rearm(before, adultProfile, now);
    const measured = ({ arrivals }: State) =>
      Object.values(arrivals.codes).map(({ validAt, since }) => [validAt, since]);
    expect(measured(after)).toEqual(measured(before));
    expect(after.arrivals.now).toBe(t0 + 5_000);
    expect(Object.values(after.limits).map(({ samples }) => samples)).toEqual(
      Object.values(before.limits).map(({ samples }) => samples),
    );
    expect(after.continuity.heads).toEqual(before.continuity.heads);
    expect(after.identity.starts.map(({ clock }) => clock)).toEqual(before.identity.starts.map(({ clock }) => clock));
    expect(after.identity.turns.boots).toEqual(before.identity.turns.boots);
    expect(after.ownAlerts.sound).toEqual(before.ownAlerts.sound);
  });

  it('a state stays the same if no clock was set back', () => {
    const before = fullState();
    expect(rearm(before, adultProfile, t0 + 9_000)).toEqual(before);
    const { skew: _none, ...device } = before.device;
    const right = { ...before, device: { ...device, skew: null } };
    expect(rearm(right, adultProfile, t0 + 9_000)).toEqual(right);
  });
});

describe('rearm of an alarm', () => {
  const now = t0 - 60 * minuteMs;
  const live = (state: State) => state.book.live['HR.extreme-high']!;

  it('an alarm without an acknowledgement escalates after its usual time', () => {
    const state = rearm(highBed().state(), adultProfile, now);
    expect(live(state)).toMatchObject({ signalSince: now, escalateAt: now + minuteMs, realarmAt: null });
    const eventTypes = (ms: number) => step(env, state, { type: 'tick' }, now + ms).events.map(({ type }) => type);
    expect(eventTypes(minuteMs - 1)).not.toContain('escalated');
    expect(eventTypes(minuteMs)).toContain('escalated');
  });

  it('an acknowledged alarm calls again after its usual time', () => {
    const patientBed = highBed();
    patientBed.acknowledge(3, 'HR.extreme-high');
    const state = rearm(patientBed.state(), adultProfile, now);
    expect(live(state)).toMatchObject({ escalateAt: null, realarmAt: now + 3 * minuteMs, acknowledged: true });
  });

  it('an alarm keeps its time of escalation if the profile no longer has such a time', () => {
    const state = rearm(highBed().state(), { ...adultProfile, escalationMs: {} }, now);
    expect(live(state).escalateAt).toBe(live(highBed().state()).escalateAt);
  });

  it('an alarm keeps the recorded end of an audio pause that has ended', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 20, { HR: 170 });
    patientBed.command(21, { type: 'pause-audio', forMs: 30_000 });
    patientBed.feedEachSecond(22, 60, { HR: 170 });
    const before = patientBed.state();
    expect(live(before).alarm.audioPausedUntil).toBe(instant(51));
    expect(rearm(before, adultProfile, t0 + 60_020)).toEqual(before);
  });
});
