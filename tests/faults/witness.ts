/** Asks an independent reader (witness.py) what Kafka holds of the devices. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensurePython } from '../independent/python.ts';
import type { Found } from './verdict.ts';

type Line = [string, number, number, number, number, string, string, string, number, string, string];

/** Kafka's mark of a time that the broker gave: LogAppendTime. */
const stampedByBroker = 1;

/** The readings of these device starts, in Kafka's order. */
export async function readIndependently(options: {
  readonly stateDir: string;
  readonly brokers: string;
  readonly boots: readonly string[];
}): Promise<Found[]> {
  const { stateDir, brokers, boots } = options;
  const certs = join(stateDir, 'certs');
  const request = {
    brokers,
    boots,
    topics: ['observations', 'waveforms', 'rejected'],
    caFile: join(certs, 'ca.pem'),
    certFile: join(certs, 'operator.pem'),
    keyFile: join(certs, 'operator.key'),
    readerJwk: JSON.parse(readFileSync(join(stateDir, 'secrets', 'reader-operator.jwk'), 'utf8')) as object,
  };
  const child = spawn(ensurePython(), [join(import.meta.dirname, 'witness.py')], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = Promise.withResolvers<number | null>();
  child.once('error', exited.reject);
  child.once('close', exited.resolve);
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-4_000);
  });
  child.stdin.end(JSON.stringify(request));
  const found: Found[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const [topic, partition, offset, stampMs, stampType, deviceId, kind, boot, seq, time, code] = JSON.parse(
      line,
    ) as Line;
    if (stampType !== stampedByBroker) throw new Error(`${topic} is not stamped by the broker`);
    found.push({
      topic,
      partition,
      offset,
      appendedMs: stampMs,
      deviceId,
      kind,
      boot,
      seq,
      timeMs: Date.parse(time),
      code,
    });
  }
  const status = await exited.promise;
  if (status !== 0) throw new Error(`the independent reader failed: ${complaint}`);
  return found;
}
