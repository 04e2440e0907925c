import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { auditActions } from '../../contracts/audit-actions.ts';
import { auditActionNames } from '../../contracts/audit-names.ts';
import { newAuditKeys } from './audit.testing.ts';
import type { AuditEvent } from './chain.ts';
import { createTrail } from './trail.ts';

const signer = newAuditKeys().signer('dashboard');

/** Creates a trail on a stand-in for Kafka. `accept` lets the stand-in accept the next `times` records. */
function newTrail() {
  const written: string[] = [];
  let gate = Promise.withResolvers<void>();
  const trail = createTrail(
    {
      boot: 'b',
      append: async (_topic, _key, _type, body) => {
        await gate.promise;
        gate = Promise.withResolvers<void>();
        const { actor, action } = body as unknown as AuditEvent;
        written.push(`${actor.userId} ${action}`);
        return { partition: 0, offset: '0' } as never;
      },
    },
    {
      pseudonymKey: 'made-up-key-of-at-least-32-bytes-for-tests',
      signer,
      now: () => 1_000_000,
      logger: pino({ level: 'silent' }),
    },
  );
  return {
    trail,
    written,
    async accept(times: number) {
      for (let index = 0; index < times; index += 1) {
        gate.resolve();
        await new Promise((done) => setImmediate(done));
      }
    },
  };
}
const eventOf = (userId: string, action: AuditEvent['action'], more: Partial<AuditEvent> = {}): AuditEvent => ({
  actor: { userId },
  session: `session of ${userId}`,
  action,
  ...more,
});
const outcome = (record: Promise<void>) =>
  record.then(
    () => 'written',
    () => 'refused',
  );

describe('the audit trail', () => {
  it('the trail writes an act before the looks that wait, and refuses no act while one person looks 1,200 times', async () => {
    const { trail, accept, written } = newTrail();
    const looks = Array.from({ length: 1_200 }, () => outcome(trail.record(eventOf('flood', 'patient-viewed'))));
    const act = outcome(trail.record(eventOf('nora', 'alarm-acknowledged')));
    await accept(2);
    expect(written).toEqual(['flood patient-viewed', 'nora alarm-acknowledged']);
    await accept(1_300);
    expect(await act).toBe('written');
    // Each person may have only a limited number of waiting records. Further records are refused immediately.
    const refused = (await Promise.all(looks)).filter((result) => result === 'refused');
    expect(refused.length).toBeGreaterThanOrEqual(1_000);
    expect(written.length + refused.length).toBe(1_201);
  });

  it.each(auditActions.filter((action) => auditActionNames[action].group === 'looks'))(
    'an act does not wait for a look of the kind %s',
    async (action) => {
      const { trail, accept, written } = newTrail();
      void outcome(trail.record(eventOf('first', 'audio-paused')));
      void outcome(trail.record(eventOf('piet', action)));
      void outcome(trail.record(eventOf('nora', 'alarm-acknowledged')));
      await accept(3);
      expect(written).toEqual(['first audio-paused', 'nora alarm-acknowledged', `piet ${action}`]);
      await trail.close();
    },
  );

  it('the trail writes the looks of different persons in turn', async () => {
    const { trail, accept, written } = newTrail();
    for (let index = 0; index < 50; index += 1) void outcome(trail.record(eventOf('flood', 'patient-viewed')));
    void outcome(trail.record(eventOf('nora', 'ward-viewed')));
    await accept(3);
    expect(written).toEqual(['flood patient-viewed', 'flood patient-viewed', 'nora ward-viewed']);
    await trail.close();
  });

  it('the trail writes a waiting look after some acts, even if further acts wait', async () => {
    const { trail, accept, written } = newTrail();
    for (let index = 0; index < 30; index += 1) void outcome(trail.record(eventOf('busy', 'audio-paused')));
    void outcome(trail.record(eventOf('nora', 'ward-viewed')));
    await accept(10);
    expect(written).toContain('nora ward-viewed');
  });

  it('refused logins from one address do not delay the records of an account or of another address', async () => {
    const { trail, accept, written } = newTrail();
    const failed = (address: string): AuditEvent => ({ actor: { userId: 'nora' }, address, action: 'login-failed' });
    const flood = Array.from({ length: 500 }, () => outcome(trail.record(failed('10.0.0.1'))));
    const other = outcome(trail.record(failed('10.0.0.2')));
    const look = outcome(trail.record(eventOf('nora', 'ward-viewed')));
    await accept(4);
    expect(written).toEqual(['nora login-failed', 'nora login-failed', 'nora login-failed', 'nora ward-viewed']);
    await accept(500);
    expect([await other, await look]).toEqual(['written', 'written']);
    expect((await Promise.all(flood)).filter((result) => result === 'refused').length).toBeGreaterThan(300);
  });

  it('the trail writes all records, and refuses records after it was closed', async () => {
    const { trail, accept, written } = newTrail();
    const all = [eventOf('a', 'login'), eventOf('b', 'ward-viewed'), eventOf('a', 'ward-viewed')].map((event) =>
      trail.record(event),
    );
    await accept(3);
    await Promise.all(all);
    expect([written.length, trail.waitingCount()]).toEqual([3, 0]);
    await trail.close();
    await expect(trail.record(eventOf('a', 'login'))).rejects.toMatchObject({ code: 'log-unavailable' });
  });
});
