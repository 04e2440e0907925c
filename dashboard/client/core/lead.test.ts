import { describe, expect, it } from 'vitest';
import { createLead, leadWindowMs, remoteAt, updateLead, updateLeadFromNewProcess } from './lead.ts';

describe('lead of a remote clock', () => {
  it('the remote time is unknown before the first message', () => {
    expect(remoteAt(createLead(), 0)).toBeUndefined();
  });

  it('the remote time follows from the message with the smallest delay', () => {
    const lead = createLead();
    updateLead(lead, 10_000, 1_300);
    updateLead(lead, 11_000, 2_050);
    updateLead(lead, 12_000, 3_900);
    expect(remoteAt(lead, 4_000)).toBe(4_000 + 8_950);
  });

  it('a lead is used for at most two windows, and is not used after a long silence', () => {
    const lead = createLead();
    updateLead(lead, 1_000, 0);
    updateLead(lead, leadWindowMs + 1, leadWindowMs + 1);
    expect(remoteAt(lead, 0)).toBe(1_000);
    updateLead(lead, 2 * leadWindowMs + 2, 2 * leadWindowMs + 2);
    expect(remoteAt(lead, 0)).toBe(0);
    updateLead(lead, 9 * leadWindowMs - 500, 9 * leadWindowMs);
    expect(remoteAt(lead, 0)).toBe(-500);
  });

  it.each([-600_000, -10_000])('if a device clock is set back by %i ms, the lead follows within 3 s', (byMs) => {
    const lead = createLead();
    for (let timeMs = 0; timeMs <= 20_000; timeMs += 1000)
      updateLead(lead, timeMs < 10_000 ? timeMs : timeMs + byMs, timeMs, 300);
    expect(remoteAt(lead, 20_000)).toBe(20_000 + byMs);
    const late = createLead();
    for (let timeMs = 0; timeMs <= 12_000; timeMs += 1000)
      updateLead(late, timeMs < 10_000 ? timeMs : timeMs + byMs, timeMs, 300);
    expect(remoteAt(late, 12_000)).toBe(12_000 + byMs);
  });

  it.each([600, 6_000, 60_000])('the lead of a server stays the same if messages become %i ms slower', (lagMs) => {
    const lead = createLead();
    for (let timeMs = 0; timeMs < 10_000; timeMs += 1000) updateLead(lead, timeMs - 50, timeMs);
    for (let at = 10_000; at < leadWindowMs; at += 1000) {
      updateLead(lead, at - lagMs, at);
      expect(remoteAt(lead, at)).toBe(at - 50);
    }
  });

  it.each([
    ['the clock of a new server process that is 10 min behind counts immediately', -600_000, -600_050],
    ['the clock of a new server process that is 10 s behind counts immediately', -10_000, -10_050],
    ['the lead stays the same if only the first message of a new server process is slow', -4_000, -50],
    ['the clock of a new server process that is ahead counts immediately', 600_000, 599_950],
  ])('%s', (_what, byMs, expectedMs) => {
    const lead = createLead();
    for (let timeMs = 0; timeMs < 10_000; timeMs += 1000) updateLead(lead, timeMs - 50, timeMs);
    updateLeadFromNewProcess(lead, 10_000 - 50 + byMs, 10_000);
    expect(remoteAt(lead, 10_000)).toBe(10_000 + expectedMs);
  });

  it('if the remote clock is set forward, the lead follows immediately', () => {
    const lead = createLead();
    for (let timeMs = 0; timeMs <= 10_000; timeMs += 1000)
      updateLead(lead, timeMs < 10_000 ? timeMs : timeMs + 600_000, timeMs);
    expect(remoteAt(lead, 10_000)).toBe(610_000);
  });

  it('the lead stays the same after a burst of late messages, and after a single late message', () => {
    const lead = createLead();
    for (let ms = 0; ms <= 10_000; ms += 1000) updateLead(lead, ms, ms);
    for (let at = 11_000; at <= 20_000; at += 1000) updateLead(lead, at, 20_000 + (at - 11_000) / 100);
    expect(remoteAt(lead, 20_100)).toBe(20_100);
    updateLead(lead, 10_000, 21_000);
    updateLead(lead, 22_000, 22_000);
    expect(remoteAt(lead, 22_000)).toBe(22_000);
  });
});
