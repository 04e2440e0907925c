import { expect, it } from 'vitest';
import type { DeliveryRecord } from '../messages/deliveries.ts';
import { createDeliveryCollector } from './collect-deliveries.ts';

const alarmId = 'alarm-000000000001';
const other = 'alarm-000000000002';

it.each([
  ['the alarm', [other, alarmId], false],
  ['other alarms', [other], true],
  ['alarms that it does not name', [], false],
])(
  'if a decision about %s was not written (alarm ids %j), the records are complete: %s',
  (_title, alarmIds, isWhole) => {
    const collector = createDeliveryCollector(alarmId, 100);
    expect(collector.isWhole()).toBe(true);
    const event = { type: 'not-written', atMs: 0, missing: 'called', alarmIds: alarmIds as string[] } as const;
    collector.add({ body: { event }, appendedMs: 0 });
    expect(collector.isWhole()).toBe(isWhole);
    expect(collector.items).toEqual([]);
  },
);

it.each(['reach-seen', 'reach-ended'])(
  'if a result of a canary was not written (%s), the records are complete, and earlier results of canaries are left out',
  (missing) => {
    const collector = createDeliveryCollector(alarmId, 100);
    const canary = { type: 'reach-seen', userId: 'anna', name: 'Anna', channel: 'screen', state: 'reached' } as const;
    const seen = (atMs: number): DeliveryRecord => ({
      event: { ...canary, atMs, checkId: '00000000-0000-4000-8000-000000000001', stage: 'painted' },
    });
    collector.add({ body: seen(1), appendedMs: 1 });
    collector.add({ body: { event: { type: 'not-written', atMs: 2, missing, alarmIds: [] } }, appendedMs: 2 });
    const called = { body: { event: { type: 'called', alarmId, call: { userId: 'anna' } } }, appendedMs: 3 };
    collector.add(called as never);
    collector.add({ body: seen(4), appendedMs: 4 });
    expect(collector.isWhole()).toBe(true);
    expect(collector.items.map(({ appendedMs }) => appendedMs)).toEqual([3, 4]);
  },
);
