/**
 * The registry of wards and beds: the content of the wards file. Every program checks the file by the same rules. So
 * either all programs accept a file, or all refuse it. Pure.
 */
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { normalText, textFault } from './text.ts';
import { WardPlan } from './ward-plan.ts';
import { isTimeZone } from './zones.ts';

const closed = { additionalProperties: false } as const;
const wardsMax = 200;
/** Maximum number of faults in one report. */
const faultsMax = 50;

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

/**
 * Checks the content of the file. Returns the registry, or at most `faultsMax` faults with their places. If the content
 * does not fit the schema, the result has only the faults of the schema.
 */
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
export function simplified(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
