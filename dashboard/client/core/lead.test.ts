import { describe, expect, it } from 'vitest';
import { createLead, leadWindowMs, remoteAt, sawNewRemote, sawRemote } from './lead.ts';

describe('the remote clock', () => {
  it('is unknown before the first message', () => {
    expect(remoteAt(createLead(), 0)).toBeUndefined();
  });

  it('is the clock of the quickest message', () => {
    const lead = createLead();
    sawRemote(lead, 10_000, 1_300);
    sawRemote(lead, 11_000, 2_050);
    sawRemote(lead, 12_000, 3_900);
    expect(remoteAt(lead, 4_000)).toBe(4_000 + 8_950);
  });

  it('forgets after two windows, and at once after a long silence', () => {
    const lead = createLead();
    sawRemote(lead, 1_000, 0);
    sawRemote(lead, leadWindowMs + 1, leadWindowMs + 1);
    expect(remoteAt(lead, 0)).toBe(1_000);
    sawRemote(lead, 2 * leadWindowMs + 2, 2 * leadWindowMs + 2);
    expect(remoteAt(lead, 0)).toBe(0);
    sawRemote(lead, 9 * leadWindowMs - 500, 9 * leadWindowMs);
    expect(remoteAt(lead, 0)).toBe(-500);
  });

  it.each([-600_000, -10_000])('of a device is followed within 3 s after it was set back by %i ms', (byMs) => {
    const lead = createLead();
    for (let at = 0; at <= 20_000; at += 1000) sawRemote(lead, at < 10_000 ? at : at + byMs, at, 300);
    expect(remoteAt(lead, 20_000)).toBe(20_000 + byMs);
    const late = createLead();
    for (let at = 0; at <= 12_000; at += 1000) sawRemote(late, at < 10_000 ? at : at + byMs, at, 300);
    expect(remoteAt(late, 12_000)).toBe(12_000 + byMs);
  });

  it.each([600, 6_000, 60_000])('of a server does not count as set while the way is %i ms slower', (lagMs) => {
    const lead = createLead();
    for (let at = 0; at < 10_000; at += 1000) sawRemote(lead, at - 50, at);
    for (let at = 10_000; at < leadWindowMs; at += 1000) {
      sawRemote(lead, at - lagMs, at);
      expect(remoteAt(lead, at)).toBe(at - 50);
    }
  });

  it.each([
    ['set back by 10 min', -600_000, -600_050],
    ['set back by 10 s', -10_000, -10_050],
    ['as before, by a slower message', -4_000, -50],
    ['set forward', 600_000, 599_950],
  ])('of a server that was started anew is taken at once: %s', (_what, byMs, expectedMs) => {
    const lead = createLead();
    for (let at = 0; at < 10_000; at += 1000) sawRemote(lead, at - 50, at);
    sawNewRemote(lead, 10_000 - 50 + byMs, 10_000);
    expect(remoteAt(lead, 10_000)).toBe(10_000 + expectedMs);
  });

  it('is followed at once after it was set forward', () => {
    const lead = createLead();
    for (let at = 0; at <= 10_000; at += 1000) sawRemote(lead, at < 10_000 ? at : at + 600_000, at);
    expect(remoteAt(lead, 10_000)).toBe(610_000);
  });

  it('does not count as set after messages that come late in a burst, or after a single one', () => {
    const lead = createLead();
    for (let at = 0; at <= 10_000; at += 1000) sawRemote(lead, at, at);
    for (let at = 11_000; at <= 20_000; at += 1000) sawRemote(lead, at, 20_000 + (at - 11_000) / 100);
    expect(remoteAt(lead, 20_100)).toBe(20_100);
    sawRemote(lead, 10_000, 21_000);
    sawRemote(lead, 22_000, 22_000);
    expect(remoteAt(lead, 22_000)).toBe(22_000);
  });
});
