/**
 * Lets a person look at data of a ward: the assignments, who can be reached, who would be called, and what happens if
 * a person leaves. Only the last of these has texts of alarms. The audit trail records only refused looks.
 */
import type { FastifyRequest } from 'fastify';
import type { Registry } from '../../../contracts/ward-registry.ts';
import { notFound, viewerOf, whoOf } from '../access.ts';
import { countRequest, type RequestPace } from '../core/request-pace.ts';
import { seesWard } from '../core/rights.ts';
import type { Parts } from './parts.ts';

/**
 * In a minute, this many refused looks of an account are recorded (ours), and one more with a note that further looks
 * are not recorded.
 */
const deniedLooksPerMinuteMax = 10;

export type RegisteredWard = Registry['wards'][number];
type WardRequest = FastifyRequest<{ Params: { ward: string } }>;

/**
 * Creates a function that returns the registered ward of a request. The function throws VigilError `not-found` if there
 * is no such ward or the viewer may not see the ward, and records the refusal. At most a few refusals in each minute
 * are recorded, because an open page sends a request every few seconds.
 * @param what what the person wanted to see, for the audit trail
 */
export function createWardLook(
  { wards, trail }: Pick<Parts, 'wards' | 'trail'>,
  what: string,
): (request: WardRequest) => Promise<RegisteredWard> {
  const deniedLooks: RequestPace = new Map();

  async function recordDeniedLook(request: WardRequest): Promise<void> {
    const verdict = countRequest(deniedLooks, viewerOf(request).userId, performance.now(), deniedLooksPerMinuteMax);
    if (verdict === 'refused') return;
    const note = verdict === 'first-refused' ? '; more in this minute are not recorded' : '';
    await trail.record({
      ...whoOf(request),
      action: 'access-denied',
      ward: request.params.ward,
      detail: `${what}${note}`,
    });
  }

  return async (request) => {
    const { ward } = request.params;
    const registered = wards.current().wards.find((entry) => entry.ward === ward);
    if (registered && seesWard(viewerOf(request), ward)) return registered;
    await recordDeniedLook(request);
    throw notFound();
  };
}
