/**
 * Early warning scores of one patient: NEWS2 (Royal College of Physicians 2017), shock index, qSOFA. The alarm engine
 * computes them and screens show them. See CLINICAL.md, "NEWS2" and "Deterioration".
 */
import { type Static, Type } from 'typebox';
import { consciousnessLevels, newsParameters, newsResponses, newsRisks, qsofaParameters } from '../score-names.ts';
import { Instant } from './device.ts';
import { Actor, AssociationId } from './records.ts';

const noOtherMembers = { additionalProperties: false } as const;

const Spo2Scale = Type.Union([Type.Literal(1), Type.Literal(2)]);

/** A nurse's assessment of a patient. A member that is left out keeps its earlier value. */
export const Assessment = Type.Object(
  {
    consciousness: Type.Optional(Type.Enum([...consciousnessLevels])),
    oxygen: Type.Optional(Type.Boolean({ description: 'the patient breathes supplemental oxygen' })),
    spo2Scale: Type.Optional(Spo2Scale),
  },
  noOtherMembers,
);
export type Assessment = Static<typeof Assessment>;

/**
 * One input of a score. If `points` is absent, the input is missing: it was not measured, its `value` (measured at
 * `at`) is too old, or its points depend on an unknown input. For example, the points of a high SpO2 on scale 2 are
 * unknown if nobody entered whether the patient breathes oxygen.
 */
const ScorePart = Type.Object(
  {
    parameter: Type.Enum([...newsParameters]),
    value: Type.Optional(Type.Union([Type.Number(), Type.Boolean(), Type.Enum([...consciousnessLevels])])),
    at: Type.Optional(Instant),
    points: Type.Optional(Type.Integer({ minimum: 0, maximum: 3 })),
  },
  noOtherMembers,
);
export type ScorePart = Static<typeof ScorePart>;

const enteredValue = <T extends Parameters<typeof Type.Optional>[0]>(value: T) =>
  Type.Optional(Type.Object({ value, at: Instant, by: Actor }, noOtherMembers));

/**
 * The scores of one association at `at`. A score has a `total` only if no input is missing. `atLeast` is the sum of the
 * known points.
 */
export const Scores = Type.Object(
  {
    associationId: AssociationId,
    at: Instant,
    /** When the next input becomes too old if it is not measured again. Absent if all inputs are too old. */
    validUntil: Type.Optional(Instant),
    news2: Type.Object(
      {
        scale: Spo2Scale,
        parts: Type.Array(ScorePart, { maxItems: newsParameters.length }),
        missing: Type.Array(Type.Enum([...newsParameters]), { maxItems: newsParameters.length }),
        atLeast: Type.Integer({ minimum: 0 }),
        total: Type.Optional(Type.Integer({ minimum: 0, maximum: 20 })),
        risk: Type.Optional(Type.Enum([...newsRisks])),
        response: Type.Optional(Type.Enum([...newsResponses])),
      },
      noOtherMembers,
    ),
    shockIndex: Type.Optional(
      Type.Number({ description: 'heart rate divided by systolic pressure, rounded to two digits after the point' }),
    ),
    qsofa: Type.Object(
      {
        met: Type.Array(Type.Enum([...qsofaParameters]), { maxItems: qsofaParameters.length }),
        missing: Type.Array(Type.Enum([...qsofaParameters]), { maxItems: qsofaParameters.length }),
        total: Type.Optional(Type.Integer({ minimum: 0, maximum: 3 })),
      },
      noOtherMembers,
    ),
    assessment: Type.Object(
      {
        consciousness: enteredValue(Type.Enum([...consciousnessLevels])),
        oxygen: enteredValue(Type.Boolean()),
        spo2Scale: enteredValue(Spo2Scale),
      },
      noOtherMembers,
    ),
  },
  noOtherMembers,
);
export type Scores = Static<typeof Scores>;
