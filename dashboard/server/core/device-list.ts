/** Lists the devices for their page: where each device is, what is wrong with it, and its last events. Pure. */
import { alarmText } from '../../../contracts/alarm-text.ts';
import { certificateEndText } from '../../../contracts/certificate-end.ts';
import { measuredOffsetMs } from '../../../contracts/device-clock.ts';
import { dayMs } from '../../../contracts/durations.ts';
import { dutyNoticeCodes } from '../../../contracts/duty-notice-codes.ts';
import { lastWard } from '../../../contracts/periods.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { DeviceFacts, Devices } from '../../protocol/devices.ts';
import { currentPeriodOf } from './beds.ts';
import { missingReadings } from './device-gaps.ts';
import { refusedOf } from './device-log.ts';
import { othersAtPatients } from './occupancy.ts';
import { openTaskCount } from './patient-tasks.ts';
import { may, seesWard, type Viewer } from './rights.ts';
import { alarmsOfBed, deviceView } from './screen.ts';
import { currentStandby } from './standby.ts';
import { audienceOf, type DeviceState, deviceEventsMax, type LiveState } from './state.ts';

/**
 * Returns the devices of the viewer's wards, and devices without a bed that the viewer may see.
 * @param open the only device that gets its events; if absent, each device gets its events
 */
export function devicesFor(state: LiveState, viewer: Viewer, open?: string): Devices['devices'] {
  const devices: Devices['devices'] = [];
  const otherDevicesAt = may(viewer, 'admit-patient') ? othersAtPatients(state) : () => [];
  for (const device of state.devices.values()) {
    const table = state.associations.get(device.deviceId);
    const period = currentPeriodOf(table);
    const lastWardOfDevice = period ? undefined : lastWard(table?.periods ?? []);
    if (!seesWard(viewer, period?.ward ?? lastWardOfDevice?.ward ?? null)) continue;
    devices.push({
      device: deviceView(device, device.deviceId),
      version: table?.version ?? 0,
      current: period
        ? {
            associationId: period.associationId,
            ward: visibleText(period.ward),
            bed: visibleText(period.bed),
            occupied: period.patient !== null,
            others: otherDevicesAt(device.deviceId, period),
            openTasks: openTaskCount(state, viewer, state.beds.get(period.associationId)),
          }
        : null,
      ...(lastWardOfDevice ? { lastWard: visibleText(lastWardOfDevice.ward) } : {}),
      facts: {
        ...deviceFactsOf(state, viewer, device),
        ...((open ?? device.deviceId) === device.deviceId && { events: eventsOf(state, device) }),
      },
    });
  }
  return devices;
}

/**
 * A device whose certificate ends within this time is in trouble (ours). After the end of the certificate, the gateway
 * refuses connections of the device, and somebody must go to the device to renew the certificate.
 */
export const certificateEndsSoonMs = 14 * dayMs;

/**
 * Returns the facts about a device without its events. The facts name no patient and no value, because a technician
 * sees them.
 */
function deviceFactsOf(state: LiveState, viewer: Viewer, device: DeviceState): Omit<DeviceFacts, 'events'> {
  const { serial, firmware, clock, seenAtMs } = device;
  return {
    ...(serial === undefined ? {} : { serial }),
    ...(firmware === undefined ? {} : { firmware }),
    lastSeenAt: seenAtMs > 0 ? formatInstant(seenAtMs) : null,
    certificateEndsAt: device.certificateEndsAt ?? null,
    clockOffsetMs: clock.newestReceivedMs > 0 ? Math.round(measuredOffsetMs(clock.clock)) : null,
    gaps: missingReadings(device.gaps, state.nowMs),
    refused: refusedOf(state.deviceLog, device.deviceId, state.nowMs),
    inTrouble: isDeviceInTrouble(state, viewer, device),
    troubles: troublesOf(state, viewer, device),
  };
}

/**
 * Returns whether a device is in trouble: it reports a problem, Vigil notices a problem, or it is offline at a bed. A
 * device that is offline at a bed in standby is not in trouble, because the patient is away.
 */
export function isDeviceInTrouble(state: LiveState, viewer: Viewer, device: DeviceState): boolean {
  if (device.conditions.some(({ present }) => present) || troublesOf(state, viewer, device).length > 0) return true;
  const period = currentPeriodOf(state.associations.get(device.deviceId));
  return device.online === false && period !== undefined && currentStandby(state, period.associationId) === null;
}

/**
 * Returns the notices and the technical alarms at the beds of a device, and the end of its certificate if this is near,
 * as texts. Leaves out notices about duties, and alarms that do not call, for instance because of a standby.
 */
function troublesOf(state: LiveState, viewer: Viewer, device: DeviceState): string[] {
  const texts = new Set<string>();
  for (const bedId of device.bedIds) {
    const bed = state.beds.get(bedId);
    if (bed === undefined || !seesWard(viewer, audienceOf(bed))) continue;
    for (const [code, { text }] of bed.notices) if (!isAboutDuty(code)) texts.add(visibleText(text));
    for (const alarm of alarmsOfBed(state, viewer, bedId, -1))
      if (alarm.present && alarm.signal !== 'off' && alarm.kind === 'technical')
        texts.add(visibleText(alarmText(alarm)));
  }
  const endMs = device.certificateEndsAt === undefined ? undefined : Date.parse(device.certificateEndsAt);
  if (endMs !== undefined && endMs - state.nowMs <= certificateEndsSoonMs)
    texts.add(certificateEndText(endMs, state.nowMs));
  return [...texts];
}

const isAboutDuty = (code: string) => Object.values(dutyNoticeCodes).some((dutyCode) => dutyCode === code);

/** Returns the last events of a device, the newest first. */
function eventsOf(state: LiveState, { deviceId, events }: DeviceState): NonNullable<DeviceFacts['events']> {
  const connections = events.map(({ atMs, kind }) => ({ at: formatInstant(atMs), kind }));
  const changes = state.associations.get(deviceId)?.changes ?? [];
  return [...connections, ...changes.map(({ at, act }) => ({ at, kind: act }))]
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .slice(0, deviceEventsMax);
}
