/**
 * Reads and checks the remarks at the beginning of a capture. Sentences say what happens. A remark that begins with
 * `must:` says what the engine must do, and a test checks it. tests/alarms/README.md explains the forms. Pure.
 */
import type { Alarm, AlarmEvent, AlarmEventType } from '../../contracts/messages/alarms.ts';

const eventWords = [
  'raised',
  'updated',
  'escalated',
  'acknowledged-by-a-person',
  'realarmed',
  'audio-paused',
  'resolved',
  'cleared',
] as const;
const stateWords = ['calls', 'paused', 'acknowledged', 'latched', 'present', 'over'] as const;
const priorityWords = ['high', 'medium', 'low'] as const;
type EventWord = (typeof eventWords)[number];
type StateWord = (typeof stateWords)[number];

/** A span of time, in seconds since the first line of the capture. */
type Span = { readonly fromS: number; readonly toS: number };

/** One `must:` remark. */
export type Requirement = { readonly text: string; readonly line: number } & (
  | {
      readonly kind: 'event';
      readonly names: string;
      readonly word: EventWord;
      readonly times: Times;
      readonly in: Span;
    }
  | { readonly kind: 'state'; readonly names: string; readonly word: StateWord; readonly in: Span }
  | { readonly kind: 'priority'; readonly names: string; readonly word: (typeof priorityWords)[number] }
  | { readonly kind: 'says'; readonly names: string; readonly words: string }
  | { readonly kind: 'nothing-else' }
);
type Times = { readonly least: number; readonly most: number };

/** The remarks of a capture. */
export type Remarks = { readonly sentences: readonly string[]; readonly requirements: readonly Requirement[] };

/** Returns the remarks of a capture. Throws if a `must:` remark has an unknown form. */
export function readRemarks(text: string): Remarks {
  const sentences: string[] = [];
  const requirements: Requirement[] = [];
  text.split('\n').forEach((remark, i) => {
    if (!remark.startsWith('#')) return;
    const words = remark.slice(1).trim();
    if (words.startsWith('must:')) requirements.push(requirementOf(words.slice('must:'.length).trim(), i + 1));
    else if (words !== '') sentences.push(words);
  });
  return { sentences, requirements };
}

function requirementOf(text: string, line: number): Requirement {
  const unknownForm = () =>
    new Error(`line ${line}: "${text}" is not a form of "must:" that tests/alarms/README.md explains.`);
  if (text === 'nothing else') return { kind: 'nothing-else', text, line };
  const says = /^(\S+) says "(.+)"$/.exec(text);
  if (says) return { kind: 'says', names: says[1]!, words: says[2]!, text, line };
  const [names = '', word = '', ...rest] = text.split(' ');
  const when = rest.join(' ');
  if (isOneOf(priorityWords, word) && when === '') return { kind: 'priority', names, word, text, line };
  if (isOneOf(stateWords, word)) {
    const span = spanOf(when);
    if (span === undefined || when === '') throw unknownForm();
    return { kind: 'state', names, word, in: span, text, line };
  }
  if (!isOneOf(eventWords, word)) throw unknownForm();
  const timesAndSpan = /^(once|twice|never|\d+ times|at most \d+ times)?(?:^| ?)(.*)$/.exec(when);
  const span = timesAndSpan && spanOf(timesAndSpan[2]!);
  if (!span) throw unknownForm();
  return { kind: 'event', names, word, times: timesOf(timesAndSpan[1]), in: span, text, line };
}

function isOneOf<T extends string>(words: readonly T[], word: string): word is T {
  return (words as readonly string[]).includes(word);
}

function timesOf(words: string | undefined): Times {
  if (words === undefined) return { least: 1, most: Number.POSITIVE_INFINITY };
  if (words === 'never') return { least: 0, most: 0 };
  const n = words === 'once' ? 1 : words === 'twice' ? 2 : Number(/\d+/.exec(words)![0]);
  return { least: words.startsWith('at most') ? 0 : n, most: n };
}

const clock = '((?:\\d+:)?\\d+:\\d{2}(?:\\.\\d+)?)';
const spans: readonly (readonly [RegExp, (a: number, b: number) => Span])[] = [
  [/^$/, () => ({ fromS: Number.NEGATIVE_INFINITY, toS: Number.POSITIVE_INFINITY })],
  [/^at the end$/, () => ({ fromS: Number.POSITIVE_INFINITY, toS: Number.POSITIVE_INFINITY })],
  [new RegExp(`^at ${clock}$`), (a) => ({ fromS: a, toS: a })],
  [new RegExp(`^by ${clock}$`), (a) => ({ fromS: Number.NEGATIVE_INFINITY, toS: a })],
  [new RegExp(`^before ${clock}$`), (a) => ({ fromS: Number.NEGATIVE_INFINITY, toS: a - 0.001 })],
  [new RegExp(`^after ${clock}$`), (a) => ({ fromS: a + 0.001, toS: Number.POSITIVE_INFINITY })],
  [new RegExp(`^from ${clock}$`), (a) => ({ fromS: a, toS: Number.POSITIVE_INFINITY })],
  [new RegExp(`^(?:from|between) ${clock} (?:to|and) ${clock}$`), (a, b) => ({ fromS: a, toS: b })],
];

function spanOf(words: string): Span | undefined {
  for (const [pattern, make] of spans) {
    const match = pattern.exec(words);
    if (match) return make(secondsOf(match[1]), secondsOf(match[2]));
  }
  return undefined;
}

const secondsOf = (words = '0') => words.split(':').reduce((sum, part) => 60 * sum + Number(part), 0);

/** Returns a sentence for each `must:` remark that the events do not fulfil. */
export function brokenRequirements(
  requirements: readonly Requirement[],
  events: readonly AlarmEvent[],
  startMs: number,
): string[] {
  const named = requirements.flatMap((requirement) => ('names' in requirement ? [requirement.names] : []));
  return requirements.flatMap((requirement) => {
    const fault = faultOf(requirement, events, startMs, named);
    return fault === undefined ? [] : [`line ${requirement.line}, "${requirement.text}": ${fault}`];
  });
}

function faultOf(requirement: Requirement, events: readonly AlarmEvent[], startMs: number, named: readonly string[]) {
  const secondOf = ({ at }: AlarmEvent) => (Date.parse(at) - startMs) / 1000;
  switch (requirement.kind) {
    case 'event': {
      const type: AlarmEventType = requirement.word === 'acknowledged-by-a-person' ? 'acknowledged' : requirement.word;
      const all = events.filter((event) => event.type === type && isNamed(requirement.names, event.alarm));
      const seconds = all.map(secondOf).filter((s) => s >= requirement.in.fromS && s <= requirement.in.toS);
      const { least, most } = requirement.times;
      if (seconds.length >= least && seconds.length <= most) return undefined;
      return `the event came ${seconds.length} times in that time. It came at: ${all.map((event) => clockText(secondOf(event))).join(', ') || 'no time'}`;
    }
    case 'state':
      return stateFault(requirement.names, requirement.word, requirement.in, events, startMs);
    case 'priority': {
      const other = events.find(
        ({ alarm }) => isNamed(requirement.names, alarm) && alarm.priority !== requirement.word,
      );
      return other && `the priority is ${other.alarm.priority} at ${clockText(secondOf(other))}`;
    }
    case 'says': {
      const texts = new Set(
        events.filter(({ alarm }) => isNamed(requirement.names, alarm)).map(({ alarm }) => alarm.text),
      );
      return [...texts].some((text) => text.includes(requirement.words))
        ? undefined
        : `the texts are: ${[...texts].join(' / ')}`;
    }
    case 'nothing-else': {
      const others = events.filter(({ alarm }) => !named.some((names) => isNamed(names, alarm)));
      return others.length === 0
        ? undefined
        : `there are also events of ${[...new Set(others.map(({ alarm }) => alarm.condition))].join(', ')}`;
    }
  }
}

/**
 * Returns whether names include the condition of an alarm. `a|b` means a or b. `HR.*` means all names that begin with
 * `HR.`.
 */
function isNamed(names: string, { condition }: Pick<Alarm, 'condition'>): boolean {
  return names.split('|').some((name) => {
    return name.endsWith('*') ? condition.startsWith(name.slice(0, -1)) : condition === name;
  });
}

/** Returns a fault if the alarms with these names do not keep the state during the whole span; otherwise undefined. */
function stateFault(names: string, word: StateWord, span: Span, events: readonly AlarmEvent[], startMs: number) {
  const alarms = new Map<string, Alarm>();
  let [i, nextS] = [0, span.fromS];
  while (true) {
    for (; i < events.length && (Date.parse(events[i]!.at) - startMs) / 1000 <= nextS; i++) {
      const { type, alarm } = events[i]!;
      if (type === 'cleared') alarms.delete(alarm.alarmId);
      else alarms.set(alarm.alarmId, alarm);
    }
    const named = [...alarms.values()].filter((alarm) => isNamed(names, alarm));
    if (!isIn(word, named, startMs + nextS * 1000)) return `the state does not hold at ${clockText(nextS)}`;
    const next = events[i];
    if (next === undefined) return undefined;
    nextS = (Date.parse(next.at) - startMs) / 1000;
    if (nextS > span.toS) return undefined;
  }
}

function isIn(word: StateWord, alarms: readonly Alarm[], nowMs: number): boolean {
  const isPaused = ({ audioPausedUntil }: Alarm) =>
    audioPausedUntil !== undefined && Date.parse(audioPausedUntil) > nowMs;
  const sounds = ({ signal }: Alarm) => signal === 'on' || signal === 'latched';
  switch (word) {
    case 'calls':
      return alarms.some((alarm) => sounds(alarm) && !isPaused(alarm));
    case 'paused':
      return alarms.some((alarm) => sounds(alarm) && isPaused(alarm));
    case 'acknowledged':
      return alarms.some(({ signal }) => signal === 'acknowledged');
    case 'latched':
      return alarms.some(({ signal }) => signal === 'latched');
    case 'present':
      return alarms.some(({ present }) => present);
    case 'over':
      return alarms.every(({ present }) => !present);
  }
}

/** Returns a number of seconds as `m:ss`. */
export function clockText(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'the end';
  const whole = Math.floor(Math.abs(seconds) / 60);
  const rest = Math.round((Math.abs(seconds) % 60) * 1000) / 1000;
  return `${seconds < 0 ? '-' : ''}${whole}:${rest < 10 ? '0' : ''}${rest}`;
}
