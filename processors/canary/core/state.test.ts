import { describe, expect, it } from 'vitest';
import { answered, type CanaryState, disconnected, healthOf, perConnection, startState, whenDue } from './state.ts';

const everyMs = 5_000;
const silentMs = 15_000;

function sent(state: CanaryState, atMs: number): CanaryState {
  const due = whenDue(state, true, atMs, everyMs);
  expect(due.do).toBe('send');
  return due.state;
}

describe('a canary that is due', () => {
  it('is sent with the next number where there is a connection', () => {
    const state = sent(startState(0), 100);
    expect(state).toMatchObject({ seq: 1, waiting: { seq: 1, sentMs: 100 }, ofConnection: 1 });
  });

  it('counts a canary as unsent if there is no connection, and tries another one', () => {
    const due = whenDue(startState(0), false, 0, everyMs);
    expect(due).toMatchObject({ do: 'connect', state: { seq: 0, counts: { unsent: 1, lost: 0 } } });
  });

  it('ends the wait for the one before, which counts as lost, with its connection', () => {
    const due = whenDue(sent(startState(0), 0), true, everyMs, everyMs);
    expect(due).toMatchObject({ do: 'connect', state: { waiting: undefined, ofConnection: 0, counts: { lost: 1 } } });
  });

  it('waits where the one before was sent less than half an interval ago', () => {
    const state = sent(startState(0), 4_900);
    expect(whenDue(state, true, 5_000, everyMs)).toEqual({ do: 'wait', state });
    expect(whenDue(state, true, 7_399, everyMs).do).toBe('wait');
    expect(whenDue(state, true, 7_400, everyMs).do).toBe('connect');
  });

  it('asks for another connection once this one has had its number, and loses none by it', () => {
    let state = startState(0);
    for (let n = 1; n <= perConnection; n += 1) state = answered(sent(state, n * everyMs), n, true, n * everyMs).state;
    const due = whenDue(state, true, 100_000, everyMs);
    expect(due).toMatchObject({ do: 'connect', state: { counts: { answered: perConnection, lost: 0, unsent: 0 } } });
    expect(whenDue(due.state, true, 100_000, everyMs).do).toBe('send');
  });
});

describe('an answer', () => {
  it('gives the time that it took, and the time of the last success', () => {
    const { state, tookMs } = answered(sent(startState(0), 1_000), 1, true, 1_012);
    expect(tookMs).toBe(12);
    expect(state).toMatchObject({ answeredMs: 1_012, hasAnswer: true, waiting: undefined, counts: { answered: 1 } });
  });

  it('that is a refusal is no success', () => {
    const { state, tookMs } = answered(sent(startState(0), 1_000), 1, false, 1_012);
    expect(tookMs).toBeUndefined();
    expect(state).toMatchObject({ answeredMs: 0, hasAnswer: false, waiting: undefined, counts: { refused: 1 } });
  });

  it('to a canary that was given up says nothing of now', () => {
    const lost = whenDue(sent(startState(0), 0), true, everyMs, everyMs).state;
    const next = sent(lost, 6_000);
    expect(answered(next, 1, true, 7_000)).toEqual({ state: next, tookMs: undefined });
    expect(answered(startState(0), 1, true, 7_000).state).toEqual(startState(0));
  });

  it('does not come any more once the connection is gone', () => {
    expect(disconnected(sent(startState(0), 0))).toMatchObject({ waiting: undefined, counts: { lost: 1 } });
    expect(disconnected(startState(0)).counts.lost).toBe(0);
  });
});

describe('its health', () => {
  const good = answered(sent(startState(0), 1_000), 1, true, 1_000).state;
  it.each<[string, CanaryState, number, number, string]>([
    ['before the first answer', startState(0), silentMs, silentMs, 'starting'],
    ['without any answer for too long', startState(0), silentMs + 1, silentMs, 'failing'],
    ['after an answer', good, 1_000, silentMs, 'ready'],
    ['at the bound', good, 1_000 + silentMs, silentMs, 'ready'],
    ['past it', good, 1_001 + silentMs, silentMs, 'failing'],
    ['past it where nobody waits', good, 1_001 + silentMs, 0, 'ready'],
  ])('%s', (_name, state, nowMs, within, expected) => {
    expect(healthOf(state, nowMs, within)).toBe(expected);
  });
});
