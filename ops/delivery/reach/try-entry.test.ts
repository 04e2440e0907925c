import { describe, expect, it } from 'vitest';
import type { ReachEnded, ReachSeen } from '../../../contracts/messages/deliveries.ts';
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

/**
 * The operator's log. The topic `reach` has `entry`, and `onFollow` runs when the command begins to read `deliveries`.
 */
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

it('a test does not change the time at which the entry was added', async () => {
  const { written, context } = logOf(phone, () => {});
  await tryEntry(context, reachId, t0, 0);
  expect(written).toEqual([{ ...phone, testedAt: formatInstant(t0) }]);
});

/**
 * An operator's log in which a test can write events of the delivery process and entries. `onWritten` runs after the
 * command wrote the entry.
 */
function liveLog(onWritten: (live: Live) => void) {
  const said: string[] = [];
  let stored: ReachEntry = phone;
  let take: (read: unknown, record: { readonly topic: string; readonly key: string }) => void = () => {};
  const live: Live = {
    event: (event) =>
      take({ record: { contentType: contentTypes.delivery, body: { event } } }, { topic: 'deliveries', key: 'any' }),
    entry: (entry) =>
      take(entry && { record: { contentType: contentTypes.reach, body: entry } }, { topic: 'reach', key: reachId }),
  };
  const log = {
    async followTable(topics: readonly string[], onRecord: typeof take, from?: string) {
      if (from === 'end') take = onRecord;
      else if (topics.includes('reach'))
        onRecord({ record: { contentType: contentTypes.reach, body: stored } }, record);
      return { ready: Promise.resolve(), close: async () => {} };
    },
    async append(_topic: string, _key: string, _contentType: string, body: ReachEntry) {
      stored = body;
      if (body.testedAt) live.entry(body);
      onWritten(live);
    },
  };
  const record = { topic: 'reach', key: reachId };
  const context = { log, say: (line: string) => said.push(line) } as unknown as OperatorContext;
  return { said, live, run: (waitMs = 60_000) => tryEntry(context, reachId, t0, waitMs) };
}
type Live = { event(event: ReachSeen | ReachEnded): void; entry(entry: ReachEntry | null): void };

const testOf = (n: number) => formatInstant(t0 + n);
const seen = (n: number, more: Partial<ReachSeen>): ReachSeen => ({
  ...{ type: 'reach-seen', atMs: t0, userId: 'anna', name: 'Anna', channel: 'push', reachId, state: 'reached' },
  checkId: `00000000-0000-4000-8000-00000000000${n}`,
  ...more,
});
const canary = (n: number, testedAt?: string) => seen(n, { state: 'asked', ...(testedAt && { testedAt }) });
const confirmed = (n: number) => seen(n, { stage: 'on-device' });
const failed = (n: number) => seen(n, { state: 'down', reason: 'The service refuses the message (403).' });
const sends = '2. The delivery process sends a canary to push.example.';
const confirms = '3. The device has confirmed the canary.';

describe('a test accepts only results of its own canary', () => {
  it.each<[string, (live: Live) => void]>([
    ['the result of the canary that was sent when the entry was added', ({ event }) => event(failed(1))],
    ['a canary that began before the test', ({ event }) => [canary(1), failed(1)].forEach(event)],
    ['a canary of an earlier test', ({ event }) => [canary(1, testOf(-1)), failed(1)].forEach(event)],
    ['a canary with a later time on another clock', ({ event }) => event({ ...failed(1), atMs: t0 + 60_000 })],
    ['a canary of another entry', ({ event }) => event({ ...canary(1, testOf(0)), reachId: 'another' })],
  ])('a test ignores %s', async (_case, former) => {
    const { said, run } = liveLog((live) => {
      former(live);
      live.event(canary(2, testOf(0)));
      former(live);
      live.event(confirmed(2));
    });
    expect(await run()).toBe(true);
    expect(said.slice(1)).toEqual([sends, confirms]);
  });

  it('a test accepts the result of its canary if the clock of the delivery process is an hour behind', async () => {
    const { said, run } = liveLog(({ event }) =>
      [canary(2, testOf(0)), confirmed(2)].forEach((one) => void event({ ...one, atMs: t0 - 3_600_000 })),
    );
    expect(await run()).toBe(true);
    expect(said.slice(1)).toEqual([sends, confirms]);
  });

  it('a test accepts the second canary of a delivery process that started again before the first had a result', async () => {
    const { said, run } = liveLog(({ event }) =>
      [canary(2, testOf(0)), canary(3, testOf(0)), confirmed(3)].forEach((one) => void event(one)),
    );
    expect(await run()).toBe(true);
    expect(said.slice(1)).toEqual([sends, confirms]);
  });

  it('a test accepts the canary of another operator who tests the entry later', async () => {
    const { said, run } = liveLog(({ event, entry }) => {
      event(canary(2, testOf(7)));
      event(confirmed(2));
      entry({ ...phone, testedAt: testOf(7) });
    });
    expect(await run()).toBe(true);
    expect(said.slice(1)).toEqual([sends, confirms]);
  });

  it('a test does not accept the canary of another operator who tested the entry just before', async () => {
    const { said, run } = liveLog(({ event }) => [canary(2, testOf(7)), confirmed(2)].forEach(event));
    expect(await run(0)).toBe(false);
    expect(said[1]).toMatch(/^2. Not confirmed: no delivery process has tried the entry within 0 s./);
  });

  it.each([
    ['removed', null],
    ['renewed by the browser', { ...phone, auth: 'c'.repeat(22) }],
  ])('a test says so if the entry is %s during the test', async (_case, changed) => {
    const { said, run } = liveLog(({ entry }) => entry(changed));
    expect(await run(0)).toBe(false);
    expect(said[1]).toBe(
      '2. Not confirmed: somebody has changed or removed the entry during the test. Run the test again.',
    );
  });

  it('a test says that the address has ended, with or without a canary of its own', async () => {
    const ended: ReachEnded = {
      ...{ type: 'reach-ended', atMs: t0, reachId, userId: 'anna', channel: 'push', reason: 'Gone (410).' },
    };
    for (const before of [[], [canary(2, testOf(0))]]) {
      const { said, run } = liveLog(({ event }) => [...before, ended].forEach((one) => void event(one)));
      expect(await run()).toBe(false);
      expect(said.at(-1)).toBe('3. The address has ended, and nothing is sent there any more: Gone (410).');
    }
  });

  it('a test prints the device’s confirmation only after a further stage, not when the service takes a second canary', async () => {
    const taken = (n: number) => seen(n, { stage: 'taken' });
    const { said, run } = liveLog(({ event }) =>
      [canary(2, testOf(0)), taken(2), canary(3, testOf(0)), taken(3), confirmed(3)].forEach((one) => void event(one)),
    );
    expect(await run()).toBe(true);
    expect(said.slice(2)).toEqual([
      '3. The other side has taken the canary.',
      '4. The device has confirmed the canary.',
    ]);
  });
});
