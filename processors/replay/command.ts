/**
 * `npm run replay`: counts the alarms of recordings under other limits, compares profiles, and prints the events of a
 * capture.
 */

import { basename } from 'node:path';
import { Value } from 'typebox/value';
import { adultLimits } from '../../contracts/adult-limits.ts';
import { limitsFault } from '../../contracts/effective-limits.ts';
import { VigilError } from '../../contracts/errors.ts';
import { Limits } from '../../contracts/messages/alarms.ts';
import { type LimitGroup, limitGroups } from '../../contracts/parameters.ts';
import { visibleText } from '../../contracts/text.ts';
import { readArguments } from '../../process/command.ts';
import type { Terminal } from '../../process/terminal.ts';
import { alarmHash as hash } from '../alarms/alarm-hash.ts';
import type { Category } from '../alarms/core/inputs.ts';
import { adultProfile, type Profile } from '../alarms/core/profile.ts';
import { builtInProfiles, type LimitsByGroup, profileOf } from '../alarms/core/profile-table.ts';
import { readCapture } from './capture.ts';
import { eventLine, playCapture } from './play.ts';
import { readRecording } from './recording.ts';
import { sumOf, tableHead, tableLine, tally, withLimits } from './tally.ts';
import { type CompareRequest, compareFiles, readText } from './what-if.ts';

function fail(message: string): never {
  throw new VigilError('settings-invalid', message);
}

function limitsOf(text: string): LimitsByGroup {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    fail('--limits is not JSON.');
  }
  if (content === null || typeof content !== 'object')
    fail('--limits must be a JSON object such as {"SpO2":{"low":88}}.');
  for (const [group, limits] of Object.entries(content)) {
    if (!(limitGroups as readonly string[]).includes(group))
      fail(`--limits has the unknown group ${group}. The groups are ${limitGroups.join(', ')}.`);
    if (!Value.Check(Limits, limits))
      fail(`--limits: the limits of ${group} are invalid. An example is {"low":88,"delayMs":15000}.`);
    const merged = { ...adultLimits[group as LimitGroup], ...limits };
    const fault = limitsFault(group as LimitGroup, merged);
    if (fault) fail(`--limits: ${fault}`);
  }
  return content as LimitsByGroup;
}

const usage = `npm run replay -- [--limits '{"SpO2":{"low":88,"delayMs":15000}}'] recording…
    Prints the alarms per bed-hour of recordings (CSV, PSV) under the adult ward profile. With --limits, prints them
    under the changed limits too.
npm run replay -- --capture <file> [--events] [--limits …]
    Prints the alarm events of a capture (NDJSON; docs/developer.md), one line for each event. With --events, prints
    them as NDJSON: {type, at, alarm}.
npm run replay -- --profile <A> [--profile <B>…] [--labels <events.json>] [--ward <ward>] [--json] [--html <page>] file…
    Compares the alarms of the same patients under each profile, and explains each difference from profile A
    (docs/developer.md). A profile is adult (built in) or a file of limit profiles (processors/alarms/profiles/).
    Files are recordings (CSV, PSV) and captures (NDJSON). With --ward, the profile of this ward judges all patients.
    --labels is a file with a list of {"patient": <file name>, "at": <s from the start, or RFC 3339>, "until"?, "name",
    "condition"? or "parameter"?}. It prints the time from each event to the first call, or MISSED.
npm run vigil -- replay does the same. No command needs a running system.`;

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

/** The command line of `npm run replay`. Returns the exit code. */
export async function replayCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(
    args,
    { allowPositionals: true, options },
    (sentence, cause) => new VigilError('settings-invalid', `${sentence}.\n${usage}`, { cause }),
  );
  if (values.help) {
    terminal.writeOut(`${usage}\n`);
    return 0;
  }
  const { labels, ward, json, html } = values;
  const limits = values.limits === undefined ? undefined : limitsOf(values.limits);
  if (values.profile !== undefined) {
    if (values.capture !== undefined || values.events || limits !== undefined)
      fail(`--profile cannot be used with --capture, --events or --limits. Name captures as files.\n${usage}`);
    terminal.writeOut(compareProfileFiles({ profiles: values.profile, files: positionals, labels, ward, json, html }));
  } else if (labels !== undefined || ward !== undefined || json || html !== undefined) {
    fail(`--labels, --ward, --json and --html need --profile.\n${usage}`);
  } else if (values.capture !== undefined) {
    if (positionals.length > 0) fail(`--capture takes one file, without further files.\n${usage}`);
    replayCapture(values.capture, values.events === true, limits, terminal);
  } else {
    if (positionals.length === 0 || values.events) fail(usage);
    compareRecordings(positionals, limits, terminal);
  }
  return 0;
}

function compareProfileFiles(request: CompareRequest): string {
  try {
    return compareFiles(request);
  } catch (error) {
    return fail((error as Error).message);
  }
}

function replayCapture(path: string, asEvents: boolean, limits: LimitsByGroup | undefined, terminal: Terminal): void {
  const { lines, faults, refused } = readCapture(readFile(path));
  const notes = [...faults, ...refused.map(({ line, message }) => ({ line, message: `skipped: ${message}` }))];
  for (const { line, message } of notes) terminal.writeError(`${visibleText(`${path}:${line}: ${message}`)}\n`);
  if (faults.length > 0) fail(`${path} is not judged, because ${faults.length} of its lines cannot be read.`);
  if (lines.length === 0) fail(`${path} has no lines with input.`);
  const profile = profileOf(builtInProfiles);
  const env = {
    hash,
    profile: (category: Category, ward: string | null) => {
      const builtIn = profile(category, ward);
      return builtIn && limits ? withLimits(builtIn, limits) : builtIn;
    },
  };
  const events = playCapture(env, lines);
  const printedLines = asEvents
    ? events.map((event) => JSON.stringify(event))
    : events.map((event) => eventLine(event, lines[0]!.atMs));
  if (printedLines.length > 0) terminal.writeOut(`${printedLines.join('\n')}\n`);
  else if (!asEvents) terminal.writeOut('No alarm.\n');
}

function readFile(path: string): string {
  try {
    return readText(path);
  } catch (error) {
    return fail((error as Error).message);
  }
}

function compareRecordings(paths: readonly string[], limits: LimitsByGroup | undefined, terminal: Terminal): void {
  const profiles: [string, Profile][] = [['adult ward profile', adultProfile]];
  if (limits !== undefined) profiles.push(['with --limits', withLimits(adultProfile, limits)]);
  const recordings = paths.map((path) => {
    const readings = readRecording(readFile(path), 0);
    return readings
      ? { name: visibleText(basename(path)), readings }
      : fail(`${path} is not a recording in a known format.`);
  });
  for (const [name, profile] of profiles) {
    const tallies = recordings.map((recording) => ({ ...recording, tally: tally(hash, profile, recording.readings) }));
    terminal.writeOut(`${name}\n${tableHead}\n`);
    for (const recording of tallies) terminal.writeOut(`${tableLine(recording.name, recording.tally)}\n`);
    const all = sumOf(tallies.map((recording) => recording.tally));
    terminal.writeOut(`${tableLine('all', all)}\n`);
    for (const [condition, n] of [...all.byCondition].sort(([, a], [, b]) => b - a))
      terminal.writeOut(`  ${condition.padEnd(24)} ${n}\n`);
  }
}
