/**
 * The technical alarms of parameters that nobody judges: every parameter that the device measures is either judged, or one of them is on
 * (CLINICAL, "Judged or told", 4 and 5); and when a silent one is measured no more. Pure.
 */
import type { Priority } from '../../../contracts/messages/alarms.ts';
import { type Parameter, parameters } from '../../../contracts/parameters.ts';
import type { Arrival, ArrivalsPart } from './arrivals.ts';
import type { Condition } from './condition.ts';

/** A parameter that the device names no more for so long after a person has answered is measured no more (ours). */
const givenUpMs = 300_000;

/**
 * Gives up the parameters whose silence a person has answered and that the device names no more: their module was taken off. What it
 * goes on to name without a value is still measured, and stays said.
 * @param isSeen whether the call of a silence was answered, by its chain
 * @returns also the codes that are given up now
 */
export function giveUp(
  part: ArrivalsPart,
  isSeen: (chain: string) => boolean,
): { readonly part: ArrivalsPart; readonly codes: readonly string[] } {
  const { now } = part;
  if (now === null || !part.troubled) return { part, codes: noCodes };
  const over = Object.entries(part.codes)
    .filter(([code, { silentSince, namedAt }]) => {
      const isLong = silentSince !== null && now - Math.max(silentSince, namedAt) >= givenUpMs;
      return isLong && isSeen(silenceChainOf(parameters.get(code)!));
    })
    .map(([code]) => code);
  if (over.length === 0) return { part, codes: noCodes };
  const left = over.map((code) => {
    const arrival: Arrival = { ...part.codes[code]!, silentSince: null, patchySince: null, tens: [], givenUp: true };
    return [code, arrival] as const;
  });
  return { part: { ...part, codes: { ...part.codes, ...Object.fromEntries(left) } }, codes: over };
}

const noCodes: readonly string[] = [];

/** SpO2 and the pulse rate come from one sensor; systolic, mean and diastolic from one cuff or line. */
const chainOf = ({ group }: Parameter) => (group === 'PR' ? 'SpO2' : group);
export const silenceChainOf = (parameter: Parameter) => `${chainOf(parameter)}.silence`;
const chainRank = ({ group, limits }: Parameter) =>
  group === 'PR' ? 0 : limits === 'BPmean' ? 1 : limits === undefined ? 0 : 2;

const underSilence = ['silence'];

export function arrivalConditions({ codes, troubled }: ArrivalsPart): Condition[] {
  const found: Condition[] = [];
  if (!troubled) return found;
  for (const [code, { silentSince, patchySince, why, beyond }] of Object.entries(codes)) {
    const parameter = parameters.get(code)!;
    const priority: Priority = beyond ? 'medium' : 'low';
    const { label, group } = parameter;
    if (silentSince !== null) {
      const reason = why === null || why === 'no value' ? '' : ` (${why})`;
      found.push(
        technical(`${group}.no-data`, code, parameter, priority, `${label}: no value${reason}`, silentSince, 2),
      );
    }
    if (patchySince !== null)
      found.push(
        technical(
          `${group}.intermittent`,
          code,
          parameter,
          priority,
          `${label}: valid only now and then`,
          patchySince,
          1,
        ),
      );
  }
  return found;
}

function technical(
  name: string,
  code: string,
  parameter: Parameter,
  priority: Priority,
  text: string,
  onset: number,
  rank: number,
): Condition {
  return {
    key: `${name}/${code}`,
    name,
    kind: 'technical',
    priority,
    chain: silenceChainOf(parameter),
    rank: 10 * rank + chainRank(parameter),
    under: underSilence,
    text,
    code,
    onset,
    determined: onset,
    valueAt: onset,
    excess: 0,
    late: false,
    outOfOrder: false,
  };
}
