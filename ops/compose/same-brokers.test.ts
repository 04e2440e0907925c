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

it('lets three brokers begin and restart if one broker never wrote', () => {
  start('1');
  start('3');
  start('3');
});

it('does not let one broker begin beside the data of three', () => {
  start('3');
  expect(() => start('1')).toThrow(/are of three brokers: start them with ops\/compose\/three-brokers.yml/);
});

it('does not let three brokers begin beside the data of one', () => {
  writeFileSync(join(folder, 'kafka-data', 'meta.properties'), '');
  start('1');
  expect(() => start('3')).toThrow(/holds the data of one broker/);
  start('1');
});
