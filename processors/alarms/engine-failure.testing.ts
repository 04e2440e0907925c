/** A partition with a patient about whom the engine's own code fails when a test asks for it. */
import type { AlarmEvent, AlarmState, Command } from '../../contracts/messages/alarms.ts';
import { env, nurse, reading, t0 } from '../bed.testing.ts';
import type { AssociationInput, Input } from './core/inputs.ts';
import { adult, emptyRestored } from './partition.testing.ts';
import { createPartition } from './partition.ts';
import type { EngineFailureReport, Restored } from './partition-state.ts';
import type { ScreenRecord } from './screen-record.ts';

export const bad = 'association-bad';
export const good = 'association-good';
export const notJudged = 'not-judged';
export const second = 1_000;

/**
 * `fault`: what throws now: nothing, each use of the profile of the ward BAD, or each search for the association of the
 * patient `bad`.
 */
type World = { fault: 'none' | 'profile' | 'association'; badAssociation: AssociationInput };
const initialWorld = (): World => ({ fault: 'none', badAssociation: { ...adult, ward: 'BAD' } });
export const world: World = initialWorld();
/** Call this before each test. */
export function resetWorld(): void {
  Object.assign(world, initialWorld());
}

const faultyEnv = {
  ...env,
  profile(...[category, ward]: Parameters<typeof env.profile>) {
    if (ward === 'BAD' && world.fault === 'profile') throw new RangeError('Invalid time value');
    return env.profile(category, ward);
  },
};

export function open(restored: Partial<Restored> = {}, nowMs = t0) {
  const events: AlarmEvent[] = [];
  const published: ScreenRecord[] = [];
  const failures: EngineFailureReport[] = [];
  const partition = createPartition({
    env: faultyEnv,
    restored: { ...emptyRestored, ...restored },
    findAssociation(id) {
      if (id === bad && world.fault === 'association') throw new TypeError('a fault of the code');
      return id === bad ? world.badAssociation : adult;
    },
    emit: (event) => events.push(event),
    publish: (record) => published.push(record),
    counters: { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 },
    onFailed: (failure) => failures.push(failure),
    mayJudge: () => true,
    nowMs,
  });
  let offset = restored.position?.observations ?? 0n;
  let commands = 0n;
  const at = (s: number) => t0 + s * second;
  return {
    partition,
    events,
    published,
    failures,
    add(key: string, s: number, input: Input = reading(s, { HR: 80 }), nowMs = at(s) + 20) {
      partition.addReading(key, offset, nowMs, input, nowMs, nowMs);
      offset += 1n;
    },
    command(key: string, s: number, command: Record<string, unknown>) {
      const commandId = `command-${key}-${commands}`;
      const full = { commandId, associationId: key, at: new Date(at(s)).toISOString(), by: nurse, ...command };
      partition.addCommand(key, commands, at(s), { type: 'command', command: full as Command }, at(s));
      commands += 1n;
      return published.findLast(({ body }) => 'commandId' in body && body.commandId === commandId)?.body;
    },
    /** Ticks every 500 ms from `from` to before `to`. */
    tick(from: number, to: number) {
      for (let s = from; s < to; s += 0.5) partition.tick(at(s));
    },
    of: (key: string) => events.filter(({ alarm }) => alarm.associationId === key),
    faultEvents: () => events.filter(({ alarm }) => alarm.condition === notJudged),
    states: (s: number) =>
      partition.flush(at(s), 0, 0n).snapshots.map(({ body }) => JSON.parse(JSON.stringify(body)) as AlarmState),
  };
}
