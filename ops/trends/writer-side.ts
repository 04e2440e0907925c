/** The trend writer's part of a rebuild, in its own process: only its identity may write into InfluxDB. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { VigilError } from '../../contracts/errors.ts';
import { type RebuildProgress, readProgressLine } from '../../contracts/messages/rebuild.ts';
import { serviceEnv, type Whereabouts } from '../platform/service-env.ts';

const program = join(import.meta.dirname, '..', '..', 'processors', 'trends', 'rebuild', 'main.ts');
/** How often a long run reports its progress. */
const progressMs = 5_000;
/** How long a rebuild waits for an InfluxDB that does not answer. (Ours: a person waits at the command line.) */
export const awayMsMax = 60_000;

/**
 * Runs a rebuild to its end.
 * @param atInflux InfluxDB's address and which setting it is from: for the error
 * @returns its last report
 * @throws VigilError `start-failed` with its last line, or when InfluxDB has not answered for `awayMsMax`
 */
export async function runRebuild(
  where: Whereabouts,
  atInflux: string,
  onProgress: (progress: RebuildProgress) => void,
): Promise<RebuildProgress> {
  const child = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: serviceEnv(where, 'trends', { VIGIL_LOG_LEVEL: 'error' }),
  });
  let words = '';
  let last: RebuildProgress | undefined;
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-4_096);
  });
  const isAwayTooLong = awayWatch(awayMsMax);
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
    if (isGivenUp) throw gaveUp(atInflux);
    if (code === 0 && last !== undefined) return last;
    throw new VigilError('start-failed', `The rebuild ended: ${words.trim().split('\n').at(-1) ?? ''}`);
  } finally {
    clearInterval(timer);
    process.off('exit', end);
  }
}

/** @returns whether InfluxDB has now been away for `msMax` in every report; time in ms of a steady clock */
export function awayWatch(msMax: number): (progress: Pick<RebuildProgress, 'isStoreAway'>, nowMs: number) => boolean {
  let sinceMs: number | undefined;
  return ({ isStoreAway }, nowMs) => {
    sinceMs = isStoreAway ? (sinceMs ?? nowMs) : undefined;
    return sinceMs !== undefined && nowMs - sinceMs >= msMax;
  };
}

function gaveUp(atInflux: string): VigilError {
  const message = `InfluxDB at ${atInflux} does not answer for ${awayMsMax / 1000} s, so the rebuild ends: does it run, and is this its address? Set VIGIL_INFLUX_URL, and give the command again: what is written already is written again, the same.`;
  return new VigilError('start-failed', message);
}
