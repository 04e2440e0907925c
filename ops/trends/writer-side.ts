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

/**
 * Runs a rebuild to its end.
 * @returns its last report
 * @throws VigilError `start-failed` with its last line
 */
export async function runRebuild(
  where: Whereabouts,
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
  createInterface({ input: child.stdout }).on('line', (line) => {
    last = readProgressLine(line) ?? last;
  });
  const timer = setInterval(() => last && onProgress(last), progressMs);
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  try {
    const code = await new Promise<number | null>((resolve) => {
      child.once('error', () => resolve(null));
      child.once('close', resolve);
    });
    if (code === 0 && last !== undefined) return last;
    throw new VigilError('start-failed', `The rebuild ended: ${words.trim().split('\n').at(-1) ?? ''}`);
  } finally {
    clearInterval(timer);
    process.off('exit', end);
  }
}
