/**
 * A simulated person with a phone. The page shows the calls. The person accepts, rejects, or does nothing, and
 * acknowledges the alarm after an acceptance.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PushPayload } from '../../contracts/messages/push-payload.ts';
import type { MyCall } from '../../dashboard/protocol/delivery.ts';
import type { Target } from '../../dashboard/server/browser.testing.ts';
import type { Random } from '../faults/random.ts';
import { openLine } from './line.ts';

/** An acknowledgement that the dashboard has confirmed: its command is in Kafka. */
export type Acknowledged = { readonly alarmId: string; readonly commandId: string };

export type Phone = {
  readonly acknowledged: readonly Acknowledged[];
  /** Number of calls that the page has painted. */
  painted(): number;
  /** Number of answers by their result. */
  readonly answers: Record<string, number>;
  /** Handles a push message, as the service worker does. */
  gotPush(payload: PushPayload): void;
  sleep(): void;
  wake(): void;
  close(): Promise<void>;
};

export function openPhone(options: {
  readonly target: Target;
  readonly userId: string;
  readonly ward: string;
  readonly random: Random;
}): Phone {
  const { target, userId, ward, random } = options;
  const acknowledged: Acknowledged[] = [];
  const answers: Record<string, number> = {};
  const painted = new Set<string>();
  const decided = new Set<string>();
  let isAsleep = false;

  const line = openLine(target, userId, ward, (message, send) => {
    if (message.type === 'snapshot' || message.type === 'heartbeat')
      send({ type: 'report', page: 'painting', alarms: [] });
    if (message.type !== 'calls') return;
    const calls = message.calls.map(({ alarm, callId }) => ({ alarmId: alarm.alarmId, callId }));
    if (calls.length > 0 || message.checkId !== undefined) {
      for (const { callId } of calls) painted.add(callId);
      send({ type: 'calls-painted', calls, ...(message.checkId !== undefined && { checkId: message.checkId }) });
    }
    for (const call of message.calls) {
      if (decided.has(call.callId)) continue;
      decided.add(call.callId);
      void answer(call).catch(() => undefined);
    }
  });

  async function answer({ alarm, round }: MyCall): Promise<void> {
    const choice = random.pick([
      [5, 'accepted'],
      [3, 'rejected'],
      [2, undefined],
    ] as const);
    await sleep(random.between(200, 3_000));
    if (choice === undefined || isAsleep) return;
    const { status, body } = await line.browser.post(`/api/calls/${alarm.alarmId}/answer`, { round, answer: choice });
    const result = body?.result ?? String(status);
    answers[result] = (answers[result] ?? 0) + 1;
    if (choice !== 'accepted' || result !== 'taken') return;
    await sleep(random.between(200, 2_000));
    await acknowledge(alarm.alarmId, alarm.rev);
  }

  /** Acknowledges the alarm. If the alarm has changed meanwhile, the person looks and acknowledges again. */
  async function acknowledge(alarmId: string, rev: number): Promise<void> {
    for (let tries = 0, seen = rev; tries < 3; tries += 1) {
      const { status, body } = await line.browser.post(`/api/alarms/${alarmId}/acknowledge`, { rev: seen });
      if (status === 202) acknowledged.push({ alarmId, commandId: body.commandId });
      if (status !== 409 || body.alarm === undefined) return;
      seen = body.alarm.rev;
    }
  }

  return {
    acknowledged,
    answers,
    painted: () => painted.size,
    gotPush(payload) {
      if (isAsleep) return;
      const body = payload.type === 'check' ? { calls: [], checkId: payload.checkId } : { calls: payload.calls };
      void line.browser.post('/api/push-receipt', body).catch(() => undefined);
    },
    sleep() {
      isAsleep = true;
      line.sleep();
    },
    wake() {
      isAsleep = false;
      line.wake();
    },
    close: line.close,
  };
}
