/**
 * Measures one gateway: how many readings it acknowledges per second, and the latency and the CPU time of a reading.
 */
import { parseArgs } from 'node:util';
import { integerOption } from './options.ts';
import { peakRssMb } from './process-usage.ts';
import { measureProducerLimit } from './producer-limit.ts';
import { payloadBytes, publishTemplate } from './reading.ts';
import { startRig } from './rig.ts';

/**
 * Size of a reading of `publishTemplate` in Kafka, bytes. The record is a compact JWE in base64url: the payload with
 * our fields around it (433 bytes, 578 in base64url), the header (228 bytes, 304 in base64url), and the initialization
 * vector, the tag and the dots (42).
 */
const sealedBytes = 924;

/** Prints the results as JSON; with `--json` on one line. Linux only. */
export async function measureIngest(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      connections: { type: 'string', default: '200' },
      window: { type: 'string', default: '64' },
      seconds: { type: 'string', default: '20' },
      profile: { type: 'string' },
      'skip-limit': { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  const connections = integerOption('--connections', values.connections, 1, 10_000);
  const window = integerOption('--window', values.window, 1, 2048);
  const seconds = integerOption('--seconds', values.seconds, 1, 3600);
  const report = (line: string) => process.stderr.write(`bench: ${line}\n`);
  const rig = await startRig({ devices: connections, report, profileDir: values.profile });
  try {
    const connectS = await rig.connect(connections);
    report(
      `${connections} devices connected in ${connectS.toFixed(1)} s; now sending as fast as possible for ${seconds} s`,
    );
    const full = await rig.saturate(window, 8, seconds);
    report(`${full.ackedPerS} acknowledged/s, ${full.cpuUsPerReading} µs of CPU per reading; now sending 5,000/s`);
    const at5000 = await rig.pace(5_000, 20, seconds);
    report(`p50 ${at5000.latenciesMs.p50} ms, p99 ${at5000.latenciesMs.p99} ms; now sending 1,000/s`);
    const at1000 = await rig.pace(1_000, 5, seconds);
    const rssMb = peakRssMb(rig.gateway.pid);
    report(`p50 ${at1000.latenciesMs.p50} ms, p99 ${at1000.latenciesMs.p99} ms; now measuring Kafka's own producer`);
    const { stateDir, software, softwareDir, kafka } = rig;
    const limitPerS = values['skip-limit']
      ? undefined
      : await measureProducerLimit({
          ...{ software, softwareDir, stateDir, report },
          broker: kafka.broker,
          recordBytes: sealedBytes,
        });
    const result = {
      connections,
      payloadBytes: payloadBytes(publishTemplate('dev-100', 'bench-12345', 10_000)),
      ackedPerS: full.ackedPerS,
      cpuUsPerReading: full.cpuUsPerReading,
      rssMb,
      ...percentiles(at5000.latenciesMs),
      at5000: { perS: at5000.ackedPerS, cpuUsPerReading: at5000.cpuUsPerReading, ...percentiles(at5000.latenciesMs) },
      at1000: { perS: at1000.ackedPerS, cpuUsPerReading: at1000.cpuUsPerReading, ...percentiles(at1000.latenciesMs) },
      limitPerS,
      ratioToLimit: limitPerS === undefined ? undefined : Math.round((full.ackedPerS / limitPerS) * 100) / 100,
    };
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, undefined, 2)}\n`);
  } finally {
    await rig.close();
  }
}

function percentiles({ p50, p99, p999 }: { p50: number; p99: number; p999: number }) {
  return { p50Ms: p50, p99Ms: p99, p999Ms: p999 };
}
