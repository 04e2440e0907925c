/** Reads recordings from disk and decodes them. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { companionFiles, decodeRecording } from './core/decode.ts';
import { type Decoded, joinRecordings, type Recording } from './core/recording.ts';

/** The recordings that ship with Vigil (recordings/ATTRIBUTION.md): the files of each name, numerics before waves. */
export const catalogue: Readonly<Record<string, readonly string[]>> = {
  'bidmc-01': ['bidmc_01_Numerics.csv', 'bidmc_01_Signals.csv'],
  'bidmc-02': ['bidmc_02_Numerics.csv'],
  'bidmc-05': ['bidmc_05_Numerics.csv'],
  'bidmc-13': ['bidmc_13_Numerics.csv'],
  'bidmc-14': ['bidmc_14_Numerics.csv'],
  'bidmc-19': ['bidmc_19_Numerics.csv'],
  'bidmc-21': ['bidmc_21_Numerics.csv'],
  'bidmc-22': ['bidmc_22_Numerics.csv'],
  'bidmc-25': ['bidmc_25_Numerics.csv'],
  a103l: ['a103l.hea'],
  s00001: ['s00001_numerics_1min.csv'],
  p000002: ['p000002.psv'],
  p000009: ['p000009.psv'],
  p000028: ['p000028.psv'],
  p001352: ['p001352.psv'],
  p002029: ['p002029.psv'],
  p016395: ['p016395.psv'],
};

const folder = join(import.meta.dirname, 'recordings');

/**
 * Reads a recording.
 * @param name name in the catalogue, or path of a file
 * @throws VigilError `recording-invalid` with the file, the line and the reason
 */
export function loadRecording(name: string): Recording {
  const files = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
  if (!files) return loadFile(name);
  return files.map((file) => loadFile(join(folder, file))).reduce(joinRecordings);
}

/**
 * Returns a function that reads a recording and remembers it, so that all beds with this recording share the data. The
 * function remembers at most as many recordings as the fleet plays.
 */
export function recordingShelf(): (name: string) => Recording {
  const cache = new Map<string, Recording>();
  return (name) => {
    const cachedRecording = cache.get(name);
    if (cachedRecording) return cachedRecording;
    const loaded = loadRecording(name);
    cache.set(name, loaded);
    return loaded;
  };
}

function loadFile(path: string): Recording {
  const file = basename(path);
  const bytes = readFile(path);
  const companions = new Map(
    okOrThrow(companionFiles(file, bytes)).map((name) => [name, readFile(join(dirname(path), basename(name)))]),
  );
  return okOrThrow(decodeRecording(file, bytes, companions));
}

function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new VigilError('recording-invalid', `${path}: the file cannot be read.`, { cause });
  }
}

function okOrThrow<T>(decoded: Decoded<T>): T {
  if ('fault' in decoded) throw new VigilError(decoded.fault.code, decoded.fault.message);
  return decoded.ok;
}
