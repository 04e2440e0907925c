/** What the gateway remembers of a device longer than one connection. */
import type { DeviceClocks } from './clocks.ts';
import { type IdentityWatch, newIdentityWatch } from './shared-identity.ts';

export type Remembered = { readonly clocks: DeviceClocks; readonly identity: IdentityWatch };

/** Devices that are remembered while they are not connected. Above this number, the one away for longest is forgotten. */
const devicesMax = 20_000;

export function newRemembered(): Remembered {
  return { clocks: [], identity: newIdentityWatch() };
}

/** Makes the memory of all devices of this process. The function that it returns gives one device's memory, by its pseudonym. */
export function createMemory(): (devicePseudonym: string) => Remembered {
  const all = new Map<string, Remembered>();
  return (devicePseudonym) => {
    const remembered = all.get(devicePseudonym) ?? newRemembered();
    all.delete(devicePseudonym);
    all.set(devicePseudonym, remembered);
    const oldest = all.size > devicesMax ? all.keys().next().value : undefined;
    if (oldest !== undefined) all.delete(oldest);
    return remembered;
  };
}
