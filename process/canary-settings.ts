import { canarySilentMsDefault } from '../contracts/canary.ts';
import type { Manifest } from './settings.ts';

/** For the process that sends canaries and for those that wait for them. */
export const canarySilenceSettings = {
  canarySilentMs: {
    kind: 'integer',
    env: 'VIGIL_CANARY_SILENT_MS',
    help: 'without a canary for so long the way of readings counts as broken, ms; at least three times VIGIL_CANARY_EVERY_MS; 0: no canary runs here, so nobody waits for one',
    min: 0,
    max: 120_000,
    fallback: canarySilentMsDefault,
  },
} as const satisfies Manifest;
