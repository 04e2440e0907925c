/** Devices and their associations. */
import { randomUUIDv7 } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AuditEvent } from '../../contracts/audit-chain.ts';
import { pseudonym } from '../../contracts/envelope/pseudonym.ts';
import { VigilError } from '../../contracts/errors.ts';
import { AssociationId, contentTypes, DeviceId } from '../../contracts/messages/records.ts';
import { visibleText } from '../../contracts/text.ts';
import { actorOf, viewerOf } from '../access.ts';
import {
  type Asked,
  assignDevice,
  correctPatient,
  type Decision,
  endAssociation,
  moveDevice,
} from '../core/associate.ts';
import { seesWard } from '../core/rights.ts';
import { devicesFor } from '../core/screen.ts';
import { placeFault, type Unregistered, unregistered } from '../core/wards.ts';
import { ErrorBody } from '../protocol.ts';
import {
  AssociateBody,
  Associated,
  AssociationRefused,
  CorrectBody,
  Devices,
  EndQuery,
  MoveBody,
  Places,
} from '../protocol-devices.ts';
import type { App, Parts } from './parts.ts';

/** A change waits this long for its own record to come back from Kafka. */
const readBackMs = 5_000;
const lookEveryMs = 20;
/** Changes under way; past it one is refused. */
const changesWaitingMax = 50;

const DeviceParams = Type.Object({ deviceId: DeviceId });
const PeriodParams = Type.Object({ deviceId: DeviceId, associationId: AssociationId });
const answers = {
  200: Associated,
  400: ErrorBody,
  401: ErrorBody,
  403: ErrorBody,
  404: ErrorBody,
  409: AssociationRefused,
  503: ErrorBody,
};

type Change = {
  readonly deviceId: string;
  readonly action: AuditEvent['action'];
  readonly decide: (asked: Asked) => Decision;
  /** What the audit record says beside who, which patient and where. */
  readonly detail: (decision: Extract<Decision, { ok: true }>) => string;
};

export function deviceRoutes(app: App, parts: Parts): void {
  const { feed, wards, accounts, now } = parts;
  const change = createChanges(parts);
  const at = (place: { ward: string; bed: string }) => `at ${place.ward} ${place.bed}`;

  app.get(
    '/api/devices',
    { config: { access: 'associate-device' }, schema: { response: { 200: Devices, 401: ErrorBody, 403: ErrorBody } } },
    async (request) => {
      return { devices: devicesFor(feed.state, viewerOf(request), now()) };
    },
  );

  app.get(
    '/api/places',
    { config: { access: 'view-devices' }, schema: { response: { 200: Places, 401: ErrorBody, 403: ErrorBody } } },
    async (request) => {
      const viewer = viewerOf(request);
      const registry = wards.current();
      return {
        wards: registry.wards.filter(({ ward }) => seesWard(viewer, ward)),
        unregistered: viewer.wards.includes('*') ? unregistered(registry, accounts.all(), feed.state).map(visible) : [],
      };
    },
  );

  /** Before every other judgement of the body, so that a name with a space behind it gets a suggestion too. */
  const placeCheck = async (request: FastifyRequest) => {
    const { ward, bed } = (request.body ?? {}) as Record<string, unknown>;
    if (typeof ward !== 'string' || typeof bed !== 'string') return;
    const fault = placeFault(wards.current(), { ward, bed });
    if (fault) throw new VigilError(fault.code, fault.message);
  };

  const { 200: _, ...refusals } = answers;
  app.post(
    '/api/devices/:deviceId/associations',
    {
      preValidation: placeCheck,
      config: { access: 'associate-device' },
      schema: { params: DeviceParams, body: AssociateBody, response: { 201: Associated, ...refusals } },
    },
    async (request, reply) => {
      const { deviceId } = request.params;
      const associationId = randomUUIDv7();
      return change(request, reply.code(201), {
        deviceId,
        action: 'association-started',
        decide: (asked) => assignDevice(feed.state, asked, deviceId, request.body, associationId),
        detail: ({ period }) => `${deviceId} ${at(period)}`,
      });
    },
  );

  app.post(
    '/api/devices/:deviceId/move',
    {
      preValidation: placeCheck,
      config: { access: 'associate-device' },
      schema: { params: DeviceParams, body: MoveBody, response: answers },
    },
    async (request, reply) => {
      const { deviceId } = request.params;
      return change(request, reply, {
        deviceId,
        action: 'association-moved',
        decide: (asked) => moveDevice(feed.state, asked, deviceId, request.body),
        detail: ({ period, tables }) => `${tables.map((table) => table.deviceId).join(', ')} now ${at(period)}`,
      });
    },
  );

  app.post(
    '/api/devices/:deviceId/associations/:associationId/patient',
    {
      config: { access: 'admit-patient' },
      schema: { params: PeriodParams, body: CorrectBody, response: answers },
    },
    async (request, reply) => {
      const { deviceId, associationId } = request.params;
      return change(request, reply, {
        deviceId,
        action: 'patient-corrected',
        decide: (asked) => correctPatient(feed.state, asked, deviceId, associationId, request.body),
        detail: ({ tables }) => {
          const fields = tables[0]?.changes?.at(-1)?.fields ?? [];
          // The category alone is no secret of a person, and limits depend on it.
          const words = fields.map(({ field, from, to }) =>
            field === 'category' ? `${field} ${from} → ${to}` : field,
          );
          return `${words.join(', ')} at ${tables.map((table) => table.deviceId).join(', ')}`;
        },
      });
    },
  );

  app.delete(
    '/api/devices/:deviceId/associations/:associationId',
    {
      config: { access: 'associate-device' },
      schema: { params: PeriodParams, querystring: EndQuery, response: answers },
    },
    async (request, reply) => {
      const { deviceId, associationId } = request.params;
      const { whole } = request.query;
      return change(request, reply, {
        deviceId,
        action: 'association-ended',
        decide: (asked) => endAssociation(feed.state, asked, deviceId, associationId, whole),
        detail: ({ tables }) => tables.map((table) => table.deviceId).join(', '),
      });
    },
  );
}

/**
 * Decides and writes changes one after the other, each when the one before has been read back: two devices may want one bed. Of a
 * change of several devices each table is a record of its own; where Kafka takes the first and not the rest, the answer is an
 * error, and the same change made again completes it.
 */
function createChanges({ feed, trail, log, pseudonymKey, now }: Parts) {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function make(asked: Asked, what: Change): Promise<Decision> {
    const decision = what.decide(asked);
    if (!decision.ok) return decision;
    const { period, tables } = decision;
    await trail.record({
      actor: actorOf(asked.viewer),
      action: what.action,
      associationId: period.associationId,
      ward: period.ward,
      ...(period.patient ? { patientId: period.patient.patientId } : {}),
      detail: what.detail(decision),
    });
    for (const table of tables) {
      const key = pseudonym(pseudonymKey, 'device', table.deviceId);
      await log.append('associations', key, contentTypes.associations, table);
    }
    for (const table of tables) await readBack(table.deviceId, table.version);
    return decision;
  }

  async function readBack(deviceId: string, version: number): Promise<void> {
    for (const untilMs = now() + readBackMs; now() < untilMs; ) {
      if ((feed.state.associations.get(deviceId)?.version ?? 0) >= version) return;
      await new Promise((done) => setTimeout(done, lookEveryMs));
    }
  }

  return async (request: FastifyRequest, reply: FastifyReply, what: Change): Promise<FastifyReply> => {
    if (waiting >= changesWaitingMax) throw new VigilError('log-backlog-full', 'Too many changes at once: try again.');
    waiting += 1;
    const made = last.then(() => make({ viewer: viewerOf(request), nowMs: now() }, what));
    last = made.catch(() => {});
    try {
      const decision = await made;
      if (decision.ok) {
        const version = decision.tables[0]?.version ?? 0;
        return reply.send({ associationId: decision.period.associationId, version });
      }
      const { ok: _, ...refused } = decision;
      if (refused.code !== 'conflict' && refused.code !== 'bed-occupied')
        throw new VigilError(refused.code, refused.message);
      return reply.code(409).send(refused);
    } finally {
      waiting -= 1;
    }
  };
}

/** Names that were written before they were judged. */
function visible(found: Unregistered): Unregistered {
  return found.what === 'account'
    ? { ...found, ward: visibleText(found.ward) }
    : { ...found, ward: visibleText(found.ward), bed: visibleText(found.bed) };
}
