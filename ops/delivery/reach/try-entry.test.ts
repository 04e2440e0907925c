import { expect, it } from 'vitest';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { OperatorContext } from '../../operator-context.ts';
import { tryEntry } from './try-entry.ts';

const t0 = Date.UTC(2026, 2, 1);
const reachId = '3f0c9d6e-6f0a-4f5e-9f57-0a6f0f0f0f0f';
const phone: ReachEntry = {
  ...{
    channel: 'push',
    reachId,
    userId: 'anna',
    name: 'Anna',
    label: 'Phone',
    addedAt: formatInstant(t0 - 86_400_000),
  },
  ...{ endpoint: 'https://push.example/1', p256dh: 'a'.repeat(87), auth: 'b'.repeat(22) },
};

/** The operator's log. The topic `reach` has `entry`, and `onFollow` runs when the command begins to read `deliveries`. */
function logOf(entry: ReachEntry | undefined, onFollow: (set: (next: ReachEntry | undefined) => void) => void) {
  let stored = entry;
  const written: ReachEntry[] = [];
  const log = {
    async followTable(topics: readonly string[], onRecord: (read: unknown, record: unknown) => void) {
      if (topics.includes('deliveries'))
        onFollow((next) => {
          stored = next;
        });
      else if (stored) onRecord({ record: { contentType: contentTypes.reach, body: stored } }, { key: reachId });
      return { ready: Promise.resolve(), close: async () => {} };
    },
    append: async (_topic: string, _key: string, _contentType: string, body: ReachEntry) => void written.push(body),
  };
  return { written, context: { log, say: () => {} } as unknown as OperatorContext };
}

it('a test does not bring back an entry that the person removes meanwhile', async () => {
  const { written, context } = logOf(phone, (set) => set(undefined));
  await expect(tryEntry(context, reachId, t0, 0)).rejects.toMatchObject({ code: 'not-found' });
  expect(written).toEqual([]);
});

it('a test keeps the keys that the browser renews meanwhile', async () => {
  const renewed = { ...phone, auth: 'c'.repeat(22) };
  const { written, context } = logOf(phone, (set) => set(renewed));
  await tryEntry(context, reachId, t0, 0);
  expect(written).toMatchObject([{ auth: renewed.auth }]);
});

it('a test does not change when the entry was added', async () => {
  const { written, context } = logOf(phone, () => {});
  await tryEntry(context, reachId, t0, 0);
  expect(written).toEqual([{ ...phone, testedAt: formatInstant(t0) }]);
});
