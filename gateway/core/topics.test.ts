import { expect, it } from 'vitest';
import { reason } from './reasons.ts';
import { isTopicFilter, isTopicName, judgeFilter, judgePublishTopic } from './topics.ts';

it.each([
  ['devices/bed-07/observations', 'observations'],
  ['devices/bed-07/waveforms', 'waveforms'],
  ['devices/bed-07/status', 'status'],
  ['devices/bed-07/alerts', 'alerts'],
  ['devices/bed-07/inbox', 'topic-not-authorized'],
  ['devices/bed-08/observations', 'topic-not-authorized'],
  ['devices/bed-070/observations', 'topic-not-authorized'],
  ['devices/bed-07/other', 'topic-unknown'],
  ['devices/bed-07', 'topic-unknown'],
  ['devices/bed-07/observations/', 'topic-unknown'],
  ['/devices/bed-07/observations', 'topic-unknown'],
  ['Devices/bed-07/observations', 'topic-unknown'],
  ['$SYS/broker', 'topic-unknown'],
  ['devices//observations', 'topic-unknown'],
  ['x', 'topic-unknown'],
])('judgePublishTopic answers a PUBLISH to %s with %s', (topic, expected) => {
  const right = judgePublishTopic('bed-07', topic);
  expect(right.ok ? right.kind : right.fault.code).toBe(expected);
  // The text of a refusal goes to the log, so it must not contain the topic.
  if (!right.ok) expect(right.fault.message).not.toContain(topic);
});

it('the refusal of a topic of another device says how the device’s own topics begin', () => {
  expect(judgePublishTopic('bed-07', 'devices/bed-08/observations')).toMatchObject({
    fault: { message: expect.stringContaining('devices/bed-07/') },
  });
});

it.each([
  ['a', true],
  ['a/b', true],
  ['/', true],
  ['$SYS/x', true],
  ['', false],
  ['#', false],
  ['a/#', false],
  ['a+', false],
])('the answer of isTopicName for the topic name "%s" is %s', (topic, expected) => {
  expect(isTopicName(topic)).toBe(expected);
});

it.each([
  ['devices/bed-07/inbox', 0],
  ['devices/bed-08/inbox', reason.notAuthorized],
  ['devices/bed-07/observations', reason.notAuthorized],
  ['$SYS/broker/uptime', reason.notAuthorized],
  ['devices/bed-07/#', reason.wildcardSubscriptionsNotSupported],
  ['devices/+/inbox', reason.wildcardSubscriptionsNotSupported],
  ['#', reason.wildcardSubscriptionsNotSupported],
  ['+', reason.wildcardSubscriptionsNotSupported],
  ['$share/g/devices/bed-07/inbox', reason.sharedSubscriptionsNotSupported],
])('judgeFilter answers a SUBSCRIBE to %s with the code %i', (filter, expected) => {
  const right = judgeFilter('bed-07', filter);
  expect(right.ok ? 0 : right.reasonCode).toBe(expected);
});

it.each([
  ['a', true, true],
  ['/', true, true],
  ['#', true, true],
  ['+', true, true],
  ['a/+/#', true, true],
  ['$SYS/#', true, true],
  ['', false, false],
  ['a/#/b', false, false],
  ['a#', false, false],
  ['a/#b', false, false],
  ['a+/b', false, false],
  ['a/+b', false, false],
  ['$share', true, true],
  ['$share/g/a', true, true],
  ['$share/g/+/#', true, true],
  ['$share/g//', true, true],
  // MQTT 3.1.1 has no shared subscriptions.
  ['$share/g', true, false],
  ['$share/', true, false],
  ['$share//a', true, false],
  ['$share/g/', true, false],
  ['$share/+/a', true, false],
  ['$share/g/a#', false, false],
  ['$share/g#/a', false, false],
])('isTopicFilter returns for "%s" as a topic filter: %s in MQTT 3.1.1, %s in MQTT 5', (filter, in4, in5) => {
  expect([isTopicFilter(filter, 4), isTopicFilter(filter, 5)]).toEqual([in4, in5]);
});
