import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import { formatInstant } from '../../../contracts/time.ts';
import { forgetTimerFailures, timerFailures } from '../../../process/timer-tasks.ts';
import type { ServerMessage } from '../../protocol/live.ts';
import { closeCodes, heartbeatMs } from '../../protocol/pace.ts';
import { actorOf } from '../access.ts';
import { reportsPerMinuteMax } from '../bounds.ts';
import { foldAlarmEvent } from '../core/alarms.ts';
import { foldAssociations } from '../core/beds.ts';
import { confirmWithinMs } from '../core/confirmations.ts';
import { alarm, nurse, period, t0, table } from '../core/fold.testing.ts';
import { newLifeSigns } from '../core/health.ts';
import { emptyState } from '../core/state.ts';
import { emptyWaves } from '../core/waves.ts';
import { createHub } from './hub.ts';

const budget = { wavesBytesMax: 10, numericsBytesMax: 20, closeBytesMax: 1_000, waitMsMax: 10_000 };
const report = Buffer.from(JSON.stringify({ type: 'report', page: 'painting', alarms: [] }));

afterEach(() => {
  vi.useRealTimers();
  forgetTimerFailures();
});

/** Opens a hub without Kafka, and returns a function that connects a page to it. */
function openTestHub(more: Partial<Parameters<typeof createHub>[0]> = {}) {
  const clock = { ms: t0 };
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
    now: () => clock.ms,
    logger: pino({ level: 'silent' }),
    ...more,
  });
  const connect = () => {
    const closes: number[] = [];
    const sent: ServerMessage[] = [];
    const socket = Object.assign(new EventEmitter(), {
      bufferedAmount: 0,
      send: (text: string) => void sent.push(JSON.parse(text)),
      ping: () => {},
      terminate: () => {},
      close: (code: number) => void closes.push(code),
    });
    const claims = { userId: 'n', sessionId: 's', startedAtMs: t0, seenAtMs: t0, fingerprint: 'f' };
    hub.open(socket as never, claims, { actor: actorOf(nurse), session: 'mark', address: '10.0.0.7' });
    return {
      closes,
      sent,
      receive: (text: Buffer) => socket.emit('message', text, false),
      close: () => socket.emit('close'),
      /** From now on, nothing can be sent to the page. */
      breakSocket() {
        socket.send = socket.ping = () => {
          throw new Error('broken');
        };
      },
    };
  };
  return { hub, connect, clock, state: feed.state };
}

it('a page that sends too many reports in a minute is closed, but another page of the same session stays open', () => {
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

it('a page that connects again gets no more time to confirm its alarms, and its ward does not count as watched', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  const { hub, connect, clock, state } = openTestHub();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu')));
  const raised = alarm('alarm-0000000001', 'assoc-01', 1);
  foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: raised }, t0);
  const visit = async () => {
    const page = connect();
    page.receive(Buffer.from(JSON.stringify({ type: 'watch', scope: { ward: 'icu' }, waves: null })));
    await vi.waitFor(() => expect(page.sent[0]).toMatchObject({ type: 'snapshot' }), 30_000);
    page.receive(report);
    expect(hub.watchedWards()).toEqual([]);
    return page;
  };
  const first = await visit();
  clock.ms = t0 + confirmWithinMs - 1;
  first.close();
  const second = await visit();
  clock.ms = t0 + confirmWithinMs;
  vi.advanceTimersByTime(heartbeatMs);
  expect(second.sent.at(-1)).toMatchObject({
    type: 'heartbeat',
    unconfirmed: [{ isOwn: true, alarms: 1, since: formatInstant(t0), why: 'not-shown' }],
  });
  hub.close();
});

it('a page whose socket throws is closed, and every other page gets its heartbeats, numerics and alarms', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  const { hub, connect, state } = openTestHub();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu')));
  const [broken, healthy] = [connect(), connect()];
  for (const page of [broken, healthy]) {
    page.receive(Buffer.from(JSON.stringify({ type: 'watch', scope: { ward: 'icu' }, waves: null })));
    await vi.waitFor(() => expect(page.sent[0]).toMatchObject({ type: 'snapshot' }), 30_000);
  }
  broken.breakSocket();
  vi.advanceTimersByTime(heartbeatMs);
  foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: alarm('alarm-0000000001', 'assoc-01', 1) }, t0);
  hub.flushAlarms();
  broken.receive(report);
  vi.advanceTimersByTime(heartbeatMs);
  expect(broken.closes).toEqual([closeCodes.resync]);
  expect(healthy.sent.map(({ type }) => type)).toEqual(['snapshot', 'heartbeat', 'delta', 'heartbeat']);
  expect(healthy.closes).toEqual([]);
  hub.close();
});

it('a screen whose heartbeat cannot be made is closed with one line in the log, and the other screens get their heartbeats', () => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  const logged: string[] = [];
  let isBroken = false;
  const { hub, connect } = openTestHub({
    logger: pino({ level: 'error' }, { write: (line: string) => void logged.push(line) }),
    build: () => {
      if (!isBroken) return undefined;
      isBroken = false;
      throw new Error('no build');
    },
  });
  const [broken, healthy] = [connect(), connect()];
  isBroken = true;
  expect(() => vi.advanceTimersByTime(heartbeatMs)).not.toThrow();
  broken.breakSocket();
  vi.advanceTimersByTime(3 * heartbeatMs);
  expect(broken.closes).toEqual([closeCodes.resync]);
  expect(healthy.sent.map(({ type }) => type)).toEqual(['heartbeat', 'heartbeat', 'heartbeat', 'heartbeat']);
  expect(logged).toHaveLength(1);
  hub.close();
});

it('a page that was logged out, but does not close its connection, confirms no more calls', () => {
  const taken: string[] = [];
  const ofScreen = { take: (text: string) => taken.push(text) > 0, flush() {}, followScope() {} };
  const { hub, connect } = openTestHub({
    deliveries: { open: () => ofScreen, close() {}, changed() {}, followScopes() {}, downFor: () => undefined },
  });
  const page = connect();
  page.receive(Buffer.from('first'));
  hub.endSession('s');
  page.receive(Buffer.from('second'));
  expect(page.closes).toEqual([closeCodes.sessionEnded]);
  expect(taken).toEqual(['first']);
  hub.close();
});

it('if a part of the hub throws in its timer, every page still gets heartbeats, and they say that a part of Vigil fails', async () => {
  let isBroken = true;
  const { hub, connect } = openTestHub({
    deliveries: {
      ...{
        open: () => ({ take: () => false, flush() {}, followScope() {} }),
        close() {},
        followScopes() {},
        downFor: () => undefined,
      },
      changed() {
        if (isBroken) throw new Error('a fault of this test');
      },
    },
  });
  const pages = [connect(), connect()];
  const failing = () =>
    pages.map(({ sent }) => sent.flatMap((message) => (message.type === 'heartbeat' ? [message.health.failing] : [])));
  await expect.poll(() => failing().every((beats) => beats.includes(true))).toBe(true);
  isBroken = false;
  expect(timerFailures().get('deliveries')).toBeGreaterThan(0);
  forgetTimerFailures();
  await expect.poll(() => failing().every((beats) => beats.at(-1) === undefined)).toBe(true);
  expect(pages.map(({ closes }) => closes)).toEqual([[], []]);
  hub.close();
});
