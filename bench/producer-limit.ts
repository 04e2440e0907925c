/**
 * Measures how many records per second the broker accepts from Kafka's own client. The records have the size of the
 * gateway's records, so the number is a measure for the gateway.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { run } from '../ops/platform/run.ts';
import { ensureKafkaTools, type Software } from '../ops/platform/software.ts';

/**
 * Runs Kafka's program `ProducerPerformance` over TLS with `acks=all`. All other settings have their defaults.
 * @returns records per second, without the warm-up
 */
export async function measureProducerLimit(options: {
  readonly software: Pick<Software, 'java'>;
  readonly softwareDir: string;
  readonly stateDir: string;
  readonly broker: string;
  readonly recordBytes: number;
  readonly report: (line: string) => void;
}): Promise<number> {
  const libs = await ensureKafkaTools(options.softwareDir, options.report);
  const certs = join(options.stateDir, 'certs');
  const config = join(options.stateDir, 'producer-limit.properties');
  const keystore = join(options.stateDir, 'kafka', 'broker-keystore.pem');
  // Uses the broker's certificate, because the broker has all permissions, and the broker's key is already in the form
  // that Java needs.
  const lines = {
    'security.protocol': 'SSL',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(certs, 'ca.pem'),
    acks: 'all',
  };
  const properties = Object.entries(lines).map(([name, value]) => `${name}=${value}`);
  writeFileSync(config, `${properties.join('\n')}\n`, { mode: 0o600 });
  const warmup = 200_000;
  const result = await run(options.software.java, [
    '-Xmx256m',
    '-cp',
    join(libs, '*'),
    'org.apache.kafka.tools.ProducerPerformance',
    ...['--bootstrap-server', options.broker, '--topic', 'observations', '--command-config', config],
    ...['--num-records', String(warmup + 600_000), '--warmup-records', String(warmup), '--throughput', '-1'],
    ...['--record-size', String(options.recordBytes)],
  ]);
  rmSync(config, { force: true });
  const perS = /([\d.]+) records\/sec/.exec(result.output.trim().split('\n').at(-1) ?? '')?.[1];
  if (result.code !== 0 || perS === undefined) {
    throw new VigilError('start-failed', `ProducerPerformance failed: ${result.output.trim().slice(-300)}`);
  }
  return Math.round(Number(perS));
}
