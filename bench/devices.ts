/** Measures the gateway with few and with many devices: CPU time and latency of a reading, and memory. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { integerOption } from './options.ts';
import { rssMb } from './process-usage.ts';
import { type Rig, startRig } from './rig.ts';

type Row = {
  readonly devices: number;
  readonly connectS: number;
  readonly cpuUsPerReading: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rssMb: number;
};

/**
 * Prints a table; with `--json` one line of JSON. In each row, all devices together send the same number of readings
 * per second. For example, at 1,000 readings per second in total, each of 10,000 devices publishes every 10 s. A lost
 * connection ends the benchmark with an error. With `--hybrid` the devices use ML-KEM in the key exchange. Each
 * connection then needs more memory.
 */
export async function measureDevices(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      counts: { type: 'string', default: '10,100,1000,10000' },
      rate: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '60' },
      hybrid: { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  const counts = values.counts.split(',').map((text) => integerOption('--counts', text, 1, 15_000));
  const rate = integerOption('--rate', values.rate, 1, 20_000);
  const seconds = integerOption('--seconds', values.seconds, 1, 3600);
  const report = (line: string) => process.stderr.write(`bench: ${line}\n`);
  const rig = await startRig({ devices: Math.max(...counts), report, hybrid: values.hybrid });
  const rows: Row[] = [];
  try {
    for (const devices of counts.sort((a, b) => a - b)) {
      const row = await measureRow(rig, devices, rate, seconds);
      report(JSON.stringify(row));
      rows.push(row);
    }
  } finally {
    await rig.close();
  }
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ rate, seconds, rows })}\n`);
    return;
  }
  process.stdout.write(
    `At ${rate} readings/s:\n\n| devices | connected in, s | CPU a reading, µs | p50, ms | p99, ms | memory, MB |\n|---|---|---|---|---|---|\n`,
  );
  for (const row of rows) process.stdout.write(`| ${Object.values(row).join(' | ')} |\n`);
}

async function measureRow(rig: Rig, devices: number, rate: number, seconds: number): Promise<Row> {
  const connectS = Math.round(await rig.connect(devices));
  // Each device sends once, so that every data key exists before the measurement.
  const warmupS = Math.ceil(devices / rate) + 5;
  const measured = await rig.pace(rate, warmupS, seconds);
  const { cpuUsPerReading, latenciesMs } = measured;
  await sleep(1_000);
  return {
    devices,
    connectS,
    cpuUsPerReading,
    p50Ms: latenciesMs.p50,
    p99Ms: latenciesMs.p99,
    rssMb: rssMb(rig.gateway.pid),
  };
}
