/** Random steps of a ward: shifts, hand-overs, absences, alarms, answers, failures and kills. */
import fc from 'fast-check';
import type { Duty } from '../../../contracts/messages/assignments.ts';

const people = ['anna', 'ben', 'cleo', 'paul', 'tom'] as const;
export const duties: readonly Duty[] = ['nurse', 'buddy', 'charge-nurse', 'physician', 'technician'];
const alarmNames = ['a', 'b', 'c'] as const;

const who = fc.constantFrom(...people);
const what = fc.constantFrom(...alarmNames);
/** One thing that happens in the ward. */
export const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('assign' as const),
      who,
      duty: fc.constantFrom(...duties),
      hours: fc.constantFrom(1, 4, 8),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('accept-duty' as const, 'decline-duty' as const, 'end-duty' as const),
      n: fc.nat(8),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('away' as const),
      who,
      cover: fc.option(who),
      hours: fc.constantFrom(0.01, 0.1, 1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('back' as const), n: fc.nat(8) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'raise' as const,
        'raise' as const,
        'end' as const,
        'acknowledge' as const,
        'escalate' as const,
        'clear' as const,
      ),
      what,
      priority: fc.constantFrom('high' as const, 'medium' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      who,
      what,
      answer: fc.constantFrom('accepted' as const, 'rejected' as const, 'rejected' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('receipts' as const),
      kind: fc.constantFrom('taken' as const, 'permanent' as const, 'transient' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('channel' as const),
      who,
      channel: fc.constantFrom('screen' as const, 'push' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1_000, 3_000, 10_000, 60_000, 130_000, 600_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), kept: fc.nat(6) }) },
);
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
