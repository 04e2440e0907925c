/**
 * The messages of the live connection, as JSON text. A screen sends `Watch`; the server sends a snapshot, then numbered
 * deltas, waveforms and a heartbeat. Opened at `livePath` with a ticket of `POST /api/ticket`. No `node:` import here:
 * the browser's build reads this file.
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
 * A canary, the test reading of every few seconds, did not come the whole way. `step` is the first that is not
 * confirmed. `gateway`: no gateway said that it took one. `log`: a gateway took one, and Kafka does not have it.
 * `engine`: Kafka has it, and the alarm processor has not met it.
 */
export const CanaryFault = Type.Object(
  {
    step: Type.Enum(['gateway', 'log', 'engine']),
    /** How many of Kafka's `of` partitions are concerned: each has some of the patients. */
    partitions: Type.Integer({ minimum: 1 }),
    of: Type.Integer({ minimum: 1 }),
    /**
     * True: readings may not arrive or may not be judged. False: readings of devices come, and only the canary is
     * missing.
     */
    grave: Type.Boolean(),
    /** When the last canary that came this far was received; null if none was seen. */
    at: Type.Union([Instant, Type.Null()]),
  },
  closed,
);
export type CanaryFault = Static<typeof CanaryFault>;

/** Whether the processes behind the server still work. A screen shows anything but `ok` as a banner of its own. */
export const Health = Type.Object(
  {
    /**
     * `away`: the server’s own record has not come back from Kafka for 8 s. No new reading, alarm or acknowledgement
     * arrives.
     */
    kafka: Type.Enum(['ok', 'away']),
    /** `stale`: readings come, but the alarm processor shows no sign of life: values are current, alarms are not. */
    alarms: Type.Enum(['ok', 'stale']),
    kafkaAt: Type.Union([Instant, Type.Null()]),
    alarmsAt: Type.Union([Instant, Type.Null()]),
    /** Present alarms of devices without a bed that no open screen may show; absent if there are none. */
    unseenAlarms: Type.Optional(Type.Integer({ minimum: 1 })),
    /** Accounts and devices at wards or beds that are not registered; absent if there are none. */
    unregistered: Type.Optional(Type.Integer({ minimum: 1 })),
    /**
     * Present while the clock of the server's machine differs from the time that Vigil keeps: somebody set it. Ages and
     * alarms stay right. `aheadMs`: by how much it is ahead, negative if it was set back; `at`: when that was noticed,
     * in Vigil's time.
     */
    clock: Type.Optional(Type.Object({ aheadMs: Type.Integer(), at: Instant }, closed)),
    /**
     * Present for an hour after the server met a batch in Kafka that it cannot read whole: values and alarms of its
     * time may be missing on the screens. `batches`: how many since the server's start; `at`: when the newest was met.
     */
    damaged: Type.Optional(Type.Object({ batches: Type.Integer({ minimum: 1 }), at: Instant }, closed)),
    /**
     * The certificate of this server that ends first, if it ends within 21 days: it should have been renewed. `name`:
     * as in its metrics; `at`: its end, by the clock of the server's machine. Absent if no certificate ends soon.
     */
    certificate: Type.Optional(
      Type.Object({ name: Type.String({ maxLength: 40 }), at: Instant, ended: Type.Boolean() }, closed),
    ),
    /** Absent if canaries come the whole way. */
    canary: Type.Optional(CanaryFault),
  },
  closed,
);
export type Health = Static<typeof Health>;

/**
 * The message of a screen: the first within 5 s of the opening, another when it shows something else. `resume` after a
 * lost connection: the snapshot's `stream` and the last `n`. The server answers with a delta, or with a new snapshot if
 * it cannot.
 */
export const Watch = Type.Object(
  {
    type: Type.Literal('watch'),
    /**
     * A ward, `*` for all of the viewer's wards, or one association. A ward includes the devices that were last in it.
     */
    scope: Type.Union([Type.Object({ ward: Ward }, closed), Type.Object({ associationId: AssociationId }, closed)]),
    /**
     * Waveforms of these associations within the scope, of these codes (all codes if absent); null for no waveforms.
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

/** Everything in scope as it stands at number `n` of this server's `stream`. */
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
 * Everything that changed in scope after `prev`: each value, alarm and head here replaces the one that the screen has.
 * `prev` is the `n` of the message before; if it is not, the screen connects again. Numbers grow but are not
 * contiguous.
 */
export const Delta = Type.Object(
  {
    type: Type.Literal('delta'),
    prev: Type.Integer(),
    n: Type.Integer(),
    at: Instant,
    /** `head` and all values if the bed is new or its head changed; otherwise only the changed values. */
    beds: Type.Array(
      Type.Object({ associationId: AssociationId, head: Type.Optional(BedHead), values: Type.Array(Numeric) }, closed),
    ),
    /** Beds that left the scope, with their values and alarms. */
    gone: Type.Array(AssociationId),
    /** Each with a higher `rev` than before. */
    alarms: Type.Array(Alarm),
    /** Alarms that left the screens. */
    cleared: Type.Array(Type.String()),
    /** Outcomes of commands about beds in scope, whoever sent them. */
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
    /** Chunks before it were left out because the connection was too slow: draw a gap. */
    gap: Type.Boolean(),
    /** Changes each time the device's clock was set: the trace begins anew. Absent: 0. */
    timeline: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  closed,
);
export type WaveMessage = Static<typeof WaveMessage>;

/** Each second, whatever else is sent. */
export const Heartbeat = Type.Object(
  { type: Type.Literal('heartbeat'), at: Instant, n: Type.Integer(), health: Health },
  closed,
);
export type Heartbeat = Static<typeof Heartbeat>;

export const ServerMessage = Type.Union([Snapshot, Delta, WaveMessage, Heartbeat]);
export type ServerMessage = Static<typeof ServerMessage>;
