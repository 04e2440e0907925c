import fc from 'fast-check';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { Observation, Status, Waveform } from '../../contracts/messages/device.ts';
import { DeviceAlerts } from '../../contracts/messages/device-alerts.ts';
import { parseInstant } from '../../contracts/time.ts';
import { seedRandom } from './random.ts';
import { type Recording, withLoop } from './recording.ts';
import {
  advance,
  backlogMax,
  birthMessage,
  catchUpMsMax,
  declaredIntervalMs,
  initialReplayState,
  type Message,
  type Output,
  type Replay,
  type ReplayState,
  willPayload,
} from './replay.ts';
import { scenarioNames, scenarioOf } from './scenario.ts';

const epochMs = Date.UTC(2026, 0, 1);
const recording: Recording = withLoop({
  family: 'bidmc',
  frames: Array.from({ length: 10 }, (_, i) => ({
    atMs: i * 1000,
    values: [
      { code: 'MDC_ECG_HEART_RATE', value: 70 + i, unit: '/min' },
      { code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' },
      { code: 'MDC_RESP_RATE', unit: '/min', validity: 'invalid' as const },
    ],
  })),
  intervalMs: 1000,
  waves: [
    { code: 'MDC_ECG_ELEC_POTL_II', rateHz: 125, scale: 0.01, offset: 1, samples: new Int16Array(1250).fill(7) },
    { code: 'MDC_PULS_OXIM_PLETH', rateHz: 125, scale: 0.01, offset: 0, samples: new Int16Array(1250).fill(-9) },
  ],
  ignored: [],
  implausible: 0,
});

const replayOf = (scenario: string, more: Partial<Replay> = {}): Replay => ({
  deviceId: 'bed-01',
  boot: 'boot-1',
  recording,
  startAtMs: 0,
  speed: 1,
  loop: true,
  chunkMs: 500,
  waves: true,
  scenario: scenarioOf(scenario, 0)!,
  episodeDelayMs: 0,
  skewMs: 0,
  epochMs,
  ...more,
});

type Run = { state: ReplayState; messages: Message[]; garbage: Output['garbage'][number][] };

/** Runs a replay to `untilMs`: first with the steps in `steps`, then with steps of 100 ms. */
function run(replay: Replay, untilMs: number, steps: number[] = [], seed = 1): Run {
  const result: Run = { state: initialReplayState(seedRandom(seed, 'bed-01')), messages: [], garbage: [] };
  let elapsedMs = 0;
  const queue = [...steps];
  while (elapsedMs < untilMs) {
    elapsedMs = Math.min(untilMs, elapsedMs + (queue.shift() ?? 100));
    const { state, output } = advance(replay, result.state, elapsedMs);
    result.state = state;
    result.messages.push(...output.messages);
    result.garbage.push(...output.garbage);
  }
  return result;
}

type Reading = { boot: string; seq: number; time: string; values: Observation['values'] };
const readings = (messages: Message[]) =>
  messages.filter((m) => m.kind === 'observations').map((m) => JSON.parse(m.payload) as Reading);
const chunks = (messages: Message[]) =>
  messages.filter((m) => m.kind === 'waveforms').map((m) => JSON.parse(m.payload) as Waveform);
const statuses = (messages: Message[]) =>
  messages.filter((m) => m.kind === 'status').map((m) => JSON.parse(m.payload) as Status);
const seqs = (list: { seq?: number }[]) => list.map((reading) => reading.seq);
const offsetMs = (time: string) => parseInstant(time)! - epochMs;

describe('advance with every scenario', () => {
  const schemas = { observations: Observation, waveforms: Waveform, status: Status, alerts: DeviceAlerts } as const;
  it.each(scenarioNames.filter((name) => name !== 'mixed'))(
    'messages of the scenario "%s" fit the contract',
    (name) => {
      for (const message of run(replayOf(name), 70_000).messages) {
        expect(message.topic).toBe(`devices/bed-01/${message.kind}`);
        expect(Value.Check(schemas[message.kind], JSON.parse(message.payload))).toBe(true);
      }
    },
  );

  it('seq counts from 1 without a gap, and device times never decrease, for any steps of time', () => {
    const names = scenarioNames.filter((name) => name !== 'mixed');
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 30 }),
        fc.constantFrom(0.5, 1, 7),
        fc.integer({ min: 0, max: 9_999 }),
        (name, steps, speed, startAtMs) => {
          const { messages } = run(replayOf(name, { speed, startAtMs }), 125_000, steps);
          const withoutRepeats = messages.filter((message) => !message.repeat);
          for (const list of [readings(withoutRepeats), chunks(withoutRepeats), statuses(withoutRepeats)]) {
            expect(seqs(list)).toEqual(list.map((_, i) => i + 1));
          }
          const times = readings(withoutRepeats).map((reading) => parseInstant(reading.time)!);
          for (const [i, time] of times.slice(1).entries()) expect(time).toBeGreaterThanOrEqual(times[i]!);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('a replay with the same seed gives the same messages', () => {
    expect(run(replayOf('duplicates'), 30_000, [], 5)).toEqual(run(replayOf('duplicates'), 30_000, [], 5));
    expect(run(replayOf('duplicates'), 30_000, [], 6).messages).not.toEqual(
      run(replayOf('duplicates'), 30_000, [], 5).messages,
    );
  });
});

describe('advance with the scenario "steady"', () => {
  it('the values repeat with the loop, and the times continue', () => {
    const list = readings(run(replayOf('steady'), 25_000).messages);
    expect(list.map((reading) => offsetMs(reading.time))).toEqual(Array.from({ length: 25 }, (_, i) => i * 1000));
    expect(list.map((reading) => reading.values[0]!.value)).toEqual(
      Array.from({ length: 25 }, (_, i) => 70 + (i % 10)),
    );
    expect(list[0]!.values[2]).toEqual({ code: 'MDC_RESP_RATE', unit: '/min', validity: 'invalid' });
  });

  it('waves are sent as little-endian int16 with start, scale and rate', () => {
    const [first] = chunks(run(replayOf('steady'), 1_001).messages);
    expect(first).toMatchObject({ seq: 1, start: '2026-01-01T00:00:00.000Z', rateHz: 125, scale: 0.01, offset: 1 });
    const bytes = Buffer.from(first!.samples, 'base64');
    expect(bytes.length).toBe(63 * 2);
    expect(bytes.readInt16LE(0)).toBe(7);
  });

  it('the declared interval depends on the speed and stays within the contract', () => {
    expect(declaredIntervalMs(replayOf('steady'))).toBe(1000);
    expect(declaredIntervalMs(replayOf('steady', { speed: 10 }))).toBe(100);
    expect(declaredIntervalMs(replayOf('steady', { speed: 60 }))).toBe(100);
    expect(declaredIntervalMs(replayOf('steady', { speed: 0.000_001 }))).toBe(86_400_000);
  });

  it('after a long pause only the last part is produced, and the missed messages are counted', () => {
    const { state, messages } = run(replayOf('steady', { waves: false }), 300_000, [10_000, 290_000]);
    expect(readings(messages)).toHaveLength(10 + catchUpMsMax / 1000);
    expect(state.dropped).toBe(230);
    const list = readings(messages);
    expect(seqs(list)).toEqual(list.map((_, i) => i + 1));
  });
});

describe('birthMessage and willPayload', () => {
  it('the birth has identity, interval and conditions of the device, and the will says that the device is offline', () => {
    const { state, message } = birthMessage(replayOf('steady'), initialReplayState(1), 1500);
    expect(message.kind).toBe('status');
    expect(JSON.parse(message.payload)).toEqual({
      boot: 'boot-1',
      seq: 1,
      time: '2026-01-01T00:00:01.500Z',
      online: true,
      intervalMs: 1000,
      device: { manufacturer: 'Vigil', model: 'Recording replay', serial: 'bed-01', firmware: 'replay 1' },
      conditions: [],
    });
    expect(state.seq.status).toBe(1);
    expect(JSON.parse(willPayload())).toEqual({ online: false });
  });

  it('the birth on a new connection reports leads that are still off', () => {
    const { state } = run(replayOf('leads-off'), 20_000);
    const status = JSON.parse(birthMessage(replayOf('leads-off'), state, 20_000).message.payload) as Status;
    expect(status.conditions).toEqual([{ condition: 'MDC_EVT_LEADS_OFF', code: 'MDC_ECG_HEART_RATE', present: true }]);
    expect(status.seq).toBe(2);
  });
});

describe('advance with own alarms', () => {
  const lists = (messages: Message[]) =>
    messages.filter((m) => m.kind === 'alerts').map((m) => JSON.parse(m.payload) as DeviceAlerts);

  it('the whole list of own alarms is sent at the start, at each change and every 30 s', () => {
    const sent = lists(run(replayOf('arrhythmia', { waves: false }), 125_000).messages);
    expect(sent.map(({ time, alerts, sound }) => [offsetMs(time), alerts.length, sound])).toEqual([
      [0, 0, 'on'],
      [10_000, 1, 'on'],
      [20_000, 1, 'paused'],
      [40_000, 0, 'paused'],
      [70_000, 0, 'paused'],
      [80_000, 0, 'on'],
      [110_000, 0, 'on'],
    ]);
    expect(sent[2]).toMatchObject({ pausedUntil: '2026-01-01T00:01:20.000Z' });
    expect(sent[2]!.alerts[0]).toMatchObject({ since: '2026-01-01T00:00:10.000Z', priority: 'high' });
    expect(seqs(sent)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('the list is sent again after a connect, and is never sent in a scenario without own alarms', () => {
    const replay = replayOf('arrhythmia', { waves: false });
    const { state } = run(replay, 15_000);
    const again = advance(replay, birthMessage(replay, state, 15_000).state, 15_100).output.messages;
    expect(lists([...again])).toMatchObject([{ seq: 3, alerts: [{ code: 'MDC_EVT_ECG_V_TACHY' }] }]);
    expect(lists(run(replayOf('steady'), 60_000).messages)).toEqual([]);
  });
});

describe('advance with leads off', () => {
  it('a status message comes before the first invalid value, and another before the first valid value', () => {
    const { messages } = run(replayOf('leads-off', { waves: false }), 60_000);
    const sent = statuses(messages);
    expect(sent.map((status) => [offsetMs(status.time!), status.conditions![0]!.present])).toEqual([
      [10_000, true],
      [55_000, false],
    ]);
    const invalid = readings(messages).filter((reading) => reading.values[0]!.validity === 'invalid');
    expect(invalid.map((reading) => offsetMs(reading.time))).toEqual(
      Array.from({ length: 45 }, (_, i) => 10_000 + i * 1000),
    );
    expect(invalid[0]!.values).toEqual([
      { code: 'MDC_ECG_HEART_RATE', unit: '/min', validity: 'invalid' },
      { code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' },
      { code: 'MDC_RESP_RATE', unit: '/min', validity: 'invalid' },
    ]);
    const first = messages.findIndex(
      (m) => m.kind === 'observations' && m.payload.includes('"code":"MDC_ECG_HEART_RATE","unit":"/min","validity"'),
    );
    expect(messages[first - 1]!.kind).toBe('status');
  });

  it('the ECG has only missing samples, and the pleth stays the same', () => {
    const list = chunks(run(replayOf('leads-off'), 12_000).messages).filter((chunk) => offsetMs(chunk.start) >= 10_500);
    for (const chunk of list) {
      const first = Buffer.from(chunk.samples, 'base64').readInt16LE(0);
      expect(first).toBe(chunk.code === 'MDC_ECG_ELEC_POTL_II' ? -32768 : -9);
    }
    expect(list.length).toBeGreaterThan(1);
  });
});

describe('advance with silence', () => {
  it('nothing is measured from 15 to 75 s, and seq has no gap', () => {
    const list = readings(run(replayOf('silence'), 80_000).messages);
    expect(list.map((reading) => offsetMs(reading.time) / 1000)).toEqual([
      ...Array.from({ length: 15 }, (_, i) => i),
      ...Array.from({ length: 5 }, (_, i) => 75 + i),
    ]);
    expect(seqs(list)).toEqual(list.map((_, i) => i + 1));
  });
});

describe('advance with a backlog', () => {
  it('nothing is sent from 15 to 60 s, and then all messages come in order with their original times', () => {
    const replay = replayOf('backlog');
    const quiet = run(replay, 59_999);
    expect(readings(quiet.messages)).toHaveLength(15);
    expect(quiet.state.backlog.length).toBeGreaterThan(45);
    const after = advance(replay, quiet.state, 60_001);
    expect(after.state.backlog).toEqual([]);
    const list = readings([...quiet.messages, ...after.output.messages]);
    expect(list.map((reading) => offsetMs(reading.time))).toEqual(Array.from({ length: 61 }, (_, i) => i * 1000));
    expect(seqs(list)).toEqual(list.map((_, i) => i + 1));
  });

  it('the oldest messages beyond the maximum are dropped and counted', () => {
    const { state } = run(replayOf('backlog', { speed: 1000, waves: false }), 30_000);
    expect(state.backlog).toHaveLength(backlogMax);
    expect(state.dropped).toBe(15_000 - backlogMax);
    expect(seqs(readings([...state.backlog])).at(-1)).toBe(30_000);
  });
});

describe('advance with skew and duplicates', () => {
  it('readings have the time of the wrong device clock', () => {
    expect(offsetMs(readings(run(replayOf('skew', { skewMs: -300_000 }), 500).messages)[0]!.time)).toBe(-300_000);
  });

  it('about a quarter of the messages is repeated, byte for byte', () => {
    const { messages } = run(replayOf('duplicates'), 120_000);
    const repeats = messages.filter((message) => message.repeat);
    const originals = new Set(messages.filter((message) => !message.repeat).map((message) => message.payload));
    expect(repeats.length / originals.size).toBeGreaterThan(0.15);
    expect(repeats.length / originals.size).toBeLessThan(0.35);
    for (const repeat of repeats) expect(originals.has(repeat.payload)).toBe(true);
  });
});

describe('advance with garbage', () => {
  it('a garbage message of a new kind comes every 4 s in addition to the readings', () => {
    const { garbage, messages } = run(replayOf('garbage'), 53_000);
    expect(garbage).toHaveLength(13);
    expect(new Set(garbage.map((bad) => bad.name)).size).toBe(13);
    expect(readings(messages)).toHaveLength(53);
  });

  it('only one garbage message comes after a long pause', () => {
    expect(run(replayOf('garbage'), 40_000, [40_000]).garbage).toHaveLength(1);
  });
});
