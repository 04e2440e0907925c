/**
 * Snapshots in which one member of a patient's state has an unexpected shape. The patient is judged, or has an alarm
 * that says that values are not judged; the other patients are judged.
 */
import { beforeEach, expect, it } from 'vitest';
import type { AlarmState } from '../../contracts/messages/alarms.ts';
import { reading, t0 } from '../bed.testing.ts';
import { bad, good, notJudged, open, resetWorld, second } from './engine-failure.testing.ts';

beforeEach(resetWorld);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

/** Returns the paths of all members of a value, at most six deep. */
function pathsOf(value: Json, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object' || path.length === 6) return [path];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...entries.slice(0, 12).flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

const absent = Symbol('absent');
/** Returns a copy of a value in which the member at the path is replaced or absent. */
function changed(value: Json, path: Path, to: Json | typeof absent): Json {
  const copy = structuredClone(value);
  let parent = copy as Record<string | number, Json>;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string | number, Json>;
  if (to === absent) delete parent[path.at(-1)!];
  else parent[path.at(-1)!] = to;
  return copy;
}

/** Returns the snapshots of a patient with alarms, own limits, limits that are off and a device with a status. */
function snapshots(): AlarmState[] {
  const first = open();
  for (let s = 0; s < 8; s += 1) {
    first.add(good, s);
    first.add(bad, s, reading(s, { HR: 150, SpO2: 97, RR: 20, NBPs: 120 }));
  }
  first.command(bad, 8, { type: 'set-limits', group: 'SpO2', limits: { low: 88 } });
  const until = new Date(t0 + 600 * second).toISOString();
  first.command(bad, 8, { type: 'set-limits', group: 'RR', limits: { off: { until, reason: 'x' } } });
  first.command(bad, 8, { type: 'acknowledge', alarmId: first.of(bad)[0]!.alarm.alarmId });
  return first.states(8);
}

it('if a member of the state has an unexpected shape, silence and low values raise alarms, or the bed has the alarm that nothing is judged', () => {
  const states = snapshots();
  const { engine } = states.find(({ associationId }) => associationId === bad)! as { engine: { state: Json } };
  const lulled: string[] = [];
  for (const path of pathsOf(engine.state).slice(1))
    for (const to of [absent, null, 'x', {}]) {
      const broken = { ...engine, state: changed(engine.state, path, to) };
      const restored = states.map((state) => (state.associationId === bad ? { ...state, engine: broken } : state));
      const position = { observations: 16n, commands: 3n };
      const next = open({ states: restored, position, replayTo: 16n }, t0 + 9 * second);
      for (const s of [9, 10, 15, 31, 32, 45]) next.partition.tick(t0 + s * second);
      const has = (...conditions: readonly string[]) => {
        const live = new Map(next.of(bad).map(({ alarm }) => [alarm.condition, alarm.present]));
        return conditions.some((condition) => live.get(condition) === true);
      };
      const isSilent = has('no-data', 'HR.no-data', notJudged);
      for (const s of [46, 47]) next.add(bad, s, reading(s, { HR: 80, SpO2: 80, RR: 20 }));
      const isJudged = has('SpO2.extreme-low', notJudged);
      const isGoodSilent = next.of(good).some(({ alarm }) => alarm.condition === 'no-data');
      if (!isSilent || !isJudged || !isGoodSilent) lulled.push(`${path.join('.')} = ${String(JSON.stringify(to))}`);
    }
  expect(lulled).toEqual([]);
});
