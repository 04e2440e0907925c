/** The routes for devices and their associations. */
import { randomUUIDv7 } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { VigilError } from '../../../contracts/errors.ts';
import { AssociationId, DeviceId } from '../../../contracts/messages/records.ts';
import { visibleText } from '../../../contracts/text.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { DeviceEvents, DeviceEventsQuery } from '../../protocol/device-events.ts';
import {
  AssociateBody,
  Associated,
  AssociationRefused,
  CorrectBody,
  Devices,
  DevicesQuery,
  EndQuery,
  MoveBody,
  Places,
} from '../../protocol/devices.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { requirePace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { type Change, createChanges } from '../changes.ts';
import { compressLongAnswer } from '../compress.ts';
import { assignDevice, correctPatient, type Decision, endAssociation, moveDevice } from '../core/associate.ts';
import { notAllowedRefusal } from '../core/association-refusals.ts';
import { deviceEventsFor } from '../core/device-event-list.ts';
import { devicesFor } from '../core/device-list.ts';
import { type IdGuesses, mayTryId, noteHiddenId } from '../core/id-guesses.ts';
import { othersAtPatient } from '../core/occupancy.ts';
import { openTaskCount } from '../core/patient-tasks.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { seesWard, type Viewer } from '../core/rights.ts';
import type { LiveState } from '../core/state.ts';
import { findUnregistered, placeFault, type Unregistered } from '../core/wards.ts';
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
 * Makes a change for a request, if the session has not made too many changes in this minute.
 * @param patientId the patient id that the person entered, if any
 */
type Changer = (request: FastifyRequest, change: Change, patientId?: string) => Promise<Decision>;

export function deviceRoutes(app: App, parts: Parts): void {
  const decideAndWrite = createChanges(parts);
  const pace: RequestPace = new Map();
  const idGuesses: IdGuesses = new Map();
  const changeAssociation: Changer = async (request, change, patientId) => {
    await requirePace(pace, request, parts.trail, 'beds');
    const viewer = viewerOf(request);
    const decide: Change['decide'] = (context) => {
      if (patientId !== undefined && !mayTryId(idGuesses, viewer.userId, patientId, context.nowMs))
        return notAllowedRefusal({ patientId, detail: 'too many patient ids of other wards were tried before' });
      const decision = change.decide(context);
      if (!decision.ok && decision.hiddenId !== undefined)
        noteHiddenId(idGuesses, viewer.userId, decision.hiddenId, context.nowMs);
      return decision;
    };
    return decideAndWrite({ viewer, who: whoOf(request) }, { ...change, decide });
  };
  listRoutes(app, parts);
  placeRoutes(app, parts, changeAssociation);
  patientRoutes(app, parts, changeAssociation);
}

function listRoutes(app: App, { feed, trail, wards, accounts }: Parts): void {
  const pace: RequestPace = new Map();
  app.get(
    '/api/devices',
    {
      config: { access: 'associate-device' },
      onSend: compressLongAnswer,
      schema: {
        querystring: DevicesQuery,
        response: { 200: Devices, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody },
      },
    },
    async (request) => ({ devices: devicesFor(feed.state, viewerOf(request), request.query.open) }),
  );

  app.get(
    '/api/device-events',
    {
      config: { access: 'associate-device', share: 'history' },
      schema: {
        querystring: DeviceEventsQuery,
        response: { 200: DeviceEvents, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 429: ErrorBody },
      },
    },
    async (request) => {
      await requirePace(pace, request, trail, 'device-events');
      const { query } = request;
      for (const instant of [query.from, query.to])
        if (instant !== undefined && parseInstant(instant) === undefined)
          throw new VigilError('time-invalid', 'from and to must be instants.');
      return deviceEventsFor(feed.state, viewerOf(request), query);
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
        unregistered: viewer.wards.includes('*')
          ? findUnregistered(registry, accounts.all(), feed.state).map(withVisibleNames)
          : [],
      };
    },
  );
}

/** The routes that assign a device to a bed, and move it. */
function placeRoutes(app: App, { feed, wards }: Parts, changeAssociation: Changer): void {
  const bedText = (place: { ward: string; bed: string }) => `at ${place.ward} ${place.bed}`;

  /** Runs before the body is checked, so that a name with a trailing space gets a suggestion and not a schema error. */
  const placeCheck = async (request: FastifyRequest) => {
    const { ward, bed } = (request.body ?? {}) as Record<string, unknown>;
    if (typeof ward !== 'string' || typeof bed !== 'string') return;
    const visibleWards = wards.current().wards.filter((ward) => seesWard(viewerOf(request), ward.ward));
    const fault = placeFault({ wards: visibleWards }, { ward, bed });
    // A ward that the viewer may not see is refused later, by the decision. The answer is the same if no such ward
    // exists.
    const isHidden =
      !visibleWards.some((registered) => registered.ward === ward) && !viewerOf(request).wards.includes('*');
    if (fault && isHidden && fault.suggestions.length === 0) return;
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
      const change: Change = {
        action: 'association-started',
        decide: (context) => assignDevice(feed.state, context, deviceId, request.body, associationId),
        detail: ({ period }) => `${deviceId} ${bedText(period)}`,
      };
      const enteredId = samePatientAs === undefined ? patient?.patientId : undefined;
      const decision = await changeAssociation(request, change, enteredId);
      return sendDecision(reply, decision, 201);
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
      const decision = await changeAssociation(request, {
        action: 'association-moved',
        decide: (context) => moveDevice(feed.state, context, deviceId, request.body),
        detail: ({ period, tables }) => `${tables.map((table) => table.deviceId).join(', ')} now ${bedText(period)}`,
      });
      return sendDecision(reply, decision);
    },
  );
}

/** The routes that correct a patient's data, and end the association of a device or of all devices of a patient. */
function patientRoutes(app: App, { feed }: Parts, changeAssociation: Changer): void {
  app.post(
    '/api/devices/:deviceId/associations/:associationId/patient',
    {
      config: { access: 'admit-patient', share: 'own' },
      schema: { params: PeriodParams, body: CorrectBody, response: answers },
    },
    async (request, reply) => {
      const { deviceId, associationId } = request.params;
      const change: Change = {
        action: 'patient-corrected',
        decide: (context) => correctPatient(feed.state, context, deviceId, associationId, request.body),
        detail: ({ tables }) => {
          const fields = tables[0]?.changes?.at(-1)?.fields ?? [];
          // The audit trail gets only the values of the category: these values reveal no person, and the limits depend
          // on the category.
          const changedTexts = fields.map(({ field, from, to }) =>
            field === 'category' ? `${field} ${from} → ${to}` : field,
          );
          return `${changedTexts.join(', ')} at ${tables.map((table) => table.deviceId).join(', ')}`;
        },
      };
      return sendDecision(reply, await changeAssociation(request, change, request.body.changes.patientId));
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
      const decision = await changeAssociation(request, {
        action: 'association-ended',
        decide: (context) => endAssociation(feed.state, context, deviceId, associationId, whole),
        detail: ({ tables }) =>
          `${tables.map((table) => table.deviceId).join(', ')}${openTasksText(feed.state, viewerOf(request), associationId, whole)}`,
      });
      return sendDecision(reply, decision);
    },
  );
}

/**
 * Returns a text for the audit trail: how many open tasks end with the stay. Empty if there are no open tasks, or if
 * the patient keeps another device.
 */
function openTasksText(state: LiveState, viewer: Viewer, associationId: string, whole = 'device'): string {
  const bed = state.beds.get(associationId);
  const count = openTaskCount(state, viewer, bed);
  if (!count || !bed?.period || (whole === 'device' && othersAtPatient(state, bed.deviceId, bed.period).length > 0))
    return '';
  return `; ${count} open task${count === 1 ? '' : 's'}`;
}

function sendDecision(reply: FastifyReply, decision: Decision, okStatus = 200): FastifyReply {
  if (decision.ok) {
    const version = decision.tables[0]?.version ?? 0;
    return reply.code(okStatus).send({ associationId: decision.period.associationId, version });
  }
  const { ok: _ok, denied: _denied, hiddenId: _hiddenId, ...refused } = decision;
  if (refused.code === 'not-found') return reply.code(404).send(refused);
  if (refused.code !== 'conflict' && refused.code !== 'bed-occupied')
    throw new VigilError(refused.code, refused.message);
  return reply.code(409).send(refused);
}

/** Makes misleading characters in names visible. Older versions of Vigil may have stored such names. */
function withVisibleNames(entry: Unregistered): Unregistered {
  return entry.what === 'account'
    ? { ...entry, ward: visibleText(entry.ward) }
    : { ...entry, ward: visibleText(entry.ward), bed: visibleText(entry.bed) };
}
