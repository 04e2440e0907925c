/**
 * Finds the browser for the screen tests, and builds the client once. The screen tests need no Kafka and no InfluxDB.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureChromium, findHeadlessShell } from '../../ops/platform/software.ts';
import { buildClient, builtClientVariable } from './client.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * Path of the Chromium that people use. In the screen tests, `chromium` is Chromium without windows if this machine
     * has it.
     */
    wholeChromium: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const chromium = await ensureChromium((line) => process.stderr.write(`screens: ${line}\n`));
  project.provide('chromium', findHeadlessShell() ?? chromium);
  project.provide('wholeChromium', chromium);
  const folder = mkdtempSync(join(tmpdir(), 'vigil-client-'));
  await buildClient(folder);
  // The workers of vitest inherit this variable.
  process.env[builtClientVariable] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
