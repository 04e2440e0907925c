/**
 * Kills the alarm processor a hundred times while a recording replays. Kafka is a list in memory, and the wall clock is
 * the recording's clock. So one second is enough to try many moments of a kill: before or after events, snapshots and
 * commits are written. Readings and commands also come while no processor runs. kill.int.test.ts kills the real
 * process.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Alarm, AlarmEvent, AlarmState } from '../../contracts/messages/alarms.ts';
import { randomFrom } from '../../tests/faults/random.ts';
import { env as bedEnv, nurse } from '../bed.testing.ts';
import { readRecording } from '../replay/recording.ts';
import { isCalling } from './core/alarm.ts';
import type { AssociationInput, CommandInput, ObservationInput } from './core/inputs.ts';
import { adultProfile } from './core/profile.ts';
import { isScore } from './core/scores/names.ts';
import type { State } from './core/state.ts';
import { createPartition } from './partition.ts';
import type { EngineSnapshot } from './patient-engine.ts';

const folder = join(import.meta.dirname, '../../simulators/recordings');
const key = 'association-kills';
/**
 * An acknowledged alarm never calls again. Otherwise the re-alarm would depend on the wall clock, which differs between
 * the runs.
 */
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

/**
 * Starts a processor at the time `nowMs`, restored from the log. Readings and commands of the log up to `nowMs` are
 * replayed.
 */
function startProcessor(log: Log, nowMs: number) {
  const pending: AlarmEvent[] = [];
  let eventsBefore = log.alarms.length;
  const publishedFrom = Number((log.snapshot?.engine as EngineSnapshot | undefined)?.told ?? 0);
  const commandsRead = log.commands.filter(({ atMs }) => atMs <= nowMs).length;
  const firstCommand = Number(log.committed.commands);
  const replayTo = log.readings.filter(({ receivedAt }) => receivedAt <= nowMs).length;
  const partition = createPartition({
    env,
    restored: {
      states: log.snapshot ? [log.snapshot] : [],
      publishedEvents: log.alarms.slice(publishedFrom),
      publishedInForce: [],
      publishedAnswers: [],
      unreadable: [],
      publishedFrom: BigInt(publishedFrom),
      commands: log.commands
        .slice(firstCommand, commandsRead)
        .map(({ atMs, input }, i) => ({ key, offset: BigInt(firstCommand + i), atMs, input })),
      position: log.committed,
      replayTo: BigInt(replayTo),
    },
    findAssociation: () => adult,
    emit: (event) => pending.push(event),
    publish: () => {},
    counters: { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 },
    mayJudge: () => true,
    nowMs,
  });
  let nextReading = Number(log.committed.observations);
  let nextCommand = commandsRead;

  return {
    /** Reads the readings and commands up to `untilMs`, each at its own time. */
    read(untilMs: number) {
      for (;;) {
        const reading = log.readings[nextReading];
        const command = log.commands[nextCommand];
        const isReading = reading !== undefined && reading.receivedAt <= untilMs;
        const isCommand = command !== undefined && command.atMs <= untilMs;
        if (isCommand && !(isReading && reading.receivedAt <= command.atMs)) {
          partition.addCommand(key, BigInt(nextCommand), command.atMs, command.input, Math.max(command.atMs, nowMs));
          nextCommand += 1;
        } else if (isReading) {
          const { receivedAt } = reading;
          partition.tick(Math.max(receivedAt, nowMs));
          partition.addReading(key, BigInt(nextReading), receivedAt, reading, receivedAt, Math.max(receivedAt, nowMs));
          nextReading += 1;
        } else return;
      }
    },
    /** Writes the first part of the pending events to the log. `part`: 0 to 1. */
    send(part: number) {
      log.alarms.push(...pending.splice(0, Math.round(pending.length * part)));
    },
    /**
     * Writes all events, then the snapshot, then the commit. `steps`: 0 stops after the events, 1 after the snapshot, 2
     * writes all.
     */
    flush(atMs: number, steps: number) {
      const { snapshots, position, undo } = partition.flush(atMs, 0, BigInt(eventsBefore));
      this.send(1);
      if (steps < 2) undo();
      if (steps < 1) return;
      for (const { body } of snapshots) log.snapshot = body === null ? undefined : JSON.parse(JSON.stringify(body));
      eventsBefore = log.alarms.length;
      if (steps > 1) log.committed = position;
    },
    /** Returns the alarms that call. */
    calling: () => {
      const { snapshots, undo } = partition.flush(0, -Infinity, 0n);
      undo();
      const state = (snapshots[0]?.body?.engine as EngineSnapshot | undefined)?.state as State | undefined;
      return Object.values(state?.book.live ?? {}).filter(isCalling);
    },
  };
}

/**
 * Returns the highest revision of each physiological alarm as text, without the parts that depend on the wall clock.
 */
function screenTexts(events: readonly AlarmEvent[]): string[] {
  const latest = new Map<string, Alarm>();
  for (const { alarm } of events)
    if (alarm.rev >= (latest.get(alarm.alarmId)?.rev ?? 0)) latest.set(alarm.alarmId, alarm);
  return [...latest.values()]
    .filter(({ kind }) => kind === 'physiological')
    .map((alarm) => {
      const { alarmId, condition, onsetAt, onsets, present, resolvedAt, acknowledgedBy } = alarm;
      // A score still calls again, and then it is no longer acknowledged. The time of this call depends on the wall
      // clock, so the text of a score does not say who acknowledged it.
      const acknowledger = isScore(condition) ? '' : (acknowledgedBy?.name ?? '-');
      return `${condition} ${onsetAt} ${alarmId} ×${onsets} ${present ? 'present' : resolvedAt} ${acknowledger}`;
    })
    .sort();
}

/**
 * Runs a processor that is never killed. A nurse acknowledges some alarms. Returns the alarms and the nurse's commands.
 * The run with kills gets the same commands.
 */
function runWithoutKills(readings: readonly ObservationInput[], rand: () => number) {
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
  return { commands: log.commands, alarms: screenTexts(log.alarms) };
}

/** Runs processors that are killed `kills` times at random moments. Returns the alarms. */
function alarmsOfKilledRun(
  readings: readonly ObservationInput[],
  commands: Command[],
  kills: number,
  rand: () => number,
) {
  const log = newLog(readings, commands);
  const endMs = readings.at(-1)!.receivedAt + 10;
  const startMs = readings[0]!.receivedAt;
  const moments = Array.from({ length: kills }, () => startMs + rand() * (endMs - startMs)).sort((a, b) => a - b);
  let processor = startProcessor(log, startMs - 1);
  let from = startMs;
  for (const moment of [...moments, endMs]) {
    // If the processor started only after this moment, it is killed at its start.
    const killMs = Math.max(moment, from);
    for (const part of [0.3, 0.6, 0.9]) {
      const atMs = from + (killMs - from) * part;
      processor.read(atMs);
      if (rand() < 0.7) processor.flush(atMs, Math.floor(rand() * 3));
    }
    processor.read(killMs);
    if (killMs === endMs) break;
    processor.send(rand());
    // For up to a minute no processor runs. Then the next processor restores.
    from = Math.min(endMs, killMs + rand() * rand() * 60_000);
    processor = startProcessor(log, from);
  }
  processor.send(1);
  return screenTexts(log.alarms);
}

describe('a processor that is killed a hundred times', () => {
  const seed = Number(process.env.VIGIL_TEST_SEED ?? Date.now() % 2 ** 31);
  console.log(`VIGIL_TEST_SEED=${seed}`);
  const names = readdirSync(folder).filter((name) => /Numerics\.csv$|\.psv$|_1min\.csv$/.test(name));
  for (const name of names)
    it(`the recording ${name} gives the same alarms and acknowledgements as without kills`, () => {
      const rand = randomFrom(seed).next;
      const readings = readRecording(readFileSync(join(folder, name), 'utf8'), 1_700_000_000_000)!;
      const expected = runWithoutKills(readings, rand);
      expect(alarmsOfKilledRun(readings, expected.commands, 100, rand)).toEqual(expected.alarms);
    });
});
