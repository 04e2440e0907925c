/** Summarizes a search in the audit trail: who did how much and when, and the choices for the next search. Pure. */
import { auditActionNames, isLook } from '../../../contracts/audit-names.ts';
import { isSigned } from '../../../log/audit/chain.ts';
import type { AuditPerson, AuditSummary } from '../../protocol/audit.ts';
import type { AuditedRecord } from './audit-filter.ts';

/** Maximum number of persons in a summary (ours). */
const peopleMax = 200;
/** Maximum number of values of a field that a person can choose (ours). */
const choicesMax = 300;
/**
 * The record of a look at a ward lists all shown patients. In this many of the newest records, these patients become
 * choices; in older records, they do not.
 */
const listedPatientsOf = 2_000;

type Person = { -readonly [Name in keyof AuditPerson]: AuditPerson[Name] };

/** What a search has found so far. */
export type SearchSummary = {
  matching: number;
  /** Looks at whole wards that a search for a bed leaves out. */
  wardLooks: number;
  /** How many records the search has looked at. */
  looked: number;
  readonly people: Map<string, Person>;
  readonly choices: Readonly<Record<keyof AuditSummary['choices'], Set<string>>>;
};

export const newSummary = (): SearchSummary => ({
  matching: 0,
  wardLooks: 0,
  looked: 0,
  people: new Map(),
  choices: { userIds: new Set(), patientIds: new Set(), wards: new Set(), beds: new Set() },
});

/**
 * Adds a record to the summary. The newest record comes first.
 * @param isMatching whether the record matches the search
 */
export function noteRecord(summary: SearchSummary, entry: AuditedRecord, isMatching: boolean): void {
  summary.looked += 1;
  noteChoices(summary, entry);
  if (!isMatching) return;
  summary.matching += 1;
  notePerson(summary.people, entry);
}

function notePerson(people: Map<string, Person>, { record, verified }: AuditedRecord): void {
  const { actor, action, at } = record;
  let person = people.get(actor.userId);
  if (person === undefined) {
    person = { ...actor, looks: 0, acts: 0, refused: 0, unverified: 0, first: at, last: at };
    people.set(actor.userId, person);
  }
  // Anybody can type an account at the login page: the record of a failed login has no name and no role.
  if (person.name === undefined && 'name' in actor) Object.assign(person, actor);
  if (at < person.first) person.first = at;
  if (at > person.last) person.last = at;
  if (auditActionNames[action].group === 'refused') person.refused += 1;
  else if (isLook(action)) person.looks += 1;
  else if (action !== 'patient-view-closed') person.acts += 1;
  if (!verified) person.unverified += 1;
}

function noteChoices({ choices, looked }: SearchSummary, { record }: AuditedRecord): void {
  noteChoice(choices.userIds, record.actor.userId);
  noteChoice(choices.patientIds, record.patientId);
  if (record.ward !== '*') noteChoice(choices.wards, record.ward);
  if (!isSigned(record)) return;
  noteChoice(choices.beds, record.bed);
  if (looked > listedPatientsOf) return;
  for (const patientId of record.patients ?? []) noteChoice(choices.patientIds, patientId);
}

function noteChoice(values: Set<string>, value: string | undefined): void {
  if (value !== undefined && values.size < choicesMax) values.add(value);
}

/** Returns the summary as the page shows it: the person with the newest record first. */
export function summaryOf({ matching, wardLooks, people, choices }: SearchSummary): AuditSummary {
  const all = [...people.values()].sort((a, b) => (a.last < b.last ? 1 : a.last > b.last ? -1 : 0));
  const sorted = (values: Set<string>) => [...values].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return {
    matching,
    wardLooks,
    people: all.slice(0, peopleMax),
    peopleLeftOut: Math.max(0, all.length - peopleMax),
    choices: {
      userIds: sorted(choices.userIds),
      patientIds: sorted(choices.patientIds),
      wards: sorted(choices.wards),
      beds: sorted(choices.beds),
    },
  };
}
