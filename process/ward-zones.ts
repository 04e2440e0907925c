/**
 * Reads the time zones of the wards from the wards file, for programs that need no other part of the file. The
 * dashboard checks the whole file.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isTimeZone, machineZone } from '../contracts/zones.ts';

/** Returns the zone of a ward; the zone of this machine for a ward without a zone. */
export type ZoneOfWard = (ward: string | null | undefined) => string;

type WardsFile = { readonly wards?: readonly { readonly ward?: unknown; readonly zone?: unknown }[] };

/**
 * Returns the zones of the wards in the text of a wards file. Leaves out a zone that does not exist.
 * @throws SyntaxError if the text is not JSON
 */
export function parseWardZones(text: string): ReadonlyMap<string, string> {
  const { wards } = (JSON.parse(text) ?? {}) as WardsFile;
  const zones = new Map<string, string>();
  for (const { ward, zone } of Array.isArray(wards) ? wards : [])
    if (typeof ward === 'string' && typeof zone === 'string' && isTimeZone(zone)) zones.set(ward, zone);
  return zones;
}

/**
 * Reads a wards file.
 * @param path path of the file; empty if there is no wards file
 * @throws Error if the file cannot be read or is not JSON
 */
export const readWardZones = (path: string): ReadonlyMap<string, string> =>
  path === '' ? new Map() : parseWardZones(readFileSync(path, 'utf8'));

/**
 * Returns the path of the wards file. `npm start` or Compose puts this file beside the file of the accounts, or into
 * the folder above. Undefined if no wards file is at these places.
 */
export const wardsFileNear = (accountsFile: string): string | undefined =>
  [join(dirname(accountsFile), 'wards.json'), join(dirname(accountsFile), '..', 'wards.json')].find((path) =>
    existsSync(path),
  );

/**
 * Returns the zones of the wards for a command of the operator. If no wards file can be read, each ward has the zone of
 * this machine. The label of each printed time names its zone, so a person can see that the zone is not the ward's.
 */
export function zonesNear(accountsFile: string): ZoneOfWard {
  const path = wardsFileNear(accountsFile);
  try {
    const zones = readWardZones(path ?? '');
    return zoneLookup(() => zones);
  } catch {
    return zoneLookup(() => new Map());
  }
}

/**
 * Returns a function that looks up a zone.
 * @param zones called at each look-up, so that a changed wards file counts at once
 */
export function zoneLookup(zones: () => ReadonlyMap<string, string>): ZoneOfWard {
  const own = machineZone();
  return (ward) => (ward === null || ward === undefined ? undefined : zones().get(ward)) ?? own;
}
