import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import type { Preferences } from '../../protocol/preferences.ts';
import { emptyDeliveryBoard, foldReachEntry } from '../core/delivery-board.ts';
import { createSlots } from '../core/slots.ts';
import { keepReachLanguages, type ReachLanguages } from './reach-languages.ts';

beforeEach(() => void vi.useFakeTimers());
let opened: ReachLanguages | undefined;
afterEach(() => {
  opened?.close();
  vi.useRealTimers();
});

const mail = (userId: string, change: Partial<ReachEntry> = {}) =>
  ({
    ...{ channel: 'mail', reachId: `mail-of-${userId}`, userId, name: userId, label: 'Mail' },
    ...{ addedAt: '2026-11-01T10:00:00.000Z', address: `${userId}@hospital.example` },
    ...change,
  }) as ReachEntry;

function start(entries: readonly ReachEntry[], chosen: Record<string, Preferences>) {
  const board = emptyDeliveryBoard();
  for (const entry of entries) foldReachEntry(board, entry.reachId, entry);
  board.isRead = true;
  const written: ReachEntry[] = [];
  const kafka = { isAway: false, whileReading: () => {} };
  const warnings: string[] = [];
  opened = keepReachLanguages({
    feed: {
      board,
      async readReach() {
        kafka.whileReading();
      },
    },
    writer: {
      reachTurns: createSlots(
        { atOnceMax: 4, atOncePerKeyMax: 1, waitingMax: 9, waitingPerKeyMax: 9 },
        () => new Error(),
      ),
      async writeReach(reachId, entry) {
        if (kafka.isAway) throw new Error('Kafka is away');
        if (entry) written.push(entry);
        foldReachEntry(board, reachId, entry);
      },
    },
    preferences: { of: (userId) => chosen[userId] ?? {} },
    logger: { warn: (_fields, text) => warnings.push(text) },
  });
  return { board, written, kafka, warnings, chosen, note: opened.note, look: () => vi.advanceTimersByTimeAsync(5_000) };
}

describe('keepReachLanguages', () => {
  it('gives entries from before an update the language that their person had chosen, and changes nothing else', async () => {
    const anna = mail('anna', { testedAt: '2026-11-02T10:00:00.000Z' });
    const others = [mail('ben'), mail('cleo', { language: 'de' }), mail('dora')];
    const { written, look } = start([anna, ...others], { anna: { language: 'de' }, ben: { language: 'en' } });
    await look();
    expect(written).toEqual([{ ...anna, language: 'de' }]);
    await look();
    expect(written).toHaveLength(1);
  });

  it('writes a new choice at once; a webhook of another system has no language', async () => {
    const pager = mail('anna', { channel: 'webhook', reachId: 'pager' } as Partial<ReachEntry>);
    const { written, look, note, chosen } = start([mail('anna'), pager], {});
    await look();
    expect(written).toEqual([]);
    chosen.anna = { language: 'de' };
    note('anna');
    await vi.advanceTimersByTimeAsync(0);
    chosen.anna = { language: 'en' };
    note('anna');
    await vi.advanceTimersByTimeAsync(0);
    expect(written.map(({ reachId, language }) => [reachId, language])).toEqual([
      ['mail-of-anna', 'de'],
      ['mail-of-anna', 'en'],
    ]);
  });

  it('an entry that was removed meanwhile does not come back', async () => {
    const { board, written, kafka, look } = start([mail('anna')], { anna: { language: 'de' } });
    kafka.whileReading = () => foldReachEntry(board, 'mail-of-anna', null);
    await look();
    expect(written).toEqual([]);
    expect(board.entries.size).toBe(0);
  });

  it('tries again until Kafka takes the record, and warns once', async () => {
    const { written, kafka, look, warnings } = start([mail('anna')], { anna: { language: 'de' } });
    kafka.isAway = true;
    await look();
    await look();
    expect(warnings).toHaveLength(1);
    kafka.isAway = false;
    await look();
    expect(written.map(({ language }) => language)).toEqual(['de']);
  });
});
