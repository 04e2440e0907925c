import { join } from 'node:path';
import type { Manifest } from '../process/settings.ts';

export const certsSettings = {
  stateDir: {
    kind: 'text',
    env: 'VIGIL_STATE_DIR',
    help: 'folder that holds certs/ and secrets/',
    fallback: join(import.meta.dirname, '..', '.vigil'),
  },
} as const satisfies Manifest;
