/** The routes with which an administrator manages accounts, and with which a person chooses a password. */
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { VigilError } from '../../../contracts/errors.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import {
  AccountActBody,
  AccountChanged,
  AccountList,
  AccountRefused,
  AddAccountBody,
  type ListedAccount,
  PasswordBody,
  Proof,
  ProofBody,
} from '../../protocol/accounts.ts';
import { leftDutyKey } from '../../protocol/left-duty-key.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { addressAndStationOf, locked, requirePace, sessionOf, viewerOf, whoOf } from '../access.ts';
import { createAccountDesk, revisionOf } from '../accounts/account-desk.ts';
import { type Account, userIdPattern } from '../accounts/accounts.ts';
import { guessableFault } from '../accounts/guessable.ts';
import { hashPassword } from '../accounts/password.ts';
import type { App } from '../app.ts';
import { managesAccount } from '../core/account-acts.ts';
import { accountForDuties, dutiesLeftBy, openCallsOf } from '../core/account-duties.ts';
import { loginsOf } from '../core/account-logins.ts';
import type { DutyAccount } from '../core/board-context.ts';
import type { Guess } from '../core/guesses.ts';
import { passwordFault } from '../core/password-rules.ts';
import type { RequestPace } from '../core/request-pace.ts';
import type { Who } from '../core/who.ts';
import { createProofs } from '../sessions/proofs.ts';
import { sessionMark } from '../sessions/token.ts';
import type { Parts } from './parts.ts';

const config = { access: 'manage-accounts' } as const;
const refusals = { 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 429: ErrorBody, 503: ErrorBody } as const;
const params = Type.Object({ userId: Type.String({ pattern: userIdPattern.source }) });

/** Returns what the browser proves about an account, and the session, browser or address for which a try is counted. */
export type ProofFor = (account: Account | undefined) => Pick<Guess, 'proof' | 'place'>;
/** Returns the account if the password is right; otherwise throws, as a login does. */
export type CheckPassword = (
  userId: string,
  password: string,
  from: Pick<Who, 'address' | 'station'>,
  proofFor: ProofFor,
) => Promise<Account>;

/** An error with the duties that a person would leave. */
class LeftDutiesError extends VigilError {
  readonly body: AccountRefused;
  constructor(body: Omit<AccountRefused, 'code'>) {
    super('conflict', body.message);
    this.body = { code: 'conflict', ...body };
  }
}

/** @param checkPassword checks and counts a password as at a login, so that guesses here have the same limits */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the routes of accounts, each a few lines.
export function accountRoutes(app: App, parts: Parts, checkPassword: CheckPassword): void {
  const { accounts, accountRecords, assignments, audit, delivery, sessions, trail, wards, now, logger } = parts;
  const proofs = createProofs(now);
  const pace: RequestPace = new Map();
  const registered = () => wards.current().wards.map(({ ward }) => ward);
  const desk = createAccountDesk({
    ...{ accounts, records: accountRecords, trail, endSessions: sessions.endBefore, registered, now, logger },
  });

  /** @throws VigilError `not-allowed` if the password is wrong or has expired; `rate-limited` after too many tries */
  async function requirePassword(request: FastifyRequest, password: string): Promise<Account> {
    const { viewer, claims } = sessionOf(request);
    // The session proves that this person has logged in at this browser.
    const proofFor = () => ({ proof: 'known', place: `session ${sessionMark(claims.sessionId)}` }) as const;
    try {
      return await checkPassword(viewer.userId, password, addressAndStationOf(request), proofFor);
    } catch (error) {
      // The answer is not 401, because 401 means that the session has ended.
      if (error instanceof VigilError && error.code === 'not-logged-in')
        throw new VigilError('not-allowed', 'The password is wrong.');
      throw error;
    }
  }

  /**
   * @throws VigilError `password-needed` if the proof is not valid: the person has not entered the password within the
   * last minutes; `rate-limited` after too many requests
   */
  async function requireProof(request: FastifyRequest, proof: string): Promise<void> {
    await requirePace(pace, request, trail, 'accounts');
    if (proofs.isValid(sessionOf(request).claims.sessionId, proof)) return;
    const detail = `${request.method} ${request.routeOptions.url}: without the password`;
    await trail.record({ ...whoOf(request), action: 'access-denied', detail });
    throw new VigilError('password-needed', 'Enter your password first.');
  }

  app.get(
    '/api/accounts',
    { config: { ...config, share: 'history' }, schema: { response: { 200: AccountList, ...refusals } } },
    async (request) => {
      await requirePace(pace, request, trail, 'accounts');
      await trail.record({ ...whoOf(request), action: 'accounts-viewed' });
      const { records, knownFrom } = await audit.matching({ group: 'accounts' });
      const logins = loginsOf(records, now());
      accounts.readAgain();
      const viewer = viewerOf(request);
      const allWards = viewer.wards.includes('*');
      return {
        accounts: [...accounts.all()]
          .filter((account) => managesAccount(viewer, account))
          .map((account) => listed(account, logins.get(account.userId))),
        wards: registered().filter((ward) => allWards || viewer.wards.includes(ward)),
        allWards,
        knownFrom,
      };
    },
  );

  app.post(
    '/api/accounts/proof',
    { config: { ...config, share: 'own' }, schema: { body: ProofBody, response: { 200: Proof, ...refusals } } },
    async (request) => {
      await requirePassword(request, request.body.password);
      const { proof, untilMs } = proofs.issue(sessionOf(request).claims.sessionId);
      return { proof, until: formatInstant(untilMs) };
    },
  );

  app.post(
    '/api/accounts',
    { config, schema: { body: AddAccountBody, response: { 200: AccountChanged, 409: ErrorBody, ...refusals } } },
    async (request) => {
      const { proof, ...wanted } = request.body;
      await requireProof(request, proof);
      if (!userIdPattern.test(wanted.userId))
        throw new VigilError('payload-schema', 'A user name has letters, digits, dots, dashes, underscores or @.');
      return desk.add({ who: whoOf(request), wanted });
    },
  );

  app.post(
    '/api/accounts/:userId',
    {
      config,
      schema: {
        params,
        body: AccountActBody,
        response: { 200: AccountChanged, 404: ErrorBody, 409: AccountRefused, ...refusals },
      },
    },
    async (request, reply) => {
      const { proof, revision, act, leaves = [] } = request.body;
      await requireProof(request, proof);
      const { userId } = request.params;
      try {
        return await desk.act({ who: whoOf(request), userId, revision, act }, (_before, after) => {
          const accountAfter = accountForDuties(act, after);
          if (accountAfter) requireConfirmedDuties(accountAfter, leaves);
        });
      } catch (error) {
        if (!(error instanceof LeftDutiesError)) throw error;
        return reply.code(409).send(error.body);
      }
    },
  );

  /** @throws LeftDutiesError if the person would leave duties that the administrator has not confirmed */
  function requireConfirmedDuties(account: DutyAccount, confirmed: readonly string[]): void {
    const left = dutiesLeftBy(account, assignments.board.duties, accounts.get, now());
    const openCalls = openCallsOf(delivery.feed.board, account.userId);
    if (left.every((duty) => confirmed.includes(leftDutyKey(duty))) && (openCalls === 0 || confirmed.includes('calls')))
      return;
    throw new LeftDutiesError({ message: 'Not changed yet: this person has duties.', left, openCalls });
  }

  app.post(
    '/api/password',
    {
      config: { access: 'session', share: 'own' },
      preValidation: async (request) => {
        if (viewerOf(request).locked) throw locked();
      },
      schema: { body: PasswordBody, response: { 204: Type.Null(), 409: ErrorBody, ...refusals } },
    },
    async (request, reply) => {
      const { password, newPassword } = request.body;
      const account = await requirePassword(request, password);
      const { userId, name } = account;
      if (newPassword.normalize('NFKC') === password.normalize('NFKC'))
        throw new VigilError('payload-schema', 'Choose another password than the present one.');
      const fault =
        passwordFault(newPassword, userId) ?? (await guessableFault(newPassword, [userId, name, ...account.wards]));
      if (fault) throw new VigilError('payload-schema', fault.message);
      await desk.setOwnPassword(account, await hashPassword(newPassword), whoOf(request));
      return reply.code(204).send(null);
    },
  );
}

function listed(
  account: Account,
  logins: { readonly lastLoginMs: number; readonly openSessions: number } | undefined,
): ListedAccount {
  const { userId, name, role, wards, disabled, oneTimePasswordUntil, ownsSound } = account;
  return {
    userId,
    name: visibleText(name),
    role,
    wards,
    disabled,
    revision: revisionOf(account),
    ...(ownsSound && { ownsSound }),
    ...(oneTimePasswordUntil !== undefined && { oneTimePasswordUntil }),
    ...(logins && { lastLogin: formatInstant(logins.lastLoginMs) }),
    openSessions: logins?.openSessions ?? 0,
  };
}
