import { join } from 'node:path';
import { ensurePython } from '../independent/python.ts';
import type { ForeignClient, GatewayAccess } from './client.ts';
import { driveClient } from './driver.ts';

/** Opens Eclipse Paho for Python, which comes from PyPI. */
export async function openPaho({ port, certsDir }: GatewayAccess): Promise<ForeignClient> {
  const script = join(import.meta.dirname, 'drive_paho.py');
  return driveClient({ command: ensurePython(), args: [script, String(port), certsDir] });
}
