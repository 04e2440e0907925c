/** Tests that the verdict of the delivery fault test finds each fault, and finds no fault in a good run. */
import { expect, it } from 'vitest';
import { newAlarm } from '../../contracts/messages/alarms.testing.ts';
import type { Alarm, AlarmEventType } from '../../contracts/messages/alarms.ts';
import type { DeliveryRecord } from '../../contracts/messages/deliveries.ts';
import { type AlarmLine, type DeliveryLine, type Evidence, judge } from './verdict.ts';

const alarmId = 'a'.repeat(22);
const callId = `${alarmId}/1/1`;
const anna = { userId: 'anna', name: 'Anna' };
const s = 1_000;

const alarmOf = (rev: number, changes: Partial<Alarm>): Alarm =>
  newAlarm(new Date(10 * s).toISOString(), {
    alarmId,
    associationId: 'patient-1',
    deviceId: 'bed-01',
    rev,
    ...changes,
  });
const alarmLine = (atMs: number, type: AlarmEventType, rev: number, changes: Partial<Alarm> = {}): AlarmLine => ({
  appendedMs: atMs,
  event: { type, at: new Date(atMs).toISOString(), alarm: alarmOf(rev, changes) },
});
const line = (atMs: number, event: object): DeliveryLine => ({
  appendedMs: atMs,
  record: { event: { atMs, ...event } } as unknown as DeliveryRecord,
});
const called = line(10 * s, { type: 'called', alarmId, call: { callId, ...anna } });
const message = (atMs: number) =>
  line(atMs, {
    ...{ type: 'message', messageId: `push/${callId}`, ...anna, channel: 'push' },
    calls: [{ alarmId, callId, dueAtMs: atMs + 60 * s }],
  });
const painted = line(11 * s, { type: 'receipt', alarmId, callId, stage: 'painted' });
const accepted = line(14 * s, { type: 'accepted', alarmId, userId: 'anna' });

const raised = alarmLine(10 * s, 'raised', 1);
const acknowledged = alarmLine(60 * s, 'acknowledged', 2, { signal: 'acknowledged' });
const good: Evidence = {
  deliveries: [called, message(10 * s), painted, accepted],
  alarms: [raised, acknowledged],
  received: [{ messageId: `push/${callId}`, atMs: 11 * s, confirmed: true }],
  notices: [],
  acknowledged: [{ alarmId, commandId: 'c1' }],
  answeredCommands: new Set(['c1']),
  unconfirmedMsMax: 20 * s,
};
const noFault = {
  ...{ alarms: 1, silentFailures: [], sentAfterAnswer: [], doubled: [], withoutPerson: [], acknowledgementsLost: [] },
};

it('judge finds no fault in a run in which a person confirmed and accepted the alarm', () => {
  expect(judge(good)).toEqual(noFault);
});

it('judge finds an alarm that nobody confirmed, unless the ward had a notice about it', () => {
  const silent = {
    ...good,
    deliveries: [called, message(10 * s), line(11 * s, { type: 'receipt', alarmId, stage: 'taken' })],
  };
  expect(judge(silent).silentFailures).toHaveLength(1);
  const notice = { fromMs: 29 * s, toMs: 50 * s };
  expect(judge({ ...silent, notices: [notice] }).silentFailures).toEqual([]);
  expect(judge({ ...silent, notices: [{ ...notice, alarmId: 'another alarm' }] }).silentFailures).toHaveLength(1);
  expect(judge({ ...silent, notices: [{ fromMs: 31 * s, toMs: 50 * s }] }).silentFailures).toHaveLength(1);
});

it('judge finds an alarm that was confirmed too late, and accepts an alarm that ended in time without a confirmation', () => {
  const late = line(31 * s, { type: 'receipt', alarmId, callId, stage: 'painted' });
  expect(judge({ ...good, deliveries: [called, message(10 * s), late] }).silentFailures).toHaveLength(1);
  const ended = alarmLine(29 * s, 'resolved', 2, { present: false, signal: 'latched' });
  expect(judge({ ...good, deliveries: [called], alarms: [raised, ended] }).silentFailures).toEqual([]);
});

it('judge finds an alarm for which nobody was called', () => {
  expect(judge({ ...good, deliveries: [] })).toMatchObject({
    silentFailures: [expect.stringContaining(alarmId)],
    withoutPerson: [expect.stringContaining(alarmId)],
    doubled: [`push/${callId} is not in the log`],
  });
});

it('judge finds a message that was decided after a person had accepted or the calls had stopped, unless a new round had begun', () => {
  expect(judge({ ...good, deliveries: [called, accepted, message(15 * s)] }).sentAfterAnswer).toEqual([
    `${callId} push`,
  ]);
  const stopped = line(14 * s, { type: 'stopped', alarmId, why: 'acknowledged' });
  expect(judge({ ...good, deliveries: [called, painted, stopped, message(15 * s)] }).sentAfterAnswer).toHaveLength(1);
  const round = line(15 * s, { type: 'round-started', alarmId });
  expect(judge({ ...good, deliveries: [called, painted, accepted, round, message(15 * s)] }).sentAfterAnswer).toEqual(
    [],
  );
});

it('judge finds a call that was sent twice through one channel', () => {
  expect(judge({ ...good, deliveries: [...good.deliveries.slice(0, 2), message(12 * s), painted] }).doubled).toEqual([
    `${callId} push`,
  ]);
});

it('judge finds an acknowledgement that the alarm engine has not answered', () => {
  expect(judge({ ...good, answeredCommands: new Set() }).acknowledgementsLost).toEqual([`${alarmId} c1`]);
});
