/**
 * Looks up zones, places and names in the registry of wards and beds. A device can be assigned only to a registered
 * bed: in a ward with a misspelt name, no screen would show its alarms.
 */
import type { Fault } from '../../../contracts/errors.ts';
import { type Registry, simplified } from '../../../contracts/ward-registry.ts';
import type { LiveState } from './state.ts';

const suggestionsMax = 3;

/**
 * Returns the zones of an account's wards, by ward. Leaves out wards without a zone.
 * @param wards the wards of the account; `*` stands for all
 */
export function zonesOf(registry: Registry, wards: readonly string[]): Record<string, string> {
  const own = registry.wards.filter(({ ward }) => wards.includes('*') || wards.includes(ward));
  return Object.fromEntries(own.flatMap(({ ward, zone }) => (zone === undefined ? [] : [[ward, zone] as const])));
}

type WardAndBed = { readonly ward: string; readonly bed: string };
export type PlaceFault = Fault & { readonly suggestions: readonly string[] };

/**
 * Returns `place-unknown` with similar names for a place that is not registered; undefined for a registered place. The
 * message does not repeat the typed text.
 */
export function placeFault(registry: Registry, { ward, bed }: WardAndBed): PlaceFault | undefined {
  const registered = registry.wards.find((entry) => entry.ward === ward);
  if (registered?.beds.includes(bed)) return undefined;
  if (registry.wards.length === 0) {
    const message = 'No ward is registered. The operator adds wards and beds to the registry.';
    return { code: 'place-unknown', message, suggestions: [] };
  }
  const names = registered ? registered.beds : registry.wards.map((ward) => ward.ward);
  const suggestions = nearNames(names, registered ? bed : ward);
  const suggestionText = suggestions.length === 0 ? '' : ` Did you mean ${listText(suggestions)}?`;
  const message = `There is no such ${registered ? 'bed in this ward' : 'ward'}.${suggestionText}`;
  return { code: 'place-unknown', message, suggestions };
}

function listText(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/**
 * Returns the names that a person may have meant: names that differ only in case, character width and outer spaces. If
 * there are no such names, names that differ by one or two typing errors.
 */
export function nearNames(names: readonly string[], typedName: string): string[] {
  const typedKey = simplified(typedName);
  if (typedKey === '') return [];
  const equal = names.filter((name) => simplified(name) === typedKey);
  if (equal.length > 0) return equal.slice(0, suggestionsMax);
  const slipsMax = typedKey.length <= 4 ? 1 : 2;
  return names
    .map((name) => ({ name, slips: slipsBetween(simplified(name), typedKey) }))
    .filter(({ slips }) => slips <= slipsMax)
    .sort((a, b) => a.slips - b.slips)
    .slice(0, suggestionsMax)
    .map(({ name }) => name);
}

/** Returns the number of letters to add, remove, replace or swap with their neighbour (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let slips = Math.min(replaced, rows[i - 1]![j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        slips = Math.min(slips, rows[i - 2]![j - 2]! + 1);
      row.push(slips);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** An account or a device whose ward or bed is not in the registry. */
export type Unregistered =
  | { readonly what: 'account'; readonly id: string; readonly ward: string }
  | { readonly what: 'device'; readonly id: string; readonly ward: string; readonly bed: string };

/** Returns the accounts and devices at places that are not registered. Alarms of such devices may reach nobody. */
export function findUnregistered(
  registry: Registry,
  accounts: Iterable<{ readonly userId: string; readonly wards: readonly string[]; readonly disabled?: boolean }>,
  state: Pick<LiveState, 'beds'>,
): Unregistered[] {
  const beds = new Map(registry.wards.map((ward) => [ward.ward, new Set(ward.beds)]));
  const entries: Unregistered[] = [];
  for (const { userId, wards, disabled } of accounts) {
    if (disabled) continue;
    for (const ward of wards) if (ward !== '*' && !beds.has(ward)) entries.push({ what: 'account', id: userId, ward });
  }
  for (const { deviceId, period } of state.beds.values()) {
    if (period && !beds.get(period.ward)?.has(period.bed))
      entries.push({ what: 'device', id: deviceId, ward: period.ward, bed: period.bed });
  }
  return entries;
}
