/**
 * Plays a story with the real alarm engine and the real rules of delivery. Returns the records that the log would have,
 * and what really happened. Uses no real clock and no random numbers, so the same story gives the same records.
 */
import { isEndOfOther } from '../../contracts/explain/began.ts';
import { createDeliveryCollector } from '../../contracts/explain/collect-deliveries.ts';
import type { AlarmRecords, Logged, ReadingTimes } from '../../contracts/explain/records.ts';
import type {
  Alarm,
  AlarmEvent,
  Command,
  CommandAnswer,
  LimitsInForce,
  StandbyInForce,
} from '../../contracts/messages/alarms.ts';
import type { ShownAlarm } from '../../contracts/messages/alarms-shown.ts';
import type { Actor, AuditRecord, ConnectionRecord } from '../../contracts/messages/records.ts';
import { inForceNow, nothingPublished } from '../../processors/alarms/in-force.ts';
import { bed, env, reading } from '../../processors/bed.testing.ts';
import { alarmOf, eventOf } from '../../processors/delivery/core/delivery.testing.ts';
import { type Clockwork, createClockwork } from './clockwork.ts';
import { type Acts, createDelivery } from './delivering.ts';
import { bedName, instantAt, msAt, nameOf, type Story, ward } from './story.ts';

export type Played = {
  readonly records: AlarmRecords;
  readonly alarm: Alarm;
  readonly acts: Acts;
  readonly events: readonly Logged<AlarmEvent>[];
};

const code = 'MDC_ECG_HEART_RATE';
const associationId = 'association-1';
/** A story goes on for this time after the heart rate is normal again. */
const afterS = 30;
/** When a person opens the ward, in a story in which somebody watches. */
export const lookMs = msAt(30);

const actorOf = (userId: string): Actor => ({ userId, name: nameOf(userId), role: 'nurse' });

/** Creates the engine of the bed, and collects all records that it writes. */
function createBedside(story: Story, clock: Clockwork, onEvent: (event: Logged<AlarmEvent>) => void) {
  const patient = bed('adult', associationId);
  const logs = {
    events: [] as Logged<AlarmEvent>[],
    answers: [] as Logged<CommandAnswer>[],
    limits: [] as Logged<LimitsInForce>[],
    standbys: [] as Logged<StandbyInForce>[],
    commands: [] as Logged<Command>[],
    readings: [] as ReadingTimes[],
    connections: [] as Logged<ConnectionRecord>[],
    audit: [] as AuditRecord[],
  };
  let commandCount = 0;
  let inForce = nothingPublished;
  const engineMs = () => clock.nowMs() + story.skewMs.engine - (clock.nowMs() >= msAt(20) ? story.engineSetBackMs : 0);

  function publish(before: number): void {
    const answersBefore = logs.answers.length;
    for (const event of patient.events.slice(before)) {
      const alarm = story.priority === undefined ? event.alarm : { ...event.alarm, priority: story.priority };
      const logged = { body: { ...event, alarm }, appendedMs: clock.nowMs() + story.delaysMs.published };
      logs.events.push(logged);
      clock.at(logged.appendedMs, () => onEvent(logged));
    }
    for (const body of patient.answers.slice(answersBefore))
      logs.answers.push({ body, appendedMs: clock.nowMs() + story.delaysMs.published });
  }

  function feed(input: Parameters<typeof patient.feed>[0]): void {
    const before = patient.events.length;
    const nowMs = engineMs();
    patient.feed(input, nowMs);
    publishInForce(nowMs);
    publish(before);
  }

  function publishInForce(nowMs: number): void {
    const { published, records } = inForceNow(env, patient.state(), inForce, nowMs);
    inForce = published;
    const appendedMs = clock.nowMs() + story.delaysMs.published;
    for (const { type, body } of records) {
      if (type === 'limits-in-force') logs.limits.push({ body, appendedMs });
      if (type === 'standby') logs.standbys.push({ body, appendedMs });
    }
  }

  function measure(s: number): void {
    if (story.connectionEndsAtS !== null && s >= story.connectionEndsAtS && s < story.connectionEndsAtS + 8) return;
    const { received, logged, judged } = story.delaysMs;
    const breached = s >= 12 && story.laterHeartRate !== null ? story.laterHeartRate : story.heartRate;
    const HR = s >= 0 && s < story.endS ? breached : 80;
    const receivedMs = msAt(s) + received + story.skewMs.gateway;
    const loggedMs = msAt(s) + received + logged;
    logs.readings.push({ measuredMs: msAt(s), receivedMs, appendedMs: loggedMs, codes: [code] });
    clock.at(loggedMs + judged, () => feed(reading(s, { HR }, { receivedAt: receivedMs })));
  }

  /** Writes the command that a person gives at a page. */
  function command(
    userId: string,
    content: Record<string, unknown>,
    action?: AuditRecord['action'],
    alarmId?: string,
  ): void {
    commandCount += 1;
    const commandId = `command-${commandCount}`;
    const at = new Date(clock.nowMs() + story.skewMs.dashboard).toISOString();
    const body = { commandId, associationId, at, by: actorOf(userId), ...content } as Command;
    logs.commands.push({ body, appendedMs: clock.nowMs() + 10 });
    if (action !== undefined) {
      const about = { ward, associationId, patientId: 'patient-1', ...(alarmId !== undefined && { alarmId }) };
      logs.audit.push(
        auditRecord(logs.audit.length + 1, at, userId, action, { ...about, detail: `; command ${commandId}` }),
      );
    }
    clock.at(clock.nowMs() + 60, () => feed({ type: 'command', command: body }));
  }

  return { patient, logs, feed, measure, command, engineMs };
}

export function auditRecord(
  n: number,
  at: string,
  userId: string,
  action: AuditRecord['action'],
  more: Partial<AuditRecord>,
): AuditRecord {
  return {
    ...{ at, boot: 'boot', n, actor: actorOf(userId), action, session: `session-${userId}` },
    ...{ prev: '', hash: '', writer: 'dashboard', key: 'key', sig: '', ...more },
  };
}

type Bedside = ReturnType<typeof createBedside>;

/** Plays the story. @throws Error if the engine did not raise the alarm of the story */
export function play(story: Story): Played {
  const clock = createClockwork(msAt(-600));
  const acts: Acts = { answers: [], had: new Set() };
  const shown: ShownAlarm[] = [];
  const delivery = createDelivery({
    ...{ story, clock, acts },
    acknowledge: (alarmId, userId) =>
      bedside.command(userId, { type: 'acknowledge', alarmId }, 'alarm-acknowledged', alarmId),
  });
  const bedside: Bedside = createBedside(story, clock, (event) => {
    delivery.takeAlarm(event.body, event.appendedMs);
    paint(story, event, shown);
  });
  const mainAlarm = () => bedside.logs.events.find(({ body }) => body.alarm.condition === story.condition)?.body.alarm;
  const untilS = story.endS + afterS;
  delivery.writeCanaries();
  for (let s = -20; s <= untilS; s += 1) bedside.measure(s);
  for (let s = -20; s <= untilS; s += 1) clock.at(msAt(s) + 500, () => bedside.feed({ type: 'tick' }));
  for (const { appendedMs } of story.assignments)
    if (appendedMs > msAt(-600)) clock.at(appendedMs, delivery.personsChanged);
  for (let s = -20; s <= untilS; s += 2) clock.at(msAt(s) + 700, delivery.timer);
  playActs(story, clock, bedside, mainAlarm);
  playConnection(story, clock, bedside);
  for (let n = 0; n < story.otherAlarms; n += 1) {
    const other = alarmOf(`other-alarm-${n}-00000000`, {
      associationId: `other-${n}`,
      raisedAt: instantAt(otherAtS(n)),
    });
    clock.at(msAt(otherAtS(n)), () => delivery.takeAlarm(eventOf('raised', other, clock.nowMs()), clock.nowMs()));
  }
  const late = story.lateAnswerBy;
  if (late !== null)
    clock.at(msAt(story.endS + 8), () => delivery.giveAnswer(late, mainAlarm()?.alarmId ?? '', 1, 'accepted'));
  clock.run(msAt(untilS), delivery.nextDueMs, delivery.timer);
  const alarm = mainAlarm();
  if (alarm === undefined) throw new Error(`The engine did not raise ${story.condition}.`);
  return { alarm, acts, events: bedside.logs.events, records: recordsOf(story, { alarm, bedside, delivery, shown }) };
}

/** Returns when another bed has its alarm: within the second before the onset of the story's alarm. */
const otherAtS = (n: number) => -0.6 + n / 25;

/** The screens of the ward paint each new alarm. */
function paint(story: Story, { body, appendedMs }: Logged<AlarmEvent>, shown: ShownAlarm[]): void {
  if (body.type !== 'raised' || story.screenPaintsAfterMs === null) return;
  const atMs = appendedMs + story.screenPaintsAfterMs + story.skewMs.dashboard;
  const common = { alarmId: body.alarm.alarmId, userId: 'ward-screen', name: 'Ward screen' };
  shown.push({ ...common, way: 'painted', atMs }, { ...common, way: 'sounded', atMs: atMs + 200 });
}

function playActs(story: Story, clock: Clockwork, { command }: Bedside, alarm: () => Alarm | undefined): void {
  for (const { atS, act } of story.acts)
    clock.at(msAt(atS), () => {
      const alarmId = alarm()?.alarmId ?? '';
      switch (act) {
        case 'pause-audio':
          command('cleo', { type: 'pause-audio', forMs: 120_000 }, 'audio-paused');
          break;
        case 'acknowledge':
          command('cleo', { type: 'acknowledge', alarmId }, 'alarm-acknowledged', alarmId);
          break;
        case 'stale-acknowledgement':
          // A page shows an older state of the alarm, so the engine refuses the acknowledgement.
          command('anna', { type: 'acknowledge', alarmId, rev: 0 }, 'alarm-acknowledged', alarmId);
          break;
        case 'standby':
          command('anna', { type: 'standby', reason: 'CT', forMs: 1_800_000 }, 'standby-begun');
          break;
        case 'limits-off':
        case 'limits-off-briefly': {
          const off = { reason: 'known', until: instantAt(atS + (act === 'limits-off' ? 3_000 : 40)) };
          command('cleo', { type: 'set-limits', group: 'HR', limits: { off } }, 'limits-changed');
          break;
        }
        case 'limits-changed':
          command('cleo', { type: 'set-limits', group: 'HR', limits: { high: 105 } }, 'limits-changed');
          break;
      }
    });
}

/** The device loses its connection for a few seconds. */
function playConnection({ connectionEndsAtS }: Story, clock: Clockwork, { feed, logs }: Bedside): void {
  if (connectionEndsAtS === null) return;
  for (const [afterS, connected] of [
    [0, false],
    [8, true],
  ] as const)
    clock.at(msAt(connectionEndsAtS + afterS), () => {
      const reason = connected ? {} : ({ reason: 'keep-alive' } as const);
      const body = { deviceId: 'bed-01', receivedAt: new Date(clock.nowMs()).toISOString(), connected, ...reason };
      logs.connections.push({ body, appendedMs: clock.nowMs() + 20 });
      feed({ type: 'connection', deviceId: 'bed-01', receivedAt: clock.nowMs(), connected, ...reason });
    });
}

function recordsOf(
  story: Story,
  played: {
    readonly alarm: Alarm;
    readonly bedside: Bedside;
    readonly delivery: ReturnType<typeof createDelivery>;
    readonly shown: readonly ShownAlarm[];
  },
): AlarmRecords {
  const { alarm, bedside, delivery, shown } = played;
  const { events, answers, limits, standbys, commands, readings, connections, audit } = bedside.logs;
  const collector = createDeliveryCollector(alarm.alarmId, 50_000);
  for (const record of twice(delivery.items, story.repeatEvery)) collector.add(record);
  const readUntilMs = msAt(story.endS + afterS);
  const look = auditRecord(audit.length + 1, new Date(lookMs).toISOString(), 'cleo', 'ward-viewed', { ward });
  const byTime = <Body>(records: readonly Logged<Body>[]) => [...records].sort((a, b) => a.appendedMs - b.appendedMs);
  return {
    ...{ alarmId: alarm.alarmId, ward, bed: bedName, patientId: 'patient-1', readUntilMs },
    alarms: {
      isWhole: true,
      events: byTime(
        twice(
          events.filter(({ body }) => body.alarm.alarmId === alarm.alarmId),
          story.repeatEvery,
        ),
      ),
      others: events.filter(
        ({ body }) => body.alarm.alarmId !== alarm.alarmId && isEndOfOther(body) && body.at <= alarm.raisedAt,
      ),
      answers: byTime(twice(answers, story.repeatEvery)),
      ...{ limits, standbys },
    },
    commands: { isWhole: true, items: commands },
    observations: { isWhole: true, readings: readings.filter(({ measuredMs }) => measuredMs <= msAt(60)), connections },
    deliveries: { isWhole: true, items: collector.items },
    pages: {
      isWhole: true,
      answers: delivery.answers.filter(({ body }) => body.alarmId === alarm.alarmId),
      shown: shown.filter(({ alarmId }) => alarmId === alarm.alarmId),
      hasReportsAround: story.hasReportsAround,
    },
    assignments: { isWhole: true, events: story.assignments },
    audit: { isWhole: true, items: story.isAnybodyWatching ? [look, ...audit] : audit },
  };
}

/**
 * Returns the records, and every n-th record a second time with a slightly later time. A restarted process writes some
 * records again.
 */
function twice<Body>(records: readonly Logged<Body>[], every: number): Logged<Body>[] {
  if (every === 0) return [...records];
  return records.flatMap((record, index) =>
    index % every === 0 ? [record, { ...record, appendedMs: record.appendedMs + 1 }] : [record],
  );
}
