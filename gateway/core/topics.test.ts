import { expect, it } from 'vitest';
import { reason } from './reasons.ts';
import { isTopicName, judgeFilter, judgePublishTopic } from './topics.ts';

it.each([
  ['devices/bed-07/observations', 'observations'],
  ['devices/bed-07/waveforms', 'waveforms'],
  ['devices/bed-07/status', 'status'],
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
])('a PUBLISH to %s is %s', (topic, expected) => {
  const right = judgePublishTopic('bed-07', topic);
  expect(right.ok ? right.kind : right.fault.code).toBe(expected);
  // What a stranger sent is not repeated to a log.
  if (!right.ok) expect(right.fault.message).not.toContain(topic);
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
])('%s as a topic name: %s', (topic, expected) => {
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
  ['', reason.topicFilterInvalid],
  ['a/#/b', reason.topicFilterInvalid],
  ['a#', reason.topicFilterInvalid],
  ['a+/b', reason.topicFilterInvalid],
])('a SUBSCRIBE to %s is answered 0x%s', (filter, expected) => {
  const right = judgeFilter('bed-07', filter);
  expect(right.ok ? 0 : right.reasonCode).toBe(expected);
});
