/** Reads the readings of devices from Kafka with an independent program (witness.py). */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensurePython } from '../independent/python.ts';
import type { StoredReading } from './verdict.ts';

type Line = [string, number, number, number, number, string, string, string, number, string, string];

/** Kafka's code for a timestamp that the broker set (LogAppendTime). */
const stampedByBroker = 1;

/**
 * Returns the readings of device starts in the order of Kafka.
 * @param options.boots ids of the device starts
 */
export async function readIndependently(options: {
  readonly stateDir: string;
  readonly brokers: string;
  readonly boots: readonly string[];
}): Promise<StoredReading[]> {
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
  let errorText = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errorText = (errorText + chunk.toString()).slice(-4_000);
  });
  child.stdin.end(JSON.stringify(request));
  const stored: StoredReading[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const [topic, partition, offset, stampMs, stampType, deviceId, kind, boot, seq, time, code] = JSON.parse(
      line,
    ) as Line;
    if (stampType !== stampedByBroker) throw new Error(`${topic} is not stamped by the broker`);
    stored.push({
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
  if (status !== 0) throw new Error(`the independent reader failed: ${errorText}`);
  return stored;
}
