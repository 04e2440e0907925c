/**
 * The type of a fault in a calm story, for the tests of `explain`, and changes of a story that several faults share.
 */
import type { FindingKind } from '../../contracts/explain/finding.ts';
import { dutyEvents, type PersonId, people, type Story } from './story.ts';

export type Fault = {
  readonly name: string;
  /** The kinds of findings that name this fault. */
  readonly causes: readonly FindingKind[];
  readonly change: (story: Story, between: (min: number, max: number) => number) => void;
};

export const high = (story: Story) => {
  story.heartRate = 150;
  story.condition = 'HR.extreme-high';
};
/** Nobody has a page open, so calls reach persons only on their phones. */
export const onlyPhones = (story: Story) => {
  for (const userId of people) story.persons[userId].page = false;
};
export const nobodyAnswers = (story: Story) => {
  for (const userId of people) Object.assign(story.persons[userId], { answer: 'none', acknowledgeAfterS: null });
};
export const withoutEvents = (story: Story, ...userIds: readonly PersonId[]) => {
  const kept = people.filter((userId) => !userIds.includes(userId));
  story.assignments = kept.flatMap((userId) => dutyEvents(userId));
};
export const withDuty = (story: Story, userId: PersonId, options: Parameters<typeof dutyEvents>[1]) => {
  story.assignments = people.flatMap((other) => dutyEvents(other, other === userId ? options : {}));
};
