/** The setting for the least severe level that a process logs. */
import type { Manifest } from './settings.ts';

export const logSettings = {
  logLevel: {
    kind: 'choice',
    env: 'VIGIL_LOG_LEVEL',
    help: 'least severe level that is logged',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    fallback: 'info',
  },
} as const satisfies Manifest;
