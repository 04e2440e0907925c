/** The routes for wards, for the patient view, and for the commands of clinicians to the alarm processor. */
import { randomUUIDv7 } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { ownLimitsAfter, setLimitsFault } from '../../../contracts/effective-limits.ts';
import { VigilError } from '../../../contracts/errors.ts';
import type { Command, LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { AssociationId, contentTypes } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import {
  Accepted,
  AcknowledgeBody,
  AcknowledgeRefused,
  ErrorBody,
  type LimitChange,
  LimitsBody,
  LimitsRefused,
  PatientView,
  PauseAudioBody,
  Wards,
} from '../../protocol/rest.ts';
import { actorOf, notFound, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { acknowledgeFault } from '../core/acknowledge.ts';
import { conflictFault, newestChange, rememberSent, type SentChange } from '../core/limits-seen.ts';
import { limitsText } from '../core/limits-text.ts';
import { seesWard } from '../core/rights.ts';
import { alarmsOfBed, bedView, seesAlarm } from '../core/screen.ts';
import { audienceOf, type BedState } from '../core/state.ts';
import { wardsFor } from '../core/wards-for.ts';
import { confirmedByKafka } from '../kafka-wait.ts';
import { noteBedError } from '../live/shared-changes.ts';
import type { Parts } from './parts.ts';

export const AssociationParams = Type.Object({ associationId: AssociationId });
const AlarmParams = Type.Object({ alarmId: Type.String({ minLength: 16, maxLength: 64 }) });
export const commandAnswers = { 202: Accepted, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody, 503: ErrorBody };

/**
 * Returns the bed of an association if the viewer may see the bed.
 * @throws VigilError `not-found` if there is no such bed, or if the viewer may not see the bed (the audit trail then
 *   gets `access-denied`)
 */
export async function bedOf(parts: Parts, request: FastifyRequest, associationId: string): Promise<BedState> {
  const viewer = viewerOf(request);
  const bed = parts.feed.state.beds.get(associationId);
  if (bed && seesWard(viewer, audienceOf(bed))) return bed;
  if (bed) await recordDenied(parts, request, auditFieldsOf(bed));
  throw notFound();
}

/** Records in the audit trail that a person was refused a look or an act. */
export async function recordDenied(parts: Parts, request: FastifyRequest, about: Partial<AuditEvent>): Promise<void> {
  const detail = `${request.method} ${request.routeOptions.url ?? ''}`;
  await parts.trail.record({ ...whoOf(request), action: 'access-denied', detail, ...about });
}

/** Returns the fields of an audit record that name the association, the ward, the bed and the patient. */
export function auditFieldsOf(bed: BedState): Partial<AuditEvent> {
  const patientId = bed.period?.patient?.patientId;
  const ward = audienceOf(bed);
  return {
    associationId: bed.associationId,
    ...(ward === null ? {} : { ward }),
    ...(bed.period === null || bed.period === undefined ? {} : { bed: bed.period.bed }),
    ...(patientId === undefined ? {} : { patientId }),
  };
}

/**
 * Writes a command to Kafka.
 * @throws VigilError `log-unavailable` if Kafka does not confirm the command in time, and the errors of the log
 */
export async function sendCommand(parts: Parts, command: Command): Promise<Accepted> {
  const appended = parts.log.append('commands', command.associationId, contentTypes.command, command);
  await confirmedByKafka(
    appended,
    'Kafka did not answer in time. Your command may still take effect: check before you repeat it.',
  );
  return { commandId: command.commandId };
}

/** Returns the fields that every command has: its id, the association, the time and the sender. */
export function commandFields({ now }: Parts, request: FastifyRequest, associationId: string) {
  return {
    commandId: randomUUIDv7(),
    associationId,
    at: formatInstant(now()),
    by: actorOf(viewerOf(request)),
  };
}

export function clinicalRoutes(app: App, parts: Parts): void {
  viewRoutes(app, parts);
  acknowledgeRoute(app, parts);
  pauseAudioRoute(app, parts);
  limitsRoute(app, parts);
}

function viewRoutes(app: App, parts: Parts): void {
  const { feed, trail, now } = parts;

  app.get(
    '/api/wards',
    { config: { access: 'view-devices' }, schema: { response: { 200: Wards, 401: ErrorBody, 403: ErrorBody } } },
    async (request) => {
      return { wards: wardsFor(feed.state, viewerOf(request), noteBedError) };
    },
  );

  app.get(
    '/api/associations/:associationId',
    {
      config: { access: 'view-patients' },
      schema: {
        params: AssociationParams,
        response: { 200: PatientView, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody, 503: ErrorBody },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const bed = await bedOf(parts, request, request.params.associationId);
      await trail.record({ ...whoOf(request), action: 'patient-viewed', ...auditFieldsOf(bed) });
      const alarms = alarmsOfBed(feed.state, viewer, bed.associationId, -1);
      const version = feed.state.associations.get(bed.deviceId)?.version ?? 0;
      return { at: formatInstant(now()), bed: bedView(feed.state, viewer, bed), alarms, version };
    },
  );
}

function acknowledgeRoute(app: App, parts: Parts): void {
  const { feed, trail } = parts;

  app.post(
    '/api/alarms/:alarmId/acknowledge',
    {
      config: { access: 'acknowledge' },
      schema: {
        params: AlarmParams,
        body: AcknowledgeBody,
        response: { ...commandAnswers, 400: ErrorBody, 409: AcknowledgeRefused },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { alarmId } = request.params;
      const { rev } = request.body;
      const alarmState = feed.state.alarms.get(alarmId);
      if (!alarmState) throw notFound();
      const { alarm, contentRevision } = alarmState;
      const bed = await bedOf(parts, request, alarm.associationId);
      if (!seesAlarm(viewer, alarmState)) {
        await recordDenied(parts, request, { ...auditFieldsOf(bed), alarmId });
        throw notFound();
      }
      const fault = acknowledgeFault(alarm, contentRevision, rev);
      if (fault) return reply.code(409).send({ ...fault, alarm });
      const command: Command = {
        type: 'acknowledge',
        ...commandFields(parts, request, bed.associationId),
        alarmId,
        rev,
      };
      const detail = `${alarm.condition}, revision ${rev}; command ${command.commandId}`;
      await trail.record({ ...whoOf(request), action: 'alarm-acknowledged', ...auditFieldsOf(bed), alarmId, detail });
      return reply.code(202).send(await sendCommand(parts, command));
    },
  );
}

function pauseAudioRoute(app: App, parts: Parts): void {
  app.post(
    '/api/associations/:associationId/pause-audio',
    {
      config: { access: 'pause-audio' },
      schema: { params: AssociationParams, body: PauseAudioBody, response: commandAnswers },
    },
    async (request, reply) => {
      const bed = await bedOf(parts, request, request.params.associationId);
      const { forMs } = request.body;
      const command: Command = { type: 'pause-audio', ...commandFields(parts, request, bed.associationId), forMs };
      const detail = `for ${forMs} ms; command ${command.commandId}`;
      await parts.trail.record({ ...whoOf(request), action: 'audio-paused', ...auditFieldsOf(bed), detail });
      return reply.code(202).send(await sendCommand(parts, command));
    },
  );
}

function limitsRoute(app: App, parts: Parts): void {
  const { feed, trail, now } = parts;
  const sentLimits = new Map<string, SentChange>();

  app.post(
    '/api/associations/:associationId/limits',
    {
      config: { access: 'set-limits' },
      schema: {
        params: AssociationParams,
        body: LimitsBody,
        response: { ...commandAnswers, 400: ErrorBody, 409: LimitsRefused },
      },
    },
    async (request, reply) => {
      const { group, limits, seenAt } = request.body;
      const bed = await bedOf(parts, request, request.params.associationId);
      const inForce = feed.state.limits.get(bed.associationId);
      checkLimits(inForce, request.body, now());
      const key = `${bed.associationId}/${group}`;
      const newestReadChange = lastChange(inForce, group);
      const sent = sentLimits.get(key);
      const isRefused = sent !== undefined && feed.state.answers.get(sent.commandId)?.answer.accepted === false;
      const newest = newestChange(newestReadChange, isRefused ? undefined : sent);
      const fault = conflictFault(newest, seenAt);
      if (fault && newest) return reply.code(409).send({ ...fault, current: newest });
      const command: Command = {
        type: 'set-limits',
        ...commandFields(parts, request, bed.associationId),
        group,
        limits,
      };
      const { by, at, commandId } = command;
      const ofGroup = inForce?.groups.find((entry) => entry.group === group);
      const ownAfter = ownLimitsAfter(ofGroup?.own, limits);
      const change = { group, limits: ownAfter ?? null, by, at };
      const ownBefore = newest === undefined ? ofGroup?.own : (newest.limits ?? undefined);
      const changed = {
        changedFrom: limitsText(ofGroup?.base, ownBefore),
        changedTo: limitsText(ofGroup?.base, ownAfter),
      };
      rememberSent(sentLimits, key, { change, newestReadBefore: newestReadChange, commandId });
      const detail = `${group} ${limits ? JSON.stringify(limits) : 'back to the limits of the ward'}; command ${command.commandId}`;
      try {
        await trail.record({ ...whoOf(request), action: 'limits-changed', ...auditFieldsOf(bed), ...changed, detail });
        return reply.code(202).send(await sendCommand(parts, command));
      } catch (error) {
        sentLimits.delete(key);
        throw error;
      }
    },
  );
}

/**
 * Checks new limits. The alarm processor checks them again by the same rules.
 * @throws VigilError `payload-schema` with the reason for the refusal; `log-unavailable` if the limits in force
 *   are not known
 */
function checkLimits(inForce: LimitsInForce | undefined, { group, limits }: LimitsBody, nowMs: number): void {
  if (inForce === undefined)
    throw new VigilError(
      'log-unavailable',
      'The alarm processor has not yet published the limits of this patient. Try again in a few seconds.',
    );
  const fault = setLimitsFault(inForce.groups, group, limits, nowMs);
  if (fault !== undefined) throw new VigilError('payload-schema', fault);
}

/**
 * Returns the last change of the patient's own limits of a group. Only changes that the alarm processor accepted count.
 */
function lastChange(inForce: LimitsInForce | undefined, group: LimitsBody['group']): LimitChange | undefined {
  const ofGroup = inForce?.groups.find((entry) => entry.group === group);
  return ofGroup?.changed && { group, limits: ofGroup.own ?? null, ...ofGroup.changed };
}
