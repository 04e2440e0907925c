/** Splits the book (what the process remembers) into parts that fit into records, and joins the parts again. */
import type { AlarmText, Book, CallTrack } from './core/book.ts';
import type { MessageDecision } from './core/events.ts';
import type { AlarmDelivery, Slot } from './core/state.ts';

/**
 * The version of the snapshot's form. Raise the version with each change of a type in `Entry`: with a book of another
 * form, the rules would throw or decide wrongly. After a change of the version, the first start reads the whole log
 * once.
 */
export const snapshotVersion = 4;

/** One entry of the book. */
type Entry =
  | readonly ['alarm', AlarmDelivery]
  | readonly ['over', AlarmDelivery, number]
  | readonly ['slot', string, Slot]
  | readonly ['track', string, readonly (readonly [string, CallTrack])[]]
  | readonly ['text', string, AlarmText]
  | readonly ['unsent', MessageDecision]
  | readonly ['answered', readonly string[]]
  | readonly ['ended', readonly string[]];

/**
 * Maximum size of a part, characters of JSON. An entry that is longer has a part of its own. A record in Kafka can have
 * at most 2 MiB, and sealing adds a third.
 */
const partCharsMax = 200_000;

/** Returns the parts of a book, at least one. */
export function partsOf(book: Book): unknown[] {
  const entries: Entry[] = [
    ...[...book.state.alarms.values()].map((alarm) => ['alarm', alarm] as const),
    ...[...book.state.over.values()].map(({ alarm, atMs }) => ['over', alarm, atMs] as const),
    ...[...book.state.slots].map(([key, slot]) => ['slot', key, slot] as const),
    ...[...book.tracks].map(([alarmId, tracks]) => ['track', alarmId, [...tracks]] as const),
    ...[...book.texts].map(([alarmId, text]) => ['text', alarmId, text] as const),
    ...[...book.unsent.values()].map((message) => ['unsent', message] as const),
    ['answered', book.answered],
    ['ended', book.endedReach],
  ];
  const parts: Entry[][] = [[]];
  let chars = 0;
  for (const entry of entries) {
    const length = JSON.stringify(entry).length;
    if (chars > 0 && chars + length > partCharsMax) {
      parts.push([]);
      chars = 0;
    }
    parts.at(-1)!.push(entry);
    chars += length;
  }
  return parts;
}

/** Returns the book of a snapshot. @param parts all parts in their order */
export function bookOf(parts: readonly unknown[]): Book {
  const alarms = new Map<string, AlarmDelivery>();
  const over = new Map<string, { readonly alarm: AlarmDelivery; readonly atMs: number }>();
  const slots = new Map<string, Slot>();
  const tracks = new Map<string, ReadonlyMap<string, CallTrack>>();
  const texts = new Map<string, AlarmText>();
  const unsent = new Map<string, MessageDecision>();
  let answered: readonly string[] = [];
  let endedReach: readonly string[] = [];
  for (const entry of parts.flat() as Entry[]) {
    switch (entry[0]) {
      case 'alarm':
        alarms.set(entry[1].alarmId, entry[1]);
        break;
      case 'over':
        over.set(entry[1].alarmId, { alarm: entry[1], atMs: entry[2] });
        break;
      case 'slot':
        slots.set(entry[1], entry[2]);
        break;
      case 'track':
        tracks.set(entry[1], new Map(entry[2]));
        break;
      case 'text':
        texts.set(entry[1], entry[2]);
        break;
      case 'unsent':
        unsent.set(entry[1].messageId, entry[1]);
        break;
      case 'answered':
        answered = entry[1];
        break;
      case 'ended':
        endedReach = entry[1];
        break;
    }
  }
  return { state: { alarms, over, slots }, tracks, texts, unsent, answered, endedReach };
}
