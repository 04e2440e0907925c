/** Devices and their associations. */
import { randomUUIDv7 } from 'node:crypto';
import { Type } from 'typebox';
import type { AuditEvent } from '../../contracts/audit-chain.ts';
import { pseudonym } from '../../contracts/envelope/pseudonym.ts';
import { VigilError } from '../../contracts/errors.ts';
import { AssociationId, contentTypes, type DeviceAssociations, DeviceId } from '../../contracts/messages/records.ts';
import { actorOf, viewerOf } from '../access.ts';
import { type Decision, endAssociation, startAssociation } from '../core/associate.ts';
import { devicesFor } from '../core/screen.ts';
import { AssociateBody, Associated, Devices, ErrorBody } from '../protocol.ts';
import type { App, Parts } from './parts.ts';

/** A change waits this long for its own record to come back from Kafka. */
const readBackMs = 5_000;
const lookEveryMs = 20;
/** Changes under way; past it one is refused. */
const changesWaitingMax = 50;

const DeviceParams = Type.Object({ deviceId: DeviceId });
const PeriodParams = Type.Object({ deviceId: DeviceId, associationId: AssociationId });
const refusals = { 401: ErrorBody, 403: ErrorBody, 404: ErrorBody, 409: ErrorBody, 503: ErrorBody };

export function deviceRoutes(app: App, parts: Parts): void {
  const { feed, trail, log, pseudonymKey, now } = parts;
  /** Changes go one after the other, each when the one before has been read back: two devices may want one bed. */
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function change(
    deviceId: string,
    decide: () => Decision,
    audit: (table: DeviceAssociations) => AuditEvent,
  ): Promise<number> {
    if (waiting >= changesWaitingMax) throw new VigilError('log-backlog-full', 'Too many changes at once: try again.');
    waiting += 1;
    const changed = last.then(() => make(deviceId, decide, audit));
    last = changed.catch(() => {});
    try {
      return await changed;
    } finally {
      waiting -= 1;
    }
  }

  async function make(
    deviceId: string,
    decide: () => Decision,
    audit: (table: DeviceAssociations) => AuditEvent,
  ): Promise<number> {
    const decision = decide();
    if (!decision.ok) throw new VigilError(decision.code, decision.message);
    const { table } = decision;
    await trail.record(audit(table));
    await log.append('associations', pseudonym(pseudonymKey, 'device', deviceId), contentTypes.associations, table);
    await readBack(deviceId, table.version);
    return table.version;
  }

  async function readBack(deviceId: string, version: number): Promise<void> {
    for (const untilMs = now() + readBackMs; now() < untilMs; ) {
      if ((feed.state.associations.get(deviceId)?.version ?? 0) >= version) return;
      await new Promise((done) => setTimeout(done, lookEveryMs));
    }
  }

  app.get(
    '/api/devices',
    { config: { access: 'associate-device' }, schema: { response: { 200: Devices, 401: ErrorBody, 403: ErrorBody } } },
    async (request) => {
      return { devices: devicesFor(feed.state, viewerOf(request), now()) };
    },
  );

  app.post(
    '/api/devices/:deviceId/associations',
    {
      config: { access: 'associate-device' },
      schema: { params: DeviceParams, body: AssociateBody, response: { 201: Associated, ...refusals } },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { deviceId } = request.params;
      const wanted = request.body;
      const associationId = randomUUIDv7();
      const version = await change(
        deviceId,
        () => startAssociation(feed.state, viewer, deviceId, wanted, associationId, now()),
        () => ({
          actor: actorOf(viewer),
          action: 'association-started',
          associationId,
          ward: wanted.ward,
          ...(wanted.patient ? { patientId: wanted.patient.patientId } : {}),
          detail: `${deviceId} at ${wanted.bed}`,
        }),
      );
      return reply.code(201).send({ associationId, version });
    },
  );

  app.delete(
    '/api/devices/:deviceId/associations/:associationId',
    {
      config: { access: 'associate-device' },
      schema: { params: PeriodParams, response: { 200: Associated, ...refusals } },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { deviceId, associationId } = request.params;
      const version = await change(
        deviceId,
        () => endAssociation(feed.state, viewer, deviceId, associationId, now()),
        (table) => {
          const period = table.periods.find((candidate) => candidate.associationId === associationId);
          return {
            actor: actorOf(viewer),
            action: 'association-ended',
            associationId,
            ...(period ? { ward: period.ward } : {}),
            ...(period?.patient ? { patientId: period.patient.patientId } : {}),
            detail: deviceId,
          };
        },
      );
      return { associationId, version };
    },
  );
}
