/**
 * The answer to `GET /api/associations/:associationId/waves`: the waves of a time, as the device sent them. All times
 * are ms since 1970.
 */
import { type Static, type TSchema, Type } from 'typebox';
import { Code, Instant } from '../../contracts/messages/device.ts';
import { Patient } from '../../contracts/messages/records.ts';
import { waveGapReasons } from '../../contracts/wave-gaps.ts';

const closed = { additionalProperties: false } as const;
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Ms = Type.Integer();

/** Longest time that one request may ask for, ms (ours). */
export const waveSpanMsMax = 5 * 60_000;

/** The time of the waves, by the clock of the device; `to` is excluded. */
export const WaveHistoryQuery = Type.Object({ from: Instant, to: Instant }, closed);
export type WaveHistoryQuery = Static<typeof WaveHistoryQuery>;

/** One message of the device (contracts/wave-runs.ts). */
const Chunk = Type.Object(
  {
    code: Code,
    startMs: Ms,
    rateHz: Type.Number(),
    scale: Type.Number(),
    offset: Type.Number(),
    samples: Type.String(),
    receivedMs: Ms,
    boot: Type.String(),
    seq: Type.Integer(),
  },
  closed,
);

export const WaveHistory = Type.Object(
  {
    /** The server's time of the answer. */
    atMs: Ms,
    /** Bed and patient of the stay. */
    about: Type.Object(
      { deviceId: Type.String(), ward: orNull(Type.String()), bed: orNull(Type.String()), patient: orNull(Patient) },
      closed,
    ),
    /** The time in which the viewer may see waves of this stay. `toMs` is null while the stay lasts. */
    stay: Type.Object({ fromMs: Ms, toMs: orNull(Ms) }, closed),
    /** The log probably has no waves from before this time. Null: the log goes back to before the requested time. */
    keptFromMs: orNull(Ms),
    /** How far the device's clock is behind the server's clock now, ms; negative if the device's clock is ahead. */
    clockErrorMs: Ms,
    chunks: Type.Array(Chunk),
    /**
     * The times at which a wave of the answer has no samples. If the answer has no wave, the list has one entry with
     * `code: null`.
     */
    gaps: Type.Array(
      Type.Object({ code: orNull(Code), fromMs: Ms, toMs: Ms, reason: Type.Enum([...waveGapReasons]) }, closed),
    ),
    /** Number of records of this stay that could not be opened. The times of their waves are not known. */
    unreadable: Type.Integer({ minimum: 0 }),
  },
  closed,
);
export type WaveHistory = Static<typeof WaveHistory>;
