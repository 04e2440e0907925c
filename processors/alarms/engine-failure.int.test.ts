/**
 * Tests the process of the alarm processor with a snapshot for which the engine's code fails. The other patients are
 * judged, and no restart stops at this snapshot.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Child } from '../../ops/platform/child.ts';
import { type AlarmLab, openLab } from '../../tests/alarms/lab.ts';

let lab: AlarmLab;
let processor: Child | undefined;

beforeAll(async () => {
  lab = await openLab(inject('platform'));
});
afterAll(async () => {
  await processor?.stop();
  await lab?.close();
});

const start = (name: string) => lab.start({ VIGIL_ALARMS_QUIET_SNAPSHOT_MS: '1000' }, name);

it('a state about which the code fails raises an alarm at its bed, and the other bed is judged by each next owner', async () => {
  const bad = await lab.admit('adult');
  const good = await lab.admit('adult');
  processor = await start('failure-one');
  for (const bed of [bad, good]) {
    await bed.send(Date.now(), 0, 0, { HR: 80 });
    await lab.untilState(bed);
  }
  await processor.stop();
  await lab.changeState(bad, { device: null });

  processor = await start('failure-two');
  const told = await lab.until(bad, ({ alarm }) => alarm.condition === 'not-judged');
  expect(told).toMatchObject({ type: 'raised', alarm: { kind: 'technical', priority: 'high', signal: 'on' } });
  for (const bed of [bad, good]) await bed.send(Date.now(), 0, 0, { HR: 150 });
  const breach = await lab.until(good, ({ alarm }) => alarm.condition === 'HR.extreme-high');
  // On a busy machine, the bed may have been silent before this reading too. Then the silence after the reading has the
  // same alarm.
  const silence = await lab.until(
    good,
    ({ at, alarm }) => alarm.condition === 'no-data' && alarm.present && at > breach.at,
  );
  await bad.acknowledge(told.alarm.alarmId);
  await lab.until(bad, ({ type, alarm }) => type === 'acknowledged' && alarm.condition === 'not-judged');
  const text = readFileSync(lab.logFile('failure-two'), 'utf8');
  const lines = text.split('\n').filter((line) => line.includes('its code fails about one patient'));
  expect(lines.some((line) => line.includes(bad.deviceId) && line.includes('TypeError at'))).toBe(true);
  expect(new Set(lines.map((line) => JSON.parse(line).task)).size).toBe(lines.length);
  const port = /"metricsPort":(\d+)/.exec(text)![1];
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toContain('\nvigil_alarms_not_judged 1\n');
  expect(metrics).toMatch(/^vigil_alarms_failures_total\{task="tick"\} [1-9]/m);
  await processor.stop();

  processor = await start('failure-three');
  await good.send(Date.now(), 0, 0, { HR: 80 });
  await lab.until(
    good,
    ({ type, at, alarm }) => alarm.condition === 'no-data' && type === 'cleared' && at > silence.at,
  );
  await bad.discharge();
  await lab.until(bad, ({ type, alarm }) => alarm.condition === 'not-judged' && type === 'cleared');
  const alarms = lab.alarmsOf(bad).filter(({ condition }) => condition === 'not-judged');
  expect(alarms.map(({ alarmId }) => alarmId)).toEqual([told.alarm.alarmId]);
});
