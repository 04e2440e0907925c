/** Reads the registry of wards and beds, a JSON file, for every program that uses the registry. */
import { readFileSync } from 'node:fs';
import { VigilError } from '../contracts/errors.ts';
import { type Registry, readRegistry } from '../contracts/ward-registry.ts';

/**
 * Reads and checks the file.
 * @throws VigilError `settings-invalid` with the name of the file and all its faults
 */
export function readWardsFile(path: string): Registry {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw wardsFileError(path, 'cannot be read', cause);
  }
  return parseWards(path, text);
}

/**
 * Checks the text of a wards file.
 * @param path the name of the file for the error message
 * @throws VigilError `settings-invalid` with all faults
 */
export function parseWards(path: string, text: string): Registry {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw wardsFileError(path, 'is not valid JSON', cause);
  }
  const result = readRegistry(content);
  if (!result.ok) throw wardsFileError(path, `is wrong: ${result.faults.join('; ')}`);
  return result.registry;
}

function wardsFileError(path: string, faultText: string, cause?: unknown): VigilError {
  return new VigilError('settings-invalid', `The wards file ${path} ${faultText}.`, { cause });
}
