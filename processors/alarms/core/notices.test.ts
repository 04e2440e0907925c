import { describe, expect, it } from 'vitest';
import type { GatewayNotice } from '../../../contracts/bed-notices.ts';
import { bed, reading, t0 } from '../../bed.testing.ts';

const notice = (s: number, code: GatewayNotice = 'unattributed', forMs = 120_000) => ({
  type: 'notice' as const,
  deviceId: 'bed-01',
  receivedAt: t0 + s * 1000,
  notice: code,
  forMs,
});

describe('a notice of the gateway is a technical alarm', () => {
  it.each([
    ['unattributed', 'Some readings are not shown: not clear whose they are'],
    ['shared-identity', 'Two devices use one certificate: values may be of two patients'],
    ['refused-ahead', 'Readings are refused: the device clock is too far ahead'],
    ['refused-old', 'Readings are refused: their time is too long ago'],
  ] as const)('raises %s with medium priority and ends it after its time', (code, text) => {
    const one = bed();
    one.feed(notice(0, code));
    expect(one.events).toMatchObject([
      { type: 'raised', alarm: { condition: code, kind: 'technical', priority: 'medium', text, present: true } },
    ]);
    one.tick(119.9);
    expect(one.types(code)).toEqual(['raised']);
    one.tick(120);
    expect(one.types(code)).toEqual(['raised', 'resolved', 'cleared']);
  });

  it('keeps one alarm while the notice is repeated, and counts its time from the last one', () => {
    const one = bed();
    for (const s of [0, 60, 120]) one.feed(notice(s));
    one.tick(239.9);
    expect(one.types('unattributed')).not.toContain('resolved');
    one.tick(240);
    expect(one.types('unattributed').slice(-2)).toEqual(['resolved', 'cleared']);
    expect(one.types('unattributed').filter((type) => type === 'raised')).toHaveLength(1);
  });

  it('raises nothing for a notice whose time is over when it is read', () => {
    const one = bed();
    one.feed(notice(0), t0 + 120_000);
    expect(one.events).toEqual([]);
  });

  const behind = (s: number) => reading(s, { HR: 80 }, { receivedAt: t0 + s * 1000 + 30_000 });
  function thirtySecondsBehind() {
    const one = bed();
    for (let s = 0; s <= 60; s += 1) one.feed(behind(s));
    expect(one.live()['clock-skew']).toMatchObject({ text: 'Device clock is 30 s behind' });
    return one;
  }

  it.each(['refused-ahead', 'refused-old'] as const)('%s ends what was said of the clock before', (code) => {
    const one = thirtySecondsBehind();
    one.feed(notice(105, code));
    expect(one.live()['clock-skew']).toBeUndefined();
    expect(one.live()[code]).toBeDefined();
  });

  it('a refusal keeps the alarm about the clock while other readings of the device are taken', () => {
    const one = thirtySecondsBehind();
    one.feed(notice(91, 'refused-ahead'));
    expect(one.live()['clock-skew']).toBeDefined();
    expect(one.live()['refused-ahead']).toBeDefined();
  });

  it('another notice changes nothing about the clock', () => {
    const one = thirtySecondsBehind();
    one.feed(notice(105, 'unattributed'));
    expect(one.live()['clock-skew']).toBeDefined();
  });
});
