/** Measures the CPU load and the memory of each process. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { VigilError } from '../contracts/errors.ts';
import { freeKafkaPorts } from '../ops/platform/kafka-nodes.ts';
import { freeMetricsPorts, freePorts } from '../ops/platform/ports.ts';
import { startSettings } from '../ops/settings.ts';
import { createSteps } from '../ops/steps.ts';
import { startSystem } from '../ops/system.ts';
import { readSettings } from '../process/settings.ts';
import { cpuSeconds, rssMb } from './process-usage.ts';

export type Cost = { readonly process: string; readonly cpuPercent: number; readonly rssMb: number };

/** Time between the start and the measurement, in which the processes finish the work of their start. */
const settleMs = 20_000;

async function measure(beds: number, seconds: number): Promise<Cost[]> {
  const stateDir = join(import.meta.dirname, '..', '.vigil', `bench-${process.pid}`);
  const settings = readSettings(startSettings, process.env);
  const [httpPort = 0, mqttPort = 0, influxPort = 0] = await freePorts(3);
  const ports = {
    ...{ httpPort, mqttPort, influxPort, ...(await freeKafkaPorts(settings.kafkaCopies)) },
    ...(await freeMetricsPorts()),
  };
  const writeProgress = (text: string) => process.stderr.write(text);
  const system = await startSystem({
    settings: { ...settings, ...ports, stateDir, beds, demo: true },
    steps: createSteps(writeProgress, Date.now),
    report: (line) => writeProgress(`${line}\n`),
    signal: new AbortController().signal,
  });
  try {
    await sleep(settleMs);
    const cpuSecondsBefore = system.processes.map((process) => cpuSeconds(process.pid()));
    const startMs = performance.now();
    await sleep(seconds * 1000);
    const wallS = (performance.now() - startMs) / 1000;
    return system.processes.map((running, index) => ({
      process: running.name,
      cpuPercent: Math.round(((cpuSeconds(running.pid()) - cpuSecondsBefore[index]!) / wallS) * 1000) / 10,
      rssMb: rssMb(running.pid()),
    }));
  } finally {
    await system.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

/** Prints a table; with `--json` one line of JSON. Linux only. */
export async function measureFootprint(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { seconds: { type: 'string', default: '60' }, json: { type: 'boolean' } },
  });
  const seconds = Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 3600)) throw new VigilError('settings-invalid', '--seconds takes 1 to 3600.');
  const idle = await measure(0, seconds);
  const eightBeds = await measure(8, seconds);
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ seconds, idle, eightBeds })}\n`);
    return;
  }
  process.stdout.write(
    '| process | CPU idle, % of a core | CPU 8 beds | memory idle, MB | memory 8 beds |\n|---|---|---|---|---|\n',
  );
  for (const row of eightBeds) {
    const idleRow = idle.find((other) => other.process === row.process);
    process.stdout.write(
      `| ${row.process} | ${idleRow?.cpuPercent ?? '–'} | ${row.cpuPercent} | ${idleRow?.rssMb ?? '–'} | ${row.rssMb} |\n`,
    );
  }
}
