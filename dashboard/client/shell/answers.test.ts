import { signal } from '@preact/signals';
import { afterEach, describe, expect, it } from 'vitest';
import type { Alarm, CommandAnswer } from '../../../contracts/messages/alarms.ts';
import { alarm, snapshot } from '../core/fixtures.ts';
import { type Screen, screenOf } from '../core/fold.ts';
import { setTexts } from '../core/texts.ts';
import { german } from '../german/german.ts';
import { createAnswers, pauseMs } from './answers.ts';
import type { Api } from './api.ts';

type Reply = Awaited<ReturnType<Api['acknowledge']>>;
const accepted: Reply = { ok: true, data: { commandId: 'c-1' } };
const refused: Reply = { ok: false, status: 503, code: 'log-unavailable', message: 'The log is away.' };
const nowMs = Date.parse('2026-01-01T10:00:00.000Z');

const answer = (commandId: string, type: CommandAnswer['type'], refusal?: string): CommandAnswer => ({
  commandId,
  associationId: 'assoc-01',
  type,
  at: '2026-01-01T10:00:00.000Z',
  accepted: refusal === undefined,
  ...(refusal !== undefined && { reason: refusal }),
});

function answersWithReply(reply: Reply, ...alarms: Alarm[]) {
  const requestedPaths: string[] = [];
  const api = {
    acknowledge: async (id: string, { rev }: { rev: number }) => {
      requestedPaths.push(`ack ${id} rev ${rev}`);
      return reply;
    },
    pauseAudio: async (id: string, forMs: number) => {
      requestedPaths.push(`pause ${id} ${forMs}`);
      return reply;
    },
  } as Pick<Api, 'acknowledge' | 'pauseAudio'> as Api;
  const screen = signal<Screen | undefined>(screenOf(snapshot({ alarms })));
  const now = signal(nowMs);
  let steadyMs = 0;
  const answers = createAnswers(api, screen, now, () => steadyMs);
  /** Lets `ms` pass and sets the server's clock forward by `stepMs`. */
  const letTimePass = (ms: number, stepMs = 0) => {
    steadyMs += ms;
    now.value += ms + stepMs;
  };
  return { asks: requestedPaths, screen, pass: letTimePass, answers };
}

describe('acknowledge', () => {
  it('an acknowledgement is pending until the server’s event shows it, not only until the server’s answer', async () => {
    const { asks, screen, answers } = answersWithReply(accepted, alarm('a1'));
    await answers.acknowledge(alarm('a1'));
    expect(answers.requests.value.get('a1')?.state).toBe('pending');
    await answers.acknowledge(alarm('a1'));
    expect(asks).toEqual(['ack a1 rev 1']);
    screen.value = screenOf(snapshot({ alarms: [alarm('a1', { rev: 2, signal: 'acknowledged' })] }));
    expect(answers.requests.value.size).toBe(0);
  });

  it('a refused acknowledgement is an error and can be repeated', async () => {
    const { asks, answers } = answersWithReply(refused, alarm('a1'));
    await answers.acknowledge(alarm('a1'));
    expect(answers.requests.value.get('a1')).toEqual({ state: 'error', message: 'The log is away.' });
    await answers.acknowledge(alarm('a1'));
    expect(asks).toHaveLength(2);
  });

  const conflict = (now: Alarm): Reply => ({
    ok: false,
    status: 409,
    code: 'conflict',
    message: 'The server says why.',
    body: { code: 'conflict', message: 'The server says why.', alarm: now },
  });
  it.each([
    ['changed', alarm('a1', { rev: 2, text: 'HR 0' }), 'Not acknowledged. This alarm changed to “HR 0”: look again.'],
    [
      'ended',
      alarm('a1', { rev: 2, present: false, signal: 'latched' }),
      'Not acknowledged. This alarm changed to “HR 134 > 120, ended”: look again.',
    ],
    ['been acknowledged by another person', alarm('a1', { rev: 2, signal: 'acknowledged' }), 'The server says why.'],
    ['not reached this server yet', alarm('a1', { rev: 0 }), 'The server says why.'],
  ])('the error has the mark `changed` and the right text if the alarm has %s', async (_name, now, message) => {
    const { asks, answers } = answersWithReply(conflict(now), alarm('a1'));
    await answers.acknowledge(alarm('a1'));
    expect(asks).toEqual(['ack a1 rev 1']);
    expect(answers.requests.value.get('a1')).toEqual({ state: 'error', message, changed: true });
  });

  it.each([
    [5_000, 0, 'pending'],
    [5_001, 0, 'error'],
    [5_001, -600_000, 'error'],
    [5_000, 600_000, 'pending'],
  ])(
    'after %d ms without an event, with the server’s clock set by %d ms, the state is %s',
    async (waitedMs, stepMs, state) => {
      const { pass, answers } = answersWithReply(accepted, alarm('a1'));
      await answers.acknowledge(alarm('a1'));
      pass(waitedMs, stepMs);
      expect(answers.requests.value.get('a1')?.state).toBe(state);
    },
  );

  it('the error says why the alarm processor refused the acknowledgement', async () => {
    const { screen, answers } = answersWithReply(accepted, alarm('a1'));
    await answers.acknowledge(alarm('a1'));
    screen.value = screenOf(snapshot({ alarms: [alarm('a1')], answers: [answer('another-c', 'acknowledge', 'No.')] }));
    expect(answers.requests.value.get('a1')?.state).toBe('pending');
    screen.value = screenOf(
      snapshot({ alarms: [alarm('a1')], answers: [answer('c-1', 'acknowledge', 'It called again.')] }),
    );
    expect(answers.requests.value.get('a1')).toEqual({ state: 'error', message: 'It called again.' });
  });

  it('a request is deleted when its alarm has left, and stays while the server is lost', async () => {
    const { screen, answers } = answersWithReply(accepted, alarm('a1'));
    await answers.acknowledge(alarm('a1'));
    screen.value = undefined;
    expect(answers.requests.value.size).toBe(1);
    screen.value = screenOf(snapshot());
    expect(answers.requests.value.size).toBe(0);
  });
});

describe('refusalOfCommand', () => {
  it.each([
    ['undefined if the alarm processor has accepted the command', answer('c-1', 'set-limits'), undefined],
    [
      'the reason if the alarm processor has refused the command',
      answer('c-1', 'set-limits', 'They cross.'),
      'They cross.',
    ],
  ])('refusalOfCommand resolves with %s', async (_how, commandAnswer, refusal) => {
    const { screen, answers } = answersWithReply(accepted);
    const pending = answers.refusalOfCommand('c-1');
    screen.value = screenOf(snapshot({ answers: [commandAnswer] }));
    expect(await pending).toBe(refusal);
  });

  it('refusalOfCommand resolves after 5 s without an answer; its text says that no answer came', async () => {
    const { pass, answers } = answersWithReply(accepted);
    const pending = answers.refusalOfCommand('c-1');
    pass(5_001);
    expect(await pending).toBe('The alarm processor has not answered. Look again, and try again.');
  });
});

describe('the answers of the alarm processor on a German page', () => {
  let reset = () => {};
  afterEach(() => reset());

  it('are German', async () => {
    reset = setTexts(
      () => 'de',
      () => german,
    );
    const { screen, answers } = answersWithReply(accepted, alarm('a1'));
    const pending = answers.refusalOfCommand('c-2');
    await answers.acknowledge(alarm('a1'));
    const ended = 'Not acknowledged: this alarm has ended.';
    const late = 'Standby did not begin: the command came too late.';
    screen.value = screenOf(
      snapshot({
        alarms: [alarm('a1')],
        answers: [answer('c-1', 'acknowledge', ended), answer('c-2', 'standby', late)],
      }),
    );
    expect(answers.requests.value.get('a1')).toEqual({
      state: 'error',
      message: 'Nicht quittiert: Dieser Alarm ist beendet.',
      changed: true,
    });
    expect(await pending).toBe('Standby hat nicht begonnen: Der Befehl kam zu spät.');
  });
});

describe('pauseAudio', () => {
  const pausedUntil = (ms: number) => ({ audioPausedUntil: new Date(nowMs + ms).toISOString() });

  it('a pause is pending until every unanswered alarm of the bed is paused', async () => {
    const { asks, screen, answers } = answersWithReply(
      accepted,
      alarm('a1'),
      alarm('a2'),
      alarm('a3', { signal: 'acknowledged' }),
    );
    await answers.pauseAudio('assoc-01');
    expect(asks).toEqual([`pause assoc-01 ${pauseMs}`]);
    screen.value = screenOf(snapshot({ alarms: [alarm('a1', pausedUntil(1000)), alarm('a2')] }));
    expect(answers.requests.value.get('pause:assoc-01')?.state).toBe('pending');
    screen.value = screenOf(snapshot({ alarms: [alarm('a1', pausedUntil(1000)), alarm('a2', pausedUntil(1000))] }));
    expect(answers.requests.value.size).toBe(0);
  });

  it('a refused pause is an error', async () => {
    const { answers } = answersWithReply(refused, alarm('a1'));
    await answers.pauseAudio('assoc-01');
    expect(answers.requests.value.get('pause:assoc-01')?.state).toBe('error');
  });
});
