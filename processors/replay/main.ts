/** `npm run replay`: shows what other limits would have done, and what the engine makes of a capture. */

import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { Value } from 'typebox/value';
import { adultLimits } from '../../contracts/adult-limits.ts';
import { limitsFault } from '../../contracts/effective-limits.ts';
import { Limits } from '../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups } from '../../contracts/parameters.ts';
import { visibleLines, visibleText } from '../../contracts/text.ts';
import { alarmHash as hash } from '../alarms/alarm-hash.ts';
import type { Category } from '../alarms/core/inputs.ts';
import { adultProfile, type Profile } from '../alarms/core/profile.ts';
import { builtInProfiles, type LimitsByGroup, profileOf } from '../alarms/core/profile-table.ts';
import { readCapture } from './capture.ts';
import { eventLine, playCapture } from './play.ts';
import { readRecording } from './recording.ts';
import { changed, heading, line, tally, together } from './tally.ts';
import { compareFiles, readText } from './what-if.ts';

function fail(message: string): never {
  process.stderr.write(`${visibleLines(message)}\n`);
  process.exit(1);
}

function limitsOf(text: string): LimitsByGroup {
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
    if (fault) fail(`--limits: ${fault}`);
  }
  return given as LimitsByGroup;
}

const usage = `npm run replay -- [--limits '{"SpO2":{"low":88,"delayMs":15000}}'] recording…
    Alarms per bed-hour of recordings (CSV, PSV) under the adult ward profile, and beside it with these changes.
npm run replay -- --capture <file> [--events] [--limits …]
    What the alarm engine tells of a capture (NDJSON; docs/developer.md): a line for each event; --events: as NDJSON,
    {type, at, alarm}.
npm run replay -- --profile <A> [--profile <B>…] [--labels <events.json>] [--ward <ward>] [--json] [--html <page>] file…
    The alarms of the same patients under each profile, and why what differs differs (docs/developer.md). A profile is
    adult (built in) or a file of limit profiles (processors/alarms/profiles/); A is the measure of the others.
    Files are recordings (CSV, PSV) and captures (NDJSON). --ward judges all of them as of this ward.
    --labels: a list of {"patient": <file name>, "at": <s from the start, or RFC 3339>, "until"?, "name", "condition"?
    or "parameter"?}; gives the time from each event to the first call, or MISSED.
Also as npm run vigil -- replay. None needs a running system.`;

function readArguments() {
  try {
    const options = {
      capture: { type: 'string' },
      events: { type: 'boolean' },
      limits: { type: 'string' },
      profile: { type: 'string', multiple: true },
      labels: { type: 'string' },
      ward: { type: 'string' },
      json: { type: 'boolean' },
      html: { type: 'string' },
      help: { type: 'boolean' },
    } as const;
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
const limits = values.limits === undefined ? undefined : limitsOf(values.limits);
if (values.profile !== undefined) {
  if (values.capture !== undefined || values.events || limits !== undefined)
    fail(`--profile goes with neither --capture, --events nor --limits: name captures as files.\n${usage}`);
  compareProfileFiles(values.profile);
} else if (values.labels !== undefined || values.ward !== undefined || values.json || values.html !== undefined) {
  fail(`--labels, --ward, --json and --html need --profile.\n${usage}`);
} else if (values.capture !== undefined) {
  if (positionals.length > 0) fail(`One capture at a time.\n${usage}`);
  replayCapture(values.capture, values.events === true, limits);
} else {
  if (positionals.length === 0 || values.events) fail(usage);
  compareRecordings(positionals, limits);
}

function compareProfileFiles(profiles: readonly string[]): void {
  const { labels, ward, json, html } = values;
  try {
    process.stdout.write(compareFiles({ profiles, files: positionals, labels, ward, json, html }));
  } catch (error) {
    fail((error as Error).message);
  }
}

function replayCapture(path: string, asEvents: boolean, limits: LimitsByGroup | undefined): void {
  const { captured, faults, refused } = readCapture(readFile(path));
  const said = [...faults, ...refused.map(({ line, message }) => ({ line, message: `is refused: ${message}` }))];
  for (const { line, message } of said) process.stderr.write(`${visibleText(`${path}:${line}: ${message}`)}\n`);
  if (faults.length > 0) fail(`${path} is not judged: ${faults.length} of its lines cannot be read.`);
  if (captured.length === 0) fail(`${path} holds no lines.`);
  const profile = profileOf(builtInProfiles);
  const env = {
    hash,
    profile: (category: Category, ward: string | null) => {
      const found = profile(category, ward);
      return found && limits ? changed(found, limits) : found;
    },
  };
  const events = playCapture(env, captured);
  const lines = asEvents
    ? events.map((event) => JSON.stringify(event))
    : events.map((event) => eventLine(event, captured[0]!.atMs));
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  else if (!asEvents) process.stdout.write('No alarm.\n');
}

function readFile(path: string): string {
  try {
    return readText(path);
  } catch (error) {
    return fail((error as Error).message);
  }
}

function compareRecordings(paths: readonly string[], limits: LimitsByGroup | undefined): void {
  const profiles: [string, Profile][] = [['adult ward profile', adultProfile]];
  if (limits !== undefined) profiles.push(['with --limits', changed(adultProfile, limits)]);
  const recordings = paths.map((path) => {
    const readings = readRecording(readFile(path), 0);
    return readings
      ? { name: visibleText(basename(path)), readings }
      : fail(`${path} is not a recording in a known format.`);
  });
  for (const [name, profile] of profiles) {
    const tallies = recordings.map((recording) => ({ ...recording, tally: tally(hash, profile, recording.readings) }));
    process.stdout.write(`${name}\n${heading}\n`);
    for (const named of tallies) process.stdout.write(`${line(named.name, named.tally)}\n`);
    const all = together(tallies.map((named) => named.tally));
    process.stdout.write(`${line('all', all)}\n`);
    for (const [condition, n] of [...all.byCondition].sort(([, a], [, b]) => b - a))
      process.stdout.write(`  ${condition.padEnd(24)} ${n}\n`);
  }
}
