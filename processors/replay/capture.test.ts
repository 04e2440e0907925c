import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Compile } from 'typebox/compile';
import { afterAll, describe, expect, it } from 'vitest';
import { AlarmEvent } from '../../contracts/messages/alarms.ts';
import { runCommandHere } from '../../process/command.testing.ts';
import { runProgram } from '../../tests/program.ts';
import { env } from '../bed.testing.ts';
import { readCapture } from './capture.ts';
import { replayCommand } from './command.ts';
import { eventLine, playCapture } from './play.ts';

const startMs = Date.parse('2026-03-01T10:00:00.000Z');
const isoAt = (s: number) => new Date(startMs + s * 1000).toISOString();
const admitted = { at: isoAt(0), kind: 'association', category: 'adult', ward: 'ICU' };
const numeric = (code: string, value: number, unit: string) => ({ code, value, unit });
const heartRateLine = (s: number, value: number, more: object = {}) => ({
  at: isoAt(s),
  kind: 'observations',
  body: { boot: 'b1', seq: s + 1, time: isoAt(s), values: [numeric('MDC_ECG_HEART_RATE', value, '/min')], ...more },
});
const heartRateLines = (from: number, to: number, value: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => heartRateLine(from + i, value));
const ndjson = (lines: readonly object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
const play = (inputs: readonly object[]) => {
  const { lines, faults, refused } = readCapture(ndjson(inputs));
  expect([...faults, ...refused]).toEqual([]);
  return playCapture(env, lines);
};
const eventLines = (lines: readonly object[]) =>
  play(lines).map((event) => `${eventLine(event, startMs).trim().replace(/ +/g, ' ')}`);

describe('playCapture', () => {
  it('playCapture returns the events of the alarm engine, which fit the schema of events', () => {
    const events = play([admitted, ...heartRateLines(1, 20, 134)]);
    expect(events.map(({ type, alarm }) => [type, alarm.condition, alarm.onsetAt, alarm.raisedAt])).toEqual([
      ['raised', 'HR.high', isoAt(1), isoAt(7)],
    ]);
    const check = Compile(AlarmEvent);
    for (const event of events) expect(check.Check(event)).toBe(true);
  });

  it('playCapture moves the wall clock between the lines, so that silence and escalation come at their time', () => {
    expect(
      eventLines([admitted, ...heartRateLines(1, 10, 80), { at: isoAt(200), kind: 'connection', connected: false }]),
    ).toEqual([
      '0:15 raised medium No data',
      '3:15 escalated medium No data',
      '3:20 raised medium Device disconnected',
      '3:20 resolved medium No data',
      '3:20 cleared medium No data',
    ]);
  });

  it('playCapture raises the device’s own alarms, and marks them as alarms of the device', () => {
    const vt = { code: 'MDC_EVT_ECG_V_TACHY', priority: 'high', kind: 'physiological', text: '*** VTACH' };
    const list = (s: number, alerts: object[], more = {}) => ({
      ...{ at: isoAt(s), kind: 'alerts' },
      body: { boot: 'b1', seq: s, time: isoAt(s), alerts, ...more },
    });
    const events = play([admitted, list(5, [vt]), list(9, [], { sound: 'off' })]);
    expect(events.map(({ type, alarm }) => [type, alarm.condition, alarm.origin, alarm.signal])).toEqual([
      ['raised', 'MDC_EVT_ECG_V_TACHY', 'device', 'on'],
      ['raised', 'device-sound-off', undefined, 'on'],
      ['resolved', 'MDC_EVT_ECG_V_TACHY', 'device', 'latched'],
    ]);
    const check = Compile(AlarmEvent);
    for (const event of events) expect(check.Check(event)).toBe(true);
  });

  it('playCapture stops the clock at the last line, so that no silence alarm comes after it', () => {
    expect(eventLines([admitted, ...heartRateLines(1, 10, 80)])).toEqual([]);
  });

  it('playCapture acknowledges all alarms that call if the alarm is *, or one alarm by its id', () => {
    const answer = (s: number, alarm: string) => ({
      at: isoAt(s),
      kind: 'command',
      command: { type: 'acknowledge', alarm },
    });
    const [raised] = play([admitted, ...heartRateLines(1, 10, 134)]);
    for (const alarm of ['*', raised!.alarm.alarmId]) {
      const events = play([admitted, ...heartRateLines(1, 10, 134), answer(11, alarm), ...heartRateLines(12, 13, 134)]);
      expect(events.map(({ type }) => type)).toEqual(['raised', 'acknowledged']);
      expect(events[1]!.alarm.acknowledgedAt).toBe(isoAt(11));
    }
    expect(play([admitted, answer(1, '*'), ...heartRateLines(2, 3, 80)])).toEqual([]);
  });

  it('playCapture applies the limits and the audio pause of a command', () => {
    const limits = {
      at: isoAt(0),
      kind: 'command',
      command: { type: 'set-limits', group: 'HR', limits: { high: 135 } },
    };
    expect(eventLines([admitted, limits, ...heartRateLines(1, 20, 134)])).toEqual([]);
    const pause = { at: isoAt(9), kind: 'command', command: { type: 'pause-audio', forMs: 60_000 } };
    expect(eventLines([admitted, ...heartRateLines(1, 8, 134), pause])).toEqual([
      '0:07 raised medium HR 134 > 120',
      '0:09 audio-paused medium HR 134 > 120',
    ]);
  });

  it('playCapture judges readings without a boot and number, and accepts times in other zones and in ms', () => {
    const lines = heartRateLines(1, 20, 134).map(({ at: receivedAt, kind, body: { time, values } }, i) => ({
      at: i % 2 === 0 ? Date.parse(receivedAt) : receivedAt.replace('10:', '11:').replace('Z', '+01:00'),
      kind,
      body: { time, values },
    }));
    expect(eventLines([admitted, ...lines])).toEqual(['0:07 raised medium HR 134 > 120']);
  });

  it('playCapture does not set the clock back if a line was received a little before the line above', () => {
    const readings = heartRateLines(1, 20, 134);
    const events = play([admitted, ...readings.slice(0, 10), heartRateLine(15, 134), ...readings.slice(10)]);
    const clock = events.map((event) => Date.parse(event.at));
    expect(clock).toEqual([...clock].sort((a, b) => a - b));
  });

  it('playCapture sets the clock back if a line was received more than 5 s before the line above', () => {
    const end = { at: isoAt(-100), kind: 'connection', connected: true };
    const events = play([admitted, ...heartRateLines(1, 10, 80), { ...heartRateLine(11, 80), at: isoAt(-500) }, end]);
    expect(
      events.filter(({ type, alarm }) => type === 'raised' && alarm.condition === 'no-data').map((event) => event.at),
    ).toEqual([isoAt(-495)]);
  });

  it('playCapture starts a new engine for the next patient, without the state of the former patient', () => {
    const ended = { ...admitted, at: isoAt(20), endedAt: isoAt(20) };
    const limits = {
      at: isoAt(0),
      kind: 'command',
      command: { type: 'set-limits', group: 'HR', limits: { high: 130 } },
    };
    const next = [{ ...admitted, at: isoAt(25) }, ...heartRateLines(26, 40, 125)];
    const events = play([admitted, limits, ...heartRateLines(1, 20, 134), ended, ...next]);
    const raised = events.filter(({ type }) => type === 'raised').map(({ alarm }) => alarm);
    expect(raised.map(({ condition, limit, onsets }) => [condition, limit, onsets])).toEqual([
      ['HR.high', 130, 1],
      ['HR.high', 120, 1],
    ]);
    expect(new Set(raised.map(({ associationId }) => associationId)).size).toBe(2);
  });

  it('readCapture skips blank lines and comments', () => {
    const text = `# SpO2 of a patient\n\n${ndjson([admitted])}  \r\n`;
    expect(readCapture(text)).toMatchObject({ lines: [{ line: 3 }], faults: [], refused: [] });
  });
});

describe('readCapture', () => {
  it.each<[string, string, RegExp]>([
    ['no JSON', '{"at":', /not a JSON object/],
    ['a list', '[]', /not a JSON object/],
    ['no time', '{"kind":"connection","connected":true}', /The time "at" must be/],
    [
      'a time without a zone',
      `{"at":"2026-03-01T10:00:00","kind":"connection","connected":true}`,
      /The time "at" must/,
    ],
    ['an impossible time', `{"at":"2026-02-31T99:00:00Z","kind":"connection","connected":true}`, /The time "at" must/],
    ['a negative time', '{"at":-1,"kind":"connection","connected":true}', /The time "at" must be/],
    ['an unknown kind', '{"at":1,"kind":"waves"}', /"kind" must be/],
    ['a connection without "connected"', '{"at":1,"kind":"connection"}', /"connected"/],
    ['a message without a body', '{"at":1,"kind":"observations"}', /no "body"/],
    ['an unknown category', '{"at":1,"kind":"association","category":"cat"}', /"category"/],
    ['a ward that is a number', '{"at":1,"kind":"association","category":"adult","ward":7}', /"ward"/],
    ['an end that is not a time', '{"at":1,"kind":"association","category":"adult","endedAt":"soon"}', /"endedAt"/],
    ['no command', '{"at":1,"kind":"command"}', /no "command"/],
  ])('readCapture names a line with %s as a fault', (_name, line, message) => {
    const { lines, faults } = readCapture(`${JSON.stringify(admitted)}\n${line}\n`);
    expect(lines).toHaveLength(1);
    expect(faults).toEqual([{ line: 2, message: expect.stringMatching(message) }]);
  });

  it.each([
    ['an unknown type', { type: 'shout' }],
    ['an audio pause without a duration', { type: 'pause-audio' }],
    ['an audio pause of more than two minutes', { type: 'pause-audio', forMs: 600_000 }],
    ['limits that are a text', { type: 'set-limits', group: 'HR', limits: 'high' }],
  ])('readCapture leaves out a command with %s, and keeps the other lines', (_name, command) => {
    const inputs = [admitted, { at: isoAt(1), kind: 'command', command }, heartRateLine(2, 134)];
    const { lines, refused, faults } = readCapture(ndjson(inputs));
    expect({ lines: lines.map(({ line }) => line), refused, faults }).toEqual({
      lines: [1, 3],
      refused: [{ line: 2, message: expect.stringMatching(/"command" cannot be used/) }],
      faults: [],
    });
  });

  it('readCapture leaves out a message that the gateway would refuse, and keeps the other lines', () => {
    const { lines, refused, faults } = readCapture(
      ndjson([admitted, heartRateLine(1, 134, { values: [] }), heartRateLine(2, 134)]),
    );
    expect({ lines: lines.map(({ line }) => line), refused: refused.map(({ line }) => line), faults }).toEqual({
      lines: [1, 3],
      refused: [2],
      faults: [],
    });
  });
});

describe('npm run replay -- --capture', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-capture-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const run = async (...args: string[]) => {
    const { code: status, out: stdout, err: stderr } = await runCommandHere(replayCommand, args);
    return { status, stdout, stderr };
  };

  it('npm run replay -- --capture prints the events as NDJSON or as lines of text', async () => {
    const path = file('tachycardia.ndjson', ndjson([admitted, ...heartRateLines(1, 20, 134)]));
    const { status, stdout, stderr } = await run('--capture', path, '--events');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { type: 'raised', at: isoAt(7), alarm: { condition: 'HR.high', priority: 'medium', text: 'HR 134 > 120' } },
    ]);
    expect((await run('--capture', path)).stdout).toMatch(/0:07 {2}raised {8}medium {2}HR 134 > 120\n/);
    expect((await run('--capture', path, '--limits', '{"HR":{"high":135}}')).stdout).toBe('No alarm.\n');
  });

  it('npm run replay -- --capture names each line that cannot be read, and does not judge the capture', async () => {
    const path = file('broken.ndjson', `${ndjson([admitted])}nonsense\n{"at":1,"kind":"waves"}\n`);
    const { status, stdout, stderr } = await run('--capture', path, '--events');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      /:2: The line is not a JSON object\.\n.*:3: "kind" must be [\s\S]*2 of its lines cannot be read/,
    );
  });

  it.each([
    [['--capture', '/nowhere/at/all'], /cannot be read \(ENOENT\)/],
    [['--capture', 'a', 'b'], /--capture takes one file/],
    [['--events'], /npm run replay/],
    [['--kapture', 'a'], /Unknown option/],
  ])('npm run replay -- --capture explains the fault of the arguments %j', async (args, message) => {
    const { status, stderr } = await run(...(args as string[]));
    expect(status).toBe(1);
    expect(stderr).toMatch(message as RegExp);
  });

  it('npm run replay -- --capture reports an empty capture', async () => {
    expect(await run('--capture', file('empty.ndjson', '\n'))).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/has no lines with input/),
    });
  });

  it('npm run vigil -- replay runs the program of npm run replay, and ends with its output and its exit code', async () => {
    const path = file('passed-on.ndjson', ndjson([admitted, ...heartRateLines(1, 20, 134)]));
    for (const args of [
      ['--capture', path],
      ['--capture', path, 'b'],
    ])
      expect(runProgram('ops/vigil.ts', ['replay', ...args])).toEqual(await runCommandHere(replayCommand, args));
  });
});
