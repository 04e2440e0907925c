/** The route of the page "Wards": the overview of the wards for persons in charge. */
import { minuteMs } from '../../../contracts/durations.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { WardOverview } from '../../protocol/ward-overview.ts';
import { viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { wardOverview } from '../core/ward-overview.ts';
import { screensOfWard } from '../core/ward-screens.ts';
import { membersOf } from './assignments.ts';
import type { Parts } from './parts.ts';

/**
 * An open page asks every few seconds. Requests of one session with a shorter pause than this are one look, and only
 * the first request is recorded (ours). A hidden page asks about once a minute.
 */
const sameLookMs = 5 * minuteMs;
/**
 * Maximum number of sessions whose looks are remembered. Above this number, the oldest session is forgotten, and its
 * next request is recorded again.
 */
const looksMax = 2_000;

export function wardOverviewRoute(app: App, parts: Parts): void {
  const { trail, feed, hub, wards, assignments, delivery, now } = parts;
  /** When each session last asked, by a monotonic clock; the oldest is first. */
  const askedAtMs = new Map<string, number>();

  app.get(
    '/api/ward-overview',
    {
      config: { access: 'view-patients' },
      schema: { response: { 200: WardOverview, 401: ErrorBody, 403: ErrorBody, 503: ErrorBody } },
    },
    async (request) => {
      const who = whoOf(request);
      const viewer = viewerOf(request);
      // The wards are part of the key: a person who gets another ward looks at something new.
      const key = JSON.stringify([who.session, viewer.userId, viewer.wards]);
      const nowMs = performance.now();
      if (nowMs - (askedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) >= sameLookMs)
        await trail.record({
          ...who,
          action: 'ward-viewed',
          ward: '*',
          detail: 'overview of the wards, without patients',
        });
      askedAtMs.delete(key);
      askedAtMs.set(key, nowMs);
      if (askedAtMs.size > looksMax) askedAtMs.delete(askedAtMs.keys().next().value!);
      const health = hub.health();
      const screens = {
        ...{ watched: hub.watchedWards(), audible: hub.sound.audibleWards(), soundOf: hub.sound.stateOf },
        ...{ others: feed.otherDashboards, isKafkaAway: health.kafka === 'away' },
      };
      return wardOverview(
        {
          state: feed.state,
          registry: wards.current(),
          board: assignments.board,
          delivery: delivery.feed,
          health,
          screensOf: (ward) => screensOfWard(screens, ward, now()),
          membersOf: (ward) => membersOf(parts, ward),
          soundTests: parts.soundTestRecords,
        },
        viewer,
        now(),
      );
    },
  );
}
