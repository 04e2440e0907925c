/**
 * Time zones (names of the IANA database): the local time of a ward at an instant, and the instants of a local time. No
 * other file of the product asks the time zone database. Pure, also used in the browser.
 */
import { hourMs, minuteMs } from './durations.ts';

/** A local time, without its zone. `month` is 1 to 12. */
export type WallTime = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
};

/** Maximum number of remembered values in each table below. A table that reaches this maximum is emptied. */
const rememberedMax = 5_000;
/** Zones change their offset at whole quarters of an hour in UTC. */
const quarterMs = 15 * minuteMs;

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();
const labels = new Map<string, string>();

/** Returns whether a time zone of this name exists, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Returns the zone of this machine; `UTC` if the machine does not know its zone. */
export function machineZone(): string {
  const { timeZone } = new Intl.DateTimeFormat('en-GB').resolvedOptions();
  return isTimeZone(timeZone) ? timeZone : 'UTC';
}

function remember<Value>(table: Map<string, Value>, key: string, compute: () => Value): Value {
  const remembered = table.get(key);
  if (remembered !== undefined) return remembered;
  if (table.size >= rememberedMax) table.clear();
  const value = compute();
  table.set(key, value);
  return value;
}

/** @throws RangeError if the zone does not exist */
function formatOf(zone: string): Intl.DateTimeFormat {
  return remember(
    formats,
    zone,
    () =>
      new Intl.DateTimeFormat('en-GB', {
        timeZone: zone,
        ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
        hourCycle: 'h23',
        timeZoneName: 'short',
      }),
  );
}

function partsOf(zone: string, ms: number): (type: Intl.DateTimeFormatPartTypes) => string {
  const parts = formatOf(zone).formatToParts(ms);
  return (type) => parts.find((part) => part.type === type)?.value ?? '';
}

/**
 * Returns how far the local time of a zone is ahead of UTC at an instant, ms.
 * @throws RangeError if the zone does not exist
 */
export function offsetMsAt(zone: string, ms: number): number {
  const quarter = Math.floor(ms / quarterMs) * quarterMs;
  return remember(offsets, `${zone} ${quarter}`, () => {
    const [year = 0, month = 0, ...rest] = (['year', 'month', 'day', 'hour', 'minute', 'second'] as const).map((type) =>
      Number(partsOf(zone, quarter)(type)),
    );
    return Date.UTC(year, month - 1, ...rest) - quarter;
  });
}

/** Returns the local time of a zone at an instant. @throws RangeError if the zone does not exist */
export function wallTime(zone: string, ms: number): WallTime {
  const date = new Date(ms + offsetMsAt(zone, ms));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

const asUtc = ({ year, month, day, hour, minute, second }: WallTime) =>
  Date.UTC(year, month - 1, day, hour, minute, second);

/**
 * Returns the instants at which the clocks of a zone show a time, the earliest first. Usually this is one instant. The
 * result is empty if the clocks are put forward past this time. The result has two instants if the clocks are put back
 * past this time.
 */
export function instantsOf(zone: string, wall: WallTime): number[] {
  const wallMs = asUtc(wall);
  const possible = [-24, 24].map((hours) => offsetMsAt(zone, wallMs + hours * hourMs));
  const instants = [...new Set(possible)].map((offset) => wallMs - offset);
  return instants.filter((ms) => ms + offsetMsAt(zone, ms) === wallMs).sort((a, b) => a - b);
}

/**
 * Returns the instant of a time that a rule computes, for example the beginning of a shift. If the time comes twice,
 * the result is the first instant. A time that does not exist counts as if the clocks had not been changed yet: 02:30
 * is the instant at which they show 03:30. Fields may be beyond their range: day 0 is the last day of the month before.
 */
export function instantOfWall(zone: string, wall: WallTime): number {
  const [first] = instantsOf(zone, wall);
  if (first !== undefined) return first;
  const wallMs = asUtc(wall);
  return wallMs - offsetMsAt(zone, wallMs - 24 * hourMs);
}

/** Returns whether the clocks of a zone show the time of this instant twice, because the clocks are put back. */
export const comesTwice = (zone: string, ms: number): boolean => instantsOf(zone, wallTime(zone, ms)).length > 1;

/**
 * Returns the short name of a zone at an instant: `CET`, `CEST`, `UTC`; the offset if the zone has no usual short name:
 * `UTC+05:30`.
 */
export function zoneLabel(zone: string, ms: number): string {
  const offsetMs = offsetMsAt(zone, ms);
  return remember(labels, `${zone} ${offsetMs}`, () => {
    const name = partsOf(zone, ms)('timeZoneName');
    return /^[A-Z]{3,5}$/.test(name) ? name : offsetText(offsetMs);
  });
}

function offsetText(offsetMs: number): string {
  const minutes = Math.abs(offsetMs) / minuteMs;
  const text = [Math.floor(minutes / 60), minutes % 60].map((n) => String(n).padStart(2, '0')).join(':');
  return `UTC${offsetMs < 0 ? '-' : '+'}${text}`;
}
