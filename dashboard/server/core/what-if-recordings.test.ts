/** Tests that a replay of stored values gives the same alarms as the engine gives for the messages of the device. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Limits } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups, parameters } from '../../../contracts/parameters.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { pointsOf } from '../../../contracts/trend-points.ts';
import { adultProfile } from '../../../processors/alarms/core/profile.ts';
import { causeOf } from '../../../processors/alarms/core/rules.ts';
import { env, nurse } from '../../../processors/bed.testing.ts';
import { callsOf, readStay, type Stay } from '../../../processors/replay/stays.ts';
import { type CallCounts, codesOfGroup, readingsOf, type StoredValue, startReplay } from './what-if.ts';

const folder = join(import.meta.dirname, '../../../simulators/recordings');
const files = readdirSync(folder).filter((name) => /numerics.*\.csv$|\.psv$/i.test(name));

const entered: Readonly<Record<LimitGroup, Limits>> = {
  HR: { low: 60, high: 100 },
  PR: { high: 90 },
  SpO2: { low: 94, extremeLow: 88 },
  RR: { low: 12, high: 22 },
  BPsys: { low: 110, high: 140 },
  BPmean: { low: 70, high: 100 },
  Temp: { low: 36.5, high: 37.5 },
  EtCO2: { high: 40 },
};

/** Returns the calls of the engine for all messages of the device. */
function callsFromMessages(stay: Stay, group: LimitGroup, limits: Limits | undefined): CallCounts {
  const [begin, ...rest] = stay.lines;
  const atMs = begin!.atMs;
  const commandFields = { commandId: 'c', associationId: 'a', at: formatInstant(atMs), by: nurse, group };
  const change = limits && {
    line: 0,
    atMs,
    input: { type: 'command', command: { type: 'set-limits', ...commandFields, limits } },
  };
  const lines = [begin!, ...(change ? [change as Stay['lines'][number]] : []), ...rest];
  const groupParameters = [...parameters.values()].filter((parameter) => parameter.limits === group);
  const causes = new Set(
    groupParameters.flatMap((parameter) => [causeOf(parameter, 'low'), causeOf(parameter, 'high')]),
  );
  const counts = { high: 0, medium: 0, low: 0 };
  for (const { kind, cause, priority } of callsOf(env, { ...stay, lines }))
    if (kind === 'physiological' && causes.has(cause)) counts[priority] += 1;
  return counts;
}

/** Returns the values that the trends store for a stay. */
function storedOf(stay: Stay, codes: readonly string[]): StoredValue[] {
  return stay.lines.flatMap(({ input }) => {
    if (input === 'acknowledge-all' || input.type !== 'observation') return [];
    const reading = { time: formatInstant(input.time), values: [...input.values] };
    const points = pointsOf('a', { deviceId: 'd', receivedAt: reading.time, reading }) ?? [];
    return points.filter(({ code }) => codes.includes(code));
  });
}

/** Returns the calls of a replay of the stored values. */
function callsFromStored(stay: Stay, group: LimitGroup, limits: Limits | undefined, intervalMs: number | undefined) {
  const replay = startReplay(adultProfile, limits ? { [group]: limits } : {}, group, intervalMs);
  for (const reading of readingsOf(storedOf(stay, codesOfGroup(group)))) replay.take(reading);
  replay.endAt(stay.endMs);
  return replay.counts();
}

const intervalOf = ({ lines }: Stay) =>
  lines.flatMap(({ input }) => (input !== 'acknowledge-all' && input.type === 'observation' ? [input] : []))[0]
    ?.intervalMs;

let total = 0;

describe('a replay of stored values', () => {
  it.each(files)('the stored values of %s give the same calls as its messages, under two sets of limits', (name) => {
    const stay = readStay(name, readFileSync(join(folder, name), 'utf8'), null);
    if ('fault' in stay) throw new Error(stay.fault);
    const intervalMs = intervalOf(stay);
    const rows = (countCalls: (group: LimitGroup, limits: Limits | undefined) => CallCounts) =>
      limitGroups.flatMap((group) =>
        [undefined, entered[group]].map((limits) => ({ group, limits, ...countCalls(group, limits) })),
      );
    const wanted = rows((group, limits) => callsFromMessages(stay, group, limits));
    expect(rows((group, limits) => callsFromStored(stay, group, limits, intervalMs))).toEqual(wanted);
    total += wanted.reduce((sum, { high, medium, low }) => sum + high + medium + low, 0);
  });

  it('the recordings have more than a hundred calls', () => {
    expect(total).toBeGreaterThan(100);
  });
});
