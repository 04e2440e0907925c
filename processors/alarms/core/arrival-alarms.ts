/**
 * The technical alarms of parameters that are not judged. Every parameter that the device measures is either judged, or has one of these
 * alarms (CLINICAL, "Judged or told", 4 and 5). Also decides when a silent parameter counts as no longer measured. Pure.
 */
import type { Priority } from '../../../contracts/messages/alarms.ts';
import { type Parameter, parameters } from '../../../contracts/parameters.ts';
import type { Arrival, ArrivalsPart } from './arrivals.ts';
import type { Condition } from './condition.ts';

/**
 * A person has acknowledged the silence of a parameter. If the device has not named the parameter for this long, it is no longer measured
 * (ours).
 */
const givenUpMs = 300_000;

/**
 * Gives up each parameter whose silence a person has acknowledged and which the device no longer names: its module was taken off. A
 * parameter that the device still names without a value is still measured, and its alarm stays.
 * @param isSeen whether a person has acknowledged the silence of a chain
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

/**
 * Returns the sensor of a parameter. SpO2 and the pulse rate share one sensor; systolic, mean and diastolic pressure share one cuff or
 * line.
 */
const sensorOf = ({ group }: Parameter) => (group === 'PR' ? 'SpO2' : group);
/** Returns the name of the sensor whose silence a person acknowledges. */
export const silenceChainOf = (parameter: Parameter) => `${sensorOf(parameter)}.silence`;
const rankInSensor = ({ group, limits }: Parameter) =>
  group === 'PR' ? 0 : limits === 'BPmean' ? 1 : limits === undefined ? 0 : 2;

/**
 * A second trouble of one sensor calls by itself if it begins this long after the first, because the first may have been acknowledged
 * (ours).
 */
const togetherMs = 60_000;

/** A parameter that is not judged: no valid values come, or too few. */
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
  return troubles.map((trouble) => conditionOf(trouble, troubles));
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
 * Returns whether one trouble calls instead of another. The silence of a parameter calls instead of its intermittent values. The main
 * parameter of a sensor calls instead of the others, if both failed together. A parameter that fails later calls by itself.
 */
function standsFor(caller: Trouble, other: Trouble): boolean {
  if (caller.code === other.code) return caller.silent && !other.silent;
  const isMain = rankInSensor(caller.parameter) > rankInSensor(other.parameter);
  if (!isMain || sensorOf(caller.parameter) !== sensorOf(other.parameter)) return false;
  return (caller.silent || !other.silent) && other.since - caller.since <= togetherMs;
}

function conditionOf(trouble: Trouble, all: readonly Trouble[]): Condition {
  const { key, name, code, parameter, silent, since, text } = trouble;
  const callers = all.filter((caller) => standsFor(caller, trouble)).map((caller) => caller.key);
  const isBeyond = trouble.beyond || all.some((other) => other.beyond && standsFor(trouble, other));
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
