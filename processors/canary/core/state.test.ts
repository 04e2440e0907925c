import { describe, expect, it } from 'vitest';
import {
  type CanaryState,
  canariesPerConnection,
  healthOf,
  nextAction,
  startState,
  stateAfterAnswer,
  stateAfterDisconnect,
} from './state.ts';

const everyMs = 5_000;
const silentMs = 15_000;

function stateAfterSend(state: CanaryState, atMs: number): CanaryState {
  const due = nextAction(state, true, atMs, everyMs);
  expect(due.do).toBe('send');
  return due.state;
}

describe('nextAction', () => {
  it('nextAction sends the canary with the next number if there is a connection', () => {
    const state = stateAfterSend(startState(0), 100);
    expect(state).toMatchObject({ seq: 1, waiting: { seq: 1, sentMs: 100 }, sentOnConnection: 1 });
  });

  it('nextAction counts the canary as unsent and opens a new connection if there is no connection', () => {
    const due = nextAction(startState(0), false, 0, everyMs);
    expect(due).toMatchObject({ do: 'connect', state: { seq: 0, counts: { unsent: 1, lost: 0 } } });
  });

  it('nextAction counts the last canary as lost and opens a new connection if the last canary has no answer', () => {
    const due = nextAction(stateAfterSend(startState(0), 0), true, everyMs, everyMs);
    expect(due).toMatchObject({
      do: 'connect',
      state: { waiting: undefined, sentOnConnection: 0, counts: { lost: 1 } },
    });
  });

  it('nextAction waits if the last canary was sent less than half an interval ago', () => {
    const state = stateAfterSend(startState(0), 4_900);
    expect(nextAction(state, true, 5_000, everyMs)).toEqual({ do: 'wait', state });
    expect(nextAction(state, true, 7_399, everyMs).do).toBe('wait');
    expect(nextAction(state, true, 7_400, everyMs).do).toBe('connect');
  });

  it('nextAction opens a new connection after 12 canaries, and counts no canary as lost or unsent', () => {
    let state = startState(0);
    for (let n = 1; n <= canariesPerConnection; n += 1)
      state = stateAfterAnswer(stateAfterSend(state, n * everyMs), n, true, n * everyMs).state;
    const due = nextAction(state, true, 100_000, everyMs);
    expect(due).toMatchObject({
      do: 'connect',
      state: { counts: { answered: canariesPerConnection, lost: 0, unsent: 0 } },
    });
    expect(nextAction(due.state, true, 100_000, everyMs).do).toBe('send');
  });
});

describe('stateAfterAnswer', () => {
  it('an acknowledgement gives the time since sending, and sets the time of the last success', () => {
    const { state, tookMs } = stateAfterAnswer(stateAfterSend(startState(0), 1_000), 1, true, 1_012);
    expect(tookMs).toBe(12);
    expect(state).toMatchObject({ answeredMs: 1_012, hasAnswer: true, waiting: undefined, counts: { answered: 1 } });
  });

  it('a refusal counts as refused and not as a success', () => {
    const { state, tookMs } = stateAfterAnswer(stateAfterSend(startState(0), 1_000), 1, false, 1_012);
    expect(tookMs).toBeUndefined();
    expect(state).toMatchObject({ answeredMs: 0, hasAnswer: false, waiting: undefined, counts: { refused: 1 } });
  });

  it('an answer to a lost canary changes nothing', () => {
    const lost = nextAction(stateAfterSend(startState(0), 0), true, everyMs, everyMs).state;
    const next = stateAfterSend(lost, 6_000);
    expect(stateAfterAnswer(next, 1, true, 7_000)).toEqual({ state: next, tookMs: undefined });
    expect(stateAfterAnswer(startState(0), 1, true, 7_000).state).toEqual(startState(0));
  });

  it('a waiting canary counts as lost when its connection ends', () => {
    expect(stateAfterDisconnect(stateAfterSend(startState(0), 0))).toMatchObject({
      waiting: undefined,
      counts: { lost: 1 },
    });
    expect(stateAfterDisconnect(startState(0)).counts.lost).toBe(0);
  });
});

describe('healthOf', () => {
  const good = stateAfterAnswer(stateAfterSend(startState(0), 1_000), 1, true, 1_000).state;
  it.each<[string, string, CanaryState, number, number]>([
    ['starting', 'before the first answer', startState(0), silentMs, silentMs],
    ['failing', 'if the first answer does not come in time', startState(0), silentMs + 1, silentMs],
    ['ready', 'after an answer', good, 1_000, silentMs],
    ['ready', 'at the time limit', good, 1_000 + silentMs, silentMs],
    ['failing', 'after the time limit', good, 1_001 + silentMs, silentMs],
    ['ready', 'long after an answer if there is no time limit', good, 1_001 + silentMs, 0],
  ])('the canary is %s %s', (expected, _name, state, nowMs, limitMs) => {
    expect(healthOf(state, nowMs, limitMs)).toBe(expected);
  });
});
