import { describe, expect, it } from 'vitest';
import { judgeForwarded, upstreamFilters } from './upstream.ts';

describe('a message that another broker forwards', () => {
  it.each([
    ['devices/bed-07/observations', 'bed-07'],
    ['devices/bed-07/waveforms', 'bed-07'],
    ['devices/bed-07/status', 'bed-07'],
    // A device's all the same: the pipeline rejects it in the device's name.
    ['devices/bed-07/inbox', 'bed-07'],
    [`devices/${'x'.repeat(64)}/status`, 'x'.repeat(64)],
  ])('on %s is of the device that the topic names', (topic, deviceId) => {
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
    // A canary proves the gateway's own listener, and nothing that another broker sends is one.
    'devices/vigil-canary/observations',
  ])('on %j is of nobody', (topic) => {
    expect(judgeForwarded(topic, false)).toEqual({ kind: 'stranger' });
  });

  it('a message with the retain flag is an old one, of any device', () => {
    expect(judgeForwarded('devices/bed-07/status', true)).toEqual({ kind: 'retained' });
    expect(judgeForwarded('x', true)).toEqual({ kind: 'retained' });
  });
});

it('is subscribed to by kind, shared if there is a group', () => {
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
