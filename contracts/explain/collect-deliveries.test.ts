import { expect, it } from 'vitest';
import { createDeliveryCollector } from './collect-deliveries.ts';

const alarmId = 'alarm-000000000001';
const other = 'alarm-000000000002';

it.each([
  ['the alarm', [other, alarmId], false],
  ['other alarms', [other], true],
  ['alarms that it does not name', [], false],
])('a decision that was not written, about %s: the part is whole: %s', (_title, alarmIds, isWhole) => {
  const collector = createDeliveryCollector(alarmId, 100);
  expect(collector.isWhole()).toBe(true);
  const event = { type: 'not-written', atMs: 0, missing: 'called', alarmIds: alarmIds as string[] } as const;
  collector.add({ body: { event }, appendedMs: 0 });
  expect(collector.isWhole()).toBe(isWhole);
  expect(collector.items).toEqual([]);
});
