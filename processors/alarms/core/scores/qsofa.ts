/**
 * qSOFA (Singer et al., JAMA 2016): one point each for a respiratory rate of 22 /min or more, a systolic pressure of
 * 100 mmHg or less, and altered mentation. With two or more points, a clinician should check for sepsis. Pure.
 */
import { type Consciousness, type QsofaParameter, qsofaParameters } from '../../../../contracts/score-names.ts';
import { roundHalfUp } from './round.ts';

export type Qsofa = {
  readonly met: readonly QsofaParameter[];
  readonly missing: readonly QsofaParameter[];
  /** Absent if an input is missing. */
  readonly total?: number;
};

/** Returns which criteria of qSOFA are met, and which inputs are missing. */
export function qsofa(set: {
  readonly RR?: number | undefined;
  readonly BPsys?: number | undefined;
  readonly consciousness?: Consciousness | undefined;
}): Qsofa {
  const { RR, BPsys, consciousness } = set;
  const isMet: Record<QsofaParameter, boolean | undefined> = {
    RR: isNumber(RR) ? roundHalfUp(RR, 0) >= 22 : undefined,
    BPsys: isNumber(BPsys) ? roundHalfUp(BPsys, 0) <= 100 : undefined,
    consciousness: consciousness === undefined ? undefined : consciousness !== 'A',
  };
  const met = qsofaParameters.filter((parameter) => isMet[parameter] === true);
  const missing = qsofaParameters.filter((parameter) => isMet[parameter] === undefined);
  return { met, missing, ...(missing.length === 0 && { total: met.length }) };
}

const isNumber = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value);
