/** The alarm processor as a process, against the real Kafka: the way of a reading, answers, snapshots, kills. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type AlarmLab, openLab } from './lab.testing.ts';

let lab: AlarmLab;

beforeAll(async () => {
  lab = await openLab(inject('platform'));
});
afterAll(async () => {
  await lab?.close();
});

describe('the alarm processor', () => {
  it('turns a breach into one alarm, takes the answer, and ends it', async () => {
    const processor = await lab.start();
    const bed = await lab.admit('adult');
    const t = Date.now() - 8_000;
    await bed.send(t, 0, 7, { HR: 130 });
    const raised = await lab.until(bed, ({ alarm }) => alarm.condition === 'HR.high' && alarm.signal === 'on');
    expect(raised).toMatchObject({
      type: 'raised',
      alarm: { text: 'HR 130 > 120', deviceId: bed.deviceId, onsetAt: new Date(t).toISOString(), late: false },
    });
    await bed.acknowledge(raised.alarm.alarmId);
    const answered = await lab.until(bed, ({ type }) => type === 'acknowledged');
    expect(answered.alarm.acknowledgedBy?.name).toBe('N. Urse');
    await bed.send(t, 8, 8, { HR: 100 });
    await lab.until(bed, ({ type }) => type === 'cleared');
    expect(lab.alarmsOf(bed).filter((alarm) => alarm.kind === 'physiological')).toHaveLength(1);
    await processor.stop();
  });
});
