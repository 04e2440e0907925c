/** The scenarios of simulated devices. Their times count from the start of the device. */

export type Effect =
  | 'desaturation'
  | 'tachycardia'
  | 'leads-off'
  | 'silence'
  | 'backlog'
  | 'arrhythmia'
  | 'sound-paused';

/**
 * A span of time in which an effect acts, from `fromMs` (included) to `toMs` (excluded). The span repeats with the
 * scenario.
 */
export type Episode = { readonly effect: Effect; readonly fromMs: number; readonly toMs: number };

export type Scenario = {
  readonly name: string;
  /** A line for `--help`. */
  readonly text: string;
  /** Time after which the scenario repeats: its episodes begin again. */
  readonly repeatMs: number;
  readonly episodes: readonly Episode[];
  /**
   * Whether the device sends a quarter of the messages a second time, immediately or some messages later. Such a repeat
   * has the boot and seq of the first message.
   */
  readonly duplicates: boolean;
  /** Interval of messages that every gateway must refuse; 0 if there are no such messages. */
  readonly garbageEveryMs: number;
  /**
   * How far the clock of each bed's device is ahead (+) or behind (-). If there are more beds than entries, the entries
   * repeat.
   */
  readonly skewsMs: readonly number[];
  /** The recordings that the beds play (cast.ts). */
  readonly cast: 'ward' | 'sepsis';
  /** Speed of the replay if the command line has no `--speed`. */
  readonly speed: number;
};

const defaults = {
  repeatMs: 240_000,
  episodes: [],
  duplicates: false,
  garbageEveryMs: 0,
  skewsMs: [0],
  cast: 'ward',
  speed: 1,
} as const;

export const scenarios: readonly Scenario[] = [
  { ...defaults, name: 'steady', text: 'the recordings without changes, with their own gaps and breaches' },
  {
    ...defaults,
    name: 'desaturation',
    text: 'SpO2 falls to 78 % within 30 s, stays there, and recovers, every 4 min',
    episodes: [{ effect: 'desaturation', fromMs: 5_000, toMs: 125_000 }],
  },
  {
    ...defaults,
    name: 'tachycardia',
    text: 'heart and pulse rate climb to 150 /min within 30 s, every 4 min',
    episodes: [{ effect: 'tachycardia', fromMs: 5_000, toMs: 125_000 }],
  },
  {
    ...defaults,
    name: 'leads-off',
    text: 'ECG leads come off for 45 s every 2 min: status condition, invalid values, waves without samples',
    repeatMs: 120_000,
    episodes: [{ effect: 'leads-off', fromMs: 10_000, toMs: 55_000 }],
  },
  {
    ...defaults,
    name: 'silence',
    text: 'the device is connected, but publishes nothing for 60 s every 2 min',
    repeatMs: 120_000,
    episodes: [{ effect: 'silence', fromMs: 15_000, toMs: 75_000 }],
  },
  {
    ...defaults,
    name: 'skew',
    text: 'each device clock is 2 s to 5 min ahead or behind',
    skewsMs: [300_000, -300_000, 20_000, -20_000, 2_000, -2_000],
  },
  {
    ...defaults,
    name: 'duplicates',
    text: 'a quarter of the messages is sent twice with the same boot and seq',
    duplicates: true,
  },
  {
    ...defaults,
    name: 'backlog',
    text: 'the device publishes nothing for 45 s, and then all stored messages in order, every 90 s',
    repeatMs: 90_000,
    episodes: [{ effect: 'backlog', fromMs: 15_000, toMs: 60_000 }],
  },
  {
    ...defaults,
    name: 'garbage',
    text: 'the device sends every 4 s a message that must be refused: no JSON, absurd value, wrong unit, wrong topic',
    garbageEveryMs: 4_000,
  },
  {
    ...defaults,
    name: 'arrhythmia',
    text: 'the monitor’s own alarm: VT for 30 s every 2 min; its sound is paused after 10 s for 60 s',
    repeatMs: 120_000,
    episodes: [
      { effect: 'arrhythmia', fromMs: 10_000, toMs: 40_000 },
      { effect: 'sound-paused', fromMs: 20_000, toMs: 80_000 },
    ],
  },
  {
    ...defaults,
    name: 'sepsis',
    text: 'hourly values of patients who become septic, one hour in 5 s',
    cast: 'sepsis',
    speed: 720,
  },
];

/** The scenario of each bed in `mixed`. If there are more beds than entries, the entries repeat. */
export const mixedScenarios: readonly string[] = [
  'steady',
  'desaturation',
  'leads-off',
  'steady',
  'silence',
  'duplicates',
  'backlog',
  'garbage',
  'skew',
  'tachycardia',
  'arrhythmia',
];

export const scenarioNames: readonly string[] = [...scenarios.map((scenario) => scenario.name), 'mixed'];

/** Returns the scenario of a bed (`index` from 0); undefined if the name is unknown. */
export function scenarioOf(name: string, index: number): Scenario | undefined {
  const nameOfBed = name === 'mixed' ? mixedScenarios[index % mixedScenarios.length] : name;
  return scenarios.find((scenario) => scenario.name === nameOfBed);
}

/**
 * Returns the delay of a bed's episodes. The first bed has no delay, and each further bed has 3 s more, so that not all
 * beds alarm in the same second.
 */
export function episodeDelayMs(index: number): number {
  return (index % 20) * 3_000;
}

/**
 * Returns the time since the beginning of an effect and the time until its end; undefined if the effect does not act at
 * this time.
 */
export function effectAt(
  scenario: Scenario,
  effect: Effect,
  elapsedMs: number,
): { sinceMs: number; remainingMs: number } | undefined {
  if (elapsedMs < 0) return undefined;
  const positionMs = elapsedMs % scenario.repeatMs;
  for (const episode of scenario.episodes) {
    if (episode.effect === effect && positionMs >= episode.fromMs && positionMs < episode.toMs) {
      return { sinceMs: positionMs - episode.fromMs, remainingMs: episode.toMs - positionMs };
    }
  }
  return undefined;
}
