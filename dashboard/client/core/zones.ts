/**
 * The time zones of the page. Like the language (texts.ts), this is a state and not an argument, because each text with a
 * time needs it; a text about a ward of another zone gives this zone to the functions of times.ts
 * (docs/decisions, "Times are in the zone of the ward").
 */
import { comesTwice, machineZone, offsetMsAt } from '../../../contracts/zones.ts';

export type Zones = {
  /** The zone of the screen. A ward without a zone in the registry of wards has this zone. */
  readonly screen: string;
  /** The zones of the wards that the person sees and that have a zone, by ward. This browser knows each of these zones. */
  readonly wards: Readonly<Record<string, string>>;
  /** The ward that the page shows; undefined if it shows several wards, or none. */
  readonly ward: string | undefined;
};

const screenOnly = (): Zones => ({ screen: machineZone(), wards: {}, ward: undefined });
let readZones: () => Zones = screenOnly;

/** Sets where the zones come from. The page gives a function that reads a signal. Returns a function that sets the zone of the screen again. */
export function setZones(zones: () => Zones): () => void {
  readZones = zones;
  return () => {
    readZones = screenOnly;
  };
}

/** Returns the zone of a ward; the zone of the screen if the ward has none, or if it is not known. */
export function zoneOfWard(ward: string | null | undefined): string {
  const { screen, wards } = readZones();
  return ward !== null && ward !== undefined && Object.hasOwn(wards, ward) ? wards[ward]! : screen;
}

/** Returns the zone of the page: of its ward, or, if it shows several wards, the zone that all wards with a zone have. */
export function pageZone(): string {
  const { screen, wards, ward } = readZones();
  if (ward !== undefined) return zoneOfWard(ward);
  const all = new Set(Object.values(wards));
  return all.size === 1 ? [...all][0]! : screen;
}

/** Returns a text whose times are in the zone of a ward: for a row of a list of several wards. `write` runs at once. */
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
 * Returns whether a reader could take a time of this zone for another time: if a ward of the person or this screen has another time at
 * this instant, or if the time comes twice in this night.
 */
export function isInDoubt(ms: number, zone: string): boolean {
  const { screen, wards } = readZones();
  const offsetMs = offsetMsAt(zone, ms);
  if (offsetMsAt(screen, ms) !== offsetMs || comesTwice(zone, ms)) return true;
  return Object.values(wards).some((other) => offsetMsAt(other, ms) !== offsetMs);
}
