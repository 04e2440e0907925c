/** Lists what is open at a bed, so that the next person knows this before accepting the bed. */
import { dutyNoticeCodes } from '../../../contracts/duty-notice-codes.ts';
import type { Alarm, GroupInForce, Limits } from '../../../contracts/messages/alarms.ts';
import type { DeliveryView } from '../../../contracts/messages/deliveries.ts';
import { type OpenPoint, openPoints, pointId, pointName, seenKeys, seenWith } from '../../../contracts/open-points.ts';
import type { Bed } from '../../protocol/rest.ts';
import { priorityMarks } from './alarm-order.ts';
import { deliveryLine } from './delivery-words.ts';
import { shortTime } from './duty-words.ts';
import { authorText } from './note-input.ts';
import { noticesText } from './notice-words.ts';
import { standbyText } from './standby-words.ts';

const signalTexts: Readonly<Record<Alarm['signal'], string>> = {
  on: 'nobody has acknowledged it',
  off: 'no sound',
  latched: 'over, nobody has acknowledged it',
  acknowledged: 'acknowledged',
};

const dutyCodes: readonly string[] = Object.values(dutyNoticeCodes);

/**
 * One line of the list. `point` is absent in a line that is only about the present and is not compared. The key of an alarm stays the same when
 * somebody acknowledges it.
 */
export type OpenLine = { readonly point?: { readonly key: string; readonly name: string }; readonly text: string };

/** What is open at one bed: the lines, and the keys of what the person has seen with them. */
export type OpenBed = { readonly lines: readonly OpenLine[]; readonly seen: readonly string[] };

/**
 * Returns the beds of a ward that the list of a duty of the whole ward has: those of the wards file, and those that the file no longer names and
 * that still have a device or a patient. The server compares these, too.
 */
export function bedsOfWard(
  registered: readonly string[],
  live: Iterable<Pick<Bed, 'ward' | 'bed'>>,
  ward: string,
): string[] {
  const inUse = [...live].flatMap((bed) => (bed.ward === ward && bed.bed !== null ? [bed.bed] : []));
  return [...new Set([...registered, ...inUse])];
}

/** Returns what is open at the devices of one bed. */
export function openAtBed(
  devices: readonly { readonly bed: Bed; readonly alarms: readonly Alarm[] }[],
  deliveries: ReadonlyMap<string, DeliveryView>,
  nowMs: number,
): OpenBed {
  const lines: OpenLine[] = [];
  const seen: string[] = [];
  for (const { bed, alarms } of devices) {
    // All devices of a patient have the same note.
    const points = openPoints({ ...bed, alarms }, nowMs).filter(({ key }) => !seen.includes(key));
    if (bed.noteUnknown) lines.push({ text: 'The hand-over note cannot be read now. There may be one.' });
    seen.push(...seenKeys(points));
    for (const point of points)
      lines.push({
        point: { key: seenKeys([point]).at(-1) ?? point.key, name: pointName(point) },
        text: pointText(point, deliveries, nowMs),
      });
    // Who is responsible is on the board itself, and changes with this acceptance.
    const notices = bed.notices.filter(({ code }) => !dutyCodes.includes(code));
    if (notices.length > 0) lines.push({ text: noticesText(notices, nowMs) });
  }
  return { lines, seen };
}

function pointText(point: OpenPoint, deliveries: ReadonlyMap<string, DeliveryView>, nowMs: number): string {
  switch (point.type) {
    case 'alarm': {
      const { alarmId, priority, text, signal } = point.alarm;
      const view = deliveries.get(alarmId);
      const called = view ? deliveryLine(view, nowMs)?.text : undefined;
      return `${priorityMarks[priority]} ${text}: ${signalTexts[signal]}${called === undefined ? '' : `. ${called}`}`;
    }
    case 'pause':
      return `Sound of ${point.alarm.text} paused until ${shortTime(point.until, nowMs)}`;
    case 'standby':
      return standbyText(point.standby, nowMs);
    case 'limits':
      return limitsText(point.group, nowMs);
    case 'note':
      return `Note (${authorText(point.note, nowMs)}): ${point.note.text}`;
  }
}

/** Returns `Limits HR 50 to 130, ward 50 to 120 (Nora, 07:10)`. */
function limitsText({ group, limits, base, own, off, changed }: GroupInForce, nowMs: number): string {
  const by = changed ? ` (${changed.by.name}, ${shortTime(changed.at, nowMs)})` : '';
  if (off) {
    const end = off.until === undefined ? '' : ` until ${shortTime(off.until, nowMs)}`;
    return `Limits ${group} off${end}: ${off.reason}${by}`;
  }
  const names = limitNames.filter(([name]) => own?.[name] !== undefined);
  const changes = names.map(([name, text]) => `${text} ${valueText(limits[name])}, ward ${valueText(base[name])}`);
  return `Limits ${group}: ${changes.join('; ')}${by}`;
}

const limitNames = [
  ['low', 'low'],
  ['high', 'high'],
  ['extremeLow', 'extreme low'],
  ['extremeHigh', 'extreme high'],
  ['delayMs', 'delay in ms'],
] as const satisfies readonly (readonly [keyof Limits, string])[];

const valueText = (value: number | undefined) => (value === undefined ? 'none' : String(value));

/** What has changed in the list since the page was opened: the keys of new points, and the names of points that are not open any more. */
export type ListChange = { readonly added: ReadonlySet<string>; readonly gone: readonly string[] };

/** Maximum of points that are named after they are gone; the oldest are left out. */
const goneMax = 8;

/** What the list has shown since the page was opened. `first` has the keys that it showed at first; `names` has the name of each point, by its id. */
export type SeenList = { readonly first: ReadonlySet<string>; readonly names: ReadonlyMap<string, string> };

/** Returns what the list has shown, with what it shows now. */
export function seenListAfter(before: SeenList | undefined, lines: readonly OpenLine[]): SeenList {
  const points = lines.flatMap(({ point }): [string, string][] => (point ? [[point.key, point.name]] : []));
  const names = points.map(([key, name]): [string, string] => [pointId(key), name]);
  if (!before) return { first: new Set(points.map(([key]) => key)), names: new Map(names) };
  return { first: before.first, names: new Map([...before.names, ...names]) };
}

/** Returns which points are new since the page was opened, and which are not open any more. */
export function listChange({ first, names }: SeenList, lines: readonly OpenLine[]): ListChange {
  const present = new Set(lines.flatMap(({ point }) => (point ? [pointId(point.key)] : [])));
  const hasSeen = seenWith([...first]);
  const added = new Set(lines.flatMap(({ point }) => (!point || hasSeen(point.key) ? [] : [point.key])));
  const gone = [...names].filter(([id]) => !present.has(id)).map(([, name]) => name);
  return { added, gone: gone.slice(-goneMax) };
}
