/** Lists the strips of a bed or of a patient in a period, for a person who has no alarm id. */
import { type AlarmPlace, createPlacesOf } from '../../contracts/alarm-places.ts';
import { dayMs, hourMs, minuteMs } from '../../contracts/durations.ts';
import { contentTypes, type DeviceAssociations, type Patient } from '../../contracts/messages/records.ts';
import type { Strip } from '../../contracts/messages/strips.ts';
import { stripSpan } from '../../contracts/strip-span.ts';
import { parseInstant } from '../../contracts/time.ts';
import { type ReadContext, readSpan } from '../explain/span.ts';

/**
 * Maximum number of strips in a list; if there are more, the newest are listed (ours). One audit record can name the
 * patients of this many strips.
 */
export const listedStripsMax = 190;
/** Longest period of one question, ms (ours). */
export const stripsSpanMsMax = dayMs;
/**
 * Longest time from an onset until its strip is written (ours). A strip writer that was down writes the strip later,
 * but only while Kafka still has the waves.
 */
const writtenMsMax = dayMs + hourMs;

export type StripsQuestion = {
  /** The period of the onsets by the server's clock. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly ward?: string;
  readonly bed?: string;
  readonly patientId?: string;
};

/** What a list says about a strip: everything but its samples. */
export type ListedStrip = Pick<
  Strip,
  'alarmId' | 'onset' | 'rev' | 'associationId' | 'onsetAt' | 'onsetWallAt' | 'content' | 'isComplete' | 'alarm'
> & {
  /** Places of the device in the period of the strip, only in wards that the person may see. */
  readonly places: readonly AlarmPlace[];
  readonly patient: Patient | null;
};

export type StripsList = {
  /** The newest onset first. */
  readonly strips: readonly ListedStrip[];
  /** Whether older strips of this period are left out. */
  readonly isCut: boolean;
  /** False if the log no longer has the whole period, or if some strips could not be opened. */
  readonly isWhole: boolean;
};

/**
 * Returns the strips that match and that the person may see. Reads all strips of the period, but keeps no samples.
 * @param tables the associations of all devices
 * @param seesWard whether the person may see a ward; called with null for a strip whose ward is not known
 */
export async function listStrips(
  context: ReadContext,
  tables: ReadonlyMap<string, DeviceAssociations>,
  question: StripsQuestion,
  seesWard: (ward: string | null) => boolean,
): Promise<StripsList> {
  const found = new Map<string, ListedStrip>();
  const placesOf = createPlacesOf(tables);
  let isCut = false;
  const span = {
    topic: 'strips',
    sinceMs: Math.max(0, question.fromMs - minuteMs),
    untilMs: () => question.toMs + writtenMsMax,
    isWantedType: (type: string) => type === contentTypes.strip,
  } as const;
  const isWhole = await readSpan(context, span, ({ record }) => {
    if (record.contentType !== contentTypes.strip) return;
    const strip = record.body;
    if ((found.get(strip.stripId)?.rev ?? 0) >= strip.rev) return;
    const listed = matchedStrip(strip, placesOf, question, seesWard);
    if (listed) found.set(strip.stripId, listed);
    if (found.size <= listedStripsMax) return;
    const [oldest] = newestFirst(found).slice(-1);
    found.delete(`${oldest!.alarmId}.${oldest!.onset}`);
    isCut = true;
  });
  return { strips: newestFirst(found), isCut, isWhole };
}

const wallMsOf = ({ onsetWallAt }: Pick<Strip, 'onsetWallAt'>) => parseInstant(onsetWallAt) ?? 0;
const newestFirst = (found: ReadonlyMap<string, ListedStrip>) =>
  [...found.values()].sort((a, b) => wallMsOf(b) - wallMsOf(a));

/**
 * Returns the entry of a strip in the list; undefined if the strip does not match, or if the person may not see the
 * strip. Pure.
 */
export function matchedStrip(
  strip: Strip,
  placesOf: ReturnType<typeof createPlacesOf>,
  { fromMs, toMs, ward, bed, patientId }: StripsQuestion,
  seesWard: (ward: string | null) => boolean,
): ListedStrip | undefined {
  const wallMs = wallMsOf(strip);
  if (wallMs < fromMs || wallMs >= toMs) return undefined;
  const { places, patient } = placesOf(strip.alarm.deviceId, strip.alarm.associationId, stripSpan(strip));
  const seen = places.filter((place) => seesWard(place.ward));
  if (seen.length === 0 && !(places.length === 0 && seesWard(null))) return undefined;
  const isPlace = (place: AlarmPlace) => (ward ?? place.ward) === place.ward && (bed ?? place.bed) === place.bed;
  if ((ward !== undefined || bed !== undefined) && !seen.some(isPlace)) return undefined;
  if (patientId !== undefined && patient?.patientId !== patientId) return undefined;
  const { alarmId, onset, rev, associationId, onsetAt, onsetWallAt, content, isComplete, alarm } = strip;
  return {
    ...{ alarmId, onset, rev, associationId, onsetAt, onsetWallAt, content, isComplete, alarm },
    ...{ places: seen, patient },
  };
}
