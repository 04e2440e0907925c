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
const sensorOf = ({ group }: Parameter) => (group === 'PR' ? 'SpO2' : group);
/** Names the sensor whose silence a person answers. */
export const silenceChainOf = (parameter: Parameter) => `${sensorOf(parameter)}.silence`;
const rankInSensor = ({ group, limits }: Parameter) =>
  group === 'PR' ? 0 : limits === 'BPmean' ? 1 : limits === undefined ? 0 : 2;

/** What begins so long after a trouble of the same sensor is a trouble of its own, since the first may have been answered (ours). */
const togetherMs = 60_000;

/** A parameter that nobody judges: nothing valid comes, or too little. */
type Trouble = {
  readonly key: string;
  readonly name: string;
  readonly code: string;
  readonly parameter: Parameter;
  readonly silent: boolean;
  readonly since: number;
  readonly beyond: boolean;
  readonly text: string;
};

export function arrivalConditions({ codes, troubled }: ArrivalsPart): readonly Condition[] {
  if (!troubled) return none;
  const troubles = Object.entries(codes).flatMap(([code, arrival]) => troublesOf(code, arrival));
  return troubles.map((one) => conditionOf(one, troubles));
}

const none: readonly Condition[] = [];

function troublesOf(code: string, { silentSince, patchySince, why, beyond }: Arrival): Trouble[] {
  const parameter = parameters.get(code)!;
  const { label, group } = parameter;
  const trouble = (name: string, since: number, text: string, silent: boolean): Trouble[] => [
    { key: `${name}/${code}`, name, code, parameter, silent, since, beyond, text: `${label}: ${text}` },
  ];
  const reason = why === null || why === 'no value' ? '' : ` (${why})`;
  return [
    ...(silentSince === null ? [] : trouble(`${group}.no-data`, silentSince, `no value${reason}`, true)),
    ...(patchySince === null ? [] : trouble(`${group}.intermittent`, patchySince, 'valid only now and then', false)),
  ];
}

/**
 * Whether one trouble calls for another one: the silence of a parameter for its coming now and then, and the main parameter of a sensor for
 * the others, where the same befell them together. A parameter that fails later calls by itself.
 */
function standsFor(caller: Trouble, other: Trouble): boolean {
  if (caller.code === other.code) return caller.silent && !other.silent;
  const isMain = rankInSensor(caller.parameter) > rankInSensor(other.parameter);
  if (!isMain || sensorOf(caller.parameter) !== sensorOf(other.parameter)) return false;
  return (caller.silent || !other.silent) && other.since - caller.since <= togetherMs;
}

function conditionOf(trouble: Trouble, all: readonly Trouble[]): Condition {
  const { key, name, code, parameter, silent, since, text } = trouble;
  const callers = all.filter((one) => standsFor(one, trouble)).map((one) => one.key);
  const isBeyond = trouble.beyond || all.some((one) => one.beyond && standsFor(trouble, one));
  const priority: Priority = isBeyond ? 'medium' : 'low';
  return {
    key,
    name,
    kind: 'technical',
    priority,
    chain: key,
    rank: (silent ? 20 : 10) + rankInSensor(parameter),
    under: ['silence', ...callers],
    text,
    code,
    onset: since,
    determined: since,
    valueAt: since,
    excess: 0,
    late: false,
    outOfOrder: false,
  };
}
