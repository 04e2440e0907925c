/** Keeps what the gateway remembers about a device after a connection has ended. */
import type { DeviceClocks } from './clocks.ts';
import { type IdentitySigns, newIdentitySigns } from './shared-identity.ts';

export type DeviceMemory = { readonly clocks: DeviceClocks; readonly identity: IdentitySigns };

/** Maximum number of devices that are remembered. Above this number the device whose last connection began first is forgotten. */
const devicesMax = 20_000;

export function newDeviceMemory(): DeviceMemory {
  return { clocks: [], identity: newIdentitySigns() };
}

/** Returns a function that returns what is remembered of a device, by the pseudonym of the device. */
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
