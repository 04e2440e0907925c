/**
 * The time zones of the page. Like the language (texts.ts), the zones are a state and not an argument, because each
 * text with a time needs a zone. For a text about a ward with a different zone, the caller gives this zone to the
 * functions of times.ts (docs/decisions, "Times are in the zone of the ward").
 */
import { comesTwice, machineZone, offsetMsAt } from '../../../contracts/zones.ts';

export type Zones = {
  /** The zone of the screen. It is also the zone of each ward without a zone in the registry of wards. */
  readonly screen: string;
  /**
   * The zones of the wards that the person sees, by ward. A ward without a zone is absent. This browser knows each of
   * these zones.
   */
  readonly wards: Readonly<Record<string, string>>;
  /** The ward that the page shows; undefined if the page shows no ward or several wards. */
  readonly ward: string | undefined;
};

const screenOnly = (): Zones => ({ screen: machineZone(), wards: {}, ward: undefined });
let readZones: () => Zones = screenOnly;

/**
 * Sets the function that returns the zones of the page. The returned function removes these zones again, so that only
 * the zone of the screen is left.
 */
export function setZones(zones: () => Zones): () => void {
  readZones = zones;
  return () => {
    readZones = screenOnly;
  };
}

/** Returns the zone of a ward. If the ward has no zone or is not known, returns the zone of the screen. */
export function zoneOfWard(ward: string | null | undefined): string {
  const { screen, wards } = readZones();
  return ward !== null && ward !== undefined && Object.hasOwn(wards, ward) ? wards[ward]! : screen;
}

/**
 * Returns the zone of the page. If the page shows one ward, this is the zone of the ward. If the page shows several
 * wards, and all wards with a zone share this zone, this is the shared zone. In all other cases this is the zone of the
 * screen.
 */
export function pageZone(): string {
  const { screen, wards, ward } = readZones();
  if (ward !== undefined) return zoneOfWard(ward);
  const all = new Set(Object.values(wards));
  return all.size === 1 ? [...all][0]! : screen;
}

/**
 * Returns the text of `write`, with times in the zone of a ward. Used for a row in a list of several wards. `write`
 * runs at once.
 */
export function inZoneOf<Text>(ward: string | null | undefined, write: () => Text): Text {
  const outer = readZones;
  const shown = outer();
  readZones = () => ({ ...shown, ward: ward ?? shown.ward });
  try {
    return write();
  } finally {
    readZones = outer;
  }
}

/**
 * Returns whether a reader could misread a time of this zone. This is so if the time of day is different at this screen
 * or in a ward of the person, or if the time comes twice in this night.
 */
export function isInDoubt(ms: number, zone: string): boolean {
  const { screen, wards } = readZones();
  const offsetMs = offsetMsAt(zone, ms);
  if (offsetMsAt(screen, ms) !== offsetMs || comesTwice(zone, ms)) return true;
  return Object.values(wards).some((other) => offsetMsAt(other, ms) !== offsetMs);
}
