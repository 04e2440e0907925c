/** The registry of wards and beds: one JSON file, checked whole when it is read, and read again when it changes. */
import { readFileSync, statSync } from 'node:fs';
import type { Logger } from 'pino';
import { VigilError } from '../contracts/errors.ts';
import { type Registry, readRegistry } from './core/wards.ts';

const lookEveryMs = 2_000;

/** @throws VigilError `settings-invalid`: names the file and all that is wrong with it */
export function readWardsFile(path: string): Registry {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw bad(path, 'cannot be read', cause);
  }
  return parseWards(path, text);
}

/** @throws VigilError `settings-invalid` */
export function parseWards(path: string, text: string): Registry {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw bad(path, 'does not hold JSON', cause);
  }
  const read = readRegistry(content);
  if (!read.ok) throw bad(path, `is wrong: ${read.faults.join('; ')}`);
  return read.registry;
}

function bad(path: string, what: string, cause?: unknown): VigilError {
  return new VigilError('settings-invalid', `The wards file ${path} ${what}.`, { cause });
}

export type Wards = { current(): Registry; close(): void };

/** Reads the registry and follows its file. A change that is faulty is refused whole: it is logged, and the former one stays. */
export function followWards(path: string, log: Logger, everyMs = lookEveryMs): Wards {
  let registry = readWardsFile(path);
  let seen = stampOf(path);
  const timer = setInterval(() => {
    const stamp = stampOf(path);
    if (stamp === seen) return;
    seen = stamp;
    try {
      registry = readWardsFile(path);
      log.info({ wards: registry.wards.length }, 'wards and beds read again');
    } catch (error) {
      log.error({ error: (error as Error).message }, 'the wards file changed and is faulty: the former one stays');
    }
  }, everyMs);
  timer.unref();
  return { current: () => registry, close: () => clearInterval(timer) };
}

function stampOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs}/${size}/${ino}`;
  } catch {
    return 'absent';
  }
}
