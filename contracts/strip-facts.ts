/** The facts of a strip as lines of text, for the screen and for the printed page. Pure. */
import { alarmText } from './alarm-text.ts';
import type { Strip } from './messages/strips.ts';
import { parameters } from './parameters.ts';
import { visibleText } from './text.ts';
import { parseInstant } from './time.ts';

export type Fact = { readonly name: string; readonly text: string };

/** If the clocks of device and server differ by more than this, the page shows the difference, ms (ours). */
const clockToldMs = 2_000;
/** If a number is at least this much older than the onset, the page shows its age, ms (ours). */
const ageToldMs = 2_000;

/** The values that replace the names in braces in a form. */
type FormValues = Readonly<Record<string, string | number>>;
/**
 * Writes a text with places (a form) and its values as one sentence, in the language of the reader. A form without
 * values is a fixed text, or a text of the log. Forms are given only to functions with the name `say`, so that a test
 * finds all forms.
 */
export type Say = (form: string, values?: FormValues) => string;

/** Writes English. */
export const sayInEnglish: Say = (form, values) =>
  values === undefined ? form : form.replace(/\{(\w+)\}/g, (_braces, name: string) => String(values[name] ?? ''));

/** @param timeText writes an instant with its time zone */
export function stripFacts(strip: Strip, timeText: (ms: number) => string, say: Say = sayInEnglish): Fact[] {
  const { alarm, limits, numerics } = strip;
  const unit = alarm.unit === undefined ? '' : ` ${alarm.unit}`;
  const value = `${alarm.value}${unit}`;
  const facts: (Fact | undefined)[] = [
    {
      name: say('Alarm'),
      text: say('{alarm}, {priority} priority, {kind}', {
        alarm: say(visibleText(alarmText(alarm))),
        priority: say(alarm.priority),
        kind: say(alarm.kind),
      }),
    },
    alarm.value === undefined
      ? undefined
      : {
          name: say('Value'),
          text:
            alarm.limit === undefined
              ? value
              : say('{value}, limit {limit}', { value, limit: `${alarm.limit}${unit}` }),
        },
    { name: say('Onset'), text: onsetText(strip, timeText, say) },
    { name: say('Raised'), text: timeText(parseInstant(alarm.raisedAt) ?? Number.NaN) },
    { name: say('Device'), text: visibleText(strip.deviceId) },
    numerics.length === 0 ? undefined : { name: say('Numbers at the onset'), text: numbersText(strip, say) },
    { name: say('Limits in force'), text: limits === undefined ? say('not known') : limitsText(limits, say) },
    missingPartsText(strip, say),
    strip.leftOut === undefined ? undefined : { name: say('Left out, too large'), text: strip.leftOut.join(', ') },
  ];
  return facts.filter((fact) => fact !== undefined);
}

/**
 * Returns a text about the missing parts of the waves. A gap does not show whether the device sent nothing, or whether
 * a record cannot be opened.
 */
function missingPartsText({ content, isComplete, unreadable }: Strip, say: Say): Fact | undefined {
  if (content !== 'waves' || isComplete) return undefined;
  const name = say('Missing parts');
  if (unreadable === undefined) return { name, text: say('no samples came for a part of this time') };
  if (unreadable === 1)
    return {
      name,
      text: say('1 message of this time cannot be read: a gap may be such a message, not a pause of the device'),
    };
  return {
    name,
    text: say('{count} messages of this time cannot be read: a gap may be such a message, not a pause of the device', {
      count: unreadable,
    }),
  };
}

function onsetText(
  { onset, onsetAt, onsetWallAt, onsetIsComputed }: Strip,
  timeText: (ms: number) => string,
  say: Say,
): string {
  const [deviceMs = Number.NaN, wallMs = Number.NaN] = [onsetAt, onsetWallAt].map(parseInstant);
  const parts = [timeText(wallMs)];
  if (Math.abs(deviceMs - wallMs) > clockToldMs)
    parts.push(say('by the device’s clock {time}', { time: timeText(deviceMs) }));
  if (onset > 1) parts.push(say('onset {onset} of this alarm', { onset }));
  if (onsetIsComputed) parts.push(say('computed from the time of the judgement'));
  return parts.join(', ');
}

/**
 * A number may be up to 15 s older than the onset, and the device may have marked the number. So the text shows the age
 * and the mark.
 */
function numbersText({ numerics, onsetAt }: Strip, say: Say): string {
  const onsetMs = parseInstant(onsetAt) ?? Number.NaN;
  const texts = numerics.map(({ code, value, unit, validity, at }) => {
    const ageMs = onsetMs - (parseInstant(at) ?? Number.NaN);
    const notes = [
      validity === undefined ? undefined : say(validity),
      ageMs >= ageToldMs ? say('{seconds} s before', { seconds: Math.round(ageMs / 1_000) }) : undefined,
    ];
    const note = notes.filter((each) => each !== undefined).join(', ');
    return `${say(parameters.get(code)?.label ?? code)} ${value} ${unit}${note && ` (${note})`}`;
  });
  return texts.join(', ');
}

function limitsText({ profile, groups }: NonNullable<Strip['limits']>, say: Say): string {
  const origin =
    profile === null
      ? say('no profile')
      : say('profile {origin}, version {version}', { origin: profile.origin, version: profile.version });
  const texts = groups.map(({ group, limits, off }) => {
    const { low, high, extremeLow, extremeHigh } = limits;
    const plain = off ? say('off') : rangeText(low, high, say);
    const extreme = rangeText(extremeLow, extremeHigh, say);
    const parts = [plain, extreme && say('extreme {range}', { range: extreme })].filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : `${say(group)} ${parts.join(', ')}`;
  });
  return `${texts.filter((text) => text !== undefined).join('; ')} (${origin})`;
}

/** Returns the range inside the limits: `50–120`, `from 90`, `up to 30`; undefined if there is no limit. */
function rangeText(low: number | undefined, high: number | undefined, say: Say): string | undefined {
  if (low === undefined) return high === undefined ? undefined : say('up to {high}', { high });
  return high === undefined ? say('from {low}', { low }) : `${low}–${high}`;
}
