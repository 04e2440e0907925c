import { describe, expect, it } from 'vitest';
import { checkRecord, usableNumber } from '../../contracts/messages/check.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { parseInstant } from '../../contracts/time.ts';
import { parseDeviceTopic } from '../../contracts/topics.ts';
import { backoffMsMax, goodConnectionMs, initialBackoff, nextAttempt } from './backoff.ts';
import { roleOf, septicPatients, wardRecordings } from './cast.ts';
import { garbageMessage, garbageNames } from './garbage.ts';
import { createOutbox } from './outbox.ts';
import { nextRandom, seedRandom } from './random.ts';
import type { Message } from './replay.ts';
import { inboxSilenceMs, initialWatch, nextWatchState, type WatchEvent, type WatchState } from './watch.ts';

const message = (kind: Message['kind'], n: number): Message => ({
  kind,
  topic: 't',
  payload: String(n),
  repeat: false,
});
const takeAll = (box: ReturnType<typeof createOutbox>) => {
  const payloads: string[] = [];
  for (let next = box.take(); next; next = box.take()) payloads.push(`${next.kind[0]}${next.payload}`);
  return payloads;
};

describe('createOutbox', () => {
  it('take returns statuses first, then alarms, numerics and waves; messages of one kind stay in order', () => {
    const box = createOutbox();
    for (const [kind, n] of [
      ['waveforms', 1],
      ['observations', 1],
      ['alerts', 1],
      ['status', 1],
      ['observations', 2],
    ] as const) {
      box.add(message(kind, n));
    }
    expect(box.size).toBe(5);
    expect(takeAll(box)).toEqual(['s1', 'a1', 'o1', 'o2', 'w1']);
    expect(box.size).toBe(0);
  });

  it('the oldest message of a kind is dropped only beyond the maximum of the kind', () => {
    const box = createOutbox({ status: 1, alerts: 1, observations: 2, waveforms: 1 });
    expect([1, 2, 3].map((n) => box.add(message('observations', n)))).toEqual([true, true, false]);
    expect(box.add(message('waveforms', 1))).toBe(true);
    expect(takeAll(box)).toEqual(['o2', 'o3', 'w1']);
  });

  it('putBack puts in-flight messages to the front in order, and drops the oldest if there is no space', () => {
    const box = createOutbox({ status: 1, alerts: 1, observations: 3, waveforms: 1 });
    box.add(message('observations', 3));
    expect(box.putBack([message('observations', 1), message('waveforms', 1), message('observations', 2)])).toBe(0);
    expect(takeAll(box)).toEqual(['o1', 'o2', 'o3', 'w1']);
    for (const n of [4, 5, 6]) box.add(message('observations', n));
    expect(box.putBack([message('observations', 2), message('observations', 3)])).toBe(2);
    expect(takeAll(box)).toEqual(['o4', 'o5', 'o6']);
  });
});

describe('nextWatchState', () => {
  const inbox = (watched: boolean): WatchEvent => ({ kind: 'inbox', watched });
  const tick: WatchEvent = { kind: 'tick' };
  it.each<[string, WatchEvent[], number[], WatchState['alarm']]>([
    ['does not alarm before 10 s without a first message', [tick], [inboxSilenceMs - 1], undefined],
    ['alarms after 10 s without a first message', [tick], [inboxSilenceMs], 'inbox-silent'],
    ['does not alarm while it is watched', [inbox(true)], [5], undefined],
    ['alarms while it is unwatched', [inbox(false)], [5], 'unwatched'],
    ['stops its alarm when it is watched again', [inbox(false), inbox(true)], [5, 6], undefined],
    ['does not alarm after 9.999 s of silence', [inbox(true), tick], [5, 5 + inboxSilenceMs - 1], undefined],
    ['alarms after 10 s of silence', [inbox(true), tick], [5, 5 + inboxSilenceMs], 'inbox-silent'],
    [
      'alarms about the silence if the inbox is silent and the device was unwatched before',
      [inbox(false), tick],
      [5, 5 + inboxSilenceMs],
      'inbox-silent',
    ],
    [
      'stops its alarm about the silence when it is watched',
      [tick, inbox(true)],
      [inboxSilenceMs, inboxSilenceMs + 1],
      undefined,
    ],
    [
      'alarms about being unwatched after a silence',
      [tick, inbox(false)],
      [inboxSilenceMs, inboxSilenceMs + 1],
      'unwatched',
    ],
  ])('a device %s', (_, events, times, expected) => {
    const state = events.reduce((before, event, i) => nextWatchState(before, event, times[i]!), initialWatch(0));
    expect(state.alarm).toBe(expected);
  });
});

describe('nextAttempt', () => {
  it('the wait doubles after each bad connection up to 8 s, and is random between half of this time and the whole time', () => {
    let state = initialBackoff(seedRandom(1, 'bed-01'), 1_000);
    expect(state.connectAtMs).toBe(1_000);
    for (const fullMs of [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000]) {
      state = nextAttempt(state, goodConnectionMs - 1, 0);
      expect(state.connectAtMs).toBeGreaterThanOrEqual(fullMs / 2);
      expect(state.connectAtMs).toBeLessThanOrEqual(Math.min(fullMs, backoffMsMax));
    }
    state = nextAttempt(state, goodConnectionMs, 0);
    expect(state.connectAtMs).toBeLessThanOrEqual(250);
  });

  it('devices with the same seed have different waits', () => {
    const waits = ['bed-01', 'bed-02', 'bed-03'].map(
      (id) => nextAttempt(initialBackoff(seedRandom(1, id), 0), 0, 0).connectAtMs,
    );
    expect(new Set(waits).size).toBe(3);
  });
});

describe('nextRandom', () => {
  it('the numbers are from 0 to below 1, evenly spread, and the same for the same seed and name', () => {
    let state = seedRandom(42, 'bed-01');
    const values = Array.from({ length: 10_000 }, () => {
      const drawn = nextRandom(state);
      state = drawn.state;
      return drawn.value;
    });
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((a, b) => a + b) / values.length).toBeCloseTo(0.5, 1);
    expect(nextRandom(seedRandom(42, 'bed-01')).value).toBe(values[0]);
    expect(seedRandom(42, 'bed-02')).not.toBe(seedRandom(42, 'bed-01'));
  });
});

describe('garbageMessage', () => {
  it.each(garbageNames.map((name, n) => [name, n] as const))('the garbage "%s" is against the contract', (_, n) => {
    const time = '2026-01-01T00:00:00.000Z';
    const bad = garbageMessage(n, 'bed-01', time);
    const topic = parseDeviceTopic(bad.topic);
    if (topic?.deviceId !== 'bed-01') {
      expect(bad.qos).toBe(0);
      return;
    }
    let reading: unknown;
    try {
      const text =
        typeof bad.payload === 'string' ? bad.payload : new TextDecoder('utf-8', { fatal: true }).decode(bad.payload);
      reading = JSON.parse(text);
    } catch {
      return;
    }
    const type = {
      observations: contentTypes.observation,
      waveforms: contentTypes.waveform,
      status: contentTypes.status,
      alerts: contentTypes.alerts,
      inbox: 'none',
    }[topic.kind];
    const body = { deviceId: 'bed-01', receivedAt: time, reading };
    const checked = checkRecord(type, new TextEncoder().encode(JSON.stringify(body)));
    if (!checked.ok) return;
    if (checked.contentType === contentTypes.observation) {
      const { values, time: deviceTime } = checked.body.reading;
      expect(parseInstant(deviceTime) === undefined || values.every((value) => usableNumber(value) === undefined)).toBe(
        true,
      );
    } else {
      // A sample has two bytes, so an odd number of bytes is invalid.
      expect(checked.contentType).toBe(contentTypes.waveform);
      expect(Buffer.from((reading as { samples: string }).samples, 'base64').length % 2).toBe(1);
    }
  });
});

describe('roleOf', () => {
  it('the first beds play the ward’s recordings from the beginning, and later beds play them from another point', () => {
    for (const [i, recording] of wardRecordings.entries()) {
      const role = roleOf('ward', i, 1, `bed-${i}`, []);
      expect(role.recording).toBe(recording);
      expect(role.startAtMs(481_000)).toBe(0);
    }
    const starts = Array.from({ length: 50 }, (_, i) => roleOf('ward', 9 + i, 1, `bed-${i}`, []).startAtMs(481_000));
    expect(Math.max(...starts)).toBeLessThan(481_000);
    expect(new Set(starts).size).toBeGreaterThan(40);
    expect(starts.every((start) => start % 1000 === 0)).toBe(true);
  });

  it('septic patients start some hours before their onset', () => {
    const hours = septicPatients.map(
      ({ onsetHour }, i) => onsetHour - roleOf('sepsis', i, 1, 'bed', []).startAtMs(0) / 3_600_000,
    );
    expect(hours).toEqual([4, 4, 3, 4, 4]);
  });

  it('recordings from the command line replace the cast', () => {
    const roles = [0, 1, 2].map((i) => roleOf('ward', i, 1, 'bed', ['a103l', 'mine.csv']).recording);
    expect(roles).toEqual(['a103l', 'mine.csv', 'a103l']);
  });
});
