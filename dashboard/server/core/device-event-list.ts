/** Lists the events of the devices for the page of the devices, from the log of the gateways and the changes of the associations. Pure. */

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

/** An event with its time, by which the list is sorted. */
type Row = { readonly atMs: number; readonly row: DeviceEventRow };

/**
 * Returns the events that match, the newest first, of the devices that the viewer may see. A device belongs to its ward, or to the ward
 * where it was last.
 */
export function deviceEventsFor(state: LiveState, viewer: Viewer, query: DeviceEventsQuery): DeviceEvents {
  const wanted = query.device?.trim().toLowerCase() ?? '';
  const firstMs = Math.max(query.from === undefined ? 0 : parseInstant(query.from)!, state.nowMs - deviceLogKeptMs);
  const lastMs = query.to === undefined ? Number.POSITIVE_INFINITY : parseInstant(query.to)!;
  const rows: Row[] = [];
  for (const deviceId of new Set([...state.deviceLog.devices.keys(), ...state.associations.keys()])) {
    if (!deviceId.toLowerCase().includes(wanted) || !maySee(state, viewer, deviceId)) continue;
    for (const entry of rowsOf(state, deviceId)) {
      if (entry.atMs < firstMs || entry.atMs > lastMs) continue;
      const group = groupOfEvent(entry.row.kind);
      if (group === undefined || (query.group !== undefined && group !== query.group)) continue;
      rows.push(entry);
    }
  }
  rows.sort((a, b) => b.atMs - a.atMs);
  return {
    events: rows.slice(0, deviceEventsAnswerMax).map(({ row }) => row),
    more: Math.max(0, rows.length - deviceEventsAnswerMax),
    isWhole: state.deviceLog.isRead,
  };
}

function maySee(state: LiveState, viewer: Viewer, deviceId: string): boolean {
  const table = state.associations.get(deviceId);
  return seesWard(viewer, currentPeriodOf(table)?.ward ?? lastWard(table?.periods ?? [])?.ward ?? null);
}

function rowsOf(state: LiveState, deviceId: string): Row[] {
  const device = state.deviceLog.devices.get(deviceId);
  const changes = state.associations.get(deviceId)?.changes ?? [];
  const places = changes.flatMap(({ at, act }) => {
    const atMs = parseInstant(at);
    return atMs === undefined ? [] : [{ atMs, row: { deviceId, at, kind: act } }];
  });
  return device === undefined
    ? places
    : [...eventRows(device, deviceId, state.nowMs), ...countRows(device, deviceId), ...places];
}

/** Returns the events of a device. A certificate or a firmware is compared with the one before, so the rows say what is new. */
function eventRows({ events }: LoggedDevice, deviceId: string, nowMs: number): Row[] {
  const rows: Row[] = [];
  let firmware: string | undefined;
  let endsMs: number | undefined;
  for (const event of events) {
    const { atMs, leftOut } = event;
    const base = { deviceId, at: formatInstant(atMs), ...(leftOut > 0 && { leftOut }) };
    const add = (kind: string, fields: Partial<DeviceEventRow> = {}) =>
      rows.push({ atMs, row: { ...base, kind, ...fields } });
    if (event.kind !== 'declared') add(event.kind, detailsOf(event));
    else if (event.firmware !== undefined && event.firmware !== firmware) {
      if (firmware === undefined) add('firmware-declared', { firmware: event.firmware });
      else add('firmware-changed', { firmware: event.firmware, firmwareBefore: firmware });
    }
    firmware = event.firmware ?? firmware;
    if (event.certificateEndsMs === undefined) continue;
    if (endsMs !== undefined && event.certificateEndsMs > endsMs)
      add('certificate-renewed', { certificateEndsAt: formatInstant(event.certificateEndsMs) });
    endsMs = event.certificateEndsMs;
  }
  const soonMs = endsMs === undefined ? Number.POSITIVE_INFINITY : endsMs - certificateEndsSoonMs;
  if (endsMs !== undefined && soonMs <= nowMs) {
    const row = {
      deviceId,
      at: formatInstant(soonMs),
      kind: 'certificate-ends-soon',
      certificateEndsAt: formatInstant(endsMs),
    };
    rows.push({ atMs: soonMs, row });
  }
  return rows;
}

function detailsOf({ reason, clockErrorMs }: LoggedEvent): Partial<DeviceEventRow> {
  const end = connectionEndReasons.find((known) => known === reason);
  return { ...(end && { reason: end }), ...(clockErrorMs !== undefined && { clockErrorMs }) };
}

function countRows({ counts }: LoggedDevice, deviceId: string): Row[] {
  return [...counts.values()].flatMap((count) => {
    const { fromMs, lastMs: atMs, messages, apart } = count;
    const base = { deviceId, at: formatInstant(atMs), from: formatInstant(fromMs) };
    return [
      ...(messages > 0
        ? [{ atMs, row: { ...base, kind: 'messages-refused', messages, reasons: reasonsOf([count]) } }]
        : []),
      ...(apart > 0 ? [{ atMs, row: { ...base, kind: 'readings-apart', messages: apart } }] : []),
    ];
  });
}
