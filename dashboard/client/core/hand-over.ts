/** Lists the open points of a bed, so that the next person reads them before she or he accepts the bed. */

import { dutyNoticeCodes } from '../../../contracts/duty-notice-codes.ts';
import type { Alarm, GroupInForce, Limits } from '../../../contracts/messages/alarms.ts';
import type { DeliveryView } from '../../../contracts/messages/deliveries.ts';
import { type OpenPoint, openPoints, pointId, seenKeys, seenWith } from '../../../contracts/open-points.ts';
import type { Bed } from '../../protocol/rest.ts';
import { priorityMarks } from './alarm-order.ts';
import { alarmText } from './alarm-words.ts';
import { deliveryLine } from './delivery-words.ts';
import { authorText } from './note-input.ts';
import { noticesText } from './notice-words.ts';
import { labelText } from './server-texts.ts';
import { standbyText } from './standby-words.ts';
import { t, texts } from './texts.ts';
import { shortTime } from './times.ts';

const signalTexts: Readonly<Record<Alarm['signal'], string>> = texts({
  on: 'nobody has acknowledged it',
  off: 'no sound',
  latched: 'over, nobody has acknowledged it',
  acknowledged: 'acknowledged',
});

const dutyCodes: readonly string[] = Object.values(dutyNoticeCodes);

/**
 * One line of the list. `point` is absent in a line without an open point, such as a notice. When the person accepts,
 * the server does not compare such a line. The key of an alarm stays the same after an acknowledgement, so that the
 * list does not mark the alarm as new.
 */
export type OpenLine = { readonly point?: { readonly key: string; readonly name: string }; readonly text: string };

/** The open points of one bed: the lines of the list, and the keys of the points in these lines. */
export type OpenBed = { readonly lines: readonly OpenLine[]; readonly seen: readonly string[] };

/**
 * Returns the beds to list for a duty of the whole ward: the beds in the wards file, and all other beds of the ward
 * with a device or a patient. The server checks that the person has seen the open points at these beds.
 */
export function bedsOfWard(
  registered: readonly string[],
  live: Iterable<Pick<Bed, 'ward' | 'bed'>>,
  ward: string,
): string[] {
  const inUse = [...live].flatMap((bed) => (bed.ward === ward && bed.bed !== null ? [bed.bed] : []));
  return [...new Set([...registered, ...inUse])];
}

/** Returns the open points at the devices of one bed. */
export function openAtBed(
  devices: readonly { readonly bed: Bed; readonly alarms: readonly Alarm[] }[],
  deliveries: ReadonlyMap<string, DeliveryView>,
  nowMs: number,
): OpenBed {
  const lines: OpenLine[] = [];
  const seen: string[] = [];
  for (const { bed, alarms } of devices) {
    // All devices of a patient have the same note and tasks, so the list names these points only once.
    const points = openPoints({ ...bed, alarms }, nowMs).filter(({ key }) => !seen.includes(key));
    if (bed.noteUnknown)
      lines.push({ text: t('The hand-over note and the tasks cannot be read now. There may be some.') });
    seen.push(...seenKeys(points));
    for (const point of points)
      lines.push({
        point: { key: seenKeys([point]).at(-1) ?? point.key, name: shownName(point) },
        text: pointText(point, deliveries, nowMs),
      });
    // Notices about duties are left out. The board shows who is responsible, and the acceptance changes who is
    // responsible.
    const notices = bed.notices.filter(({ code }) => !dutyCodes.includes(code));
    if (notices.length > 0) lines.push({ text: noticesText(notices, nowMs) });
  }
  return { lines, seen };
}

function pointText(point: OpenPoint, deliveries: ReadonlyMap<string, DeliveryView>, nowMs: number): string {
  switch (point.type) {
    case 'alarm': {
      const { alarmId, priority, signal } = point.alarm;
      const view = deliveries.get(alarmId);
      const called = view ? deliveryLine(view, nowMs)?.text : undefined;
      return `${priorityMarks[priority]} ${alarmText(point.alarm)}: ${signalTexts[signal]}${called === undefined ? '' : `. ${called}`}`;
    }
    case 'pause':
      return t('Sound of {text} paused until {time}', {
        text: alarmText(point.alarm),
        time: shortTime(point.until, nowMs),
      });
    case 'standby':
      return standbyText(point.standby, nowMs);
    case 'limits':
      return limitsText(point.group, nowMs);
    case 'note':
      return t('Note ({author}): {text}', { author: authorText(point.note, nowMs), text: point.note.text });
    case 'task':
      return t('Task ({author}): {text}', { author: authorText(point.task, nowMs), text: point.task.text });
  }
}

/** Returns a short text of a point. A note and a task are named without their text. */
function shownName(point: OpenPoint): string {
  switch (point.type) {
    case 'alarm':
      return alarmText(point.alarm);
    case 'pause':
      return t('sound of {text} paused{part}', { text: alarmText(point.alarm), part: '' });
    case 'standby':
      return t('standby ({reason})', { reason: point.standby.reason });
    case 'limits':
      return t('own limits of {group}', { group: labelText(point.group.group) });
    case 'note':
      return t('note of {by}', { by: point.note.by });
    case 'task':
      return t('task of {by}', { by: point.task.by });
  }
}

/** Returns the text about a patient's own limits, for example `Limits HR 50 to 130, ward 50 to 120 (Nora, 07:10)`. */
function limitsText({ group: groupName, limits, base, own, off, changed }: GroupInForce, nowMs: number): string {
  const group = labelText(groupName);
  const by = changed ? ` (${changed.by.name}, ${shortTime(changed.at, nowMs)})` : '';
  if (off) {
    const end = off.until === undefined ? '' : t(' until {time}', { time: shortTime(off.until, nowMs) });
    return t('Limits {group} off{end}: {reason}{by}', { group, end, reason: off.reason, by });
  }
  const names = limitKeys.filter((name) => own?.[name] !== undefined);
  const changes = names.map((name) =>
    t('{name} {value}, ward {wardValue}', {
      name: limitNames[name],
      value: valueText(limits[name]),
      wardValue: valueText(base[name]),
    }),
  );
  return t('Limits {group}: {changes}{by}', { group, changes: changes.join('; '), by });
}

const limitNames = texts({
  low: 'low',
  high: 'high',
  extremeLow: 'extreme low',
  extremeHigh: 'extreme high',
  delayMs: 'delay in ms',
}) satisfies Partial<Record<keyof Limits, string>>;
const limitKeys = ['low', 'high', 'extremeLow', 'extremeHigh', 'delayMs'] as const;

const valueText = (value: number | undefined) => (value === undefined ? t('none') : String(value));

/**
 * The changes of the list since the page was opened. `added`: the keys of new points. `gone`: the names of points that
 * are not open any more.
 */
export type ListChange = { readonly added: ReadonlySet<string>; readonly gone: readonly string[] };

/** Maximum number of names in `gone`. The oldest names are left out. */
const goneMax = 8;

/**
 * What the list has shown since the page was opened. `first`: the keys of the points that the list showed at first.
 * `names`: the name of each point that the list has shown, by the id of the point.
 */
export type SeenList = { readonly first: ReadonlySet<string>; readonly names: ReadonlyMap<string, string> };

/** Adds the points of `lines` to the points that the list has shown before. */
export function seenListAfter(before: SeenList | undefined, lines: readonly OpenLine[]): SeenList {
  const points = lines.flatMap(({ point }): [string, string][] => (point ? [[point.key, point.name]] : []));
  const names = points.map(([key, name]): [string, string] => [pointId(key), name]);
  if (!before) return { first: new Set(points.map(([key]) => key)), names: new Map(names) };
  return { first: before.first, names: new Map([...before.names, ...names]) };
}

/** Returns the points that are new since the page was opened, and the points that are not open any more. */
export function listChange({ first, names }: SeenList, lines: readonly OpenLine[]): ListChange {
  const present = new Set(lines.flatMap(({ point }) => (point ? [pointId(point.key)] : [])));
  const hasSeen = seenWith([...first]);
  const added = new Set(lines.flatMap(({ point }) => (!point || hasSeen(point.key) ? [] : [point.key])));
  const gone = [...names].filter(([id]) => !present.has(id)).map(([, name]) => name);
  return { added, gone: gone.slice(-goneMax) };
}
