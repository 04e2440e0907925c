/**
 * The messages of the live connection, as JSON text. A screen sends `Watch`; the server sends a snapshot, then numbered
 * deltas, waveforms and heartbeats. The screen confirms with `ScreenReport` what it has painted. A screen opens the
 * connection at `livePath` with a ticket from `POST /api/ticket`. No `node:` import here: the browser's build reads
 * this file.
 */
import { type Static, Type } from 'typebox';
import { Alarm, CommandAnswer } from '../../contracts/messages/alarms.ts';
import { Instant } from '../../contracts/messages/device.ts';
import { WhyUnconfirmed } from '../../contracts/messages/presence.ts';
import { AssociationId } from '../../contracts/messages/records.ts';
import { Calls, Deliveries, DeliveryDown } from './delivery.ts';
import { Bed, BedHead, Numeric } from './rest.ts';
import { PageSound, SoundNews } from './sound.ts';

const closed = { additionalProperties: false } as const;
const Ward = Type.String({ minLength: 1, maxLength: 40 });
const Code = Type.String({ pattern: '^MDC_[A-Z0-9_]{1,60}$' });
const Count = Type.Integer({ minimum: 1 });

/**
 * A fault: canaries do not arrive. Canaries are test readings that are sent every few seconds. `step` is the first step
 * that a canary did not pass. `gateway`: no gateway has reported a canary. `log`: a gateway has reported canaries, but
 * Kafka does not have them. `engine`: Kafka has them, but the alarm processor has not reported them.
 */
export const CanaryFault = Type.Object(
  {
    step: Type.Enum(['gateway', 'log', 'engine']),
    /**
     * The number of Kafka partitions without canaries. `of` is the number of all partitions. Each partition has a part
     * of the patients.
     */
    partitions: Type.Integer({ minimum: 1 }),
    of: Type.Integer({ minimum: 1 }),
    /**
     * True: perhaps readings of devices do not arrive, or the alarm processor does not judge them. False: readings of
     * devices arrive, and only the canaries are missing.
     */
    grave: Type.Boolean(),
    /**
     * When the last canary that passed this step was received. Counts only the partition that has been without canaries
     * for the longest time. Null if no canary has passed the step in this partition.
     */
    at: Type.Union([Instant, Type.Null()]),
  },
  closed,
);
export type CanaryFault = Static<typeof CanaryFault>;

/** Whether the processes behind the server work. A screen shows each fault in a separate banner. */
export const Health = Type.Object(
  {
    /**
     * `away`: for 4 s the server could not read back the test record that it writes to Kafka. So no new reading, alarm
     * or acknowledgement arrives.
     */
    kafka: Type.Enum(['ok', 'away']),
    /**
     * `stale`: readings arrive, but for some partitions no alarm processor gives a sign of life. The values are
     * current, but their alarms are not.
     */
    alarms: Type.Enum(['ok', 'stale']),
    /** Present if `alarms` is `stale`: the number of partitions whose readings no alarm processor judges. */
    notJudged: Type.Optional(Type.Object({ partitions: Count, of: Count }, closed)),
    kafkaAt: Type.Union([Instant, Type.Null()]),
    alarmsAt: Type.Union([Instant, Type.Null()]),
    /**
     * The number of present alarms of devices without a bed, if no open screen may show these alarms; absent instead of
     * 0.
     */
    unseenAlarms: Type.Optional(Type.Integer({ minimum: 1 })),
    /** The number of accounts and devices at wards or beds that are not registered; absent instead of 0. */
    unregistered: Type.Optional(Type.Integer({ minimum: 1 })),
    /**
     * Present while the clock of the server's machine differs from Vigil's time, because somebody set the clock. Ages
     * and alarms stay right. `aheadMs`: how far the clock is ahead of Vigil's time; negative if the clock is behind.
     * `at`: when the server noticed the difference, in Vigil's time.
     */
    clock: Type.Optional(Type.Object({ aheadMs: Type.Integer(), at: Instant }, closed)),
    /**
     * Present while a task of this server on which the screens depend fails, and for at least 30 s after its last
     * failure. Something on the screens may be old.
     */
    failing: Type.Optional(Type.Literal(true)),
    /**
     * Present for an hour after the server read a damaged batch of records from Kafka. The values and alarms of the
     * batch may be missing on the screens. `batches`: the number of damaged batches since the server's start. `at`:
     * when the server read the newest damaged batch.
     */
    damaged: Type.Optional(Type.Object({ batches: Type.Integer({ minimum: 1 }), at: Instant }, closed)),
    /**
     * Present if a certificate of this server expires within 21 days, so its renewal is overdue. Of several such
     * certificates, this is the certificate that expires first. `name`: the certificate's name in the metrics. `at`:
     * when the certificate expires, by the clock of the server's machine.
     */
    certificate: Type.Optional(
      Type.Object({ name: Type.String({ maxLength: 40 }), at: Instant, ended: Type.Boolean() }, closed),
    ),
    /** Absent if canaries pass all steps. */
    canary: Type.Optional(CanaryFault),
  },
  closed,
);
export type Health = Static<typeof Health>;

/**
 * Says what the screen shows. A screen sends its first `Watch` within 5 s after it opens the connection, and a new
 * `Watch` when it begins to show something else. After a lost connection, `resume` has the `stream` of the snapshot and
 * the last `n` that the screen received. If the server still has all changes since `n`, it sends them as a delta, and
 * sends nothing if nothing has changed. Otherwise it sends a new snapshot.
 */
export const Watch = Type.Object(
  {
    type: Type.Literal('watch'),
    /**
     * A ward, `*` for all of the viewer's wards, or one association. A ward includes devices without a bed that were
     * last in this ward.
     */
    scope: Type.Union([Type.Object({ ward: Ward }, closed), Type.Object({ associationId: AssociationId }, closed)]),
    /**
     * The waveforms that the screen shows. `associations`: associations in the scope. `codes`: the codes of their
     * waveforms. If `codes` is absent, the screen shows the waveforms of all codes. If `waves` is null, the screen
     * shows no waveforms.
     */
    waves: Type.Union([
      Type.Object(
        {
          associations: Type.Union([Type.Literal('all'), Type.Array(AssociationId, { maxItems: 100 })]),
          codes: Type.Optional(Type.Array(Code, { maxItems: 16 })),
        },
        closed,
      ),
      Type.Null(),
    ]),
    resume: Type.Optional(Type.Object({ stream: Type.String({ maxLength: 64 }), n: Type.Integer() }, closed)),
  },
  closed,
);
export type Watch = Static<typeof Watch>;

/** Says that a page has painted an alarm, or why the page has not painted it. */
export const AlarmReport = Type.Object(
  {
    alarmId: Type.String({ minLength: 16, maxLength: 64 }),
    /** The revision of the alarm that the page has in its document. */
    rev: Type.Integer({ minimum: 1 }),
    /**
     * Where a person can see the alarm now. `text`: a row or a tile names the alarm. `mark`: only the mark of the
     * alarm's priority is visible. `count`: only the number of alarms of this priority in the top bar is visible.
     * `nowhere`: the browser does not paint the page because the tab is hidden, or no visible part of the page shows
     * the alarm.
     */
    shown: Type.Enum(['text', 'mark', 'count', 'nowhere']),
    /** How long ago the page painted the alarm, ms, by the page's steady clock; absent if `shown` is `nowhere`. */
    paintedAgoMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
    /**
     * `sounding`: the sound of the alarm's priority plays. The other values say why this sound does not play.
     * `blocked`: the browser allows no sound before a click. `failed`: the computer has no audio. `paused`: a person
     * paused the sound of the alarm. `other`: the sound of a more urgent alarm or of a failure of Vigil plays.
     * `elsewhere`: another screen has the sound of the ward.
     */
    sound: Type.Enum(['sounding', 'blocked', 'failed', 'paused', 'other', 'elsewhere']),
    /** How long the alarm has sounded on this page, ms; absent if the alarm does not sound. */
    soundedAgoMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
  },
  closed,
);
export type AlarmReport = Static<typeof AlarmReport>;

/** Maximum number of alarms in one report. Further alarms are in the next report. */
export const reportAlarmsMax = 64;

/**
 * The report about the alarms that the page has painted and sounded. A page sends a report within a second after an
 * alarm calls, and at least every `reportEveryMs`. Only a server whose snapshot or heartbeat has `reports` understands
 * this message.
 */
export const ScreenReport = Type.Object(
  {
    type: Type.Literal('report'),
    /**
     * `painting`: the browser has painted two frames since the last report. `hidden`: the tab of the page is hidden.
     */
    page: Type.Enum(['painting', 'hidden']),
    alarms: Type.Array(AlarmReport, { maxItems: reportAlarmsMax }),
    /** Only a server whose heartbeats have `sound` understands this field. */
    sound: Type.Optional(PageSound),
  },
  closed,
);
export type ScreenReport = Static<typeof ScreenReport>;

/** The present state of everything in scope. `n` is the number of this message in the `stream` of this server. */
export const Snapshot = Type.Object(
  {
    type: Type.Literal('snapshot'),
    stream: Type.String(),
    n: Type.Integer(),
    at: Instant,
    beds: Type.Array(Bed),
    alarms: Type.Array(Alarm),
    /** The last answers to commands about these beds. */
    answers: Type.Array(CommandAnswer),
    health: Health,
    /** The server understands `ScreenReport`. An older server would close the connection because of a report. */
    reports: Type.Optional(Type.Literal(true)),
    /**
     * The server understands `WantDeliveries` (delivery.ts). An older server would close the connection because of this
     * message.
     */
    deliveries: Type.Optional(Type.Literal(true)),
  },
  closed,
);
export type Snapshot = Static<typeof Snapshot>;

/**
 * Everything in scope that changed after the message `prev`. The values, alarms and heads (`BedHead`) in the delta
 * replace those on the screen. `prev` is the `n` of the former message. If the screen's last `n` differs from `prev`,
 * the screen connects again. `n` rises with each message, but not always by 1.
 */
export const Delta = Type.Object(
  {
    type: Type.Literal('delta'),
    prev: Type.Integer(),
    n: Type.Integer(),
    at: Instant,
    /**
     * If the bed is new, or if its head (`BedHead`) has changed, the entry has `head` and all values. In all other
     * cases it has only the changed values.
     */
    beds: Type.Array(
      Type.Object({ associationId: AssociationId, head: Type.Optional(BedHead), values: Type.Array(Numeric) }, closed),
    ),
    /** Beds that left the scope, with their values and alarms. */
    gone: Type.Array(AssociationId),
    /** Changed alarms. The `rev` of an alarm is higher than in the last message with this alarm. */
    alarms: Type.Array(Alarm),
    /** Alarms that left the screens. */
    cleared: Type.Array(Type.String()),
    /** Outcomes of commands about beds in scope, including commands that other people sent. */
    answers: Type.Array(CommandAnswer),
  },
  closed,
);
export type Delta = Static<typeof Delta>;

/**
 * Samples of one wave as the device sent them: base64 of little-endian int16, value = sample × scale + offset. The
 * number -32768 stands for a missing sample.
 */
export const WaveMessage = Type.Object(
  {
    type: Type.Literal('wave'),
    associationId: AssociationId,
    code: Code,
    start: Instant,
    rateHz: Type.Number(),
    scale: Type.Number(),
    offset: Type.Number(),
    samples: Type.String(),
    /**
     * True if the server left out chunks before this chunk, because the connection was too slow. The screen draws a
     * gap.
     */
    gap: Type.Boolean(),
    /**
     * Rises each time the device's clock is set. The screen then clears the trace and begins a new trace. Absent: 0.
     */
    timeline: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  closed,
);
export type WaveMessage = Static<typeof WaveMessage>;

/** A screen that must show alarms and has not confirmed them. */
export const UnconfirmedScreen = Type.Object(
  {
    /** The name of the person who is logged in at this screen. */
    person: Type.String({ maxLength: 120 }),
    /** Present if the entry is about the screen that gets this message. */
    isOwn: Type.Optional(Type.Literal(true)),
    /** Some of the beds with unconfirmed alarms, and the number of all unconfirmed alarms. */
    associationIds: Type.Array(AssociationId, { maxItems: 5 }),
    alarms: Type.Integer({ minimum: 1 }),
    /** When the server sent the oldest unconfirmed alarm to this screen. */
    since: Instant,
    why: WhyUnconfirmed,
  },
  closed,
);
export type UnconfirmedScreen = Static<typeof UnconfirmedScreen>;

/** The server sends a heartbeat each second, even when it sends other messages. */
export const Heartbeat = Type.Object(
  {
    type: Type.Literal('heartbeat'),
    at: Instant,
    n: Type.Integer(),
    health: Health,
    /** As in the snapshot. A screen that resumes gets no snapshot. */
    reports: Type.Optional(Type.Literal(true)),
    deliveries: Type.Optional(Type.Literal(true)),
    /** Present if nobody is called in some of the wards on the screen, or if the server does not know it. */
    delivery: Type.Optional(DeliveryDown),
    /** Screens that have not confirmed some of the alarms on this screen; absent if all screens have confirmed. */
    unconfirmed: Type.Optional(Type.Array(UnconfirmedScreen, { maxItems: 20 })),
    /**
     * The build mark of the page that a browser would load now. A page with a different mark is old. Absent if the page
     * has no mark.
     */
    build: Type.Optional(Type.String({ maxLength: 32 })),
    /** Which screens have the sound of wards; absent from a server of an older version. */
    sound: Type.Optional(SoundNews),
  },
  closed,
);
export type Heartbeat = Static<typeof Heartbeat>;

export const ServerMessage = Type.Union([Snapshot, Delta, WaveMessage, Heartbeat, Deliveries, Calls]);
export type ServerMessage = Static<typeof ServerMessage>;
