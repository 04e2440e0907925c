/**
 * Chooses the waves that a bed's tile shows. Also decides their paper speed and their order, which is the order on a
 * bedside monitor.
 */
import { type ParameterGroup, type Wave, waves } from '../../../contracts/parameters.ts';
import { paperSpeeds } from './sweep.ts';
import { t } from './texts.ts';

const tileWavesMax = 3;

/** The waves that a tile may show, the most important first. Leads II and V show a heart rhythm best. */
const wavesByImportance: readonly string[] = [
  'MDC_ECG_ELEC_POTL_II',
  'MDC_ECG_ELEC_POTL_V',
  'MDC_ECG_ELEC_POTL_V1',
  'MDC_ECG_ELEC_POTL_I',
  'MDC_ECG_ELEC_POTL_AVR',
  'MDC_PULS_OXIM_PLETH',
  'MDC_PRESS_BLD_ART_ABP',
  'MDC_CONC_AWAY_CO2',
  'MDC_IMPED_TTHOR',
];

/**
 * Returns the codes that are known waves. The waves of `wavesByImportance` come first, in that order. All other waves
 * are sorted by code.
 */
export function orderedWaves(codes: readonly string[]): Wave[] {
  const knownWaves = codes.flatMap((code) => waves.get(code) ?? []);
  const rank = (wave: Wave) =>
    (wavesByImportance.indexOf(wave.code) + wavesByImportance.length + 1) % (wavesByImportance.length + 1);
  return knownWaves.sort((a, b) => rank(a) - rank(b) || (a.code < b.code ? -1 : 1));
}

/** Returns the codes of the waves that a tile shows: the most important wave of each group, at most `max`. */
export function tileWaves(codes: readonly string[], max = tileWavesMax): string[] {
  const groups = new Set<ParameterGroup>();
  const chosen: string[] = [];
  for (const wave of orderedWaves(codes)) {
    if (groups.has(wave.group) || chosen.length >= max) continue;
    groups.add(wave.group);
    chosen.push(wave.code);
  }
  return chosen;
}

/** Returns the paper speed of a wave, mm/s. Breathing is slow: at 25 mm/s a tile would show only one breath. */
export function paperSpeedOf(wave: Wave): number {
  return wave.group === 'RR' || wave.group === 'EtCO2' ? paperSpeeds.slow : paperSpeeds.fast;
}

/**
 * Returns the text beside a moving wave. Before the name of a lead stands “ECG”, because “II” alone looks like two
 * strokes.
 */
export function traceLabel({ label, unit }: Wave): string {
  return unit === 'mV' ? t('ECG {lead}', { lead: label }) : label;
}
