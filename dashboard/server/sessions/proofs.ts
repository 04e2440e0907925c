/**
 * Issues proofs: secrets that show, for some minutes, that a person has entered the password again in this session. A
 * page keeps its proof in memory. So a thief who has only the cookies of a session cannot act, not even while the proof
 * is valid.
 */
import { createHash, randomBytes } from 'node:crypto';
import { proofMs } from '../../protocol/accounts.ts';

/** Maximum number of sessions with a proof. If there are more, the oldest proof becomes invalid. */
const proofsMax = 1_000;

export type Proofs = {
  /** Returns a new proof of a session, and when it ends. The former proof of the session becomes invalid. */
  issue(sessionId: string): { readonly proof: string; readonly untilMs: number };
  isValid(sessionId: string, proof: string): boolean;
};

export function createProofs(now: () => number): Proofs {
  const digestOf = (proof: string) => createHash('sha256').update(proof).digest('base64url');
  const proofs = new Map<string, { readonly digest: string; readonly untilMs: number }>();
  return {
    issue(sessionId) {
      const proof = randomBytes(32).toString('base64url');
      const untilMs = now() + proofMs;
      proofs.delete(sessionId);
      proofs.set(sessionId, { digest: digestOf(proof), untilMs });
      for (const [oldest, entry] of proofs) {
        if (entry.untilMs > now() && proofs.size <= proofsMax) break;
        proofs.delete(oldest);
      }
      return { proof, untilMs };
    },
    isValid(sessionId, proof) {
      const entry = proofs.get(sessionId);
      return entry !== undefined && entry.untilMs > now() && entry.digest === digestOf(proof);
    },
  };
}
