import { cpus } from 'node:os';
import { describe, expect, it } from 'vitest';
import { describeUse, processorUse } from './processor-use.ts';

const cpu = (user: number, sys: number, idle: number) => ({ times: { user, nice: 0, sys, idle, irq: 0 } });

describe('processorUse', () => {
  it('processorUse adds the busy times of all processors between two measurements', () => {
    const before = [cpu(1_000, 500, 9_000), cpu(0, 0, 0)];
    const after = [cpu(4_000, 1_500, 10_000), cpu(1_000, 0, 4_000)];
    expect(processorUse(before, after)).toEqual({ busyS: 5, possibleS: 10 });
  });

  it('processorUse of this machine has a busy time that is not longer than the possible time', () => {
    const { busyS, possibleS } = processorUse([], cpus());
    expect(busyS).toBeGreaterThan(0);
    expect(possibleS).toBeGreaterThanOrEqual(busyS);
  });
});

describe('describeUse', () => {
  it('describeUse names the busy time, the possible time, and the share', () => {
    expect(describeUse({ busyS: 1234.56, possibleS: 2000 })).toBe(
      'processors        1234.6 s busy, 62 % of the possible 2000.0 s',
    );
  });

  it('describeUse names a share of 0 % for a run that took no time', () => {
    expect(describeUse({ busyS: 0, possibleS: 0 })).toContain('0 %');
  });
});
