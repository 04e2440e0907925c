/** Keeps what the gateway remembers about a device after a connection has ended. */
import type { DeviceClocks } from './clocks.ts';
import { type IdentitySigns, newIdentitySigns } from './shared-identity.ts';

/** Whether the clock of the device was wrong at its last event (device-log.ts); undefined before the first event. */
export type ClockSign = { isWrong: boolean | undefined };
export type DeviceMemory = {
  readonly clocks: DeviceClocks;
  readonly identity: IdentitySigns;
  readonly clockSign: ClockSign;
};

/**
 * Maximum number of remembered devices. If there are more, the gateway forgets the device that has not connected for
 * the longest time.
 */
const devicesMax = 20_000;

export function newDeviceMemory(): DeviceMemory {
  return { clocks: [], identity: newIdentitySigns(), clockSign: { isWrong: undefined } };
}

/**
 * Creates the memory of all devices. The returned function takes the pseudonym of a device, and returns the memory of
 * this device.
 */
export function createDeviceMemories(): (devicePseudonym: string) => DeviceMemory {
  const memories = new Map<string, DeviceMemory>();
  return (devicePseudonym) => {
    const memory = memories.get(devicePseudonym) ?? newDeviceMemory();
    memories.delete(devicePseudonym);
    memories.set(devicePseudonym, memory);
    const oldest = memories.size > devicesMax ? memories.keys().next().value : undefined;
    if (oldest !== undefined) memories.delete(oldest);
    return memory;
  };
}
