/**
 * The detector of a heart rate and a pulse that differ: one of the two sensors counts something else (CLINICAL, "Judged or told", 8).
 * Pure.
 */
import { usableNumber } from '../../../contracts/messages/check.ts';
import type { NumericValue } from '../../../contracts/messages/device.ts';
import type { Condition } from './condition.ts';

type Rate = { readonly at: number; readonly value: number };

export type RatesPart = {
  readonly heart: Rate | null;
  readonly pulse: Rate | null;
  /** Device time since which they differ; null while they agree. */
  readonly since: number | null;
  /** And have for so long that somebody is told. */
  readonly told: boolean;
};

export const initialRates: RatesPart = { heart: null, pulse: null, since: null, told: false };

const differMin = 25;
const differMs = 10_000;
/** Two values that were measured further apart are not compared (ours). */
const apartMsMax = 5_000;

/** Takes the values of one reading. Values that came out of order change nothing. */
export function rates(part: RatesPart, time: number, values: readonly NumericValue[]): RatesPart {
  const heart = newer(part.heart, rateOf(values, 'MDC_ECG_HEART_RATE', time));
  const pulse = newer(part.pulse, rateOf(values, 'MDC_PULS_OXIM_PULS_RATE', time));
  if (heart === part.heart && pulse === part.pulse) return part;
  const next = { ...part, heart, pulse };
  if (heart === null || pulse === null || Math.abs(heart.at - pulse.at) > apartMsMax) return next;
  if (Math.abs(heart.value - pulse.value) <= differMin) return { ...next, since: null, told: false };
  const at = Math.max(heart.at, pulse.at);
  const since = part.since ?? at;
  return { ...next, since, told: at - since >= differMs };
}

function rateOf(values: readonly NumericValue[], code: string, at: number): Rate | null {
  const numeric = values.find((one) => one.code === code && one.validity === undefined);
  const value = numeric && usableNumber(numeric);
  return value === undefined ? null : { at, value };
}

function newer(before: Rate | null, came: Rate | null): Rate | null {
  return came === null || (before !== null && came.at <= before.at) ? before : came;
}

export function ratesConditions({ heart, pulse, since, told }: RatesPart): Condition[] {
  if (!told || since === null || heart === null || pulse === null) return [];
  const at = since + differMs;
  return [
    {
      key: 'rates-differ',
      name: 'rates-differ',
      kind: 'technical',
      priority: 'low',
      chain: 'rates-differ',
      rank: 0,
      text: 'HR and pulse differ',
      onset: since,
      determined: at,
      valueAt: at,
      excess: 0,
      late: false,
      outOfOrder: false,
    },
  ];
}
