/** A property test of the engine with random inputs in random order. */
import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { expect, it } from 'vitest';
import { AlarmEvent, type Command } from '../../../contracts/messages/alarms.ts';
import { connectionEndReasons } from '../../../contracts/messages/records.ts';
import { env, nurse, reading, t0, valuesOf } from '../../bed.testing.ts';
import { nextDue, step } from './engine.ts';
import type { Input } from './inputs.ts';
import { initialState, type State } from './state.ts';

const schema = Compile(AlarmEvent);
const associationId = 'association-1';
const deviceId = 'bed-01';

const observation = fc.record({
  kind: fc.constant('observation' as const),
  /** How old the reading is. Most readings are current, some are old, and some are from a wrong clock. */
  behindS: fc.constantFrom(0, 0, 0, 0, 0.5, 20, 300, 5_000, -30, -100_000),
  intervalMs: fc.constantFrom(undefined, 1_000, 1_000, 250, 60_000),
  boot: fc.constantFrom('b1', 'b1', 'b1', 'b2'),
  seq: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  numerics: fc.record(
    {
      HR: fc.constantFrom(0, 39, 49, 80, 121, 150, 351, null),
      SpO2: fc.constantFrom(97, 88, 80, 0, null),
      RR: fc.constantFrom(15, 0, 4, 41),
      NBPs: fc.constantFrom(120, 165, 300),
      ABPs: fc.constantFrom(120, 60, -40),
      Temp: fc.constantFrom(37, 39, 41),
    },
    { requiredKeys: [] },
  ),
});
const status = fc.record({
  kind: fc.constant('status' as const),
  online: fc.boolean(),
  seq: fc.integer({ min: 1, max: 40 }),
  conditions: fc.option(
    fc.array(
      fc.record({
        condition: fc.constantFrom('MDC_EVT_LEADS_OFF' as const, 'MDC_EVT_BATT_ZERO' as const),
        present: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
    { nil: undefined },
  ),
});
const connection = fc.record({
  kind: fc.constant('connection' as const),
  connected: fc.boolean(),
  reason: fc.constantFrom(...connectionEndReasons),
});
const command = fc.record({
  kind: fc.constant('command' as const),
  asked: fc.oneof(
    fc.record({ type: fc.constant('acknowledge' as const), which: fc.nat(30) }),
    fc.record({ type: fc.constant('pause-audio' as const), forMs: fc.integer({ min: 1_000, max: 120_000 }) }),
    fc.record({
      type: fc.constant('standby' as const),
      reason: fc.constant('Imaging'),
      forMs: fc.integer({ min: 60_000, max: 14_400_000 }),
    }),
    fc.record({ type: fc.constant('end-standby' as const) }),
    fc.record({
      type: fc.constant('set-limits' as const),
      group: fc.constantFrom('HR' as const, 'SpO2' as const),
      limits: fc.constantFrom(null, { high: 90 }, { low: 45, delayMs: 0 }, { low: 200, high: 10 }),
    }),
  ),
});
const association = fc.record({
  kind: fc.constant('association' as const),
  category: fc.constantFrom('adult' as const, 'adult' as const, 'neonatal' as const, 'unassigned' as const, null),
  ended: fc.constantFrom(false, false, false, true),
});
const tick = fc.constant({ kind: 'tick' as const });
const anything = fc.tuple(
  fc.constantFrom(0, 10, 1_000, 1_000, 1_000, 6_000, 70_000, 400_000),
  fc.oneof(
    { weight: 12, arbitrary: observation },
    { weight: 2, arbitrary: status },
    { weight: 2, arbitrary: connection },
    { weight: 3, arbitrary: command },
    { weight: 1, arbitrary: association },
    { weight: 2, arbitrary: tick },
  ),
);

type RandomInput = typeof anything extends fc.Arbitrary<[number, infer T]> ? T : never;

function inputOf(random: RandomInput, nowMs: number, n: number, raised: readonly string[]): Input {
  const at = new Date(nowMs).toISOString();
  switch (random.kind) {
    case 'observation': {
      const time = nowMs - random.behindS * 1000;
      const { boot, intervalMs, numerics } = random;
      const { intervalMs: _default, ...rest } = reading(
        0,
        {},
        { time, receivedAt: nowMs, boot, seq: random.seq ?? 1_000 + n },
      );
      return { ...rest, values: valuesOf(numerics), ...(intervalMs !== undefined && { intervalMs }) };
    }
    case 'status': {
      const { online, seq, conditions } = random;
      const listed = conditions === undefined ? {} : { conditions };
      return { type: 'status', deviceId, receivedAt: nowMs, boot: 'b1', online, seq, ...listed };
    }
    case 'connection':
      return { type: 'connection', deviceId, receivedAt: nowMs, connected: random.connected, reason: random.reason };
    case 'command': {
      const { asked } = random;
      const common = { commandId: `command-${n}`, associationId, at, by: nurse };
      const alarmId =
        raised[asked.type === 'acknowledge' ? asked.which % Math.max(1, raised.length) : 0] ?? 'unknown-alarm-id';
      const command = asked.type === 'acknowledge' ? { ...common, type: asked.type, alarmId } : { ...common, ...asked };
      return { type: 'command', command: command as Command };
    }
    case 'association':
      return {
        type: 'association',
        category: random.category,
        ward: 'ICU',
        endedAt: random.ended ? nowMs : null,
        deviceId,
        from: t0,
      };
    case 'tick':
      return { type: 'tick' };
  }
}

/**
 * Expects at most one call for each parameter and side. Expects that an ended alarm stays only if it latches, and that
 * no alarm stays after the patient's time at the device.
 */
function expectCalls({ book: { live }, association }: State): void {
  const calls = Object.values(live).filter(({ alarm }) => alarm.present && alarm.signal !== 'off');
  const sides = calls
    .map(({ alarm: { condition } }) => condition.replace('extreme-', ''))
    .map((side) => (side === 'asystole' ? 'HR.low' : side === 'apnoea' ? 'RR.low' : side));
  expect(new Set(sides).size).toBe(sides.length);
  for (const { alarm } of Object.values(live))
    if (!alarm.present)
      expect([alarm.signal, alarm.priority, alarm.kind]).toEqual(['latched', 'high', 'physiological']);
  if (association?.endedAt) expect(live).toEqual({});
}

it('after any inputs in any order, the screens show the alarms of the engine, and each event matches its schema', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  fc.assert(
    fc.property(fc.array(anything, { minLength: 1, maxLength: 80 }), (randomInputs) => {
      let state = initialState(associationId);
      let nowMs = t0;
      const shown = new Map<string, string>();
      const revs = new Map<string, number>();
      const raised: string[] = [];
      randomInputs.forEach(([afterMs, random], n) => {
        nowMs += afterMs;
        const before = JSON.stringify(state);
        const result = step(env, state, inputOf(random, nowMs, n, raised), nowMs);
        expect(JSON.stringify(state)).toBe(before);
        for (const event of result.events) {
          expect([...schema.Errors(event)]).toEqual([]);
          const { alarmId, rev, condition, signal, present } = event.alarm;
          expect(rev).toBe((revs.get(alarmId) ?? 0) + 1);
          revs.set(alarmId, rev);
          if (event.type === 'raised') raised.push(alarmId);
          if (event.type === 'cleared') shown.delete(alarmId);
          else shown.set(alarmId, `${condition} ${signal} ${present}`);
        }
        state = JSON.parse(JSON.stringify(result.state));
        const alarms = Object.values(state.book.live).map(({ alarm }) => [
          alarm.alarmId,
          `${alarm.condition} ${alarm.signal} ${alarm.present}`,
        ]);
        expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(alarms));
        expectCalls(state);
      });
      // Without inputs, the engine has nothing more to do after some ticks.
      for (let n = 0; n < 500 && nextDue(state) < nowMs + 60_000; n++) {
        nowMs = Math.max(nowMs, nextDue(state));
        state = step(env, state, { type: 'tick' }, nowMs).state;
        expect(nextDue(state)).toBeGreaterThan(nowMs);
      }
      expect(JSON.stringify(state).length).toBeLessThan(60_000);
    }),
    { seed, numRuns: 400 },
  );
});
