/**
 * Decides what an administrator may do with accounts. Pure.
 *
 * - An administrator of all wards (`*`) manages every account. An administrator of some wards manages an account only
 *   if the account has no other wards.
 * - Only an administrator of all wards gives or takes the roles administrator and auditor, because these roles belong
 *   to no ward.
 * - Nobody can change her or his own account here. So the administrator who acts stays an administrator, and no act can
 *   remove the last administrator.
 */
import type { Fault } from '../../../contracts/errors.ts';
import type { Role } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { AccountAct } from '../../protocol/accounts.ts';

/** How long a one-time password can be used for a login (ours). */
const oneTimePasswordMs = 24 * 60 * 60_000;

/** The fields of an account that an act can change. */
export type ManagedAccount = {
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  readonly wards: string[];
  readonly password: string;
  readonly disabled: boolean;
  readonly epoch?: string;
  readonly oneTimePasswordUntil?: string;
  readonly ownsSound?: true;
};

export type ActContext = {
  /** The account of the administrator as it is now; undefined if it was removed. */
  readonly actor: ManagedAccount | undefined;
  /** Names of the registered wards. */
  readonly registered: readonly string[];
  /** A random text that no account has yet. */
  readonly newEpoch: string;
  /** The hash of a new one-time password. */
  readonly newHash: string;
  readonly nowMs: number;
};

export type ActDecision =
  | { readonly ok: true; readonly account: ManagedAccount }
  /** `isDenied`: the audit trail records the refusal. */
  | ({ readonly ok: false; readonly isDenied?: true } & Fault);

const refused = (code: Fault['code'], message: string): ActDecision => ({ ok: false, code, message });
const alreadyDisabled = 'Nothing was changed: the account is already disabled.';
const alreadyEnabled = 'Nothing was changed: the account is already enabled.';
const denied = (message: string): ActDecision => ({ ok: false, code: 'not-allowed', message, isDenied: true });

/** The refusal is the same for an account that does not exist and for an account of other wards. */
const unknownAccount: ActDecision = {
  ok: false,
  code: 'not-found',
  message: 'There is no such account on your wards.',
  isDenied: true,
};

const rolesOfAllWards: readonly Role[] = ['administrator', 'auditor'];

/** Returns whether an account can manage accounts now. */
export const isAdministrator = (account: ManagedAccount | undefined): account is ManagedAccount =>
  account !== undefined &&
  account.role === 'administrator' &&
  !account.disabled &&
  account.oneTimePasswordUntil === undefined;

type Wards = { readonly wards: readonly string[] };

const hasAllWards = ({ wards }: Wards) => wards.includes('*');

/** Returns whether an administrator may see and change an account. */
export function managesAccount(actor: Wards, { role, wards }: Pick<ManagedAccount, 'role'> & Wards): boolean {
  if (hasAllWards(actor)) return true;
  return !rolesOfAllWards.includes(role) && wards.length > 0 && wards.every((ward) => actor.wards.includes(ward));
}

/**
 * Decides an act on an account that exists.
 * @param account the account as it is now; undefined if no account has this user id
 * @param isSeen whether the administrator has seen the account as it is now
 */
export function decideAct(
  act: AccountAct,
  account: ManagedAccount | undefined,
  isSeen: boolean,
  context: ActContext,
): ActDecision {
  const { actor, newEpoch } = context;
  if (!isAdministrator(actor)) return denied('You are not an administrator any more.');
  if (!account || !managesAccount(actor, account)) return unknownAccount;
  if (account.userId === actor.userId)
    return denied('You cannot change your own account here. Ask another administrator, or the operator.');
  if (!isSeen)
    return refused('conflict', 'Nothing was changed: somebody has changed this account meanwhile. Look at it again.');
  switch (act.type) {
    case 'disable':
    case 'enable':
      if (account.disabled === (act.type === 'disable'))
        return refused('conflict', act.type === 'disable' ? alreadyDisabled : alreadyEnabled);
      return { ok: true, account: { ...account, disabled: act.type === 'disable', epoch: newEpoch } };
    case 'end-sessions':
      return { ok: true, account: { ...account, epoch: newEpoch } };
    case 'reset-password':
      return { ok: true, account: { ...account, ...oneTimePassword(context) } };
    case 'change-rights': {
      const fault = rightsFault(act, actor, context.registered, account.wards);
      if (fault) return fault;
      const { ownsSound, ...rest } = account;
      if (act.role === account.role && act.wards.join() === account.wards.join() && act.ownsSound === ownsSound)
        return refused('conflict', 'Nothing was changed: the role and the wards are the same as before.');
      return { ok: true, account: { ...rest, role: act.role, wards: [...act.wards], ...soundOf(act) } };
    }
  }
}

/**
 * Decides whether a new account may be added.
 * @param taken the account that has this id; undefined if no account has this id
 * @param mayTry whether the administrator may still try ids of accounts that she or he does not manage (id-guesses.ts).
 * An id that is taken must be refused. So the refusal shows that an account of another ward exists.
 */
export function decideNewAccount(
  wanted: Pick<ManagedAccount, 'userId' | 'name' | 'role' | 'ownsSound'> & Wards,
  taken: ManagedAccount | undefined,
  context: ActContext,
  mayTry = true,
): ActDecision {
  const { actor, registered } = context;
  if (!isAdministrator(actor)) return denied('You are not an administrator any more.');
  if (!mayTry && !hasAllWards(actor))
    return denied(
      'Nothing was added: you have chosen too many user names that are taken. Try again in an hour, or ask an administrator of all wards.',
    );
  if (taken) {
    const message = `Nothing was added: the user name ${wanted.userId} is taken. Choose another user name.`;
    return { ok: false, code: 'conflict', message, ...(managesAccount(actor, taken) ? {} : { isDenied: true }) };
  }
  const fault = rightsFault(wanted, actor, registered, []);
  if (fault) return fault;
  const { userId, name, role, wards } = wanted;
  const account = { userId, name, role, wards: [...wards], disabled: false, ...soundOf(wanted) };
  return { ok: true, account: { ...account, ...oneTimePassword(context) } };
}

const soundOf = ({ ownsSound }: Pick<ManagedAccount, 'ownsSound'>) => (ownsSound ? { ownsSound } : {});

/** Returns the fields of an account with a new one-time password. The new epoch ends all sessions. */
function oneTimePassword({ newHash, newEpoch, nowMs }: ActContext) {
  return {
    password: newHash,
    epoch: newEpoch,
    oneTimePasswordUntil: formatInstant(nowMs + oneTimePasswordMs),
  };
}

/**
 * @param formerWards the wards that the account has now: the account may keep a ward that is not registered any more
 */
function rightsFault(
  { role, wards, ownsSound }: Pick<ManagedAccount, 'role' | 'ownsSound'> & Wards,
  actor: ManagedAccount,
  registered: readonly string[],
  formerWards: readonly string[],
): ActDecision | undefined {
  if (!managesAccount(actor, { role, wards }))
    return denied('You may give only your own wards, and not the roles administrator and auditor.');
  if (new Set(wards).size < wards.length) return refused('payload-schema', 'A ward is named twice.');
  if (hasAllWards({ wards }) && wards.length > 1)
    return refused('payload-schema', 'Choose either all wards or single wards.');
  if (role === 'display' && (wards.length !== 1 || hasAllWards({ wards })))
    return refused('payload-schema', 'A wall display shows exactly one ward: choose one.');
  if (role !== 'display' && ownsSound)
    return refused('payload-schema', 'Only a wall display can take the sound of its ward by itself.');
  if (role !== 'auditor' && wards.length === 0) return refused('payload-schema', 'Choose at least one ward.');
  const unknown = wards.find((ward) => ward !== '*' && !registered.includes(ward) && !formerWards.includes(ward));
  if (unknown !== undefined)
    return refused(
      'place-unknown',
      'One of the wards is not registered. Load the page again, and choose from its list.',
    );
  return undefined;
}
