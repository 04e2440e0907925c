import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtInPolicy } from '../contracts/delivery-policy.ts';
import { followDeliveryPolicy, readDeliveryPolicy } from './delivery-policy-file.ts';

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-policy-'));
  path = join(folder, 'policy.json');
});
afterAll(() => rmSync(folder, { recursive: true }));

const write = (content: unknown) =>
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
/** A policy in which nobody is called for alarms of high priority of the ICU. */
const unsafe = {
  version: 'unsafe',
  wards: {
    ICU: {
      ...builtInPolicy.hospital,
      physiological: { ...builtInPolicy.hospital.physiological, high: { notSent: 'Quiet, please.' } },
    },
  },
};

it('readDeliveryPolicy returns the built-in policy without a file', () =>
  expect(readDeliveryPolicy('')).toBe(builtInPolicy));

it.each([
  [
    'an unsafe policy',
    unsafe,
    /VIGIL_DELIVERY_POLICY_FILE names is refused:\n {2}\/wards\/ICU\/physiological\/high: alarms of high/,
  ],
  ['a text that is not JSON', '{', /cannot be read, or is not JSON/],
])('readDeliveryPolicy refuses %s at the start', (_, content, expected) => {
  write(content);
  expect(() => readDeliveryPolicy(path)).toThrow(expected);
});

it('followDeliveryPolicy keeps the former policy while a changed file is unsafe, and reports this', async () => {
  write({ version: 'first' });
  const followed = followDeliveryPolicy(path, pino({ level: 'silent' }), 5);
  expect([followed.current().version, followed.isRefused()]).toEqual(['first', false]);
  write(unsafe);
  await expect.poll(() => followed.isRefused()).toBe(true);
  expect(followed.current().version).toBe('first');
  write({ version: 'second, after the unsafe one' });
  await expect.poll(() => followed.current().version).toBe('second, after the unsafe one');
  expect(followed.isRefused()).toBe(false);
  followed.close();
});
