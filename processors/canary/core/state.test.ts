import { describe, expect, it } from 'vitest';
import {
  answered,
  type CanaryState,
  canariesPerConnection,
  disconnected,
  healthOf,
  startState,
  whenDue,
} from './state.ts';

const everyMs = 5_000;
const silentMs = 15_000;

function sent(state: CanaryState, atMs: number): CanaryState {
  const due = whenDue(state, true, atMs, everyMs);
  expect(due.do).toBe('send');
  return due.state;
}

describe('whenDue', () => {
  it('sends the canary with the next number if there is a connection', () => {
    const state = sent(startState(0), 100);
    expect(state).toMatchObject({ seq: 1, waiting: { seq: 1, sentMs: 100 }, sentOnConnection: 1 });
  });

  it('counts the canary as unsent and opens a new connection if there is no connection', () => {
    const due = whenDue(startState(0), false, 0, everyMs);
    expect(due).toMatchObject({ do: 'connect', state: { seq: 0, counts: { unsent: 1, lost: 0 } } });
  });

  it('counts the last canary as lost and opens a new connection if the last canary has no answer', () => {
    const due = whenDue(sent(startState(0), 0), true, everyMs, everyMs);
    expect(due).toMatchObject({
      do: 'connect',
      state: { waiting: undefined, sentOnConnection: 0, counts: { lost: 1 } },
    });
  });

  it('waits if the last canary was sent less than half an interval ago', () => {
    const state = sent(startState(0), 4_900);
    expect(whenDue(state, true, 5_000, everyMs)).toEqual({ do: 'wait', state });
    expect(whenDue(state, true, 7_399, everyMs).do).toBe('wait');
    expect(whenDue(state, true, 7_400, everyMs).do).toBe('connect');
  });

  it('opens a new connection after 12 canaries, and counts no canary as lost or unsent', () => {
    let state = startState(0);
    for (let n = 1; n <= canariesPerConnection; n += 1)
      state = answered(sent(state, n * everyMs), n, true, n * everyMs).state;
    const due = whenDue(state, true, 100_000, everyMs);
    expect(due).toMatchObject({
      do: 'connect',
      state: { counts: { answered: canariesPerConnection, lost: 0, unsent: 0 } },
    });
    expect(whenDue(due.state, true, 100_000, everyMs).do).toBe('send');
  });
});

describe('answered', () => {
  it('an acknowledgement gives the time since sending, and sets the time of the last success', () => {
    const { state, tookMs } = answered(sent(startState(0), 1_000), 1, true, 1_012);
    expect(tookMs).toBe(12);
    expect(state).toMatchObject({ answeredMs: 1_012, hasAnswer: true, waiting: undefined, counts: { answered: 1 } });
  });

  it('a refusal counts as refused and not as a success', () => {
    const { state, tookMs } = answered(sent(startState(0), 1_000), 1, false, 1_012);
    expect(tookMs).toBeUndefined();
    expect(state).toMatchObject({ answeredMs: 0, hasAnswer: false, waiting: undefined, counts: { refused: 1 } });
  });

  it('an answer to a lost canary changes nothing', () => {
    const lost = whenDue(sent(startState(0), 0), true, everyMs, everyMs).state;
    const next = sent(lost, 6_000);
    expect(answered(next, 1, true, 7_000)).toEqual({ state: next, tookMs: undefined });
    expect(answered(startState(0), 1, true, 7_000).state).toEqual(startState(0));
  });

  it('a waiting canary counts as lost when its connection ends', () => {
    expect(disconnected(sent(startState(0), 0))).toMatchObject({ waiting: undefined, counts: { lost: 1 } });
    expect(disconnected(startState(0)).counts.lost).toBe(0);
  });
});

describe('healthOf', () => {
  const good = answered(sent(startState(0), 1_000), 1, true, 1_000).state;
  it.each<[string, CanaryState, number, number, string]>([
    ['before the first answer', startState(0), silentMs, silentMs, 'starting'],
    ['if the first answer does not come in time', startState(0), silentMs + 1, silentMs, 'failing'],
    ['after an answer', good, 1_000, silentMs, 'ready'],
    ['at the time limit', good, 1_000 + silentMs, silentMs, 'ready'],
    ['after the time limit', good, 1_001 + silentMs, silentMs, 'failing'],
    ['long after an answer if there is no time limit', good, 1_001 + silentMs, 0, 'ready'],
  ])('the health is as expected %s', (_name, state, nowMs, limitMs, expected) => {
    expect(healthOf(state, nowMs, limitMs)).toBe(expected);
  });
});
