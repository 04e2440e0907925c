/** Keeps what the gateway remembers of a device after a connection has ended. */
import type { DeviceClocks } from './clocks.ts';
import { type IdentityWatch, newIdentityWatch } from './shared-identity.ts';

export type Remembered = { readonly clocks: DeviceClocks; readonly identity: IdentityWatch };

/** Most devices that are remembered. Above this number the device whose last connection began first is forgotten. */
const devicesMax = 20_000;

export function newRemembered(): Remembered {
  return { clocks: [], identity: newIdentityWatch() };
}

/** Returns a function that returns what is remembered of a device, by the pseudonym of the device. */
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
