/**
 * Defines the built-in delivery policy, checks the policy of a hospital, and selects the chain for an alarm. A policy
 * is used as a whole or not at all: if one chain has a fault, the former policy stays in force. Pure.
 */
import { type TSchema, Type } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { minuteMs, secondMs } from './durations.ts';
import { type AlertKind, alertKinds, type Priority } from './messages/alarms.ts';
import type { Duty } from './messages/assignments.ts';
import {
  CallChain,
  type DeliveryChannel,
  type DeliveryPolicy,
  type KindChains,
  LowChain,
  NotSent,
  type QuietHours,
  type WardChains,
} from './messages/delivery-policy.ts';
import { priorities } from './priorities.ts';
import { isQuiet } from './quiet-hours.ts';
import { textFaultIn } from './text.ts';
import { isTimeZone } from './zones.ts';

/**
 * Channels through which a person can answer. The other channels only inform: they never end the wait for an answer
 * (IEC 60601-1-8: distributed information system).
 */
const answeringChannels: ReadonlySet<DeliveryChannel> = new Set(['screen', 'push']);

/** Returns whether a person can accept or reject an alarm through this channel. */
export function canAnswer(channel: DeliveryChannel): boolean {
  return answeringChannels.has(channel);
}

const chain = (times: Omit<CallChain, 'steps'>, waitMs: number, dutiesInOrder: readonly Duty[]): CallChain => ({
  steps: dutiesInOrder.map((duty) => ({ duty, channels: ['screen', 'push'], waitMs })),
  ...times,
});
/** A person has 60 s (high) or 120 s (medium) to answer (CLINICAL, "Delivery"). The other times are ours. */
const highTimes = { repeatMs: minuteMs, acceptedMs: 2 * minuteMs, ageMsMax: 15 * minuteMs };
const mediumTimes = { repeatMs: 2 * minuteMs, acceptedMs: 5 * minuteMs, ageMsMax: 30 * minuteMs };
const low: NotSent = { notSent: 'Alarms of low priority are only on the screens.' };

/** The policy of a hospital that has no file. */
export const builtInPolicy: DeliveryPolicy = {
  version: 'built-in-1',
  hospital: {
    physiological: {
      high: chain(highTimes, 60 * secondMs, ['nurse', 'buddy', 'charge-nurse', 'physician']),
      medium: chain(mediumTimes, 120 * secondMs, ['nurse', 'buddy', 'charge-nurse']),
      low,
    },
    technical: {
      high: chain(highTimes, 60 * secondMs, ['nurse', 'technician']),
      medium: chain(mediumTimes, 120 * secondMs, ['nurse', 'technician']),
      low,
    },
  },
  wards: {},
};

/** The chain of an alarm, or the reason why the alarm calls nobody. */
export type ChosenChain = { readonly chain: CallChain } | NotSent;

/**
 * Returns the chain for an alarm that begins at a time. A ward without chains of its own uses the chains of the
 * hospital.
 */
export function chainFor(
  policy: DeliveryPolicy,
  { ward, kind, priority }: { readonly ward: string | null; readonly kind: AlertKind; readonly priority: Priority },
  atMs: number,
): ChosenChain {
  const ofWard = ward !== null && Object.hasOwn(policy.wards, ward) ? policy.wards[ward]! : policy.hospital;
  const chosen: KindChains[Priority] = ofWard[kind][priority];
  if ('notSent' in chosen) return chosen;
  const { quietHours, ...found }: LowChain = chosen;
  if (quietHours && isQuiet(quietHours, atMs))
    return { notSent: `Quiet hours from ${quietHours.from} to ${quietHours.until}.` };
  return { chain: found };
}

/** A policy, or the faults that make the policy unusable. */
export type PolicyResult = { readonly policy: DeliveryPolicy } | { readonly faults: readonly string[] };

/**
 * Checks the content of a file, and returns it as a policy. A file without `hospital` uses the built-in chains for all
 * wards that the file does not name.
 * @returns `faults` names faults with their places, each as one sentence. If a part of the file has a wrong shape, the
 * faults inside this part are not named, and a fault of the file itself hides the faults of the wards
 */
export function policyOf(content: unknown): PolicyResult {
  const ofShape = shapeFaults('file', content, '');
  if (ofShape.length > 0) return { faults: ofShape };
  const {
    version,
    hospital,
    wards = {},
  } = content as {
    readonly version: string;
    readonly hospital?: unknown;
    readonly wards?: Readonly<Record<string, unknown>>;
  };
  const nameFault = textFaultIn([version, ...Object.keys(wards)]);
  const faults = [
    ...(nameFault ? [`/: a name ${nameFault.fault}.`] : []),
    ...(hospital === undefined ? [] : wardFaults(hospital, '/hospital')),
    ...Object.entries(wards).flatMap(([ward, chains]) => wardFaults(chains, `/wards/${ward}`)),
  ];
  if (faults.length > 0) return { faults };
  return {
    policy: {
      version,
      hospital: (hospital as WardChains | undefined) ?? builtInPolicy.hospital,
      wards: wards as Readonly<Record<string, WardChains>>,
    },
  };
}

const closed = { additionalProperties: false } as const;
const shapes = {
  file: Type.Object(
    {
      version: Type.String({ minLength: 1, maxLength: 40, pattern: '\\S' }),
      hospital: Type.Optional(Type.Unknown()),
      wards: Type.Optional(Type.Record(Type.String({ minLength: 1, maxLength: 40 }), Type.Unknown())),
    },
    closed,
  ),
  ward: Type.Object({ physiological: Type.Unknown(), technical: Type.Unknown() }, closed),
  kind: Type.Object({ high: Type.Unknown(), medium: Type.Unknown(), low: Type.Unknown() }, closed),
  chain: CallChain,
  lowChain: LowChain,
  notSent: NotSent,
} satisfies Record<string, TSchema>;
const validators = Object.fromEntries(
  Object.entries<TSchema>(shapes).map(([name, shape]) => [name, Compile(shape)]),
) as unknown as Record<keyof typeof shapes, Validator>;

function shapeFaults(shape: keyof typeof shapes, value: unknown, path: string): string[] {
  const validator = validators[shape];
  if (validator.Check(value)) return [];
  const faults = validator.Errors(value).map(({ instancePath, message, params }) => {
    const allowed = 'allowedValues' in params ? `: ${params.allowedValues.join(', ')}` : '';
    return `${path}${instancePath || (path === '' ? '/' : '')}: it ${message}${allowed}.`;
  });
  return [...new Set(faults)];
}

function wardFaults(chains: unknown, path: string): string[] {
  const faults = shapeFaults('ward', chains, path);
  if (faults.length > 0) return faults;
  return alertKinds.flatMap((kind) => kindFaults((chains as WardChains)[kind], `${path}/${kind}`));
}

function kindFaults(chains: unknown, path: string): string[] {
  const faults = shapeFaults('kind', chains, path);
  if (faults.length > 0) return faults;
  return priorities.flatMap((priority) =>
    chainFaults((chains as KindChains)[priority], priority, `${path}/${priority}`),
  );
}

function chainFaults(content: unknown, priority: Priority, path: string): string[] {
  if (content !== null && typeof content === 'object' && 'notSent' in content)
    return priority === 'high'
      ? [`${path}: alarms of high priority must call somebody. Give a chain.`]
      : shapeFaults('notSent', content, path);
  const faults = shapeFaults(priority === 'low' ? 'lowChain' : 'chain', content, path);
  return faults.length > 0 ? faults : unsafeParts(content as LowChain, priority, path);
}

/** Longest `firstAfterMs` of alarms of high priority (ours). */
const highFirstAfterMsMax = 10 * secondMs;

/** Returns the faults of a chain that could leave an alarm without an answer. */
function unsafeParts(chainToCheck: LowChain, priority: Priority, path: string): string[] {
  const { steps, ageMsMax, firstAfterMs = 0, quietHours } = chainToCheck;
  const untilLastMs = steps.slice(0, -1).reduce((sum, { waitMs }) => sum + waitMs, firstAfterMs);
  return [
    ...(steps.some(({ channels }) => channels.some(canAnswer))
      ? []
      : [
          `${path}/steps: no step has a channel through which a person can answer (${[...answeringChannels].join(', ')}).`,
        ]),
    ...(untilLastMs < ageMsMax
      ? []
      : [`${path}/ageMsMax: the last step is only called after ${untilLastMs} ms, when the alarm is already too old.`]),
    ...(priority === 'high' && firstAfterMs > highFirstAfterMsMax
      ? [`${path}/firstAfterMs: an alarm of high priority calls after at most ${highFirstAfterMsMax} ms.`]
      : []),
    ...quietFaults(quietHours, `${path}/quietHours`),
  ];
}

function quietFaults(quietHours: QuietHours | undefined, path: string): string[] {
  if (!quietHours) return [];
  const { from, until, timeZone } = quietHours;
  return [
    ...(isTimeZone(timeZone) ? [] : [`${path}/timeZone: no time zone has this name. An example is Europe/Berlin.`]),
    ...(from === until ? [`${path}: the start and the end are equal. For no calls at all, use notSent.`] : []),
  ];
}
