/** Runs `npm run vigil -- delivery who` with assignments in a real Kafka. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { hourMs } from '../../contracts/durations.ts';
import type { AssignmentEvent, Duty } from '../../contracts/messages/assignments.ts';
import { type Actor, contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { runCommandHere } from '../../process/command.testing.ts';
import { openLogAs } from '../../tests/system.ts';
import { vigilCommand } from '../vigil-command.ts';

const platform = inject('platform');
const ward = `ICU-${randomUUID().slice(0, 6)}`;
const bed = `${ward}-3`;
const nowMs = Date.now();
const env = { VIGIL_STATE_DIR: platform.stateDir, VIGIL_KAFKA_BROKERS: platform.kafkaBrokers };
const who = (...args: string[]) => runCommandHere(vigilCommand, ['delivery', 'who', '--ward', ward, ...args], { env });

let dashboard: SealedLog;
beforeAll(async () => {
  dashboard = await openLogAs(platform, 'dashboard');
  const assign = async (userId: string, duty: Duty, beds?: string[]) => {
    const by: Actor = { userId, name: `Person ${userId}`, role: 'nurse' };
    const span = { from: formatInstant(nowMs - hourMs), until: formatInstant(nowMs + hourMs) };
    const event: AssignmentEvent = {
      ...{ type: 'assigned', eventId: randomUUID(), ward, at: formatInstant(nowMs - hourMs), by },
      assignment: { assignmentId: randomUUID(), ward, duty, ...(beds && { beds }), userId, name: by.name, ...span },
    };
    await dashboard.append('assignments', ward, contentTypes.assignment, event);
  };
  await assign('anna', 'nurse', [bed]);
  await assign('cleo', 'charge-nurse');
});
afterAll(() => dashboard.close());

it('delivery who prints who would be called, one line for each call', async () => {
  const { code, out, err } = await who('--bed', bed);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/\n0 s +Person anna +anna +nurse +screen, push +60 s\n60 s +Person cleo +cleo +charge-nurse/);
  expect(out).toMatch(/Step 2 calls nobody[^\n]*buddy/);
  expect(out).toMatch(/technical alarm after 120 s, and Person cleo is called again every 60 s/);
});

it('delivery who --json prints the calls as JSON', async () => {
  const { code, out } = await who('--bed', bed, '--json', '--priority', 'medium');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    alarm: { ward, bed, priority: 'medium' },
    policyVersion: 'built-in-1',
    calls: [
      { person: { userId: 'anna' }, afterMs: 0 },
      { person: { userId: 'cleo' }, afterMs: 120_000 },
    ],
  });
});

it('delivery who exits with 1 if nobody has a duty at the bed or in the ward at that time', async () => {
  const technical = await who('--bed', 'no such bed', '--kind', 'technical');
  expect(technical.code).toBe(1);
  expect(technical.out).toMatch(/Nobody can answer, so the ward has a technical alarm immediately/);
});

it('delivery who refuses a time at which the ward had no assignments', async () => {
  const { code, err } = await who('--bed', bed, '--at', formatInstant(nowMs - 2 * hourMs));
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/had no assignments at that time/) });
});
