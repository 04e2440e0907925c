/**
 * A hundred kills of the alarm processor while recordings replay. Kafka is a list here, and the wall clock is the recording's, so that
 * every place at which a kill can interrupt is tried in a second: events that were written or not, snapshots that were not, commands and
 * readings that came while nobody read. kill.int.test.ts kills the real process.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Alarm, AlarmEvent, AlarmState } from '../../contracts/messages/alarms.ts';
import { randomFrom } from '../../tests/faults/random.ts';
import { env as bedEnv, nurse } from '../bed.testing.ts';
import { readRecording } from '../replay/recording.ts';
import { calls } from './core/alarm.ts';
import type { AssociationInput, CommandInput, ObservationInput } from './core/inputs.ts';
import { adultProfile } from './core/profile.ts';
import { isScore } from './core/scores/names.ts';
import type { State } from './core/state.ts';
import type { EngineSnapshot } from './held.ts';
import { createPartition } from './partition.ts';

const folder = join(import.meta.dirname, '../../simulators/recordings');
const key = 'association-kills';
/** An answer that lasts: when an answered alarm calls again, the wall clock says, which is another one in each run. */
const env: typeof bedEnv = { ...bedEnv, profile: () => ({ ...adultProfile, realarmMs: 10 ** 12 }) };
const adult: AssociationInput = { type: 'association', category: 'adult', ward: 'ICU', endedAt: null };

type Command = { readonly atMs: number; readonly input: CommandInput };

/** The content of Kafka for one partition. */
function newLog(readings: readonly ObservationInput[], commands: Command[]) {
  return {
    readings,
    commands,
    alarms: [] as AlarmEvent[],
    snapshot: undefined as AlarmState | undefined,
    committed: { observations: 0n, commands: 0n },
  };
}
type Log = ReturnType<typeof newLog>;

/** A processor from its start to its end. It has read all readings and commands before `nowMs` of the log when it starts. */
function startProcessor(log: Log, nowMs: number) {
  const pending: AlarmEvent[] = [];
  const toldTo = log.alarms.length;
  let told = toldTo;
  const toldFrom = Number((log.snapshot?.engine as EngineSnapshot | undefined)?.told ?? 0);
  const commandsRead = log.commands.filter(({ atMs }) => atMs <= nowMs).length;
  const first = Number(log.committed.commands);
  const replayTo = log.readings.filter(({ receivedAt }) => receivedAt <= nowMs).length;
  const partition = createPartition({
    env,
    restored: {
      states: log.snapshot ? [log.snapshot] : [],
      told: log.alarms.slice(toldFrom),
      inForce: [],
      toldFrom: BigInt(toldFrom),
      commands: log.commands
        .slice(first, commandsRead)
        .map(({ atMs, input }, i) => ({ key, offset: BigInt(first + i), atMs, input })),
      position: log.committed,
      replayTo: BigInt(replayTo),
    },
    associationAt: () => adult,
    emit: (event) => pending.push(event),
    publish: () => {},
    counters: { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 },
    mayJudge: () => true,
    nowMs,
  });
  let nextReading = Number(log.committed.observations);
  let nextCommand = commandsRead;

  return {
    /** Reads on up to a moment, at its own time each. */
    read(untilMs: number) {
      for (;;) {
        const reading = log.readings[nextReading];
        const command = log.commands[nextCommand];
        const isReading = reading !== undefined && reading.receivedAt <= untilMs;
        const isCommand = command !== undefined && command.atMs <= untilMs;
        if (isCommand && !(isReading && reading.receivedAt <= command.atMs)) {
          partition.command(key, BigInt(nextCommand), command.atMs, command.input, Math.max(command.atMs, nowMs));
          nextCommand += 1;
        } else if (isReading) {
          const { receivedAt } = reading;
          partition.tick(Math.max(receivedAt, nowMs));
          partition.observation(key, BigInt(nextReading), receivedAt, reading, receivedAt, Math.max(receivedAt, nowMs));
          nextReading += 1;
        } else return;
      }
    },
    /** Writes the first `part` (0 to 1) of the events to the log. */
    send(part: number) {
      log.alarms.push(...pending.splice(0, Math.round(pending.length * part)));
    },
    /** As the real one: all events, then the snapshot, then the commit; `steps` says how far it comes. */
    flush(atMs: number, steps: number) {
      const before = told;
      const { snapshots, position, undo } = partition.flush(atMs, 0, BigInt(before));
      this.send(1);
      if (steps < 2) undo();
      if (steps < 1) return;
      for (const { body } of snapshots) log.snapshot = body === null ? undefined : JSON.parse(JSON.stringify(body));
      told = log.alarms.length;
      if (steps > 1) log.committed = position;
    },
    /** The alarms that call. */
    calling: () => {
      const { snapshots, undo } = partition.flush(0, -Infinity, 0n);
      undo();
      const state = (snapshots[0]?.body?.engine as EngineSnapshot | undefined)?.state as State | undefined;
      return Object.values(state?.book.live ?? {}).filter(calls);
    },
  };
}

/** The alarms as a screen keeps them: of each the highest revision. Without what the wall clock brings. */
function onScreen(events: readonly AlarmEvent[]): string[] {
  const best = new Map<string, Alarm>();
  for (const { alarm } of events) if (alarm.rev >= (best.get(alarm.alarmId)?.rev ?? 0)) best.set(alarm.alarmId, alarm);
  return [...best.values()]
    .filter(({ kind }) => kind === 'physiological')
    .map((alarm) => {
      const { alarmId, condition, onsetAt, onsets, present, resolvedAt, acknowledgedBy } = alarm;
      // Scores call again after a time of their own.
      const by = isScore(condition) ? '' : (acknowledgedBy?.name ?? '-');
      return `${condition} ${onsetAt} ${alarmId} ×${onsets} ${present ? 'present' : resolvedAt} ${by}`;
    })
    .sort();
}

/** A run that is never killed. A nurse acknowledges some calls; every run gets the same commands. */
function unkilled(readings: readonly ObservationInput[], rand: () => number) {
  const log = newLog(readings, []);
  const processor = startProcessor(log, 0);
  for (const { receivedAt } of readings) {
    processor.read(receivedAt);
    if (rand() > 0.03) continue;
    for (const { alarm } of processor.calling()) {
      const at = new Date(receivedAt + 1).toISOString();
      const commandId = `command-${log.commands.length}`;
      const { alarmId } = alarm;
      const command = { type: 'acknowledge', commandId, associationId: key, at, by: nurse, alarmId } as const;
      log.commands.push({ atMs: receivedAt + 1, input: { type: 'command', command } });
    }
    processor.read(receivedAt + 1);
  }
  processor.send(1);
  return { commands: log.commands, alarms: onScreen(log.alarms) };
}

function killed(readings: readonly ObservationInput[], commands: Command[], kills: number, rand: () => number) {
  const log = newLog(readings, commands);
  const endMs = readings.at(-1)!.receivedAt + 10;
  const startMs = readings[0]!.receivedAt;
  const moments = Array.from({ length: kills }, () => startMs + rand() * (endMs - startMs)).sort((a, b) => a - b);
  let processor = startProcessor(log, startMs - 1);
  let from = startMs;
  for (const moment of [...moments, endMs]) {
    // Who was away for longer than the next kill is killed as it starts.
    const killMs = Math.max(moment, from);
    for (const part of [0.3, 0.6, 0.9]) {
      const atMs = from + (killMs - from) * part;
      processor.read(atMs);
      if (rand() < 0.7) processor.flush(atMs, Math.floor(rand() * 3));
    }
    processor.read(killMs);
    if (killMs === endMs) break;
    processor.send(rand());
    // For a while nobody reads; then the next one finds what came.
    from = Math.min(endMs, killMs + rand() * rand() * 60_000);
    processor = startProcessor(log, from);
  }
  processor.send(1);
  return onScreen(log.alarms);
}

describe('killed again and again while a recording replays', () => {
  const seed = Number(process.env.VIGIL_TEST_SEED ?? Date.now() % 2 ** 31);
  console.log(`VIGIL_TEST_SEED=${seed}`);
  const names = readdirSync(folder).filter((name) => /Numerics\.csv$|\.psv$|_1min\.csv$/.test(name));
  for (const name of names)
    it(`${name}: gives the alarms and answers of a processor that was never killed`, () => {
      const rand = randomFrom(seed).next;
      const readings = readRecording(readFileSync(join(folder, name), 'utf8'), 1_700_000_000_000)!;
      const expected = unkilled(readings, rand);
      expect(killed(readings, expected.commands, 100, rand)).toEqual(expected.alarms);
    });
});
