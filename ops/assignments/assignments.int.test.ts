/** Runs `npm run vigil -- assignments` with assignments in a real Kafka. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { hourMs } from '../../contracts/durations.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { runCommandHere } from '../../process/command.testing.ts';
import { openLogAs } from '../../tests/system.ts';
import { vigilCommand } from '../vigil-command.ts';

const platform = inject('platform');
const ward = `icu-${randomUUID().slice(0, 6)}`;
const nowMs = Date.now();
const env = { VIGIL_STATE_DIR: platform.stateDir, VIGIL_KAFKA_BROKERS: platform.kafkaBrokers };
const run = (...args: string[]) => runCommandHere(vigilCommand, ['assignments', ...args], { env });

let dashboard: SealedLog;
beforeAll(async () => {
  dashboard = await openLogAs(platform, 'dashboard');
  const at = formatInstant(nowMs - hourMs);
  const person = { userId: 'anna', name: 'Anna Nurse' };
  await dashboard.append('assignments', ward, contentTypes.assignment, {
    ...{ type: 'assigned', eventId: randomUUID(), ward, at, by: { ...person, role: 'nurse' } },
    assignment: {
      ...{ assignmentId: randomUUID(), ward, duty: 'nurse', beds: ['ICU-3'], ...person },
      ...{ from: at, until: formatInstant(nowMs + hourMs) },
    },
  });
});
afterAll(() => dashboard.close());

it('assignments list prints who is responsible now or at another time', async () => {
  const { code, out } = await run('list', '--ward', ward);
  expect(code).toBe(0);
  expect(out).toMatch(/ICU-3 +nurse +Anna Nurse +anna +accepted\n/);
  const later = await run('list', '--ward', ward, '--at', formatInstant(nowMs + 2 * hourMs));
  expect(later.out).toMatch(/Anna Nurse +anna +accepted; the shift is over/);
});

it('assignments export prints the history as CSV', async () => {
  const { code, out } = await run('export', '--ward', ward);
  expect(code).toBe(0);
  expect(out.split('\n')[1]).toMatch(new RegExp(`^${ward},nurse,ICU-3,anna,Anna Nurse,`));
});

it.each([
  [['list'], 'Name the ward with --ward'],
  [['list', '--ward', 'none'], 'had no assignments'],
  [['list', '--ward', 'x', '--at', '2026-03-01T03:00'], 'with its offset'],
  [['nothing'], 'is not a command'],
])('assignments refuses %j', async (args, message) => {
  const { code, err } = await run(...args);
  expect(code).not.toBe(0);
  expect(err).toContain(message);
});
