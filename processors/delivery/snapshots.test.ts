import { expect, it } from 'vitest';
import { builtInPolicy } from '../../contracts/delivery-policy.ts';
import { emptyBook } from './core/book.ts';
import { alarmOf, eventOf, everybody, t0 } from './core/delivery.testing.ts';
import type { Context } from './core/inputs.ts';
import { take } from './core/take.ts';
import { bookOf, partsOf, snapshotVersion } from './snapshots.ts';

const context: Context = {
  policy: builtInPolicy,
  placeOf: () => ({ ward: 'icu', bed: 'ICU-1' }),
  personsOf: (_, duty) => everybody[duty] ?? [],
  isDown: () => false,
};

/** A book with an alarm that calls, an alarm that is over, messages that were sent, and messages that wait. */
function fullBook() {
  const give = (book: typeof emptyBook, ...event: Parameters<typeof eventOf>) =>
    take(book, { type: 'alarm', event: eventOf(...event) }, context, event[2]).book;
  const atOnset = { code: 'MDC_ECG_HEART_RATE', value: 161, limit: 160, unit: '/min' };
  const raised = give(emptyBook, 'raised', alarmOf('a', { atOnset }), t0);
  const second = give(raised, 'raised', alarmOf('b', { associationId: 'a' }), t0 + 10);
  const third = give(second, 'raised', alarmOf('c'), t0 + 20);
  return give(third, 'cleared', alarmOf('c', { rev: 2, present: false }), t0 + 30);
}

/** Returns the names of the fields in a value, without the fields of the policy's chain, which has a schema. */
function namesOf(value: unknown): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(namesOf))].filter((name) => name !== '').join(' ')}]`;
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([name, member]) => (name === 'chain' ? name : `${name}${namesOf(member)}`))
    .toSorted()
    .join(',');
}

it('the snapshot parts of a book restore the same book', () => {
  const book = fullBook();
  expect(bookOf(JSON.parse(JSON.stringify(partsOf(book))))).toEqual(book);
});

it('the form of a snapshot has not changed without a new version', () => {
  const names = (partsOf(fullBook()).flat() as [string, ...unknown[]][]).map(
    ([kind, ...content]) => `${kind} ${namesOf(content)}`,
  );
  // If this fails, raise `snapshotVersion`, and put the new version and the new names here.
  expect([snapshotVersion, ...new Set(names)]).toMatchInlineSnapshot(`
    [
      4,
      "alarm [alarmId,associationId,freshAtMs,kind,notSent,onsets,priority,quiet,rev,roundacceptedBefore[],acceptedBy[],answersFrom,callCount,calledBefore[],calls[callId,channels[],confirmDueAtMs,duty,failed[],name,outcome,repeat,sent[],step,userId,waitMs],chain,dueAtMs,notice,phase,policyVersion,priority,rejectedBy[],round,stopped,waitMs]",
      "over [alarmId,associationId,freshAtMs,kind,notSent,onsets,priority,quiet,rev,roundacceptedBefore[],acceptedBy[],answersFrom,callCount,calledBefore[],calls[callId,channels[],confirmDueAtMs,duty,failed[],name,outcome,repeat,sent[],step,userId,waitMs],chain,dueAtMs,notice,phase,policyVersion,priority,rejectedBy[],round,stoppedatMs,phase,why,waitMs]",
      "slot [channel,name,pending[alarmId,associationId,callId,priority],recent[associationId,atMs,priority],userId,wholeAtMs]",
      "track [[[calledAtMs,ways[atMs,channel,stage]]]]",
      "track [[[calledAtMs,ways[]]]]",
      "text [onsetAt,onsetValue,text]",
      "text [onsetAt,text]",
      "unsent [atMs,calls[alarmId,callId,dueAtMs],channel,confirmDueAtMs,messageId,name,onlyCounted,type,userId]",
      "answered [[]]",
      "ended [[]]",
    ]
  `);
});
