/**
 * The National Early Warning Score 2 (Royal College of Physicians 2017; CLINICAL, "NEWS2"), for patients of 16 years or
 * more. Pure.
 */
import {
  type Consciousness,
  type NewsParameter,
  type NewsResponse,
  type NewsRisk,
  newsParameters,
} from '../../../../contracts/score-names.ts';
import { roundHalfUp } from './round.ts';

/** The values that are scored together. An absent field is a missing value. Units are those of the parameter table. */
export type News2Set = {
  readonly RR?: number | undefined;
  readonly SpO2?: number | undefined;
  /** The patient breathes supplemental oxygen. */
  readonly oxygen?: boolean | undefined;
  readonly BPsys?: number | undefined;
  readonly pulse?: number | undefined;
  readonly consciousness?: Consciousness | undefined;
  readonly Temp?: number | undefined;
  /** Scale 2 only if a clinician chose it, for hypercapnic respiratory failure (target 88 to 92 %). */
  readonly scale: 1 | 2;
};

export type News2 = {
  readonly points: Readonly<Partial<Record<NewsParameter, number>>>;
  readonly missing: readonly NewsParameter[];
  /** Sum of the points of the known parameters. */
  readonly atLeast: number;
  /** The score. If a parameter is missing, the score, the risk and the response are all absent. */
  readonly total?: number;
  readonly risk?: NewsRisk;
  readonly response?: NewsResponse;
};

/** The bands of a parameter in rising order: the highest value of each band, and its points. */
type Bands = readonly (readonly [number, number])[];
const above = Number.POSITIVE_INFINITY;

// biome-ignore format: as the chart
const bands = {
  RR: [[8, 3], [11, 1], [20, 0], [24, 2], [above, 3]],
  SpO2: [[91, 3], [93, 2], [95, 1], [above, 0]],
  SpO2onAir2: [[83, 3], [85, 2], [87, 1], [above, 0]],
  SpO2onOxygen2: [[83, 3], [85, 2], [87, 1], [92, 0], [94, 1], [96, 2], [above, 3]],
  BPsys: [[90, 3], [100, 2], [110, 1], [219, 0], [above, 3]],
  pulse: [[40, 3], [50, 1], [90, 0], [110, 1], [130, 2], [above, 3]],
  Temp: [[35, 3], [36, 1], [38, 0], [39, 1], [above, 2]],
} satisfies Record<string, Bands>;

/** Returns the points of a value; undefined if the value is missing. */
function pointsIn(parameterBands: Bands, value: number | undefined, digits = 0): number | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined;
  const rounded = roundHalfUp(value, digits);
  return parameterBands.find(([highest]) => rounded <= highest)![1];
}

/**
 * Returns the score of a set. Each value is first rounded to the precision of the published table: 35.05 counts as
 * 35.1.
 */
export function news2(set: News2Set): News2 {
  const { oxygen, consciousness } = set;
  const points: Record<NewsParameter, number | undefined> = {
    RR: pointsIn(bands.RR, set.RR),
    SpO2: spo2Points(set),
    oxygen: oxygen === undefined ? undefined : oxygen ? 2 : 0,
    BPsys: pointsIn(bands.BPsys, set.BPsys),
    pulse: pointsIn(bands.pulse, set.pulse),
    consciousness: consciousness === undefined ? undefined : consciousness === 'A' ? 0 : 3,
    Temp: pointsIn(bands.Temp, set.Temp, 1),
  };
  const missing = newsParameters.filter((parameter) => points[parameter] === undefined);
  const knownPoints = newsParameters.flatMap((parameter) => points[parameter] ?? []);
  const atLeast = knownPoints.reduce((sum, parameterPoints) => sum + parameterPoints, 0);
  const parts = { points: points as News2['points'], missing, atLeast };
  if (missing.length > 0) return parts;
  return { ...parts, total: atLeast, ...riskAndResponseOf(atLeast, knownPoints.includes(3)) };
}

/**
 * Returns the points of SpO2. On scale 2 the points of a high saturation depend on whether the patient gets oxygen.
 * Returns undefined if the points depend on the oxygen and the oxygen is not known.
 */
function spo2Points({ scale, SpO2, oxygen }: News2Set): number | undefined {
  if (scale === 1) return pointsIn(bands.SpO2, SpO2);
  const [onAir, onOxygen] = [pointsIn(bands.SpO2onAir2, SpO2), pointsIn(bands.SpO2onOxygen2, SpO2)];
  if (oxygen !== undefined) return oxygen ? onOxygen : onAir;
  return onAir === onOxygen ? onAir : undefined;
}

function riskAndResponseOf(
  total: number,
  hasThree: boolean,
): { readonly risk: NewsRisk; readonly response: NewsResponse } {
  if (total >= 7) return { risk: 'high', response: 'emergency' };
  if (total >= 5) return { risk: 'medium', response: 'urgent' };
  if (hasThree) return { risk: 'low-medium', response: 'ward-review' };
  return { risk: 'low', response: total === 0 ? '12-hourly' : '4-to-6-hourly' };
}
