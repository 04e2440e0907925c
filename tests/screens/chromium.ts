/** Finds the browser for the tests of the screens. They need no Kafka and no InfluxDB, so their project starts neither. */
import type { TestProject } from 'vitest/node';
import { ensureChromium } from '../../ops/platform/software.ts';

export default async function setup(project: TestProject): Promise<void> {
  project.provide('chromium', await ensureChromium((line) => process.stderr.write(`screens: ${line}\n`)));
}
