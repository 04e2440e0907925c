import { describe, expect, it } from 'vitest';
import { createLead, leadWindowMs, remoteAt, sawRemote } from './lead.ts';

describe('the remote clock', () => {
  it('is unknown before the first message', () => {
    expect(remoteAt(createLead(), 0)).toBeUndefined();
  });

  it('is that of the quickest message', () => {
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
});
