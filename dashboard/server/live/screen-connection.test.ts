import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { formatInstant } from '../../../contracts/time.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import { type Delta, type Health, reportAlarmsMax, type ServerMessage, type Watch } from '../../protocol/live.ts';
import { waveTextStart } from '../../protocol/pace.ts';
import { actorOf } from '../access.ts';
import { foldAlarmEvent } from '../core/alarms.ts';
import { foldAssociations } from '../core/beds.ts';
import { confirmWithinMs, paintsForMs } from '../core/confirmations.ts';
import { alarm, hr, nurse, observation, period, t0, table, technician } from '../core/fold.testing.ts';
import { foldObservation, foldWaveArrival } from '../core/readings.ts';
import type { Viewer } from '../core/rights.ts';
import { emptyState, removalsMax } from '../core/state.ts';
import { type Chunk, emptyWaves, foldWave } from '../core/waves.ts';
import { createScreen, watchWithinMs } from './screen-connection.ts';
import { waveText } from './wave-text.ts';

const budget = { wavesBytesMax: 10, numericsBytesMax: 20, closeBytesMax: 30, waitMsMax: 10_000 };
const health: Health = { kafka: 'ok', alarms: 'ok', kafkaAt: null, alarmsAt: null };
const watchIcu: Watch = { type: 'watch', scope: { ward: 'icu' }, waves: { associations: 'all' } };

const turn = () => new Promise((done) => setTimeout(done, 0));

/** Creates a screen on a fake socket that keeps all sent messages. The test sets the number of waiting bytes. */
function world(viewer: Viewer = nurse) {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  const clock = { ms: t0 };
  const sent: ServerMessage[] = [];
  const audit: AuditEvent[] = [];
  const closes: number[] = [];
  const waves = emptyWaves();
  const feed = { state, waves, ready: true, isReady: () => feed.ready };
  const socket = {
    bufferedAmount: 0,
    send: (text: string) => void sent.push(JSON.parse(text)),
    close: (code: number) => void closes.push(code),
    terminate: () => {},
  };
  const trail = { fails: false, waits: false };
  const waiting: Chunk[] = [];
  const screen = createScreen({
    beforeKeptWaves() {
      for (const chunk of waiting.splice(0)) screen.wave(chunk, () => waveText(chunk, false));
    },
    socket: socket as never,
    claims: { userId: 'n', sessionId: 's', startedAtMs: t0, seenAtMs: t0, fingerprint: 'f' },
    number: 1,
    person: viewer,
    who: { actor: actorOf(viewer), session: 'mark', address: '10.0.0.7' },
    viewer,
    feed,
    trail: {
      async record(event) {
        if (trail.fails) throw new Error('Kafka is away');
        audit.push(event);
        if (trail.waits) await new Promise(() => {});
      },
    },
    stream: 'stream-1',
    budget,
    workQueue: { run: async (_, work) => work() },
    health: () => health,
    now: () => clock.ms,
    logger: pino({ level: 'silent' }),
  });
  return {
    ...{ state, waves, waiting, feed, socket, screen, sent, audit, closes, clock, trail },
    async watch(watch: unknown = watchIcu) {
      screen.handleMessage(JSON.stringify(watch));
      await turn();
    },
    admit(deviceId: string, associationId: string, version = 1, fields = {}) {
      foldAssociations(state, table(deviceId, version, period(associationId, 'icu', fields)));
      screen.flush('alarms');
    },
    reading(value: number, atMs: number) {
      foldObservation(state, 'assoc-01', observation('d1', atMs, [hr(value)]), t0);
      screen.flush('numerics');
    },
    report(...alarms: object[]) {
      screen.handleMessage(JSON.stringify({ type: 'report', page: 'painting', alarms }));
    },
    raise(rev: number) {
      const raised = alarm('alarm-0000000001', 'assoc-01', rev);
      foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: raised }, t0);
      screen.flush('alarms');
    },
    /** @param isWaiting whether the server sends the chunk a little later */
    wave(at: number, isWaiting = false) {
      const start = formatInstant(t0 + at * 1000);
      const samples = Buffer.alloc(200).toString('base64');
      const reading = { start, code: 'MDC_PULS_OXIM_PLETH', rateHz: 100, scale: 1, offset: 0, samples };
      const record = { deviceId: 'd1', receivedAt: formatInstant(t0 + at * 1000 + 1000), reading };
      foldWaveArrival(state, 'assoc-01', record, t0);
      const chunk = foldWave(waves, 'assoc-01', record);
      if (chunk && isWaiting) waiting.push(chunk);
      else if (chunk) screen.wave(chunk, () => waveText(chunk, false));
    },
    of: <T extends ServerMessage['type']>(type: T) =>
      sent.filter((message): message is Extract<ServerMessage, { type: T }> => message.type === type),
  };
}

const firstValue = (delta: Delta | undefined) => delta?.beds[0]?.values[0]?.value;

describe('a wave message', () => {
  it('a wave message begins with the text by which screens recognize it', () => {
    const w = world();
    const start = formatInstant(t0);
    const reading = { start, code: 'MDC_PULS_OXIM_PLETH', rateHz: 100, scale: 1, offset: 0, samples: 'AAA=' };
    const chunk = foldWave(w.waves, 'assoc-01', { deviceId: 'd1', receivedAt: start, reading });
    expect(waveText(chunk!, false).startsWith(waveTextStart)).toBe(true);
  });
});

describe('a screen', () => {
  it('a screen gets nothing before its first Watch, then a snapshot, then numbered deltas', async () => {
    const w = world();
    w.reading(80, t0);
    expect(w.sent).toEqual([]);
    await w.watch();
    expect(w.of('snapshot')[0]?.beds[0]?.values[0]?.value).toBe(80);
    w.reading(81, t0 + 1000);
    w.raise(1);
    const [first, second] = w.of('delta');
    expect([first?.prev, second?.prev]).toEqual([w.of('snapshot')[0]?.n, first?.n]);
    expect([firstValue(first), second?.alarms[0]?.rev]).toEqual([81, 1]);
  });

  it('after a hundred Watch messages at the same time a screen shows the last scope, and only shown scopes are recorded', async () => {
    const w = world();
    for (let n = 0; n < 100; n += 1)
      w.screen.handleMessage(JSON.stringify({ ...watchIcu, scope: n % 2 === 0 ? { ward: 'icu' } : { ward: '*' } }));
    await turn();
    expect(w.closes).toEqual([]);
    expect(w.of('snapshot')).toHaveLength(2);
    expect(w.audit.map(({ ward }) => ward)).toEqual(['icu', '*']);
    expect(w.screen.watched()?.scope).toEqual({ ward: '*' });
  });

  it('a screen is closed, and the denial is recorded, if one of several Watch messages names a ward that the viewer may not see', async () => {
    const w = world();
    for (const scope of [{ ward: 'icu' }, { ward: 'step-down' }, { ward: 'icu' }])
      w.screen.handleMessage(JSON.stringify({ ...watchIcu, scope }));
    await turn();
    expect(w.closes).toEqual([4004]);
    expect(w.audit.map(({ action }) => action)).toEqual(['ward-viewed', 'access-denied']);
  });

  it('each new scope of a screen is recorded, and a scope that cannot be recorded is not shown', async () => {
    const w = world();
    await w.watch();
    await w.watch({ ...watchIcu, waves: null });
    await w.watch({ ...watchIcu, scope: { associationId: 'assoc-01' } });
    const auditFields = { session: 'mark', address: '10.0.0.7', ward: 'icu' };
    expect(w.audit).toEqual([
      {
        actor: { userId: 'n', name: 'N', role: 'nurse' },
        ...auditFields,
        action: 'ward-viewed',
        patients: ['P-assoc-01'],
      },
      {
        actor: { userId: 'n', name: 'N', role: 'nurse' },
        ...auditFields,
        action: 'patient-viewed',
        associationId: 'assoc-01',
        bed: '1',
        patientId: 'P-assoc-01',
      },
    ]);
    w.trail.fails = true;
    await w.watch({ ...watchIcu, scope: { ward: '*' } });
    expect(w.closes).toEqual([4005]);
    const before = w.sent.length;
    w.raise(1);
    expect(w.sent.length).toBe(before);
  });

  it('the audit trail has the end of a patient’s view and how long the view was open, but not the end of a ward’s view', async () => {
    const w = world();
    const patientScope: Watch = { ...watchIcu, scope: { associationId: 'assoc-01' } };
    await w.watch();
    await w.watch(patientScope);
    w.clock.ms += 34_400;
    await w.watch();
    const closed = { action: 'patient-view-closed', associationId: 'assoc-01', patientId: 'P-assoc-01', ward: 'icu' };
    expect(w.audit.slice(2)).toMatchObject([{ ...closed, detail: 'open for 34 s' }, { action: 'ward-viewed' }]);
    await w.watch(patientScope);
    w.clock.ms += 1_000;
    w.screen.noteClosed();
    w.screen.noteClosed();
    expect(w.audit.slice(5)).toMatchObject([{ ...closed, detail: 'open for 1 s', session: 'mark' }]);
  });

  it('only the end of a view that was shown is recorded; the recording does not wait for the audit trail', async () => {
    const w = world();
    w.trail.fails = true;
    await w.watch({ ...watchIcu, scope: { associationId: 'assoc-01' } });
    w.trail.fails = false;
    w.screen.noteClosed();
    expect(w.audit).toEqual([]);
    const late = world();
    await late.watch({ ...watchIcu, scope: { associationId: 'assoc-01' } });
    late.trail.waits = true;
    late.screen.noteClosed();
    expect(late.audit.map(({ action }) => action)).toEqual(['patient-viewed', 'patient-view-closed']);
  });

  it('a new patient is recorded before the screen gets a message that shows the patient', async () => {
    const w = world();
    await w.watch();
    w.admit('d2', 'assoc-02');
    expect(w.of('delta')).toEqual([]);
    expect(w.audit.at(-1)).toMatchObject({ action: 'ward-viewed', ward: 'icu', patients: ['P-assoc-02'] });
    await turn();
    expect(w.of('delta')[0]?.beds[0]?.head?.patient?.patientId).toBe('P-assoc-02');
    const records = w.audit.length;
    w.admit('d2', 'assoc-02', 2, { bed: '2' });
    await turn();
    expect([w.of('delta').length, w.audit.length]).toEqual([2, records]);
  });

  it('a screen shows the alarms of a new patient even while the audit record has to wait', async () => {
    const w = world();
    await w.watch();
    w.trail.waits = true;
    w.admit('d2', 'assoc-02');
    w.raise(1);
    expect(w.of('delta')).toEqual([]);
    await vi.waitFor(() => expect(w.of('delta').flatMap(({ alarms }) => alarms)).toHaveLength(1), 30_000);
    expect(w.closes).toEqual([]);
    w.trail.waits = false;
    w.raise(2);
    expect(w.of('delta').at(-1)?.alarms[0]?.rev).toBe(2);
  });

  it('the audit record of a technician’s screen names no patient', async () => {
    const w = world(technician);
    await w.watch();
    expect(w.audit).toEqual([expect.not.objectContaining({ patients: expect.anything() })]);
  });

  it.each([
    ["a ward that is not the viewer's", { ...watchIcu, scope: { ward: 'step' } }, 4004],
    ['an unknown association', { ...watchIcu, scope: { associationId: 'assoc-99' } }, 4004],
    ['a ward and an association together', { ...watchIcu, scope: { ward: 'icu', associationId: 'assoc-01' } }, 4003],
    ['no scope', { type: 'watch' }, 4003],
    ['a ward with a character that reverses the text', { ...watchIcu, scope: { ward: 'icu\u202e' } }, 4003],
    ['an unknown field', { ...watchIcu, admin: true }, 4003],
  ])('a screen is closed after a Watch with %s', async (_, watch, code) => {
    const w = world();
    await w.watch(watch);
    expect(w.closes).toEqual([code]);
    expect(w.sent).toEqual([]);
    expect(w.audit.map((event) => event.action)).toEqual(code === 4004 ? ['access-denied'] : []);
  });

  it('a screen is closed if it sends no Watch in time, or if the server is still starting', async () => {
    const w = world();
    w.clock.ms = t0 + watchWithinMs;
    w.screen.heartbeat(health, {}, { wards: [] });
    expect(w.closes).toEqual([]);
    w.clock.ms += 1;
    w.screen.heartbeat(health, {}, { wards: [] });
    expect(w.closes).toEqual([4003]);
    const early = world();
    early.feed.ready = false;
    await early.watch();
    expect(early.closes).toEqual([4005]);
  });
});

describe('a Watch with resume', () => {
  it('a Watch with resume is answered with a delta; with a snapshot if its stream or its number is unknown or too old', async () => {
    for (const [resume, type] of [
      [{ stream: 'stream-1', n: 1 }, 'delta'],
      [{ stream: 'stream-2', n: 1 }, 'snapshot'],
      [{ stream: 'stream-1', n: 999_999 }, 'snapshot'],
      [{ stream: 'stream-1', n: -1 }, 'snapshot'],
    ] as const) {
      const w = world();
      w.reading(80, t0);
      await w.watch({ ...watchIcu, resume });
      expect([resume, w.sent[0]?.type]).toEqual([resume, type]);
    }
    const w = world();
    for (let version = 2; version < 2 * removalsMax + 6; version += 1)
      foldAssociations(w.state, table('d2', version, ...(version % 2 === 0 ? [period('assoc-02')] : [])));
    await w.watch({ ...watchIcu, resume: { stream: 'stream-1', n: 1 } });
    expect(w.sent[0]?.type).toBe('snapshot');
  });
});

describe('a slow screen', () => {
  it('a screen that begins to watch gets each waiting chunk only once, in the order of the kept chunks', async () => {
    const w = world();
    w.socket.bufferedAmount = 0;
    w.wave(1);
    w.wave(2, true);
    await w.watch();
    expect(w.of('wave').map(({ start }) => Date.parse(start) - t0)).toEqual([1_000, 2_000]);
  });

  it('a slow screen loses waves, and the next wave message is marked with a gap', async () => {
    const w = world();
    await w.watch();
    w.wave(0);
    w.socket.bufferedAmount = budget.wavesBytesMax + 1;
    w.wave(1);
    w.wave(2);
    w.socket.bufferedAmount = 0;
    w.wave(3);
    w.wave(4);
    expect(w.of('wave').map(({ start, gap }) => [start, gap])).toEqual([
      [formatInstant(t0), false],
      [formatInstant(t0 + 3000), true],
      [formatInstant(t0 + 4000), false],
    ]);
    expect(w.screen.skipped()).toEqual({ waves: 2, numerics: 0 });
  });

  it('a slow screen gets only the newest value when its socket is free again', async () => {
    const w = world();
    await w.watch();
    w.socket.bufferedAmount = budget.numericsBytesMax + 1;
    for (let at = 1; at <= 5; at += 1) w.reading(80 + at, t0 + at * 1000);
    expect(w.of('delta')).toEqual([]);
    w.socket.bufferedAmount = 0;
    w.screen.flush('numerics');
    expect(w.of('delta').map(firstValue)).toEqual([85]);
  });

  it('a slow screen gets every alarm', async () => {
    const w = world();
    await w.watch();
    w.socket.bufferedAmount = budget.numericsBytesMax + 1;
    w.raise(1);
    w.raise(2);
    expect(w.of('delta').map((delta) => delta.alarms[0]?.rev)).toEqual([1, 2]);
  });

  it('a screen with too many waiting bytes is closed and gets no more messages', async () => {
    const w = world();
    await w.watch();
    w.socket.bufferedAmount = 1_000_000;
    w.raise(1);
    expect(w.closes).toEqual([4002]);
    w.socket.bufferedAmount = 0;
    w.raise(2);
    expect(w.of('delta')).toEqual([]);
  });

  it('a screen is closed if its numerics waited too long', async () => {
    const w = world();
    await w.watch();
    w.socket.bufferedAmount = budget.numericsBytesMax + 1;
    w.reading(81, t0 + 1000);
    w.clock.ms = t0 + budget.waitMsMax;
    w.reading(82, t0 + 2000);
    expect(w.closes).toEqual([]);
    w.clock.ms += 1;
    w.reading(83, t0 + 3000);
    expect(w.closes).toEqual([4002]);
  });

  it('a screen is not closed because of the size of its own snapshot', async () => {
    const w = world();
    await w.watch();
    w.socket.bufferedAmount = JSON.stringify(w.of('snapshot')[0]).length + budget.closeBytesMax;
    w.raise(1);
    expect(w.closes).toEqual([]);
  });
});

it('the wards on a screen count as watched only if the viewer may see vital signs and the page has reported that it paints', async () => {
  for (const [role, wards] of [
    ['nurse', ['icu']],
    ['technician', []],
  ] as const) {
    const w = world({ ...nurse, role });
    expect(w.screen.watchedWards()).toEqual([]);
    await w.watch({ ...watchIcu, scope: { ward: '*' } });
    expect(w.screen.watchedWards()).toEqual([]);
    w.report();
    expect(w.screen.watchedWards()).toEqual(wards);
    await w.watch();
    expect(w.screen.watchedWards()).toEqual(wards);
  }
});

it('a screen that shows only one patient does not count as watching the ward', async () => {
  const w = world();
  await w.watch({ ...watchIcu, scope: { associationId: 'assoc-01' } });
  w.report();
  expect(w.screen.watchedWards()).toEqual([]);
});

describe('a screen that must confirm its alarms', () => {
  const confirmed = (rev: number, shown = 'text') => ({ alarmId: 'alarm-0000000001', rev, shown, sound: 'blocked' });

  it('a ward no longer counts as watched when its page has stopped painting', async () => {
    const w = world();
    await w.watch();
    w.report();
    w.clock.ms += paintsForMs;
    expect(w.screen.watchedWards()).toEqual(['icu']);
    w.clock.ms += 1;
    expect(w.screen.watchedWards()).toEqual([]);
    w.report();
    expect(w.screen.watchedWards()).toEqual(['icu']);
  });

  it('a ward does not count as watched while its alarm is not confirmed, although the page paints', async () => {
    const w = world();
    await w.watch();
    w.raise(1);
    w.clock.ms += confirmWithinMs - 1;
    w.report();
    expect(w.screen.watchedWards()).toEqual(['icu']);
    w.clock.ms += 1;
    expect(w.screen.watchedWards()).toEqual([]);
    expect(w.screen.unconfirmedAlarms()).toMatchObject([{ associationId: 'assoc-01', sinceMs: t0, why: 'not-shown' }]);
    w.report(confirmed(1, 'nowhere'));
    expect(w.screen.watchedWards()).toEqual([]);
    w.report(confirmed(1));
    expect(w.screen.watchedWards()).toEqual(['icu']);
    expect(w.screen.unconfirmedAlarms()).toEqual([]);
  });

  it.each([
    ['that begins with a snapshot', undefined],
    ['that resumes', 'stream-1'],
  ])(
    'a connection %s makes a ward watched only after it has confirmed the alarms that were there',
    async (_name, stream) => {
      const w = world();
      w.raise(1);
      await w.watch({ ...watchIcu, ...(stream && { resume: { stream, n: w.state.changeNo } }) });
      w.report();
      expect(w.screen.watchedWards()).toEqual([]);
      w.report(confirmed(1, 'nowhere'));
      expect(w.screen.watchedWards()).toEqual([]);
      w.report(confirmed(1));
      expect(w.screen.watchedWards()).toEqual(['icu']);
    },
  );

  it('an escalation gives a new connection no more time to confirm the alarms from before the start of the connection', async () => {
    const w = world();
    w.raise(1);
    await w.watch();
    w.report();
    const escalated = alarm('alarm-0000000001', 'assoc-01', 2, { escalation: 1 });
    foldAlarmEvent(w.state, { type: 'raised', at: formatInstant(t0), alarm: escalated }, t0);
    w.screen.flush('alarms');
    expect(w.screen.watchedWards()).toEqual([]);
    w.report(confirmed(1));
    expect(w.screen.watchedWards()).toEqual(['icu']);
  });

  it('a screen that resumes must confirm the alarms that it had before its connection was lost', async () => {
    const w = world();
    w.raise(1);
    await w.watch({ ...watchIcu, resume: { stream: 'stream-1', n: w.state.changeNo } });
    expect(w.of('snapshot')).toEqual([]);
    w.clock.ms += confirmWithinMs;
    expect(w.screen.unconfirmedAlarms()).toMatchObject([{ alarmId: 'alarm-0000000001', why: 'never' }]);
    w.screen.heartbeat(health, {}, { wards: [] });
    expect(w.of('heartbeat')[0]).toMatchObject({ reports: true });
    w.report(confirmed(1));
    expect(w.screen.unconfirmedAlarms()).toEqual([]);
  });

  it('a heartbeat says when it was sent, returns the time of the last report, and names the screens that have the sound', async () => {
    const w = world();
    await w.watch();
    const ofNora = { ward: 'icu', person: 'Nora', state: 'unheard', why: 'away' } as const;
    w.screen.heartbeat(health, {}, { wards: [ofNora] });
    const sound = { screen: '01890000-0000-4000-8000-000000000001', beat: t0, at: 77, audio: 'on' };
    w.screen.handleMessage(JSON.stringify({ type: 'report', page: 'hidden', alarms: [], sound }));
    w.clock.ms += 1_000.5;
    w.screen.heartbeat(health, {}, { wards: [] });
    expect(w.of('heartbeat').map((beat) => beat.sound)).toEqual([
      { beat: t0, wards: [ofNora] },
      { beat: t0 + 1_000, heardAt: 77, wards: [] },
    ]);
    expect(w.screen.soundReport()).toEqual({ page: 'hidden', sound });
  });

  it('the snapshot says that the server understands reports, and a heartbeat names the screens that do not confirm', async () => {
    const w = world();
    await w.watch();
    expect(w.of('snapshot')[0]).toMatchObject({ reports: true });
    const since = formatInstant(t0);
    const unconfirmed = [{ person: 'N', associationIds: ['assoc-01'], alarms: 1, since, why: 'silent' as const }];
    w.screen.heartbeat(health, {}, { wards: [] });
    w.screen.heartbeat(health, { unconfirmed }, { wards: [] });
    expect(w.of('heartbeat').map((beat) => beat.unconfirmed)).toEqual([undefined, unconfirmed]);
  });

  it.each([
    ['a page that does not exist', { page: 'asleep', alarms: [] }],
    ['too many alarms', { page: 'painting', alarms: Array.from({ length: reportAlarmsMax + 1 }, () => confirmed(1)) }],
    ['an unknown member', { page: 'painting', alarms: [], more: 1 }],
  ])('a report with %s closes the connection', async (_name, body) => {
    const w = world();
    await w.watch();
    w.screen.handleMessage(JSON.stringify({ type: 'report', ...body }));
    expect(w.closes).toEqual([4003]);
  });

  it('a report about an alarm that the screen does not have is counted, and does not close the connection', async () => {
    const w = world();
    await w.watch();
    w.report(confirmed(1));
    expect(w.screen.unknownReports()).toBe(1);
    expect(w.closes).toEqual([]);
  });
});

describe('a new screen', () => {
  it('a new screen gets no wave from the time when a device without a bed was in the tray of another ward', async () => {
    const w = world({ ...nurse, wards: ['step'] });
    const instantAt = (s: number) => formatInstant(t0 + s * 1000);
    foldAssociations(w.state, table('d1', 2, period('assoc-01', 'icu', { to: instantAt(1) })));
    const play = (s: number) => {
      const samples = Buffer.alloc(200).toString('base64');
      const reading = { start: instantAt(s), code: 'MDC_PULS_OXIM_PLETH', rateHz: 100, scale: 1, offset: 0, samples };
      const record = { deviceId: 'd1', receivedAt: instantAt(s + 1), reading };
      w.clock.ms = t0 + s * 1000 + 1000;
      if (foldWaveArrival(w.state, 'u-device-1', record, w.clock.ms)) foldWave(w.waves, 'u-device-1', record);
    };
    for (let s = 2; s < 6; s += 1) play(s);
    foldAssociations(w.state, table('d1', 4, period('assoc-02', 'step', { to: instantAt(7) })));
    for (let s = 6; s < 9; s += 1) play(s);
    await w.watch({ type: 'watch', scope: { ward: 'step' }, waves: { associations: 'all' } });
    expect(w.of('wave').map(({ start }) => start)).toEqual([instantAt(7), instantAt(8)]);
  });
});
