/**
 * Lists the events for the page of the devices. The events come from the log of the gateways and from the changes of
 * the associations. Pure.
 */

import { clockErrorShownMsMin } from '../../../contracts/device-clock.ts';
import { deviceEventsAnswerMax, deviceLogKeptMs, groupOfEvent } from '../../../contracts/device-event-groups.ts';
import { connectionEndReasons } from '../../../contracts/messages/records.ts';
import { lastWard } from '../../../contracts/periods.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import type { DeviceEventRow, DeviceEvents, DeviceEventsQuery } from '../../protocol/device-events.ts';
import { currentPeriodOf } from './beds.ts';
import { certificateEndsSoonMs } from './device-list.ts';
import { reasonsOf } from './device-log.ts';
import type { LoggedDevice, LoggedEvent } from './device-log-book.ts';
import { seesWard, type Viewer } from './rights.ts';
import type { LiveState } from './state.ts';

/**
 * An event of the list. `row` makes the row of the event, and is called only for events that are sent, because the list
 * may be very long.
 */
type Entry = { readonly atMs: number; readonly kind: string; readonly row: () => DeviceEventRow };

/**
 * Returns the matching events of the viewer's devices, the newest first. A device belongs to its ward, or to the ward
 * where it was last.
 */
export function deviceEventsFor(state: LiveState, viewer: Viewer, query: DeviceEventsQuery): DeviceEvents {
  const wanted = query.device?.trim().toLowerCase() ?? '';
  const firstMs = Math.max(query.from === undefined ? 0 : parseInstant(query.from)!, state.nowMs - deviceLogKeptMs);
  const lastMs = query.to === undefined ? Number.POSITIVE_INFINITY : parseInstant(query.to)!;
  const entries: Entry[] = [];
  for (const deviceId of new Set([...state.deviceLog.devices.keys(), ...state.associations.keys()])) {
    if (!deviceId.toLowerCase().includes(wanted) || !maySee(state, viewer, deviceId)) continue;
    for (const entry of entriesOf(state, deviceId)) {
      if (entry.atMs < firstMs || entry.atMs > lastMs) continue;
      const group = groupOfEvent(entry.kind);
      if (group !== undefined && (query.group ?? group) === group) entries.push(entry);
    }
  }
  entries.sort((a, b) => b.atMs - a.atMs);
  return {
    events: entries.slice(0, deviceEventsAnswerMax).map(({ row }) => row()),
    more: Math.max(0, entries.length - deviceEventsAnswerMax),
    isWhole: state.deviceLog.isRead,
  };
}

function maySee(state: LiveState, viewer: Viewer, deviceId: string): boolean {
  const table = state.associations.get(deviceId);
  return seesWard(viewer, currentPeriodOf(table)?.ward ?? lastWard(table?.periods ?? [])?.ward ?? null);
}

function entriesOf(state: LiveState, deviceId: string): Entry[] {
  const device = state.deviceLog.devices.get(deviceId);
  const changes = state.associations.get(deviceId)?.changes ?? [];
  const places = changes.flatMap(({ at, act }) => {
    const atMs = parseInstant(at);
    return atMs === undefined ? [] : [{ atMs, kind: act, row: () => ({ deviceId, at, kind: act }) }];
  });
  if (device === undefined) return places;
  return [...eventEntries(device, deviceId, state.nowMs), ...countEntries(device, deviceId), ...places];
}

/**
 * Returns the events of a device. Each certificate, firmware and clock error is compared with the previous one, so that
 * the rows show only changes: for example, a gateway reports the clock again at each start.
 */
function eventEntries({ events }: LoggedDevice, deviceId: string, nowMs: number): Entry[] {
  const entries: Entry[] = [];
  let firmware: string | undefined;
  let endsMs: number | undefined;
  /** The error of the clock at the last event about the clock; undefined while the clock is right. */
  let clockErrorMs: number | undefined;
  const add = (atMs: number, kind: string, fieldsOf: () => Partial<DeviceEventRow>) =>
    entries.push({ atMs, kind, row: () => ({ deviceId, at: formatInstant(atMs), kind, ...fieldsOf() }) });
  for (const event of events) {
    const { atMs, certificateEndsMs } = event;
    const isNewFirmware = event.firmware !== undefined && event.firmware !== firmware;
    const firmwareBefore = firmware;
    const clock = clockAfter(clockErrorMs, event);
    clockErrorMs = clock.errorMs;
    if (!clock.isNews) continue;
    if (event.kind !== 'declared') add(atMs, event.kind, () => detailsOf(event));
    else if (isNewFirmware)
      add(atMs, firmware === undefined ? 'firmware-declared' : 'firmware-changed', () => ({
        ...detailsOf(event),
        ...(firmwareBefore !== undefined && { firmwareBefore }),
      }));
    firmware = event.firmware ?? firmware;
    if (certificateEndsMs === undefined) continue;
    if (endsMs !== undefined && certificateEndsMs > endsMs)
      add(atMs, 'certificate-renewed', () => ({ certificateEndsAt: formatInstant(certificateEndsMs) }));
    endsMs = certificateEndsMs;
  }
  if (endsMs === undefined || endsMs - certificateEndsSoonMs > nowMs) return entries;
  const certificateEndsAt = formatInstant(endsMs);
  add(endsMs - certificateEndsSoonMs, 'certificate-ends-soon', () => ({ certificateEndsAt }));
  return entries;
}

/**
 * Returns the error of the clock after an event, and whether the event is news. An event about the clock is no news if
 * the error stays the same.
 */
function clockAfter(
  beforeMs: number | undefined,
  { kind, clockErrorMs = 0, leftOut }: LoggedEvent,
): { readonly errorMs: number | undefined; readonly isNews: boolean } {
  if (kind === 'clock-right') return { errorMs: undefined, isNews: beforeMs !== undefined || leftOut > 0 };
  if (kind !== 'clock-wrong') return { errorMs: beforeMs, isNews: true };
  const isSame = beforeMs !== undefined && Math.abs(clockErrorMs - beforeMs) < clockErrorShownMsMin;
  return { errorMs: clockErrorMs, isNews: !isSame || leftOut > 0 };
}

function detailsOf({ reason, firmware, clockErrorMs, leftOut }: LoggedEvent): Partial<DeviceEventRow> {
  const end = connectionEndReasons.find((endReason) => endReason === reason);
  return {
    ...(end && { reason: end }),
    ...(firmware !== undefined && { firmware }),
    ...(clockErrorMs !== undefined && { clockErrorMs }),
    ...(leftOut > 0 && { leftOut }),
  };
}

function countEntries({ counts }: LoggedDevice, deviceId: string): Entry[] {
  return [...counts.values()].flatMap((count) => {
    const { fromMs, lastMs: atMs, messages, apart } = count;
    const entryOf = (kind: string, number: number, fields: Partial<DeviceEventRow>): Entry[] => {
      const row = () => ({
        deviceId,
        at: formatInstant(atMs),
        from: formatInstant(fromMs),
        kind,
        messages: number,
        ...fields,
      });
      return number === 0 ? [] : [{ atMs, kind, row }];
    };
    return [
      ...entryOf('messages-refused', messages, { reasons: reasonsOf([count]) }),
      ...entryOf('readings-apart', apart, {}),
    ];
  });
}
