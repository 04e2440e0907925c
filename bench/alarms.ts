/** Measures the alarm engine and its processor: `npm run bench -- alarms`. */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { freePorts } from '../ops/platform/ports.ts';
import { startTestPlatform, type TestPlatform } from '../tests/platform.ts';
import { measureRecovery, measureThroughput, openReadingLog } from './alarms-log.ts';
import { measureSocket, watchedWard } from './alarms-socket.ts';
import { measureStateBytes, measureSteps } from './alarms-step.ts';
import { integerOption } from './options.ts';

const report = (line: string) => process.stderr.write(`bench: ${line}\n`);

/** Runs one part of the benchmark with a Kafka of its own, without records of other parts. */
async function onPlatform<T>(name: string, run: (data: TestPlatform) => Promise<T>): Promise<T> {
  const { platform, data } = await startTestPlatform(`test-${process.pid}-bench-${name}`);
  try {
    const [alarmsMetricsPort = 0] = await freePorts(1);
    return await run({ ...data, alarmsMetricsPort });
  } finally {
    await platform.close();
    rmSync(data.stateDir, { recursive: true, force: true });
  }
}

/** Prints the results as JSON; with `--json` on one line. Linux only. */
export async function measureAlarms(args: string[]): Promise<void> {
  const options = {
    beds: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '400' },
    breaches: { type: 'string', default: '300' },
    kills: { type: 'string', default: '3' },
    engine: { type: 'boolean' },
    json: { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ args, options });
  const beds = integerOption('--beds', values.beds, 60, 5_000);
  const seconds = integerOption('--seconds', values.seconds, 10, 3_600);
  const breaches = integerOption('--breaches', values.breaches, 10, 10_000);
  const kills = integerOption('--kills', values.kills, 1, 100);

  report('measuring the pure engine');
  const stepPerS = measureSteps(12);
  const stateBytesPerBed = measureStateBytes([1, 24]);
  const engine = { stepPerS, stateBytesPerBed };
  report(`${stepPerS} steps/s; state ${JSON.stringify(stateBytesPerBed)} bytes`);
  if (values.engine) {
    process.stdout.write(values.json ? `${JSON.stringify(engine)}\n` : `${JSON.stringify(engine, undefined, 2)}\n`);
    return;
  }
  const throughput = await onPlatform('throughput', async (data) => {
    const log = await openReadingLog(data, beds, () => 'bench');
    report(`writing ${seconds} readings of each of ${beds} beds into the log`);
    const measured = await measureThroughput(data, log, seconds);
    await log.close();
    return measured;
  });
  report(
    `${throughput.readingsPerS} readings/s from Kafka to Kafka; now measuring the time to the clinician's connection`,
  );
  const watched = Math.min(60, beds);
  const latencies = await onPlatform('socket', async (data) => {
    const log = await openReadingLog(data, beds, (bed) => (bed < watched ? watchedWard : `bench-${bed % 20}`));
    const measured = await measureSocket(data, log, { readingsPerS: 1_000, watched, breaches });
    await log.close();
    return measured;
  });
  const percentile = (fraction: number) => Math.round(latencies[Math.floor(latencies.length * fraction)]! * 10) / 10;
  const breachToSocketMs = { p50: percentile(0.5), p99: percentile(0.99), arrived: latencies.length, breaches };
  report(`${JSON.stringify(breachToSocketMs)}; now killing the processor ${kills} times`);
  const recoveryS = await onPlatform('recovery', async (data) => {
    const log = await openReadingLog(data, beds, () => 'bench');
    const measured = await measureRecovery(data, log, kills);
    await log.close();
    return measured;
  });
  const result = {
    ...engine,
    kafkaToKafkaPerS: throughput.readingsPerS,
    breachToSocketMs,
    recoveryS: Math.max(...recoveryS),
    recoveriesS: recoveryS,
  };
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, undefined, 2)}\n`);
}
