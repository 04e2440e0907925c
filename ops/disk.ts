import { statfsSync } from 'node:fs';
import { VigilError } from '../contracts/errors.ts';

/**
 * Throws if the disk is nearly full. Kafka stops when it cannot write, and without Kafka there are no alarms.
 * @throws VigilError `no-space`
 */
export function requireDisk(directory: string, freeMbMin: number): void {
  const { bavail, bsize } = statfsSync(directory);
  const freeMb = Math.floor((bavail * bsize) / 1_000_000);
  if (freeMb >= freeMbMin) return;
  throw new VigilError(
    'no-space',
    `The disk of ${directory} has only ${freeMb} MB free, and Vigil needs ${freeMbMin} MB (VIGIL_DISK_FREE_MB_MIN): delete files first.`,
  );
}
