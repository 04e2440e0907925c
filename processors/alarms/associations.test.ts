import { describe, expect, it } from 'vitest';
import type { AssociationPeriod, DeviceAssociations } from '../../contracts/messages/records.ts';
import { pseudonym, unassignedAssociation } from '../../log/envelope/pseudonym.ts';
import { createAssociations } from './associations.ts';

const key = Buffer.alloc(32, 7).toString('base64url');
const t0 = Date.parse('2026-03-01T10:00:00.000Z');
const iso = (s: number) => new Date(t0 + s * 1000).toISOString();
const patient = { patientId: 'p', familyName: 'F', givenName: 'G', category: 'neonatal' } as const;
const period = (
  associationId: string,
  from: number,
  to: number | null,
  patientOrNull: AssociationPeriod['patient'] = patient,
): AssociationPeriod => ({
  associationId,
  patient: patientOrNull,
  ward: 'NICU',
  bed: '1',
  from: iso(from),
  to: to === null ? null : iso(to),
});
const row = (version: number, ...periods: AssociationPeriod[]): DeviceAssociations => ({
  deviceId: 'bed-01',
  version,
  periods,
});
const unassigned = unassignedAssociation(key, 'bed-01');

describe('associations', () => {
  it('an association is undefined before the table has it; the association of a device without a patient is defined', () => {
    const table = createAssociations(key);
    expect(table.find('association-1')).toBeUndefined();
    expect(table.find('u-anything')).toMatchObject({ category: 'unassigned', endedAt: null });
  });

  const ends: [string, number, number][] = [
    ['has not ended a moment before its end', 9.999, t0 + 9_999],
    ['has ended at its end', 10, t0 + 10_000],
    ['has ended after its end', 11, t0 + 10_000],
  ];
  for (const [name, s, endedAt] of ends)
    it(`a period with an end ${name}`, () => {
      const table = createAssociations(key);
      table.fold(row(1, period('association-1', 0, 10)), t0 + s * 1000);
      expect(table.find('association-1')).toMatchObject({
        category: 'neonatal',
        ward: 'NICU',
        endedAt,
        deviceId: 'bed-01',
      });
    });

  it('a device has its own association only while no patient is on it', () => {
    const table = createAssociations(key);
    table.fold(row(1, period('association-1', 0, null)), t0);
    expect(table.find(unassigned)?.endedAt).toBe(t0);
    table.fold(row(2, period('association-1', 0, 10)), t0 + 10_000);
    expect(table.find(unassigned)?.endedAt).toBeNull();
  });

  it('a bed without a patient is judged as an unassigned device', () => {
    const table = createAssociations(key);
    table.fold(row(1, period('association-1', 0, null, null)), t0 + 60_000);
    expect(table.find('association-1')?.category).toBe('unassigned');
    expect([...table.currentIds()]).toEqual([]);
  });

  it('currentIds() returns the associations of patients who are at a device now', () => {
    const table = createAssociations(key);
    const openAfter = (...periods: AssociationPeriod[]) => {
      table.fold(row(1, ...periods), t0 + 60_000);
      return [...table.currentIds()];
    };
    expect(openAfter()).toEqual([]);
    expect(openAfter(period('association-1', 0, null))).toEqual(['association-1']);
    expect(openAfter(period('association-1', 0, 10), period('association-2', 10, null))).toEqual(['association-2']);
    expect(openAfter(period('association-1', 0, 10), period('association-2', 10, 20))).toEqual([]);
  });

  it('a patient admitted before the clock was set back stays at the device; the former patient has ended', () => {
    const table = createAssociations(key);
    table.fold(row(1, period('association-1', 0, 600), period('association-2', 600, null)), t0 + 90_000);
    expect([...table.currentIds()]).toEqual(['association-2']);
    expect(table.find('association-2')?.endedAt).toBeNull();
    expect(table.find('association-1')?.endedAt).toBe(t0 + 30_000);
    expect(table.find(unassigned)?.endedAt).toBe(t0 + 30_000);
  });

  it('an older row does not replace a newer row', () => {
    const table = createAssociations(key);
    table.fold(row(2, period('association-1', 0, 10)), t0 + 60_000);
    table.fold(row(1, period('association-1', 0, null)), t0 + 60_000);
    expect(table.find('association-1')?.endedAt).toBe(t0 + 10_000);
  });

  it('a device whose row the hospital deleted has no patient, and its own association is open again', () => {
    const table = createAssociations(key);
    table.fold(row(1, period('association-1', 0, null)), t0);
    table.forget(pseudonym(key, 'device', 'bed-02'), t0 + 10_000);
    expect([...table.currentIds()]).toEqual(['association-1']);
    table.forget(pseudonym(key, 'device', 'bed-01'), t0 + 10_000);
    expect([...table.currentIds()]).toEqual([]);
    expect(table.find('association-1')?.endedAt).toBe(t0 + 10_000);
    expect(table.find(unassigned)?.endedAt).toBeNull();
    table.fold(row(1, period('association-2', 20, null)), t0 + 60_000);
    expect([...table.currentIds()]).toEqual(['association-2']);
  });

  it('a period without an end has ended when a later period of the same device begins', () => {
    const table = createAssociations(key);
    table.fold(row(1, period('association-1', 0, null), period('association-2', 10, null)), t0 + 60_000);
    expect(table.find('association-1')?.endedAt).toBe(t0 + 10_000);
    expect(table.find('association-2')?.endedAt).toBeNull();
    table.fold(row(2, period('association-1', 0, null), period('association-2', 10, 20)), t0 + 60_000);
    expect(table.find('association-1')?.endedAt).toBeNull();
  });

  it('waitFor() resolves to true when the table gets the association, and to false after the given time', async () => {
    const table = createAssociations(key);
    const waited = table.waitFor('association-1', 60_000);
    table.fold(row(1, period('association-2', 0, null)), t0 + 60_000);
    table.fold(row(2, period('association-1', 0, null)), t0 + 60_000);
    expect(await waited).toBe(true);
    expect(await table.waitFor('association-9', 10)).toBe(false);
  });
});
