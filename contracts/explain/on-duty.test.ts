import { describe, expect, it } from 'vitest';
import { builtInPolicy } from '../delivery-policy.ts';
import type { AssignmentEvent } from '../messages/assignments.ts';
import type { DeliveryRecord } from '../messages/deliveries.ts';
import { alarmId, instantAt, msAt, nurse, recordsWith } from './explain.testing.ts';
import { explain } from './explain.ts';
import { explanationLines } from './lines.ts';

/** Anna takes bed 3 of the ICU. The alarm is raised at 6.4 s. */
function assignedAt(seconds: number, ward = 'ICU') {
  const body: AssignmentEvent = {
    type: 'assigned',
    eventId: '00000000-0000-4000-8000-000000000001',
    ward,
    at: instantAt(seconds),
    by: nurse,
    assignment: {
      ...{ assignmentId: '00000000-0000-4000-8000-000000000002', ward, duty: 'nurse', beds: ['3'] },
      ...{ userId: nurse.userId, name: nurse.name, from: instantAt(seconds), until: instantAt(seconds + 3600) },
    },
  };
  return { body, appendedMs: msAt(seconds) };
}

/** The delivery process begins to call at 700 s. */
function explained(events: ReturnType<typeof assignedAt>[]) {
  const chain = builtInPolicy.hospital.physiological.medium;
  const times = { atMs: msAt(700), dueAtMs: msAt(700) };
  const started = { type: 'round-started', alarmId, round: 1, cause: 'raised', priority: 'medium', chain, ...times };
  const body = { event: started, after: null } as unknown as DeliveryRecord;
  const explanation = explain(
    recordsWith({
      assignments: { isWhole: true, events },
      deliveries: { isWhole: true, items: [{ body, appendedMs: msAt(700.1) }] },
    }),
  )!;
  const texts = explanation.findings.filter(({ kind }) => kind === 'ward-without-assignments').map(({ text }) => text);
  return { texts, lines: explanationLines(explanation, 'UTC').join('\n') };
}

describe('the first assignment of a ward', () => {
  it('a first assignment that was made after the alarm was raised is named as the cause of a late call', () => {
    const { texts, lines } = explained([assignedAt(-60, 'other'), assignedAt(699)]);
    expect(texts).toEqual([
      `Ward ICU had no assignments when the alarm was raised. Its first assignment was made at ${instantAt(699)}; until then, Vigil called nobody for its alarms.`,
    ]);
    expect(lines).toMatch(/ward ICU, bed 3 \(no assignments until 2026-11-29 13:11:39/);
  });

  it('a first assignment that was made before the alarm is not named, even if more assignments follow', () => {
    expect(explained([assignedAt(6.4), assignedAt(699)]).texts).toEqual([]);
  });
});
