/** Tests of the library of captures: the engine must do what the remarks of each capture say. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { AlarmEvent } from '../../contracts/messages/alarms.ts';
import { env } from '../../processors/bed.testing.ts';
import { type CaptureLine, readCapture } from '../../processors/replay/capture.ts';
import { eventLine, playCapture } from '../../processors/replay/play.ts';
import { runProgram } from '../program.ts';
import { brokenRequirements, readRemarks } from './remarks.ts';

const folder = import.meta.dirname;
const names = readdirSync(folder).filter((name) => name.endsWith('.ndjson'));
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');
const isEvent = Compile(AlarmEvent);

function playLines(lines: readonly CaptureLine[]) {
  const startMs = lines[0]!.atMs;
  const events = playCapture(env, lines);
  return { startMs, events, printed: events.map((event) => eventLine(event, startMs)).join('\n') };
}

describe('the library of captures', () => {
  it('the library has more than 150 captures', () => {
    expect(names.length).toBeGreaterThan(150);
  });

  it.each(names)('the engine does what the remarks of the capture say: %s', (name) => {
    const text = textOf(name);
    const { sentences, requirements } = readRemarks(text);
    expect(sentences.length, 'the capture must say in a sentence what happens').toBeGreaterThan(0);
    expect(requirements.length, 'the capture must have a "must:" remark').toBeGreaterThan(0);
    const { lines, faults } = readCapture(text);
    expect(faults).toEqual([]);
    const { startMs, events, printed } = playLines(lines);
    const broken = brokenRequirements(requirements, events, startMs);
    if (broken.length > 0) throw new Error(`${sentences.join('\n')}\n${broken.join('\n')}\n${printed}`);
    for (const event of events) expect(isEvent.Check(event), JSON.stringify(event)).toBe(true);
  });
});

describe('the remarks of a capture', () => {
  const isoAt = (s: number) => new Date(s * 1000).toISOString();
  const alarm = { alarmId: 'a', condition: 'HR.high', priority: 'medium', text: 'HR 134 > 120', present: true };
  const events = [
    { type: 'raised', at: isoAt(7), alarm: { ...alarm, signal: 'on' } },
    { type: 'audio-paused', at: isoAt(10), alarm: { ...alarm, signal: 'on', audioPausedUntil: isoAt(40) } },
    { type: 'acknowledged', at: isoAt(50), alarm: { ...alarm, signal: 'acknowledged' } },
    { type: 'resolved', at: isoAt(60), alarm: { ...alarm, present: false, signal: 'off' } },
    { type: 'cleared', at: isoAt(60), alarm: { ...alarm, present: false, signal: 'off' } },
  ] as unknown as AlarmEvent[];
  const hasFault = (must: string) =>
    brokenRequirements(readRemarks(`# must: ${must}`).requirements, events, 0).length > 0;

  it.each([
    'HR.high raised',
    'HR.high raised once between 0:07 and 0:08',
    'HR.*|SpO2.low raised once by 0:07',
    'HR.low raised never',
    'HR.high raised never after 0:07',
    'HR.high raised at most 2 times before 0:08',
    'HR.high calls at 0:07',
    'HR.high paused from 0:10 to 0:39',
    'HR.high calls from 0:40 to 0:45',
    'HR.high acknowledged at 0:59.9',
    'HR.high present from 0:07 to 0:59.9',
    'HR.high over at the end',
    'HR.high medium',
    'HR.high says "134"',
  ])('a true remark has no fault: %s', (must) => {
    expect(hasFault(must)).toBe(false);
  });

  it.each([
    'HR.high raised twice',
    'HR.high raised once before 0:07',
    'HR.high raised never',
    'SpO2.low raised',
    'HR.high calls at 0:12',
    'HR.high calls from 0:07 to 0:45',
    'HR.high paused at 0:40',
    'HR.high acknowledged at 0:40',
    'HR.high present from 0:05 to 0:50',
    'HR.high present at the end',
    'HR.high over from 0:00',
    'HR.high high',
    'HR.high says "135"',
    'nothing else',
  ])('a wrong remark has a fault: %s', (must) => {
    expect(hasFault(must)).toBe(true);
  });

  it.each(['HR.high rises', 'HR.high calls', 'HR.high raised thrice', 'HR.high raised at dawn', 'HR.high says 134'])(
    'a remark with an unknown form is refused: %s',
    (must) => {
      expect(() => readRemarks(`# must: ${must}`)).toThrow(/line 1/);
    },
  );
});

describe('npm run vigil -- replay --capture <file> --events', () => {
  it('the command prints the events that the engine gives for a capture of the library', () => {
    const name = 'spo2-valid-one-second-in-three.ndjson';
    const { code, out, err } = runProgram('ops/vigil.ts', ['replay', '--capture', join(folder, name), '--events']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const printed = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as AlarmEvent);
    expect(printed).toEqual(JSON.parse(JSON.stringify(playLines(readCapture(textOf(name)).lines).events)));
    expect(printed.map(({ type, alarm }) => `${type} ${alarm.condition}`)).toContain('raised SpO2.low');
  });
});
