import { describe, expect, it } from 'vitest';
import { assigned, assignmentOf } from '../../../contracts/duties.testing.ts';
import { evolve, initialState } from '../../../contracts/duties.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { deliveryDown, isDeliveryRunning, newDeliverySigns, noteDeliverySign } from './delivery-health.ts';
import { auditor, nurse, t0, technician } from './fold.testing.ts';

const duties = evolve(initialState, assigned('x', 6, assignmentOf(1, 'anna', [7, 15])));
const start = t0 - 60_000;

/** Returns the signs of a server that started a minute ago and read everything until now. */
function signsAt(processAtMs: number, readAtMs = t0) {
  return { ...newDeliverySigns(start), processAtMs, readAtMs };
}

describe('the sign of life of the delivery process', () => {
  it('a new sign proves for 3.5 s that the delivery process runs', () => {
    const signs = signsAt(0);
    noteDeliverySign(signs, t0);
    expect(isDeliveryRunning(signs, t0 + 3_500)).toBe(true);
    expect(isDeliveryRunning(signs, t0 + 3_501)).toBe(false);
  });

  it('a sign from before the start of this server gives only the time since which nobody is called', () => {
    const signs = signsAt(0);
    noteDeliverySign(signs, t0, t0 - 20_000);
    expect(deliveryDown(signs, duties, { viewer: nurse, scope: { ward: '*' } }, t0)).toEqual({
      wards: ['icu'],
      since: formatInstant(t0 - 20_000),
    });
  });

  it('a sign from before the start, with a time in the future, proves only for 3.5 s that the process runs', () => {
    const signs = signsAt(0);
    noteDeliverySign(signs, t0, t0 + 3_600_000);
    expect(isDeliveryRunning(signs, t0 + 3_501)).toBe(false);
  });

  it.each([
    ['3.5 s', t0 - 3_500, true],
    ['more than 3.5 s', t0 - 3_501, false],
  ])('a process counts as running for 3.5 s after its last sign: %s', (_, processAtMs, expected) => {
    expect(isDeliveryRunning(signsAt(processAtMs), t0)).toBe(expected);
  });

  it('a server that has just started waits for the first sign', () => {
    expect(isDeliveryRunning(newDeliverySigns(t0 - 3_500), t0)).toBe(true);
    expect(isDeliveryRunning(newDeliverySigns(t0 - 3_501), t0)).toBe(false);
  });
});

describe('deliveryDown', () => {
  const since = t0 - 10_000;
  it.each([
    ['nothing while the process runs', nurse, signsAt(t0), duties, undefined],
    [
      'the wards of the viewer, if the process does not run',
      nurse,
      signsAt(since),
      duties,
      { wards: ['icu'], since: formatInstant(since) },
    ],
    ['no time if no process ever ran', technician, signsAt(0), duties, { wards: ['icu'], since: null }],
    ['nothing in a hospital without assignments', nurse, signsAt(since), initialState, undefined],
    ['nothing for an account of other wards', { ...nurse, wards: ['other'] }, signsAt(since), duties, undefined],
    ['nothing for an auditor', auditor, signsAt(since), duties, undefined],
    [
      'the wards if this server does not read the deliveries',
      nurse,
      signsAt(t0, t0 - 10_001),
      duties,
      { wards: ['icu'], since: formatInstant(t0 - 10_001) },
    ],
    ['nothing if the server reached the end of the topic 10 s ago', nurse, signsAt(t0, t0 - 10_000), duties, undefined],
  ])('deliveryDown names %s', (_, viewer, signs, state, expected) => {
    expect(deliveryDown(signs, state, { viewer, scope: { ward: '*' } }, t0)).toEqual(expected);
  });

  it.each([
    ['its own ward', { ward: 'icu' }, ['icu']],
    ['no ward, if its ward has no assignments', { ward: 'other' }, undefined],
    ['the wards of the viewer, if it shows one bed', { associationId: 'assoc-01' }, ['icu']],
  ])('for the scope of a screen, deliveryDown names %s', (_, scope, expected) => {
    const viewer = { ...nurse, wards: ['icu', 'other'] };
    expect(deliveryDown(signsAt(since), duties, { viewer, scope }, t0)?.wards).toEqual(expected);
  });
});
