import { statfsSync } from 'node:fs';
import { VigilError } from '../contracts/errors.ts';

/**
 * Refuses a nearly full disk: if Kafka cannot write, it stops, and all alarms stop with it.
 * @throws VigilError `no-space`
 */
export function requireDisk(directory: string, freeMbMin: number): void {
  const { bavail, bsize } = statfsSync(directory);
  const freeMb = Math.floor((bavail * bsize) / 1_000_000);
  if (freeMb >= freeMbMin) return;
  throw new VigilError(
    'no-space',
    `The disk of ${directory} has ${freeMb} MB free, and Vigil needs ${freeMbMin} MB (VIGIL_DISK_FREE_MB_MIN): make room first.`,
  );
}
