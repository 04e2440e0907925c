import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { requireSameBrokers } from './same-brokers.ts';

let folder: string;
const start = (copies: string) => requireSameBrokers(join(folder, 'authority'), folder, copies);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-same-brokers-'));
  for (const name of ['authority', 'kafka-data']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('three brokers may start and restart if a single broker never wrote data', () => {
  start('1');
  start('3');
  start('3');
});

it('a single broker may not start after three brokers', () => {
  start('3');
  expect(() => start('1')).toThrow(/belong to three brokers: start Compose with ops\/compose\/three-brokers.yml again/);
});

it('three brokers may not start if a single broker wrote data', () => {
  writeFileSync(join(folder, 'kafka-data', 'meta.properties'), '');
  start('1');
  expect(() => start('3')).toThrow(/has the data of a single broker/);
  start('1');
});
