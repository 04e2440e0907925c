/** Devices and their associations. */
import { randomUUIDv7 } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { VigilError } from '../../../contracts/errors.ts';
import { AssociationId, DeviceId } from '../../../contracts/messages/records.ts';
import { visibleText } from '../../../contracts/text.ts';
import {
  AssociateBody,
  Associated,
  AssociationRefused,
  CorrectBody,
  Devices,
  EndQuery,
  MoveBody,
  Places,
} from '../../protocol/devices.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { keepPace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { type Change, createChanges } from '../changes.ts';
import { assignDevice, correctPatient, type Decision, endAssociation, moveDevice } from '../core/associate.ts';
import { notAllowed } from '../core/association-refusals.ts';
import { type IdGuesses, mayTryId, noteHiddenId } from '../core/id-guesses.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { seesWard } from '../core/rights.ts';
import { devicesFor } from '../core/screen.ts';
import { placeFault, type Unregistered, unregistered } from '../core/wards.ts';
import type { Parts } from './parts.ts';

const DeviceParams = Type.Object({ deviceId: DeviceId });
const PeriodParams = Type.Object({ deviceId: DeviceId, associationId: AssociationId });
const answers = {
  200: Associated,
  400: ErrorBody,
  401: ErrorBody,
  403: ErrorBody,
  404: AssociationRefused,
  409: AssociationRefused,
  503: ErrorBody,
};

const { 200: _, ...refusals } = answers;

/**
 * Beds are changed by hand, so an account gets only this many changes in a minute.
 * @param patientId if one was typed
 */
type Changer = (request: FastifyRequest, change: Change, patientId?: string) => Promise<Decision>;

export function deviceRoutes(app: App, parts: Parts): void {
  const decideAndWrite = createChanges(parts);
  const pace: RequestPace = new Map();
  const ids: IdGuesses = new Map();
  const change: Changer = async (request, asked, patientId) => {
    await keepPace(pace, request, parts.trail, 'beds');
    const viewer = viewerOf(request);
    const decide: Change['decide'] = (by) => {
      if (patientId !== undefined && !mayTryId(ids, viewer.userId, patientId, by.nowMs))
        return notAllowed({ patientId, detail: 'too many patient ids of other wards were tried before' });
      const decision = asked.decide(by);
      if (!decision.ok && decision.hiddenId !== undefined)
        noteHiddenId(ids, viewer.userId, decision.hiddenId, by.nowMs);
      return decision;
    };
    return decideAndWrite({ viewer, who: whoOf(request) }, { ...asked, decide });
  };
  listRoutes(app, parts);
  placeRoutes(app, parts, change);
  patientRoutes(app, parts, change);
}

function listRoutes(app: App, { feed, wards, accounts }: Parts): void {
  app.get(
    '/api/devices',
    { config: { access: 'associate-device' }, schema: { response: { 200: Devices, 401: ErrorBody, 403: ErrorBody } } },
    async (request) => {
      return { devices: devicesFor(feed.state, viewerOf(request)) };
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
}

/** Assigns a device to a bed. */
function placeRoutes(app: App, { feed, wards }: Parts, change: Changer): void {
  const at = (place: { ward: string; bed: string }) => `at ${place.ward} ${place.bed}`;

  /** Checked before anything else in the body, so that a name with a space behind it gets a suggestion too. */
  const placeCheck = async (request: FastifyRequest) => {
    const { ward, bed } = (request.body ?? {}) as Record<string, unknown>;
    if (typeof ward !== 'string' || typeof bed !== 'string') return;
    const own = wards.current().wards.filter((ward) => seesWard(viewerOf(request), ward.ward));
    const fault = placeFault({ wards: own }, { ward, bed });
    // A ward that is not the viewer's is refused below, whether it exists or not, so the answer reveals nothing about
    // it.
    const isOthers = !own.some((registered) => registered.ward === ward) && !viewerOf(request).wards.includes('*');
    if (fault && isOthers && fault.suggestions.length === 0) return;
    if (fault) throw new VigilError(fault.code, fault.message);
  };

  app.post(
    '/api/devices/:deviceId/associations',
    {
      preValidation: placeCheck,
      config: { access: 'associate-device', share: 'own' },
      schema: { params: DeviceParams, body: AssociateBody, response: { 201: Associated, ...refusals } },
    },
    async (request, reply) => {
      const { deviceId } = request.params;
      const associationId = randomUUIDv7();
      const { patient, samePatientAs } = request.body;
      const asked: Change = {
        action: 'association-started',
        decide: (by) => assignDevice(feed.state, by, deviceId, request.body, associationId),
        detail: ({ period }) => `${deviceId} ${at(period)}`,
      };
      const decision = await change(request, asked, samePatientAs === undefined ? patient?.patientId : undefined);
      return answer(reply, decision, 201);
    },
  );

  app.post(
    '/api/devices/:deviceId/move',
    {
      preValidation: placeCheck,
      config: { access: 'associate-device', share: 'own' },
      schema: { params: DeviceParams, body: MoveBody, response: answers },
    },
    async (request, reply) => {
      const { deviceId } = request.params;
      const decision = await change(request, {
        action: 'association-moved',
        decide: (asked) => moveDevice(feed.state, asked, deviceId, request.body),
        detail: ({ period, tables }) => `${tables.map((table) => table.deviceId).join(', ')} now ${at(period)}`,
      });
      return answer(reply, decision);
    },
  );
}

/** Corrects a patient's data, and ends a stay or a device's part in it. */
function patientRoutes(app: App, { feed }: Parts, change: Changer): void {
  app.post(
    '/api/devices/:deviceId/associations/:associationId/patient',
    {
      config: { access: 'admit-patient', share: 'own' },
      schema: { params: PeriodParams, body: CorrectBody, response: answers },
    },
    async (request, reply) => {
      const { deviceId, associationId } = request.params;
      const asked: Change = {
        action: 'patient-corrected',
        decide: (by) => correctPatient(feed.state, by, deviceId, associationId, request.body),
        detail: ({ tables }) => {
          const fields = tables[0]?.changes?.at(-1)?.fields ?? [];
          // The category alone reveals no person, and limits depend on it.
          const changedTexts = fields.map(({ field, from, to }) =>
            field === 'category' ? `${field} ${from} → ${to}` : field,
          );
          return `${changedTexts.join(', ')} at ${tables.map((table) => table.deviceId).join(', ')}`;
        },
      };
      return answer(reply, await change(request, asked, request.body.changes.patientId));
    },
  );

  app.delete(
    '/api/devices/:deviceId/associations/:associationId',
    {
      config: { access: 'associate-device', share: 'own' },
      schema: { params: PeriodParams, querystring: EndQuery, response: answers },
    },
    async (request, reply) => {
      const { deviceId, associationId } = request.params;
      const { whole } = request.query;
      const decision = await change(request, {
        action: 'association-ended',
        decide: (asked) => endAssociation(feed.state, asked, deviceId, associationId, whole),
        detail: ({ tables }) => tables.map((table) => table.deviceId).join(', '),
      });
      return answer(reply, decision);
    },
  );
}

function answer(reply: FastifyReply, decision: Decision, done = 200): FastifyReply {
  if (decision.ok) {
    const version = decision.tables[0]?.version ?? 0;
    return reply.code(done).send({ associationId: decision.period.associationId, version });
  }
  const { ok: _, denied: __, hiddenId: ___, ...refused } = decision;
  if (refused.code === 'not-found') return reply.code(404).send(refused);
  if (refused.code !== 'conflict' && refused.code !== 'bed-occupied')
    throw new VigilError(refused.code, refused.message);
  return reply.code(409).send(refused);
}

/** Names that were stored before names were judged. */
function visible(found: Unregistered): Unregistered {
  return found.what === 'account'
    ? { ...found, ward: visibleText(found.ward) }
    : { ...found, ward: visibleText(found.ward), bed: visibleText(found.bed) };
}
