import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { foldAssociations } from '../core/beds.ts';
import { period, table } from '../core/fold.testing.ts';
import { emptyState } from '../core/state.ts';
import { openRegistryCheck } from './registry-check.ts';

it('openRegistryCheck logs once which devices are at unregistered places, and once when all are at registered places', async () => {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'ICU ', { bed: '1' })));
  const lines: string[] = [];
  let wards = [{ ward: 'ICU', beds: ['1'] }];
  const registryCheck = openRegistryCheck({
    wards: { current: () => ({ wards }) },
    accounts: { all: () => [] },
    state,
    isReady: () => true,
    logger: pino({}, { write: (line: string) => void lines.push(line) }),
    everyMs: 2,
  });
  try {
    await vi.waitFor(() => expect(lines).toHaveLength(1), 30_000);
    expect(lines[0]).toContain('device d1: ward ICU  bed 1');
    expect(lines[0]).not.toContain('Made');
    expect(registryCheck.count()).toBe(1);
    wards = [{ ward: 'ICU ', beds: ['1'] }];
    await vi.waitFor(() => expect(lines).toHaveLength(2), 30_000);
    expect(lines[1]).toContain('all accounts and devices are at registered');
    expect(registryCheck.count()).toBe(0);
  } finally {
    registryCheck.close();
  }
});
