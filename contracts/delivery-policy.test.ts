import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtInPolicy, canAnswer, chainFor, policyOf } from './delivery-policy.ts';
import type { CallChain, LowChain } from './messages/delivery-policy.ts';

const { hospital } = builtInPolicy;
const high = hospital.physiological.high;
/** Returns a file in which the ward ICU has a changed chain. */
const withHigh = (chain: unknown) => ({
  version: '1',
  wards: { ICU: { ...hospital, physiological: { ...hospital.physiological, high: chain } } },
});
const withLow = (chain: unknown) => ({
  version: '1',
  wards: { ICU: { ...hospital, physiological: { ...hospital.physiological, low: chain } } },
});
const withStep = (changes: object) => withHigh({ ...high, steps: [{ ...high.steps[0], ...changes }] });
const lowChain: LowChain = { ...high, quietHours: { from: '22:00', until: '06:00', timeZone: 'UTC' } };
const faultsOf = (content: unknown) => {
  const result = policyOf(content);
  return 'faults' in result ? result.faults : [];
};
const at = '/wards/ICU/physiological/high';

describe('policyOf', () => {
  it.each([
    ['the shortest wait', withStep({ waitMs: 10_000 })],
    ['the longest wait', withStep({ waitMs: 600_000 })],
    ['a file without chains', { version: '1' }],
    ['quiet hours for low priority', withLow(lowChain)],
    ['10 s before the first call of high priority', withHigh({ ...high, firstAfterMs: 10_000 })],
    [
      'a step that only informs, beside a step that can answer',
      withHigh({
        ...high,
        steps: [...high.steps, { duty: 'physician', channels: ['mail'], waitMs: 60_000 }],
      }),
    ],
  ])('policyOf accepts %s', (_, content) => expect(faultsOf(content)).toEqual([]));

  it.each<[string, unknown, RegExp]>([
    [
      'a step without a wait',
      withStep({ waitMs: 0 }),
      /^\/wards\/ICU\/physiological\/high\/steps\/0\/waitMs: it must be >= 10000\.$/,
    ],
    ['a wait that is 1 ms too short', withStep({ waitMs: 9_999 }), /waitMs: it must be >= 10000/],
    ['a wait that is 1 ms too long', withStep({ waitMs: 600_001 }), /waitMs: it must be <= 600000/],
    ['an unknown duty', withStep({ duty: 'porter' }), /steps\/0\/duty: it must be .*: nurse, buddy/],
    ['an unknown channel', withStep({ channels: ['pager'] }), /steps\/0\/channels\/0: it must be .*: screen, push/],
    [
      'a channel that is named twice',
      withStep({ channels: ['screen', 'screen'] }),
      /channels: it must not have duplicate/,
    ],
    ['no channel', withStep({ channels: [] }), /channels: it must not have fewer than 1/],
    ['no step', withHigh({ ...high, steps: [] }), /high\/steps: it must not have fewer than 1/],
    [
      'a chain in which nobody can answer',
      withStep({ channels: ['mail', 'webhook'] }),
      /high\/steps: no step has a channel through which a person can answer \(screen, push\)/,
    ],
    [
      'no chain for high',
      withHigh({ notSent: 'It is night.' }),
      /^\/wards\/ICU\/physiological\/high: alarms of high priority must call somebody/,
    ],
    ['a chain for high that is missing', withHigh(undefined), /physiological/],
    ['a repeat that is missing', withHigh({ ...high, repeatMs: undefined }), /high/],
    ['an unknown field', withHigh({ ...high, sound: 'loud' }), /high/],
    [
      'a maximum age that is over before the last step',
      withHigh({ ...high, ageMsMax: 180_000 }),
      /ageMsMax: the last step is only called after 180000 ms/,
    ],
    [
      'a first call of high priority after more than 10 s',
      withHigh({ ...high, firstAfterMs: 10_001 }),
      /firstAfterMs: an alarm of high priority calls after at most 10000 ms/,
    ],
    ['quiet hours for high priority', withHigh(lowChain), /high/],
    [
      'quiet hours that never end',
      withLow({ ...lowChain, quietHours: { from: '22:00', until: '22:00', timeZone: 'UTC' } }),
      /quietHours: the start and the end are equal/,
    ],
    [
      'an unknown time zone',
      withLow({ ...lowChain, quietHours: { from: '22:00', until: '23:00', timeZone: 'Mars' } }),
      /timeZone: no time zone has this name/,
    ],
    [
      'an hour that does not exist',
      withLow({ ...lowChain, quietHours: { from: '24:00', until: '23:00', timeZone: 'UTC' } }),
      /quietHours\/from/,
    ],
    ['a reason that is blank', withLow({ notSent: ' ' }), /low\/notSent/],
    [
      'a ward without technical chains',
      { version: '1', wards: { ICU: { physiological: hospital.physiological } } },
      /wards\/ICU/,
    ],
    ['a name of a ward that cannot be shown', { version: '1', wards: { 'I\u202eCU': hospital } }, /a name/],
    ['no version', {}, /version/],
    ['a text', 'policy', /\//],
    ['null', null, /\//],
  ])('policyOf refuses %s, and names its place', (_, content, expected) =>
    expect(faultsOf(content).join('\n')).toMatch(expected),
  );

  it('policyOf accepts a maximum age that is 1 ms longer than the wait until the last step', () => {
    expect(faultsOf(withHigh({ ...high, ageMsMax: 180_001 }))).toEqual([]);
  });

  it('policyOf names every fault of a file', () => {
    const faults = faultsOf({
      ...withStep({ waitMs: 0, channels: ['mail'] }),
      hospital: { physiological: {}, technical: {} },
    });
    expect(faults.some((fault) => fault.startsWith('/hospital/physiological'))).toBe(true);
    expect(faults.some((fault) => fault.startsWith('/hospital/technical'))).toBe(true);
    expect(faults.some((fault) => fault.startsWith(at))).toBe(true);
  });

  it.each(['built-in.json', 'night.json'])('policyOf accepts the example %s', (name) => {
    const path = join(import.meta.dirname, '..', 'processors', 'delivery', 'policies', name);
    expect(faultsOf(JSON.parse(readFileSync(path, 'utf8')))).toEqual([]);
  });

  it('the example built-in.json is the built-in policy, and the built-in policy is safe', () => {
    const path = join(import.meta.dirname, '..', 'processors', 'delivery', 'policies', 'built-in.json');
    expect(policyOf(JSON.parse(readFileSync(path, 'utf8')))).toEqual({
      policy: { ...builtInPolicy, version: '2026-12' },
    });
  });
});

describe('chainFor', () => {
  const ofWard: CallChain = { ...high, repeatMs: 30_000 };
  const result = policyOf({
    version: '2',
    wards: {
      ICU: {
        ...hospital,
        physiological: { high: ofWard, medium: { notSent: 'The nurse is in the room.' }, low: lowChain },
      },
    },
  });
  const policy = 'policy' in result ? result.policy : builtInPolicy;
  const noonMs = Date.UTC(2026, 0, 10, 12);
  const choose = (ward: string | null, priority: 'high' | 'medium' | 'low', atMs = noonMs) =>
    chainFor(policy, { ward, kind: 'physiological', priority }, atMs);

  it.each([
    ['the chain of the ward', 'ICU', { chain: ofWard }],
    ['the chain of the hospital for another ward', 'CCU', { chain: high }],
    ['the chain of the hospital for no ward', null, { chain: high }],
    ['the chain of the hospital for a ward with the name of a property', 'constructor', { chain: high }],
  ])('chainFor returns %s', (_, ward, expected) => expect(choose(ward, 'high')).toEqual(expected));

  it('chainFor returns why an alarm is not sent', () => {
    expect(choose('ICU', 'medium')).toEqual({ notSent: 'The nurse is in the room.' });
    expect(choose('ICU', 'low', Date.UTC(2026, 0, 10, 22))).toEqual({ notSent: 'Quiet hours from 22:00 to 06:00.' });
    const { quietHours: _, ...chain } = lowChain;
    expect(choose('ICU', 'low', Date.UTC(2026, 0, 10, 22) - 1)).toEqual({ chain });
  });
});

it.each([
  ['screen', true],
  ['push', true],
  ['mail', false],
  ['webhook', false],
] as const)('canAnswer(%s) is %s', (channel, expected) => expect(canAnswer(channel)).toBe(expected));
