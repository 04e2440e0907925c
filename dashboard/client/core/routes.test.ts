import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute, type Route } from './routes.ts';

describe('places', () => {
  it.each([
    { page: 'ward', ward: undefined },
    { page: 'ward', ward: 'ICU 1 / Süd' },
    { page: 'patient', associationId: '0197f2a0-0000-7000-8000-000000000001' },
    { page: 'devices' },
    { page: 'audit' },
  ] as const satisfies readonly Route[])('%o comes back', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it.each(['', '#', '#/', '#/nonsense', '#/patient', '#/patient/', '#/ward/%E0%A4%A', 'ward'])(
    '%s is the overview',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ page: 'ward', ward: undefined });
    },
  );
});
