/** Returns the persons on duty, and their channels. Pure. */
import { minuteMs } from '../../../../contracts/durations.ts';
import { absenceAt } from '../../../../contracts/duties.ts';
import { type DutyState, liveAssignments, type WardDuties } from '../../../../contracts/duty-state.ts';
import type { ReachEntry } from '../../../../contracts/messages/delivery-commands.ts';
import { parseInstant } from '../../../../contracts/time.ts';
import type { ReachTarget } from './canary.ts';

/** How long an entry counts as new, ms (ours). */
const newEntryMs = 2 * minuteMs;

type OnDuty = { readonly userId: string; readonly name: string };

/**
 * Returns the targets of each person who has a duty now in any ward: the person's own pages, and each entry. A person
 * who is away has no duty: the person who covers has the duty. Also returns each entry that was added or tested in the
 * last 2 min. So a person who adds a phone before the shift sees whether the phone works.
 * @param entriesOf returns the entries of a person in all channels
 * @param allEntries all entries of all persons
 */
export function targetsOf(
  duties: DutyState,
  entriesOf: (userId: string) => readonly ReachEntry[],
  allEntries: Iterable<ReachEntry>,
  atMs: number,
): readonly ReachTarget[] {
  const people = new Map<string, OnDuty>();
  for (const ward of duties.wards.values())
    for (const person of peopleOf(ward, atMs)) people.set(person.userId, person);
  const newEntries = [...allEntries].filter((entry) => {
    const ageMs = atMs - (parseInstant(tryFrom(entry)) ?? Number.NEGATIVE_INFINITY);
    return !people.has(entry.userId) && Math.abs(ageMs) <= newEntryMs;
  });
  return [
    ...[...people.values()].flatMap(({ userId, name }): ReachTarget[] => [
      { userId, name, channel: 'screen' },
      ...entriesOf(userId).map(({ channel, reachId }) => ({ userId, name, channel, reachId })),
    ]),
    ...newEntries.map(({ userId, name, channel, reachId }) => ({ userId, name, channel, reachId })),
  ];
}

/**
 * Returns the instant from which an entry must be tried: when it was added, or when the operator last asked for a test.
 */
export function tryFrom({ addedAt, testedAt }: Pick<ReachEntry, 'addedAt' | 'testedAt'>): string {
  return testedAt ?? addedAt;
}

function peopleOf(ward: WardDuties, atMs: number): OnDuty[] {
  return liveAssignments(ward, atMs).flatMap(({ assignment, fromMs, declined }): OnDuty[] => {
    if (fromMs > atMs || declined) return [];
    const { userId, name } = assignment;
    const absence = absenceAt(ward, userId, atMs);
    if (absence === undefined) return [{ userId, name }];
    return absence.cover ? [{ userId: absence.cover.userId, name: absence.cover.name }] : [];
  });
}
