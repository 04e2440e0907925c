/**
 * The registry of wards and beds. A device can be assigned only to a registered bed: in a ward with a misspelt name, no
 * screen would show its alarms.
 */
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Fault } from '../../../contracts/errors.ts';
import { normalText, textFault } from '../../../contracts/text.ts';
import { WardPlan } from '../../../contracts/ward-plan.ts';
import { isTimeZone } from '../../../contracts/zones.ts';
import type { LiveState } from './state.ts';

const closed = { additionalProperties: false } as const;
const wardsMax = 200;
/** Maximum number of faults in one report. */
const faultsMax = 50;
const suggestionsMax = 3;

/** The schema of the file, for example `{"version": 1, "wards": [{"ward": "icu", "beds": ["ICU-1", "ICU-2"]}]}`. */
const WardsFile = Type.Object(
  {
    version: Type.Literal(1),
    wards: Type.Array(WardPlan, { maxItems: wardsMax }),
  },
  closed,
);
export type Registry = { readonly wards: readonly WardPlan[] };
const validator = Compile(WardsFile);

/** Checks the content of the file. Returns the registry, or all faults with their places. */
export function readRegistry(
  content: unknown,
): { readonly ok: true; readonly registry: Registry } | { readonly ok: false; readonly faults: readonly string[] } {
  if (!validator.Check(content)) {
    const faults = [...validator.Errors(content)].map(
      (error) => `${error.instancePath || 'its root'} ${schemaErrorText(error)}`,
    );
    return { ok: false, faults: [...new Set(faults)].slice(0, faultsMax) };
  }
  const faults = namesFaults(
    content.wards.map(({ ward }) => ward),
    (at) => `ward ${at + 1}`,
    'ward',
  );
  for (const [index, plan] of content.wards.entries()) {
    const { ward, beds } = plan;
    if (ward === '*') faults.push(`ward ${index + 1} is named *, which stands for all wards`);
    faults.push(...namesFaults(beds, (bedAt) => `ward ${index + 1}, bed ${bedAt + 1}`, 'bed'));
    faults.push(...planFaults(plan).map((fault) => `ward ${index + 1}, ${fault}`));
  }
  if (faults.length > 0) return { ok: false, faults: faults.slice(0, faultsMax) };
  return { ok: true, registry: { wards: content.wards } };
}

/** Returns the zones of the wards of an account that have a zone, by ward. @param wards the wards of the account; `*` stands for all */
export function zonesOf(registry: Registry, wards: readonly string[]): Record<string, string> {
  const own = registry.wards.filter(({ ward }) => wards.includes('*') || wards.includes(ward));
  return Object.fromEntries(own.flatMap(({ ward, zone }) => (zone === undefined ? [] : [[ward, zone] as const])));
}

function schemaErrorText(error: { message: string; params: object }): string {
  const extra = 'additionalProperties' in error.params ? ` (${String(error.params.additionalProperties)})` : '';
  const missing = 'requiredProperties' in error.params ? ` (${String(error.params.requiredProperties)})` : '';
  return `${error.message}${extra}${missing}`;
}

/** Returns the faults of the sectors, the theme, the zone and the night of a ward. */
function planFaults({ beds, sectors = [], theme, zone, night }: WardPlan): string[] {
  const faults = namesFaults(
    sectors.map(({ name }) => name),
    (at) => `sector ${at + 1}`,
    'sector',
  );
  const sectorOf = new Map<string, number>();
  for (const [at, sector] of sectors.entries())
    for (const bed of sector.beds) {
      const former = sectorOf.get(bed);
      if (!beds.includes(bed))
        faults.push(`sector ${at + 1} has the bed ${bed}, which is not among the beds of the ward`);
      if (former !== undefined) faults.push(`the bed ${bed} is in sector ${former + 1} and in sector ${at + 1}`);
      else sectorOf.set(bed, at);
    }
  if (typeof theme === 'object' && theme.lightFrom === theme.lightUntil)
    faults.push('theme is light from and until the same time of day; write "light" or "dark" instead');
  if (zone !== undefined && !isTimeZone(zone))
    faults.push(`zone ${zone} is not a time zone that this machine knows; write a name such as Europe/Berlin`);
  if (night && night.from === night.until) faults.push('night begins and ends at the same time of day');
  if (night && zone === undefined)
    faults.push('night needs the zone of the ward, because a screen may be set to another zone');
  return faults;
}

function namesFaults(
  names: readonly string[],
  positionText: (index: number) => string,
  kind: 'ward' | 'bed' | 'sector',
): string[] {
  const faults: string[] = [];
  const firstIndexOf = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const fault = textFault(name);
    if (fault) faults.push(`${positionText(index)} ${fault}`);
    else if (normalText(name) !== name) faults.push(`${positionText(index)} is not in Unicode's composed form (NFC)`);
    const firstIndex = firstIndexOf.get(simplified(name));
    if (firstIndex === undefined) firstIndexOf.set(simplified(name), index);
    else if (names[firstIndex] === name) faults.push(`${positionText(index)} is listed twice`);
    else faults.push(`${positionText(index)} looks like ${kind} ${firstIndex + 1}: people would confuse them`);
  }
  return faults;
}

/** Returns a simplified name, to compare names that people type. Never used to decide where a device is. */
function simplified(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
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
 * Returns the names that a person may have meant: names that differ only in case, character width and outer spaces;
 * otherwise names that differ by one or two typing errors.
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
