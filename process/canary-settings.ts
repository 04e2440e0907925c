import { canarySilentMsDefault } from '../contracts/canary.ts';
import type { Manifest } from './settings.ts';

/** Settings of the process that sends canaries, and of the processes that wait for canaries. */
export const canarySilenceSettings = {
  canarySilentMs: {
    kind: 'integer',
    env: 'VIGIL_CANARY_SILENT_MS',
    help: 'if no canary arrives for this long, readings are assumed not to arrive either, ms; at least three times VIGIL_CANARY_EVERY_MS; 0 if no process sends canaries',
    min: 0,
    max: 120_000,
    fallback: canarySilentMsDefault,
  },
} as const satisfies Manifest;
