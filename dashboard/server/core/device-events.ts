/** Notes what happened to a device, for the page of the devices. */
import { type DeviceEvent, type DeviceState, deviceEventsMax } from './state.ts';

/** Maximum number of clock events: a clock that is set back with every reading must not hide the connections. */
const clockEventsMax = 5;

/** Notes an event. Above the maximum, the oldest event is forgotten. */
export function noteDeviceEvent(device: DeviceState, atMs: number, kind: DeviceEvent['kind']): void {
  const ofClock = device.events.filter((event) => event.kind === 'clock-set-back');
  const forgotten = kind === 'clock-set-back' && ofClock.length >= clockEventsMax ? ofClock[0] : undefined;
  device.events = [...device.events.filter((event) => event !== forgotten), { atMs, kind }].slice(-deviceEventsMax);
}
