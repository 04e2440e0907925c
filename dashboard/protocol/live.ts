/**
 * The messages of the live connection, as JSON text. A screen sends `Watch`; the server sends a snapshot, then numbered
 * deltas, waveforms and heartbeats. A screen opens the connection at `livePath` with a ticket from `POST /api/ticket`.
 * No `node:` import here: the browser's build reads this file.
 */
import { type Static, Type } from 'typebox';
import { Alarm, CommandAnswer } from '../../contracts/messages/alarms.ts';
import { Instant } from '../../contracts/messages/device.ts';
import { AssociationId } from '../../contracts/messages/records.ts';
import { Bed, BedHead, Numeric } from './rest.ts';

const closed = { additionalProperties: false } as const;
const Ward = Type.String({ minLength: 1, maxLength: 40 });
const Code = Type.String({ pattern: '^MDC_[A-Z0-9_]{1,60}$' });

/**
 * Canaries, the test readings that are sent every few seconds, do not arrive. `step` is the first step that a canary did
 * not pass. `gateway`: no gateway has reported a canary. `log`: a gateway has reported canaries, but Kafka does not have
 * them. `engine`: Kafka has them, but the alarm processor has not reported them.
 */
export const CanaryFault = Type.Object(
  {
    step: Type.Enum(['gateway', 'log', 'engine']),
    /** The number of Kafka partitions without canaries, out of `of` partitions. Each partition has a part of the patients. */
    partitions: Type.Integer({ minimum: 1 }),
    of: Type.Integer({ minimum: 1 }),
    /**
     * True: readings of devices may not arrive, or the alarm processor may not judge them. False: readings of devices
     * arrive, and only the canaries are missing.
     */
    grave: Type.Boolean(),
    /**
     * The receive time of the last canary that passed this step, in the partition that is without canaries for longest;
     * null if no canary has passed the step in this partition.
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
     * `away`: for 8 s the server could not read back the test record that it writes to Kafka. So no new reading, alarm or
     * acknowledgement arrives.
     */
    kafka: Type.Enum(['ok', 'away']),
    /** `stale`: readings arrive, but the alarm processor gives no sign of life. Values are current, alarms are not. */
    alarms: Type.Enum(['ok', 'stale']),
    kafkaAt: Type.Union([Instant, Type.Null()]),
    alarmsAt: Type.Union([Instant, Type.Null()]),
    /** The number of present alarms of devices without a bed that no open screen may show; absent instead of 0. */
    unseenAlarms: Type.Optional(Type.Integer({ minimum: 1 })),
    /** The number of accounts and devices at wards or beds that are not registered; absent instead of 0. */
    unregistered: Type.Optional(Type.Integer({ minimum: 1 })),
    /**
     * Present while the clock of the server's machine differs from Vigil's time, because somebody set the clock. Ages and
     * alarms stay right. `aheadMs`: how far the clock is ahead of Vigil's time, negative if it is behind. `at`: when the
     * server noticed the difference, in Vigil's time.
     */
    clock: Type.Optional(Type.Object({ aheadMs: Type.Integer(), at: Instant }, closed)),
    /**
     * Present for an hour after the server read a damaged batch of records from Kafka: values and alarms of that batch
     * may be missing on the screens. `batches`: the number of damaged batches since the server's start. `at`: when the
     * server read the newest of them.
     */
    damaged: Type.Optional(Type.Object({ batches: Type.Integer({ minimum: 1 }), at: Instant }, closed)),
    /**
     * The certificate of this server that expires first, if it expires within 21 days: the operator should have renewed
     * it. `name`: the certificate's name in the metrics. `at`: when it expires, by the clock of the server's machine.
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
 * Says what the screen shows. A screen sends its first `Watch` within 5 s after it opens the connection, and another
 * `Watch` when it shows something else. After a lost connection, `resume` has the `stream` of the snapshot and the last
 * `n` that the screen received. The server then answers with a delta, or with a new snapshot if it no longer has all
 * changes since `n`.
 */
export const Watch = Type.Object(
  {
    type: Type.Literal('watch'),
    /**
     * A ward, `*` for all of the viewer's wards, or one association. A ward includes devices without a bed that were last
     * in this ward.
     */
    scope: Type.Union([Type.Object({ ward: Ward }, closed), Type.Object({ associationId: AssociationId }, closed)]),
    /**
     * The associations (within the scope) and the codes whose waveforms the screen shows. If `codes` is absent: all
     * codes. If `waves` is null: no waveforms.
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

/** The present state of everything in scope, at number `n` of this server's `stream`. */
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
  },
  closed,
);
export type Snapshot = Static<typeof Snapshot>;

/**
 * Everything in scope that changed after `prev`. Each value, alarm and head of the delta replaces the former one on the
 * screen. `prev` is the `n` of the former message; if `prev` differs from it, the screen connects again. `n` rises with
 * each message, but not always by 1.
 */
export const Delta = Type.Object(
  {
    type: Type.Literal('delta'),
    prev: Type.Integer(),
    n: Type.Integer(),
    at: Instant,
    /** If the bed is new or its head changed: `head` and all values. Otherwise only the changed values. */
    beds: Type.Array(
      Type.Object({ associationId: AssociationId, head: Type.Optional(BedHead), values: Type.Array(Numeric) }, closed),
    ),
    /** Beds that left the scope, with their values and alarms. */
    gone: Type.Array(AssociationId),
    /** Changed alarms. The `rev` of each alarm is higher than in the former message. */
    alarms: Type.Array(Alarm),
    /** Alarms that left the screens. */
    cleared: Type.Array(Type.String()),
    /** Outcomes of commands about beds in scope, including commands that other people sent. */
    answers: Type.Array(CommandAnswer),
  },
  closed,
);
export type Delta = Static<typeof Delta>;

/** Samples of one wave as the device sent them: base64 of little-endian int16, value = sample × scale + offset, -32768 missing. */
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
    /** True if the server left out chunks before this chunk, because the connection was too slow. The screen draws a gap. */
    gap: Type.Boolean(),
    /** Rises each time the device's clock was set; the screen then clears the trace and begins again. Absent: 0. */
    timeline: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  closed,
);
export type WaveMessage = Static<typeof WaveMessage>;

/** The server sends a heartbeat each second, even when it sends other messages. */
export const Heartbeat = Type.Object(
  { type: Type.Literal('heartbeat'), at: Instant, n: Type.Integer(), health: Health },
  closed,
);
export type Heartbeat = Static<typeof Heartbeat>;

export const ServerMessage = Type.Union([Snapshot, Delta, WaveMessage, Heartbeat]);
export type ServerMessage = Static<typeof ServerMessage>;
