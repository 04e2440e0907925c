import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { newAuditKeys } from './audit.testing.ts';
import type { AuditEvent } from './chain.ts';
import { createTrail } from './trail.ts';

const signer = newAuditKeys().signer('dashboard');

/** A trail whose records Kafka takes one by one, when `take` says so. */
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
    async take(times: number) {
      for (let at = 0; at < times; at += 1) {
        gate.resolve();
        await new Promise((done) => setImmediate(done));
      }
    },
  };
}
const of = (userId: string, action: AuditEvent['action'], more: Partial<AuditEvent> = {}): AuditEvent => ({
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
    const { trail, take, written } = newTrail();
    const looks = Array.from({ length: 1_200 }, () => outcome(trail.record(of('flood', 'patient-viewed'))));
    const act = outcome(trail.record(of('nora', 'alarm-acknowledged')));
    await take(2);
    expect(written).toEqual(['flood patient-viewed', 'nora alarm-acknowledged']);
    await take(1_300);
    expect(await act).toBe('written');
    // What one person may have waiting is bounded; the rest is refused at once.
    const refused = (await Promise.all(looks)).filter((one) => one === 'refused');
    expect(refused.length).toBeGreaterThanOrEqual(1_000);
    expect(written.length + refused.length).toBe(1_201);
  });

  it('the trail writes the looks of people in turn', async () => {
    const { trail, take, written } = newTrail();
    for (let at = 0; at < 50; at += 1) void outcome(trail.record(of('flood', 'patient-viewed')));
    void outcome(trail.record(of('nora', 'ward-viewed')));
    await take(3);
    expect(written).toEqual(['flood patient-viewed', 'flood patient-viewed', 'nora ward-viewed']);
    await trail.close();
  });

  it('the trail keeps no look waiting for ever behind acts', async () => {
    const { trail, take, written } = newTrail();
    for (let at = 0; at < 30; at += 1) void outcome(trail.record(of('busy', 'audio-paused')));
    void outcome(trail.record(of('nora', 'ward-viewed')));
    await take(10);
    expect(written).toContain('nora ward-viewed');
  });

  it('refused logins of an address fill neither the place of an account nor that of another address', async () => {
    const { trail, take, written } = newTrail();
    const failed = (address: string): AuditEvent => ({ actor: { userId: 'nora' }, address, action: 'login-failed' });
    const flood = Array.from({ length: 500 }, () => outcome(trail.record(failed('10.0.0.1'))));
    const other = outcome(trail.record(failed('10.0.0.2')));
    const look = outcome(trail.record(of('nora', 'ward-viewed')));
    await take(4);
    expect(written).toEqual(['nora login-failed', 'nora login-failed', 'nora login-failed', 'nora ward-viewed']);
    await take(500);
    expect([await other, await look]).toEqual(['written', 'written']);
    expect((await Promise.all(flood)).filter((one) => one === 'refused').length).toBeGreaterThan(300);
  });

  it('the trail keeps each record in the chain, one after the other', async () => {
    const { trail, take, written } = newTrail();
    const all = [of('a', 'login'), of('b', 'ward-viewed'), of('a', 'ward-viewed')].map((one) => trail.record(one));
    await take(3);
    await Promise.all(all);
    expect([written.length, trail.waiting()]).toEqual([3, 0]);
    await trail.close();
    await expect(trail.record(of('a', 'login'))).rejects.toMatchObject({ code: 'log-unavailable' });
  });
});
