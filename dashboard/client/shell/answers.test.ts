import { signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { alarm, snapshot } from '../core/fixtures.ts';
import { type Screen, screenOf } from '../core/fold.ts';
import { createAnswers, pauseMs } from './answers.ts';
import type { Api } from './api.ts';

type Reply = Awaited<ReturnType<Api['acknowledge']>>;
const accepted: Reply = { ok: true, data: { commandId: 'c-1' } };
const refused: Reply = { ok: false, status: 503, code: 'log-unavailable', message: 'The log is away.' };
const nowMs = Date.parse('2026-01-01T10:00:00.000Z');

function page(reply: Reply, ...alarms: Alarm[]) {
  const asks: string[] = [];
  const api = {
    acknowledge: async (id: string, { rev }: { rev: number }) => {
      asks.push(`ack ${id} rev ${rev}`);
      return reply;
    },
    pauseAudio: async (id: string, forMs: number) => {
      asks.push(`pause ${id} ${forMs}`);
      return reply;
    },
  } as Pick<Api, 'acknowledge' | 'pauseAudio'> as Api;
  const screen = signal<Screen | undefined>(screenOf(snapshot({ alarms })));
  const now = signal(nowMs);
  let steadyMs = 0;
  const answers = createAnswers(api, screen, now, () => steadyMs);
  /** Time passes; the server's clock may be set as well. */
  const pass = (ms: number, stepMs = 0) => {
    steadyMs += ms;
    now.value += ms + stepMs;
  };
  return { asks, screen, pass, answers };
}

describe('acknowledging', () => {
  it('is pending until the server’s event, not until its answer', async () => {
    const { asks, screen, answers } = page(accepted, alarm('a1'));
    await answers.acknowledge(alarm('a1'));
    expect(answers.asked.value.get('a1')?.state).toBe('pending');
    await answers.acknowledge(alarm('a1'));
    expect(asks).toEqual(['ack a1 rev 1']);
    screen.value = screenOf(snapshot({ alarms: [alarm('a1', { rev: 2, signal: 'acknowledged' })] }));
    expect(answers.asked.value.size).toBe(0);
  });

  it('shows a refusal and can be asked again', async () => {
    const { asks, answers } = page(refused, alarm('a1'));
    await answers.acknowledge(alarm('a1'));
    expect(answers.asked.value.get('a1')).toEqual({ state: 'error', message: 'The log is away.' });
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
    ['acknowledged by another', alarm('a1', { rev: 2, signal: 'acknowledged' }), 'The server says why.'],
    ['not read by this server yet', alarm('a1', { rev: 0 }), 'The server says why.'],
  ])('asks the person to look again where the alarm that they saw has %s', async (_name, now, message) => {
    const { asks, answers } = page(conflict(now), alarm('a1'));
    await answers.acknowledge(alarm('a1'));
    expect(asks).toEqual(['ack a1 rev 1']);
    expect(answers.asked.value.get('a1')).toEqual({ state: 'error', message, changed: true });
  });

  it.each([
    [10_000, 0, 'pending'],
    [10_001, 0, 'error'],
    [10_001, -600_000, 'error'],
    [10_000, 600_000, 'pending'],
  ])('%d ms without the event, the server’s clock set by %d ms, it is %s', async (waitedMs, stepMs, state) => {
    const { pass, answers } = page(accepted, alarm('a1'));
    await answers.acknowledge(alarm('a1'));
    pass(waitedMs, stepMs);
    expect(answers.asked.value.get('a1')?.state).toBe(state);
  });

  it('forgets what it asked of an alarm that is gone, and keeps it while the server is away', async () => {
    const { screen, answers } = page(accepted, alarm('a1'));
    await answers.acknowledge(alarm('a1'));
    screen.value = undefined;
    expect(answers.asked.value.size).toBe(1);
    screen.value = screenOf(snapshot());
    expect(answers.asked.value.size).toBe(0);
  });
});

describe('pausing the sound of a bed', () => {
  const until = (ms: number) => ({ audioPausedUntil: new Date(nowMs + ms).toISOString() });

  it('is pending until every unanswered alarm of it is paused', async () => {
    const { asks, screen, answers } = page(accepted, alarm('a1'), alarm('a2'), alarm('a3', { signal: 'acknowledged' }));
    await answers.pauseAudio('assoc-01');
    expect(asks).toEqual([`pause assoc-01 ${pauseMs}`]);
    screen.value = screenOf(snapshot({ alarms: [alarm('a1', until(1000)), alarm('a2')] }));
    expect(answers.asked.value.get('pause:assoc-01')?.state).toBe('pending');
    screen.value = screenOf(snapshot({ alarms: [alarm('a1', until(1000)), alarm('a2', until(1000))] }));
    expect(answers.asked.value.size).toBe(0);
  });

  it('is an error when refused', async () => {
    const { answers } = page(refused, alarm('a1'));
    await answers.pauseAudio('assoc-01');
    expect(answers.asked.value.get('pause:assoc-01')?.state).toBe('error');
  });
});
