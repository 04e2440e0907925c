/**
 * Finds the browser for the screen tests, and builds the client once. The screen tests need no Kafka and no InfluxDB.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureChromium } from '../../ops/platform/software.ts';
import { buildClient, builtClientVariable } from './client.ts';

export default async function setup(project: TestProject): Promise<() => void> {
  project.provide('chromium', await ensureChromium((line) => process.stderr.write(`screens: ${line}\n`)));
  const folder = mkdtempSync(join(tmpdir(), 'vigil-client-'));
  await buildClient(folder);
  // The workers of vitest inherit this variable.
  process.env[builtClientVariable] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
