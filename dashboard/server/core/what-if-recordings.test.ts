/** What is worked out from stored values is what the engine at the bed would have done with the device's own messages. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Limits } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups, parameters } from '../../../contracts/parameters.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { adultProfile } from '../../../processors/alarms/core/profile.ts';
import { causeOf } from '../../../processors/alarms/core/rules.ts';
import { env, nurse } from '../../../processors/bed.testing.ts';
import { callsOf, readStay, type Stay } from '../../../processors/replay/stays.ts';
import { pointsOf } from '../../../processors/trends/core/points.ts';
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

/** By the engine at the bed: with everything that the device sent. */
function atTheBed(stay: Stay, group: LimitGroup, limits: Limits | undefined): CallCounts {
  const [begin, ...rest] = stay.captured;
  const atMs = begin!.atMs;
  const asked = { commandId: 'c', associationId: 'a', at: formatInstant(atMs), by: nurse, group };
  const change = limits && {
    line: 0,
    atMs,
    input: { type: 'command', command: { type: 'set-limits', ...asked, limits } },
  };
  const captured = [begin!, ...(change ? [change as Stay['captured'][number]] : []), ...rest];
  const own = [...parameters.values()].filter((parameter) => parameter.limits === group);
  const causes = new Set(own.flatMap((parameter) => [causeOf(parameter, 'low'), causeOf(parameter, 'high')]));
  const found = { high: 0, medium: 0, low: 0 };
  for (const { kind, cause, priority } of callsOf(env, { ...stay, captured }))
    if (kind === 'physiological' && causes.has(cause)) found[priority] += 1;
  return found;
}

/** What the trends keep of it. */
function storedOf(stay: Stay, codes: readonly string[]): StoredValue[] {
  return stay.captured.flatMap(({ input }) => {
    if (input === 'acknowledge-all' || input.type !== 'observation') return [];
    const reading = { time: formatInstant(input.time), values: [...input.values] };
    const points = pointsOf('a', { deviceId: 'd', receivedAt: reading.time, reading }) ?? [];
    return points.filter(({ code }) => codes.includes(code));
  });
}

function fromStored(stay: Stay, group: LimitGroup, limits: Limits | undefined, intervalMs: number | undefined) {
  const replay = startReplay(adultProfile, limits ? { [group]: limits } : {}, group, intervalMs);
  for (const one of readingsOf(storedOf(stay, codesOfGroup(group)))) replay.take(one);
  replay.endAt(stay.endMs);
  return replay.counts();
}

const intervalOf = ({ captured }: Stay) =>
  captured.flatMap(({ input }) => (input !== 'acknowledge-all' && input.type === 'observation' ? [input] : []))[0]
    ?.intervalMs;

let total = 0;

describe('the stored values of each recording that ships', () => {
  it.each(files)('%s: they call as the messages do, under the limits in force and under others', (name) => {
    const stay = readStay(name, readFileSync(join(folder, name), 'utf8'), null);
    if ('fault' in stay) throw new Error(stay.fault);
    const intervalMs = intervalOf(stay);
    const rows = (of: (group: LimitGroup, limits: Limits | undefined) => CallCounts) =>
      limitGroups.flatMap((group) =>
        [undefined, entered[group]].map((limits) => ({ group, limits, ...of(group, limits) })),
      );
    const wanted = rows((group, limits) => atTheBed(stay, group, limits));
    expect(rows((group, limits) => fromStored(stay, group, limits, intervalMs))).toEqual(wanted);
    total += wanted.reduce((sum, { high, medium, low }) => sum + high + medium + low, 0);
  });

  it('hold calls to compare', () => {
    expect(total).toBeGreaterThan(100);
  });
});
