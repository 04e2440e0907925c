/**
 * Runs the trend writer's part of a rebuild in a separate process with the trend writer's identity, because only the
 * trend writer may write into InfluxDB.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { VigilError } from '../../contracts/errors.ts';
import { type RebuildProgress, readProgressLine } from '../../contracts/messages/rebuild.ts';
import { type SystemAddresses, serviceEnv } from '../platform/service-env.ts';

const program = join(import.meta.dirname, '..', '..', 'processors', 'trends', 'rebuild', 'main.ts');
/** How often a long run reports its progress. */
const progressMs = 5_000;
/**
 * Longest time for which a rebuild tries to reach an InfluxDB that does not answer (our choice: a person waits at the
 * command line).
 */
export const awayMsMax = 60_000;

/**
 * Runs a rebuild to its end.
 * @param influxAddress InfluxDB's address and the setting from which it comes, for the error
 * @returns the last report of progress
 * @throws VigilError `start-failed` with the last line of the process if it fails, or if InfluxDB has not answered for
 * `awayMsMax`
 */
export async function runRebuild(
  addresses: SystemAddresses,
  influxAddress: string,
  onProgress: (progress: RebuildProgress) => void,
): Promise<RebuildProgress> {
  const child = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: serviceEnv(addresses, 'trends', { VIGIL_LOG_LEVEL: 'error' }),
  });
  let errorText = '';
  let last: RebuildProgress | undefined;
  child.stderr.on('data', (chunk: Buffer) => {
    errorText = (errorText + chunk.toString()).slice(-4_096);
  });
  const isAwayTooLong = createAwayCheck(awayMsMax);
  let isGivenUp = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    last = readProgressLine(line) ?? last;
    if (last === undefined || isGivenUp || !isAwayTooLong(last, performance.now())) return;
    isGivenUp = true;
    child.kill('SIGTERM');
  });
  const timer = setInterval(() => last && onProgress(last), progressMs);
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  try {
    const code = await new Promise<number | null>((resolve) => {
      child.once('error', () => resolve(null));
      child.once('close', resolve);
    });
    if (isGivenUp) throw influxAwayError(influxAddress);
    if (code === 0 && last !== undefined) return last;
    throw new VigilError('start-failed', `The rebuild failed: ${errorText.trim().split('\n').at(-1) ?? ''}`);
  } finally {
    clearInterval(timer);
    process.off('exit', end);
  }
}

/**
 * Returns a function to call with each report of progress and a steady time in ms. The function returns whether
 * InfluxDB has been away in all reports of the last `msMax`.
 */
export function createAwayCheck(
  msMax: number,
): (progress: Pick<RebuildProgress, 'isStoreAway'>, nowMs: number) => boolean {
  let sinceMs: number | undefined;
  return ({ isStoreAway }, nowMs) => {
    sinceMs = isStoreAway ? (sinceMs ?? nowMs) : undefined;
    return sinceMs !== undefined && nowMs - sinceMs >= msMax;
  };
}

function influxAwayError(influxAddress: string): VigilError {
  const message = `InfluxDB at ${influxAddress} has not answered for ${awayMsMax / 1000} s, so the rebuild stops. Check that InfluxDB runs; if it has another address, set VIGIL_INFLUX_URL. Then run the command again, which writes all points again without harm.`;
  return new VigilError('start-failed', message);
}
