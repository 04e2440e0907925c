import { statfsSync } from 'node:fs';
import { VigilError } from '../contracts/errors.ts';

/**
 * Refuses a disk that is nearly full: Kafka stops when it cannot write, and with it every alarm.
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
