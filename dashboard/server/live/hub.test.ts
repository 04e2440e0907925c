import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { closeCodes } from '../../protocol/pace.ts';
import { actorOf } from '../access.ts';
import { reportsPerMinuteMax } from '../bounds.ts';
import { nurse, t0 } from '../core/fold.testing.ts';
import { newLifeSigns } from '../core/health.ts';
import { emptyState } from '../core/state.ts';
import { emptyWaves } from '../core/waves.ts';
import { createHub } from './hub.ts';

const budget = { wavesBytesMax: 10, numericsBytesMax: 20, closeBytesMax: 1_000, waitMsMax: 10_000 };
const report = Buffer.from(JSON.stringify({ type: 'report', page: 'painting', alarms: [] }));

/** Opens a hub without Kafka, and returns a function that connects a page to it. */
function openTestHub() {
  const feed = {
    state: emptyState(),
    waves: emptyWaves(),
    signs: newLifeSigns(t0),
    otherDashboards: new Map(),
    isReady: () => true,
  };
  const hub = createHub({
    feed: () => feed as never,
    sessions: { recheck: () => nurse } as never,
    trail: { record: async () => {} } as never,
    stream: 'here',
    budget,
    silentMs: 60_000,
    now: () => t0,
    logger: pino({ level: 'silent' }),
  });
  const connect = () => {
    const closes: number[] = [];
    const socket = Object.assign(new EventEmitter(), {
      bufferedAmount: 0,
      send: () => {},
      ping: () => {},
      terminate: () => {},
      close: (code: number) => void closes.push(code),
    });
    const claims = { userId: 'n', sessionId: 's', startedAtMs: t0, seenAtMs: t0, fingerprint: 'f' };
    hub.open(socket as never, claims, { actor: actorOf(nurse), session: 'mark', address: '10.0.0.7' });
    return { closes, receive: (text: Buffer) => socket.emit('message', text, false) };
  };
  return { hub, connect };
}

it('a page that sends more reports in a minute than allowed is closed, and another page of the same session is not', () => {
  const { hub, connect } = openTestHub();
  const [flooding, other] = [connect(), connect()];
  for (let n = 0; n < reportsPerMinuteMax; n += 1) flooding.receive(report);
  expect(flooding.closes).toEqual([]);
  flooding.receive(report);
  expect(flooding.closes).toEqual([closeCodes.tooMany]);
  other.receive(report);
  expect(other.closes).toEqual([]);
  hub.close();
});
