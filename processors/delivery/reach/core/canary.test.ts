import fc from 'fast-check';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { ReachEnded, ReachSeen } from '../../../../contracts/messages/deliveries.ts';
import { reachCheckEveryMsMax } from '../../../../contracts/reach-pace.ts';
import {
  answerMsMax,
  asked,
  type CheckResult,
  checkEvent,
  downMsMax,
  dueChecks,
  evolveReach,
  initialReach,
  isChannelDown,
  type ReachCheckState,
  type ReachTarget,
  silentPages,
  targetKey,
} from './canary.ts';

const startMs = Date.parse('2026-11-29T14:00:00Z');
const secondMs = 1_000;
const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const push: ReachTarget = { userId: 'anna', name: 'Anna Berg', channel: 'push', reachId: idOf(1) };
const secondPhone: ReachTarget = { ...push, reachId: idOf(2) };
const mail: ReachTarget = { ...push, channel: 'mail', reachId: idOf(3) };
const screen: ReachTarget = { userId: 'anna', name: 'Anna Berg', channel: 'screen' };
const middle = () => 0.5;

/** No entry was written again. */
const unchanged = () => false;
const taken: CheckResult = { kind: 'reached', stage: 'taken' };
const onDevice: CheckResult = { kind: 'reached', stage: 'on-device' };
const failed: CheckResult = { kind: 'failed', reason: 'The service has a fault (500).' };
const ended: CheckResult = { kind: 'ended', reason: 'The service says that the address has ended (410).' };

/** Plays canaries. Each step is an event, as in the log. */
function newDesk() {
  let state = initialReach;
  let checks = 0;
  const take = (event: Parameters<typeof evolveReach>[1]) => {
    expect(Value.Check(event.type === 'reach-seen' ? ReachSeen : ReachEnded, event)).toBe(true);
    state = evolveReach(state, event);
  };
  return {
    state: () => state,
    ask(target: ReachTarget, nowMs = startMs) {
      checks += 1;
      const checkId = idOf(1_000 + checks);
      take(asked(target, checkId, nowMs));
      return checkId;
    },
    answer(checkId: string, result: CheckResult, nowMs = startMs, userId = 'anna') {
      const event = checkEvent(state, checkId, userId, result, nowMs);
      if (event) take(event);
      return event;
    },
    silence(nowMs: number) {
      const events = silentPages(state, nowMs);
      for (const event of events) take(event);
      return events;
    },
    stateOf: (target: ReachTarget) => state.targets.get(targetKey(target)),
    isDue: (target: ReachTarget, nowMs: number, spread = 0.5) =>
      dueChecks(state, [target], () => spread, unchanged, nowMs).length === 1,
  };
}

describe('a canary', () => {
  it('a canary is due at once for a new entry', () => {
    expect(dueChecks(initialReach, [push, secondPhone, mail, screen], middle, unchanged, startMs)).toHaveLength(4);
  });

  it.each([
    [0, 569, false],
    [0, 570, true],
    [1, 479, false],
    [1, 480, true],
  ])('with the spread %d, a canary is due again after %i s: %s', (spread, seconds, isDue) => {
    const desk = newDesk();
    desk.answer(desk.ask(push), taken);
    expect(desk.isDue(push, startMs + seconds * secondMs, spread)).toBe(isDue);
    expect(desk.isDue(push, startMs + reachCheckEveryMsMax, spread)).toBe(true);
  });

  it('a canary of a channel that is down is repeated after 1, 2 and 4 minutes, and never later than the usual time', () => {
    const desk = newDesk();
    let nowMs = startMs;
    const waits: number[] = [];
    for (let count = 0; count < 6; count += 1) {
      desk.answer(desk.ask(push, nowMs), failed, nowMs);
      const waitMs = [...Array(700).keys()]
        .map((second) => second * secondMs)
        .find((ms) => desk.isDue(push, nowMs + ms, 0))!;
      waits.push(waitMs / secondMs);
      nowMs += waitMs;
    }
    expect(waits).toEqual([60, 120, 240, 480, 570, 570]);
    desk.answer(desk.ask(push, nowMs), taken, nowMs);
    desk.answer(desk.ask(push, nowMs), failed, nowMs);
    expect(desk.isDue(push, nowMs + 60 * secondMs)).toBe(true);
  });

  it('a canary without any result is repeated after 60 s, because the process was killed', () => {
    const desk = newDesk();
    desk.ask(push);
    expect(desk.isDue(push, startMs + answerMsMax - 1)).toBe(false);
    expect(desk.isDue(push, startMs + answerMsMax)).toBe(true);
  });

  it('a canary is due at once if the clock was set back, but not if it was set back by only a few seconds', () => {
    const desk = newDesk();
    desk.answer(desk.ask(push), taken);
    expect(desk.isDue(push, startMs - 5 * secondMs)).toBe(false);
    expect(desk.isDue(push, startMs - 5_001)).toBe(true);
  });
});

describe('the state of a channel', () => {
  it('the state of a channel is first `asked`, then `taken` by the service, then `on-device`, and never goes back', () => {
    const desk = newDesk();
    const checkId = desk.ask(push);
    expect(desk.stateOf(push)).toMatchObject({ state: 'asked' });
    desk.answer(checkId, taken);
    expect(desk.stateOf(push)).toMatchObject({ state: 'reached', stage: 'taken' });
    desk.answer(checkId, onDevice);
    expect(desk.stateOf(push)).toMatchObject({ state: 'reached', stage: 'on-device' });
    expect(desk.answer(checkId, taken)).toBeUndefined();
    expect(desk.answer(checkId, onDevice)).toBeUndefined();
    expect(desk.answer(checkId, failed)).toBeUndefined();
  });

  it('the state of a channel is `on-device` if the phone answers before the service', () => {
    const desk = newDesk();
    const checkId = desk.ask(push);
    desk.answer(checkId, onDevice);
    desk.answer(checkId, taken);
    expect(desk.stateOf(push)).toMatchObject({ state: 'reached', stage: 'on-device' });
  });

  it('an answer to an older canary, or an answer of another person, does not change the state of a channel', () => {
    const desk = newDesk();
    const old = desk.ask(push);
    desk.ask(push, startMs + secondMs);
    expect(desk.answer(old, onDevice)).toBeUndefined();
    expect(desk.answer(desk.ask(push), onDevice, startMs, 'ben')).toBeUndefined();
    expect(desk.stateOf(push)).toMatchObject({ state: 'asked' });
  });

  it('the state of a channel stays `taken` if the phone does not answer, and is never down because of that', () => {
    const desk = newDesk();
    desk.answer(desk.ask(push), taken);
    expect(desk.silence(startMs + 10 * answerMsMax)).toEqual([]);
    expect(desk.stateOf(push)).toMatchObject({ state: 'reached', stage: 'taken' });
    expect(isChannelDown(desk.state(), 'push', [{ reachId: push.reachId! }], startMs + answerMsMax)).toBe(false);
  });

  it('the state of the pages is down after 60 s without an answer', () => {
    const desk = newDesk();
    const checkId = desk.ask(screen);
    expect(desk.silence(startMs + answerMsMax - 1)).toEqual([]);
    expect(desk.silence(startMs + answerMsMax)).toMatchObject([{ state: 'down', channel: 'screen' }]);
    desk.answer(checkId, { kind: 'reached', stage: 'painted' });
    expect(desk.stateOf(screen)).toMatchObject({ state: 'reached', stage: 'painted' });
  });

  it('the state of an ended entry is removed, and no later event brings it back', () => {
    const desk = newDesk();
    const checkId = desk.ask(push);
    expect(desk.answer(checkId, ended)).toMatchObject({ type: 'reach-ended', reachId: push.reachId });
    expect(desk.answer(checkId, onDevice)).toBeUndefined();
    desk.ask(push);
    expect(desk.stateOf(push)).toBeUndefined();
    expect(desk.isDue(push, startMs + 1e9)).toBe(false);
  });

  it('the state of a channel is separate for each of two phones of one person', () => {
    const desk = newDesk();
    desk.answer(desk.ask(push), ended);
    desk.answer(desk.ask(secondPhone), onDevice);
    expect(desk.stateOf(secondPhone)).toMatchObject({ state: 'reached' });
    expect(dueChecks(desk.state(), [push, secondPhone], middle, unchanged, startMs + reachCheckEveryMsMax)).toEqual([
      secondPhone,
    ]);
  });
});

describe('isChannelDown', () => {
  const entries = [{ reachId: push.reachId! }, { reachId: secondPhone.reachId! }];
  const down = (state: ReachCheckState, nowMs = startMs) => isChannelDown(state, 'push', entries, nowMs);

  it('isChannelDown is true without an entry, and never for screens', () => {
    expect(isChannelDown(initialReach, 'push', [], startMs)).toBe(true);
    expect(isChannelDown(initialReach, 'screen', [], startMs)).toBe(false);
    const desk = newDesk();
    desk.ask(screen);
    desk.silence(startMs + answerMsMax);
    expect(isChannelDown(desk.state(), 'screen', [], startMs + answerMsMax)).toBe(false);
  });

  it('isChannelDown is false while nothing is known', () => {
    expect(down(initialReach)).toBe(false);
  });

  it('isChannelDown is true only if every entry has ended or failed', () => {
    const desk = newDesk();
    desk.answer(desk.ask(push), failed);
    expect(down(desk.state())).toBe(false);
    desk.answer(desk.ask(secondPhone), ended);
    expect(down(desk.state())).toBe(true);
    desk.ask(push);
    expect(down(desk.state())).toBe(true);
    desk.answer(desk.ask(push), taken);
    expect(down(desk.state())).toBe(false);
  });

  it.each([
    [0, true],
    [downMsMax, true],
    [downMsMax + 1, false],
    [-5_000, true],
    [-5_001, false],
  ])('%i ms after the failure, isChannelDown is %s', (ms, expected) => {
    const desk = newDesk();
    for (const target of [push, secondPhone]) desk.answer(desk.ask(target), failed);
    expect(down(desk.state(), startMs + ms)).toBe(expected);
  });
});

const targets: readonly ReachTarget[] = [push, secondPhone, mail, screen, { ...screen, userId: 'ben', name: 'Ben' }];
const index = fc.nat({ max: targets.length - 1 });
const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ what: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 400 }) }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('duty' as const, 'entry' as const), index }) },
    {
      weight: 8,
      arbitrary: fc.record({
        what: fc.constant('answer' as const),
        index,
        result: fc.constantFrom(taken, onDevice, failed, ended),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ what: fc.constant('clock' as const), seconds: fc.integer({ min: -7_200, max: 7_200 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ what: fc.constant('kill' as const), seconds: fc.integer({ min: 1, max: 3_000 }) }),
    },
  ),
  { minLength: 1, maxLength: 120 },
);

describe('in random sequences', () => {
  it('no channel of a person on duty goes longer than 10 min without a canary while the process runs; an ended entry is never used', () => {
    const tickMs = 5 * secondMs;
    let askedCount = 0;
    let endedCount = 0;
    fc.assert(
      fc.property(steps, fc.nat(), (sequence, seed) => {
        let state: ReachCheckState = initialReach;
        const events: Parameters<typeof evolveReach>[1][] = [];
        let realMs = 0;
        let clockMs = startMs;
        let checks = 0;
        const onDuty = new Set(targets);
        const unchecked = new Map<ReachTarget, number>();
        const lastCheck = new Map<string, string>();
        const take = (event: Parameters<typeof evolveReach>[1]) => {
          events.push(event);
          state = evolveReach(state, event);
        };
        const tick = () => {
          for (const event of silentPages(state, clockMs)) take(event);
          const present = [...onDuty];
          const spreadOf = (key: string) => ((seed + key.length * 7) % 11) / 10;
          for (const target of dueChecks(state, present, spreadOf, unchanged, clockMs)) {
            expect(state.ended.has(targetKey(target))).toBe(false);
            checks += 1;
            askedCount += 1;
            lastCheck.set(targetKey(target), idOf(checks));
            take(asked(target, idOf(checks), clockMs));
            unchecked.set(target, realMs);
          }
          for (const target of present) {
            if (state.ended.has(targetKey(target))) continue;
            const sinceMs = unchecked.get(target) ?? realMs;
            unchecked.set(target, sinceMs);
            expect(realMs - sinceMs).toBeLessThanOrEqual(reachCheckEveryMsMax);
          }
        };
        const pass = (ms: number) => {
          for (let leftMs = ms; leftMs > 0; leftMs -= tickMs) {
            realMs += tickMs;
            clockMs += tickMs;
            tick();
          }
        };
        const restart = () => {
          state = events.reduce(evolveReach, initialReach);
          for (const target of onDuty) unchecked.set(target, realMs);
          tick();
        };
        tick();
        for (const step of sequence) {
          if (step.what === 'wait') pass(step.seconds * secondMs);
          else if (step.what === 'clock') {
            // Somebody sets the clock. The process keeps its steady time until it starts again.
            clockMs = Math.max(startMs, clockMs + step.seconds * secondMs);
            restart();
          } else if (step.what === 'kill') {
            realMs += step.seconds * secondMs;
            clockMs += step.seconds * secondMs;
            restart();
          } else if (step.what === 'answer') {
            const target = targets[step.index]!;
            const checkId = lastCheck.get(targetKey(target)) ?? '';
            const event = checkEvent(state, checkId, target.userId, step.result, clockMs);
            if (event?.type === 'reach-ended') endedCount += 1;
            if (event) take(event);
          } else {
            const target = targets[step.index]!;
            if (!onDuty.delete(target)) onDuty.add(target);
            unchecked.delete(target);
            tick();
          }
        }
      }),
      { numRuns: 500 },
    );
    expect(askedCount).toBeGreaterThan(1_000);
    expect(endedCount).toBeGreaterThan(100);
  });
});
