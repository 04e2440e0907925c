/**
 * What would other limits have done? `npm run replay -- [--limits '{"SpO2":{"low":88,"delayMs":15000}}'] recording…`
 * prints alarms per bed-hour under the adult ward profile, and beside it under the profile with these changes.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { Value } from 'typebox/value';
import { adultLimits } from '../../contracts/adult-limits.ts';
import { Limits } from '../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups } from '../../contracts/parameters.ts';
import { visibleLines, visibleText } from '../../contracts/text.ts';
import type { Profile } from '../core/inputs.ts';
import { limitsFault } from '../core/profiles.ts';
import { readRecording } from './recording.ts';
import { changed, heading, line, tally, together } from './tally.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22);

function fail(message: string): never {
  process.stderr.write(`${visibleLines(message)}\n`);
  process.exit(1);
}

function limitsOf(text: string): Profile {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    fail('--limits is not JSON.');
  }
  if (given === null || typeof given !== 'object') fail('--limits is not an object of limits by group.');
  for (const [group, limits] of Object.entries(given)) {
    if (!(limitGroups as readonly string[]).includes(group))
      fail(`--limits names ${group}, which is no group of limits.`);
    if (!Value.Check(Limits, limits)) fail(`--limits of ${group} are not limits.`);
    const merged = { ...adultLimits[group as LimitGroup], ...limits };
    const fault = limitsFault(group as LimitGroup, merged);
    if (fault) fail(`--limits of ${group} are ${fault}.`);
  }
  return given as Profile;
}

const usage = `npm run replay -- [--limits '{"SpO2":{"low":88,"delayMs":15000}}'] recording…
  Alarms per bed-hour of recordings (CSV, PSV) under the adult ward profile, and beside it with these changes.`;

function readArguments() {
  try {
    const options = { limits: { type: 'string' }, help: { type: 'boolean' } } as const;
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    return fail(`${(error as Error).message.split('. ')[0]}.\n${usage}`);
  }
}

const { values, positionals } = readArguments();
if (values.help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
if (positionals.length === 0) fail(usage);
const profiles: [string, Profile][] = [['adult ward profile', adultLimits]];
if (values.limits !== undefined) profiles.push(['with --limits', changed(adultLimits, limitsOf(values.limits))]);

const recordings = positionals.map((path) => {
  const readings = readRecording(readFileSync(path, 'utf8'), 0);
  return readings
    ? { name: visibleText(basename(path)), readings }
    : fail(`${path} is not a recording in a known format.`);
});
for (const [name, profile] of profiles) {
  const tallies = recordings.map((recording) => ({ ...recording, tally: tally(hash, profile, recording.readings) }));
  process.stdout.write(`${name}\n${heading}\n`);
  for (const one of tallies) process.stdout.write(`${line(one.name, one.tally)}\n`);
  const all = together(tallies.map((one) => one.tally));
  process.stdout.write(`${line('all', all)}\n`);
  for (const [condition, n] of [...all.byCondition].sort(([, a], [, b]) => b - a))
    process.stdout.write(`  ${condition.padEnd(24)} ${n}\n`);
}
