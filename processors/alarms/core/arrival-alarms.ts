/**
 * The technical alarms of parameters that are not judged. The rule: every parameter that the device measures is judged,
 * or an alarm says that it is not judged (CLINICAL, "Judged or told", 4 and 5). Also decides when a silent parameter
 * counts as no longer measured. Pure.
 */
import type { Priority } from '../../../contracts/messages/alarms.ts';
import { type Parameter, parameters } from '../../../contracts/parameters.ts';
import type { Arrival, ArrivalsPart } from './arrivals.ts';
import { type Condition, technicalCondition } from './condition.ts';

/**
 * A parameter counts as no longer measured if a person has acknowledged its silence, and the device has not named it
 * for this time (a number of ours).
 */
const givenUpMs = 300_000;

/**
 * Marks parameters as given up: no longer measured, because their module was taken off. A parameter is given up if a
 * person has acknowledged its silence and the device no longer names it. A parameter that the device names without a
 * value is still measured.
 * @param isSeen returns whether a person has acknowledged the silence of a sensor
 * @returns the new part, and the codes that are given up now
 */
export function giveUp(
  part: ArrivalsPart,
  isSeen: (chain: string) => boolean,
): { readonly part: ArrivalsPart; readonly codes: readonly string[] } {
  const { now } = part;
  if (now === null || !part.troubled) return { part, codes: noCodes };
  const silentCodes = Object.entries(part.codes)
    .filter(([code, { silentSince, namedAt }]) => {
      const isLong = silentSince !== null && now - Math.max(silentSince, namedAt) >= givenUpMs;
      return isLong && isSeen(silenceChainOf(parameters.get(code)!));
    })
    .map(([code]) => code);
  if (silentCodes.length === 0) return { part, codes: noCodes };
  const givenUp = silentCodes.map((code) => {
    const arrival: Arrival = { ...part.codes[code]!, silentSince: null, patchySince: null, tens: [], givenUp: true };
    return [code, arrival] as const;
  });
  return { part: { ...part, codes: { ...part.codes, ...Object.fromEntries(givenUp) } }, codes: silentCodes };
}

const noCodes: readonly string[] = [];

/**
 * Returns the sensor of a parameter. SpO2 and the pulse rate share one sensor. Systolic, mean and diastolic pressure
 * share one cuff or line.
 */
const sensorOf = ({ group }: Parameter) => (group === 'PR' ? 'SpO2' : group);
/**
 * Returns the cause (`chain`) of a parameter's silence. The parameters of one sensor share one cause, so a person
 * acknowledges their silence only once.
 */
export const silenceChainOf = (parameter: Parameter) => `${sensorOf(parameter)}.silence`;
/** Returns the rank of a parameter among the parameters of its sensor. The main parameter has the highest rank. */
const rankInSensor = ({ group, limits }: Parameter) =>
  group === 'PR' ? 0 : limits === 'BPmean' ? 1 : limits === undefined ? 0 : 2;

/**
 * If a parameter fails more than this time after the main parameter of its sensor, this failure calls too, because a
 * person may have acknowledged the first call (ours).
 */
const togetherMs = 60_000;

/** The failure of a parameter: no valid values come, or too few to judge them. */
type Failure = {
  readonly key: string;
  readonly name: string;
  readonly code: string;
  readonly parameter: Parameter;
  /** True: no valid values come. False: too few valid values come. */
  readonly isSilent: boolean;
  readonly since: number;
  readonly wasBeyondLimit: boolean;
  readonly text: string;
};

/**
 * Returns the technical conditions of all parameters that are silent or intermittent. A parameter that is both has two
 * conditions.
 */
export function arrivalConditions({ codes, troubled }: ArrivalsPart): readonly Condition[] {
  if (!troubled) return noConditions;
  const failures = Object.entries(codes).flatMap(([code, arrival]) => failuresOf(code, arrival));
  return failures.map((failure) => conditionOf(failure, failures));
}

const noConditions: readonly Condition[] = [];

function failuresOf(code: string, { silentSince, patchySince, why, beyond: wasBeyondLimit }: Arrival): Failure[] {
  const parameter = parameters.get(code)!;
  const { label, group } = parameter;
  const failure = (name: string, since: number, text: string, isSilent: boolean): Failure[] => [
    { key: `${name}/${code}`, name, code, parameter, isSilent, since, wasBeyondLimit, text: `${label}: ${text}` },
  ];
  const reason = why === null || why === 'no value' ? '' : ` (${why})`;
  return [
    ...(silentSince === null ? [] : failure(`${group}.no-data`, silentSince, `no value${reason}`, true)),
    ...(patchySince === null ? [] : failure(`${group}.intermittent`, patchySince, 'valid only now and then', false)),
  ];
}

/**
 * Returns whether one failure calls instead of another failure. If a parameter is silent, its failure `no-data` calls
 * and its failure `intermittent` does not. The main parameter of a sensor calls instead of another parameter of the
 * sensor, unless the other parameter failed more than `togetherMs` later, or only the other parameter is silent.
 */
function callsInsteadOf(caller: Failure, other: Failure): boolean {
  if (caller.code === other.code) return caller.isSilent && !other.isSilent;
  const isMain = rankInSensor(caller.parameter) > rankInSensor(other.parameter);
  if (!isMain || sensorOf(caller.parameter) !== sensorOf(other.parameter)) return false;
  return (caller.isSilent || !other.isSilent) && other.since - caller.since <= togetherMs;
}

function conditionOf(failure: Failure, all: readonly Failure[]): Condition {
  const { key, name, code, parameter, isSilent, since, text } = failure;
  const callers = all.filter((caller) => callsInsteadOf(caller, failure)).map((caller) => caller.key);
  const isBeyond =
    failure.wasBeyondLimit || all.some((other) => other.wasBeyondLimit && callsInsteadOf(failure, other));
  const priority: Priority = isBeyond ? 'medium' : 'low';
  const rank = (isSilent ? 20 : 10) + rankInSensor(parameter);
  return technicalCondition(key, priority, text, since, { name, code, rank, yieldsTo: ['silence', ...callers] });
}
