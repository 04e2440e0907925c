import { expect, it } from 'vitest';
import type { AlarmEvent } from '../../../contracts/messages/alarms.ts';
import { joined } from './catch-up.ts';
import { alarmOf, eventOf, t0 } from './delivery.testing.ts';

const event = (type: AlarmEvent['type'], rev: number, atMs: number) => eventOf(type, alarmOf('a', { rev }), t0 + atMs);

it.each<[string, AlarmEvent['type'], AlarmEvent['type'], AlarmEvent['type'], number]>([
  ['an update keeps the time of the onset', 'raised', 'updated', 'raised', 1],
  ['an update keeps the time of the re-alarm', 'realarmed', 'updated', 'realarmed', 1],
  ['the age counts from an escalation', 'raised', 'escalated', 'escalated', 2],
  ['an alarm that is over stays over', 'raised', 'cleared', 'cleared', 2],
  ['two updates become the later update', 'updated', 'updated', 'updated', 2],
])('two missed events become one: %s', (_title, first, second, type, atMs) => {
  const result = joined(event(first, 1, 1), event(second, 2, 2));
  expect(result).toMatchObject({ type, at: new Date(t0 + atMs).toISOString(), alarm: { rev: 2 } });
});

it('an event of an older revision changes nothing', () => {
  expect(joined(event('acknowledged', 2, 2), event('raised', 1, 3))).toMatchObject({ type: 'acknowledged' });
  expect(joined(undefined, event('raised', 1, 1))).toMatchObject({ type: 'raised' });
});
