import { describe, expect, it } from 'vitest';
import { judgeForwarded, upstreamFilters } from './upstream.ts';

describe('judgeForwarded', () => {
  it.each([
    ['devices/bed-07/observations', 'bed-07'],
    ['devices/bed-07/waveforms', 'bed-07'],
    ['devices/bed-07/status', 'bed-07'],
    // No device may publish to its inbox. The pipeline, and not this function, rejects the message.
    ['devices/bed-07/inbox', 'bed-07'],
    [`devices/${'x'.repeat(64)}/status`, 'x'.repeat(64)],
  ])('a message on %s belongs to the device that the topic names', (topic, deviceId) => {
    expect(judgeForwarded(topic, false)).toEqual({ kind: 'device', deviceId });
  });

  it.each([
    '',
    'devices',
    'devices//status',
    'devices/bed 7/status',
    `devices/${'x'.repeat(65)}/status`,
    'devices/./status',
    'devices/../status',
    'devices/bed-07/status/x',
    'devices/bed-07/other',
    '/devices/bed-07/status',
    'wards/bed-07/status',
    '$SYS/x/status',
    // A canary must show that the gateway's own listener works, so a forwarded message is never a canary.
    'devices/vigil-canary/observations',
  ])('a message on %j belongs to no device', (topic) => {
    expect(judgeForwarded(topic, false)).toEqual({ kind: 'unknown-device' });
  });

  it('a message with the retain flag is an old message, for any topic', () => {
    expect(judgeForwarded('devices/bed-07/status', true)).toEqual({ kind: 'retained' });
    expect(judgeForwarded('x', true)).toEqual({ kind: 'retained' });
  });
});

it('upstreamFilters returns one filter for each kind of topic, as shared subscriptions if there is a group', () => {
  expect(upstreamFilters('')).toEqual([
    'devices/+/observations',
    'devices/+/waveforms',
    'devices/+/status',
    'devices/+/alerts',
  ]);
  expect(upstreamFilters('vigil')).toEqual([
    '$share/vigil/devices/+/observations',
    '$share/vigil/devices/+/waveforms',
    '$share/vigil/devices/+/status',
    '$share/vigil/devices/+/alerts',
  ]);
});
