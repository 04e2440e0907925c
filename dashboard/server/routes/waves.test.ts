import type { FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import { nurse, t0 } from '../core/fold.testing.ts';
import { lookOf } from './waves.ts';

const requestOf = (ip: string) =>
  ({ ip, socket: {}, live: { viewer: nurse, claims: { sessionId: 's', userId: 'n' } } }) as unknown as FastifyRequest;
const patient = { patientId: 'P-1', familyName: 'A', givenName: 'B', category: 'adult' } as const;
const subject = {
  ...{ associationId: 'assoc-01', deviceId: 'd1', ward: 'icu', bed: 'ICU-1', patient },
  ...{ fromMs: t0, toMs: null, hiddenBeforeMs: null },
};

it('after a correction of the patient, the same waves are another look, and so are the same waves from another address', () => {
  const look = lookOf(requestOf('10.0.0.7'), subject);
  expect(lookOf(requestOf('10.0.0.7'), { ...subject })).toBe(look);
  expect(lookOf(requestOf('10.0.0.9'), subject)).not.toBe(look);
  expect(lookOf(requestOf('10.0.0.7'), { ...subject, patient: { ...patient, patientId: 'P-2' } })).not.toBe(look);
});
