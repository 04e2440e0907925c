/**
 * Reads the topics that the rules need: where a patient is (`associations`), who is responsible (`assignments`), and
 * how a person can be reached (`reach`). A process that stands by also reads them, so that it can take over fast.
 */
import type { Logger } from 'pino';
import { currentPeriod } from '../../contracts/association-at.ts';
import { evolve, initialState } from '../../contracts/duties.ts';
import type { DutyState } from '../../contracts/duty-state.ts';
import type { ReachEntry } from '../../contracts/messages/delivery-commands.ts';
import type { DeliveryChannel } from '../../contracts/messages/delivery-policy.ts';
import { contentTypes, type DeviceAssociations } from '../../contracts/messages/records.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { pseudonym, unassignedAssociation } from '../../log/envelope/pseudonym.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { noteTaskFailure } from '../../process/timer-tasks.ts';
import { uncheckedOffsets } from './core/checked-assignments.ts';
import type { Context, Place } from './core/inputs.ts';
import { personsApart } from './core/persons-apart.ts';
import { watchEnds } from './end-watch.ts';

/** Maximum number of entries of `reach` that are remembered (ours). Further entries are refused and counted. */
const reachMax = 20_000;
const nowhere: Place = { ward: null, bed: null };

export type Tables = Pick<Context, 'placeOf' | 'personsOf'> & {
  /** Returns the entries of a person for a channel. */
  entriesOf(userId: string, channel: DeliveryChannel): readonly ReachEntry[];
  reach(): Iterable<ReachEntry>;
  duties(): DutyState;
  refused(): number;
  /** Returns, for each topic, the number of unreadable records that no newer record replaces. */
  leftOut(): ReadonlyMap<KafkaTopic, number>;
  /** All records before this time are in the tables, ms. */
  readMs(): number;
  close(): Promise<void>;
};

/** Creates the table of places from `associations`: the place of each patient, and of each device without a patient. */
export function createPlaces(pseudonymKey: string) {
  const devices = new Map<string, DeviceAssociations>();
  const places = new Map<string, Place>();
  const deviceOfUnassigned = new Map<string, string>();
  const deviceOfKey = new Map<string, string>();
  return {
    fold(body: DeviceAssociations): void {
      const before = devices.get(body.deviceId);
      if (before && before.version > body.version) return;
      devices.set(body.deviceId, body);
      deviceOfUnassigned.set(unassignedAssociation(pseudonymKey, body.deviceId), body.deviceId);
      deviceOfKey.set(pseudonym(pseudonymKey, 'device', body.deviceId), body.deviceId);
      for (const { associationId, ward, bed } of body.periods) places.set(associationId, { ward, bed });
    },
    /**
     * Removes a device that the hospital deleted. The ward and bed of each of its patients stay, because alarms of
     * these patients may still call.
     */
    forget(key: string): void {
      devices.delete(deviceOfKey.get(key) ?? '');
    },
    placeOf(associationId: string): Place {
      const place = places.get(associationId);
      if (place) return place;
      const device = devices.get(deviceOfUnassigned.get(associationId) ?? '');
      const period = device && currentPeriod(device.periods);
      return period ? { ward: period.ward, bed: period.bed } : nowhere;
    },
  };
}

/** Opens the tables. Resolves when everything that is in the log now was read. */
export async function openTables(options: {
  readonly sealedLog: Pick<SealedLog, 'followTable'>;
  readonly pseudonymKey: string;
  readonly onChange: () => void;
  readonly now: () => number;
  readonly log: Logger;
  /** The unreadable records of `assignments` up to this offset do not count any more (checked-assignments.ts). */
  readonly assignmentsCheckedUntil: number;
}): Promise<Tables> {
  const { sealedLog, pseudonymKey, onChange, now, log, assignmentsCheckedUntil } = options;
  const places = createPlaces(pseudonymKey);
  const reach = new Map<string, ReachEntry>();
  const ofPerson = new Map<string, ReachEntry[]>();
  let duties = initialState;
  let refused = 0;

  function takeReach(key: string, entry: ReachEntry | null): void {
    const before = reach.get(key);
    if (entry && !before && reach.size >= reachMax) {
      refused += 1;
      return;
    }
    reach.delete(key);
    if (entry) reach.set(key, entry);
    if (before)
      ofPerson.set(
        before.userId,
        (ofPerson.get(before.userId) ?? []).filter((other) => other !== before),
      );
    if (entry) ofPerson.set(entry.userId, [...(ofPerson.get(entry.userId) ?? []), entry]);
  }

  const follow = await Promise.all([
    sealedLog.followTable(['associations', 'reach'], (read, { topic, key }) => {
      if (read === null && topic === 'associations') places.forget(key);
      else if (read === null) takeReach(key, null);
      else if (read.record.contentType === contentTypes.associations) places.fold(read.record.body);
      else if (read.record.contentType === contentTypes.reach) takeReach(key, read.record.body);
      onChange();
    }),
    sealedLog.followTable(['assignments'], (read) => {
      if (read?.record.contentType === contentTypes.assignment) duties = evolve(duties, read.record.body);
      onChange();
    }),
  ]);
  await Promise.all(follow.map(({ ready }) => ready));
  const endWatch = watchEnds({ reachEnds: follow.map(({ reachEnd }) => reachEnd), now, log });
  log.info({ wards: duties.wards.size, reach: reach.size }, 'the tables are read');
  const unreadableAssignments = () => follow[1].leftOutOffsets('assignments');
  const leftOut = () => {
    const counts = new Map(follow.flatMap((table) => [...table.leftOut()]));
    counts.set('assignments', uncheckedOffsets(unreadableAssignments(), assignmentsCheckedUntil).length);
    return new Map([...counts].filter(([, count]) => count > 0));
  };
  if (assignmentsCheckedUntil >= 0 && unreadableAssignments().includes(String(assignmentsCheckedUntil)))
    log.warn(
      { checkedUntil: assignmentsCheckedUntil },
      'unreadable assignments do not count any more, because somebody has checked the boards',
    );
  else if (assignmentsCheckedUntil >= 0)
    log.error(
      { checkedUntil: assignmentsCheckedUntil, unreadable: unreadableAssignments().slice(0, 20) },
      'VIGIL_ASSIGNMENTS_CHECKED_UNTIL has no effect: it is not the offset of an unreadable record',
    );
  for (const [topic, records] of leftOut())
    log.error(
      { topic, records },
      'this process cannot read some records: alarms of these patients, beds or persons may call nobody until newer records come',
    );

  return {
    placeOf: places.placeOf,
    personsOf: (place, duty, atMs) =>
      personsApart(duties, place, duty, atMs, (error) => noteTaskFailure('persons-on-duty', error)),
    entriesOf: (userId, channel) => (ofPerson.get(userId) ?? []).filter((entry) => entry.channel === channel),
    reach: () => reach.values(),
    duties: () => duties,
    refused: () => refused,
    leftOut,
    readMs: endWatch.readMs,
    async close() {
      endWatch.close();
      await Promise.all(follow.map((table) => table.close()));
    },
  };
}
