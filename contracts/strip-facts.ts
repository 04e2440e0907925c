/** The facts of a strip as lines of text, for the screen and for the printed page. Pure. */
import type { Strip } from './messages/strips.ts';
import { parameters } from './parameters.ts';
import { visibleText } from './text.ts';
import { parseInstant } from './time.ts';

export type Fact = { readonly name: string; readonly text: string };

/** If the clocks of device and server differ by more than this, the page shows the difference, ms (ours). */
const clockToldMs = 2_000;
/** If a number was measured at least this long before the onset, the page shows how long, ms (ours). */
const ageToldMs = 2_000;

/** @param timeText writes an instant with its time zone */
export function stripFacts(strip: Strip, timeText: (ms: number) => string): Fact[] {
  const { alarm, limits, numerics } = strip;
  const unit = alarm.unit === undefined ? '' : ` ${alarm.unit}`;
  const facts: (Fact | undefined)[] = [
    { name: 'Alarm', text: `${visibleText(alarm.text)}, ${alarm.priority} priority, ${alarm.kind}` },
    alarm.value === undefined
      ? undefined
      : {
          name: 'Value',
          text: `${alarm.value}${unit}${alarm.limit === undefined ? '' : `, limit ${alarm.limit}${unit}`}`,
        },
    { name: 'Onset', text: onsetText(strip, timeText) },
    { name: 'Raised', text: timeText(parseInstant(alarm.raisedAt) ?? Number.NaN) },
    { name: 'Device', text: visibleText(strip.deviceId) },
    numerics.length === 0 ? undefined : { name: 'Numbers at the onset', text: numbersText(strip) },
    { name: 'Limits in force', text: limits === undefined ? 'not known' : limitsText(limits) },
    missingPartsText(strip),
    strip.leftOut === undefined ? undefined : { name: 'Left out, too large', text: strip.leftOut.join(', ') },
  ];
  return facts.filter((fact) => fact !== undefined);
}

/** Says which parts of the waves are missing. A gap does not show whether the device sent nothing, or whether a record cannot be opened. */
function missingPartsText({ content, isComplete, unreadable }: Strip): Fact | undefined {
  if (content !== 'waves' || isComplete) return undefined;
  const text =
    unreadable === undefined
      ? 'no samples came for a part of this time'
      : `${unreadable} ${unreadable === 1 ? 'message' : 'messages'} of this time cannot be read: a gap may be such a message, not a pause of the device`;
  return { name: 'Missing parts', text };
}

function onsetText({ onset, onsetAt, onsetWallAt, onsetIsComputed }: Strip, timeText: (ms: number) => string): string {
  const [deviceMs = Number.NaN, wallMs = Number.NaN] = [onsetAt, onsetWallAt].map(parseInstant);
  const parts = [timeText(wallMs)];
  if (Math.abs(deviceMs - wallMs) > clockToldMs) parts.push(`by the device’s clock ${timeText(deviceMs)}`);
  if (onset > 1) parts.push(`onset ${onset} of this alarm`);
  if (onsetIsComputed) parts.push('computed from the time of the judgement');
  return parts.join(', ');
}

/** A number may be up to 15 s older than the onset, and the device may have marked it. A reader must not take it for a good value of the onset. */
function numbersText({ numerics, onsetAt }: Strip): string {
  const onsetMs = parseInstant(onsetAt) ?? Number.NaN;
  const texts = numerics.map(({ code, value, unit, validity, at }) => {
    const ageMs = onsetMs - (parseInstant(at) ?? Number.NaN);
    const notes = [validity, ageMs >= ageToldMs ? `${Math.round(ageMs / 1_000)} s before` : undefined];
    const note = notes.filter((each) => each !== undefined).join(', ');
    return `${parameters.get(code)?.label ?? code} ${value} ${unit}${note && ` (${note})`}`;
  });
  return texts.join(', ');
}

function limitsText({ profile, groups }: NonNullable<Strip['limits']>): string {
  const origin = profile === null ? 'no profile' : `profile ${profile.origin}, version ${profile.version}`;
  const texts = groups.map(({ group, limits, off }) => {
    const { low, high, extremeLow, extremeHigh } = limits;
    const plain = off ? 'off' : rangeText(low, high);
    const extreme = rangeText(extremeLow, extremeHigh);
    const parts = [plain, extreme && `extreme ${extreme}`].filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : `${group} ${parts.join(', ')}`;
  });
  return `${texts.filter((text) => text !== undefined).join('; ')} (${origin})`;
}

/** Returns the values that do not cross a limit: `50–120`, `from 90`, `up to 30`; undefined if there is no limit. */
function rangeText(low: number | undefined, high: number | undefined): string | undefined {
  if (low === undefined) return high === undefined ? undefined : `up to ${high}`;
  return high === undefined ? `from ${low}` : `${low}–${high}`;
}
