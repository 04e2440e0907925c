import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type {
  OwnedSound,
  PresenceRecord,
  SoftDisplayHere,
  UnconfirmedOnScreen,
} from '../../../contracts/messages/presence.ts';
import { presenceEveryMs } from '../core/health.ts';
import { announcePresence } from './presence.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function world() {
  const written: PresenceRecord[] = [];
  const log = { boot: 'a', isAway: false, fails: false };
  const shown = {
    wards: ['step', 'icu'],
    unconfirmed: [] as UnconfirmedOnScreen[],
    sounds: [] as OwnedSound[],
    soft: [] as SoftDisplayHere[],
  };
  const presence = announcePresence(
    {
      boot: log.boot,
      append: async (_topic: string, _key: string, _type: string, record: unknown) => {
        if (log.isAway) await new Promise(() => {});
        written.push(record as PresenceRecord);
        return {} as never;
      },
    },
    {
      wards: () => shown.wards,
      engineering: () => false,
      unconfirmed: () => shown.unconfirmed,
      sounds: () => shown.sounds,
      softDisplays: () => shown.soft,
      now: () => (log.fails ? Number.NaN : Date.now()),
      logger: pino({ level: 'silent' }),
    },
  );
  return { written, log, shown, presence };
}

it('the presence is written again after its time, and half a second after a change', async () => {
  const { written, shown, presence } = world();
  await vi.advanceTimersByTimeAsync(500);
  expect(written.map(({ wards }) => wards)).toEqual([['icu', 'step']]);
  await vi.advanceTimersByTimeAsync(presenceEveryMs - 500);
  expect(written).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(500);
  expect(written).toHaveLength(2);
  shown.wards = ['icu'];
  await vi.advanceTimersByTimeAsync(500);
  expect(written.at(-1)).toMatchObject({ wards: ['icu'] });
  // Another order of the same wards is no change.
  shown.wards = ['icu', 'step'];
  await vi.advanceTimersByTimeAsync(500);
  shown.wards = ['step', 'icu'];
  await vi.advanceTimersByTimeAsync(500);
  expect(written).toHaveLength(4);
  await presence.close();
  expect(written.at(-1)).toMatchObject({ wards: [] });
});

it('an alarm that a screen has not confirmed is written at once, and the field is absent without such an alarm', async () => {
  const { written, shown, presence } = world();
  await vi.advanceTimersByTimeAsync(500);
  expect(written[0]).not.toHaveProperty('unconfirmed');
  const entry = {
    screen: 1,
    actor: 'mark',
    associationId: 'assoc-01',
    alarmId: 'alarm-0000000001',
    since: '2026-01-01T12:00:00.000Z',
    why: 'silent',
  } as const;
  shown.unconfirmed = [entry];
  await vi.advanceTimersByTimeAsync(500);
  expect(written[1]?.unconfirmed).toEqual([entry]);
  await presence.close();
});

it('a screen that has the sound of a ward is written at once, and the field is absent without such a screen', async () => {
  const { written, shown, presence } = world();
  await vi.advanceTimersByTimeAsync(500);
  expect(written[0]).not.toHaveProperty('sounds');
  shown.sounds = [{ ward: 'icu', actor: 'mark', since: '2026-01-01T12:00:00.000Z' }];
  await vi.advanceTimersByTimeAsync(500);
  expect(written[1]?.sounds).toEqual(shown.sounds);
  await presence.close();
});

it('while Kafka does not answer, only one record waits', async () => {
  const { written, log, shown, presence } = world();
  log.isAway = true;
  await vi.advanceTimersByTimeAsync(500);
  shown.wards = ['icu'];
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written).toEqual([]);
  const closed = presence.close();
  await vi.advanceTimersByTimeAsync(2_000);
  await closed;
});

it('if the code fails once, the next presence is written', async () => {
  const { written, shown, log, presence } = world();
  log.fails = true;
  await vi.advanceTimersByTimeAsync(500);
  log.fails = false;
  shown.wards = ['icu'];
  await vi.advanceTimersByTimeAsync(500);
  expect(written.map(({ wards }) => wards)).toEqual([['icu']]);
  await presence.close();
});

it('a soft wall display is written at once, and the field is absent without such a display', async () => {
  const { written, shown, presence } = world();
  await vi.advanceTimersByTimeAsync(500);
  expect(written[0]).not.toHaveProperty('softDisplays');
  shown.soft = [{ ward: 'icu', actor: 'wall', why: 'volume' }];
  await vi.advanceTimersByTimeAsync(500);
  expect(written.at(-1)).toMatchObject({ softDisplays: shown.soft });
  await presence.close();
  expect(written.at(-1)).not.toHaveProperty('softDisplays');
});
