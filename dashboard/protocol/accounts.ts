/**
 * The REST bodies about accounts: for the list of accounts, for the acts of an administrator, and for the new password
 * of a person. No `node:` import here: the browser's build reads this file.
 */
import { type Static, Type } from 'typebox';
import { duties } from '../../contracts/duty-names.ts';
import { Instant } from '../../contracts/messages/device.ts';
import { roles } from '../../contracts/messages/records.ts';
import { Ward } from './rest.ts';

const closed = { additionalProperties: false } as const;
const Password = Type.String({ minLength: 1, maxLength: 256 });
const Role = Type.Enum([...roles]);
/** Only for a wall display: the display takes the sound of its ward without a person. */
const OwnsSound = Type.Optional(Type.Literal(true));
const AccountWards = Type.Array(Ward, { maxItems: 200 });

/** How long the server accepts acts after the administrator has entered the password. */
export const proofMs = 5 * 60_000;

export const ListedAccount = Type.Object(
  {
    userId: Type.String(),
    name: Type.String(),
    role: Role,
    /** Names of wards, or `["*"]` for all wards. */
    wards: AccountWards,
    disabled: Type.Boolean(),
    ownsSound: OwnsSound,
    /** A text that changes with each change of the account. */
    revision: Type.String(),
    /** When the one-time password becomes invalid. Absent if the person has chosen a password. */
    oneTimePasswordUntil: Type.Optional(Instant),
    /** The last login that the audit trail shows. */
    lastLogin: Type.Optional(Instant),
    /**
     * Number of logins, at all dashboards, that have not ended by a logout or by a change of the account. Counts only
     * logins of the last 12 hours; for a wall display, of the last 30 days.
     */
    openSessions: Type.Integer(),
  },
  closed,
);
export type ListedAccount = Static<typeof ListedAccount>;

/** The answer to `GET /api/accounts`. */
export const AccountList = Type.Object(
  {
    accounts: Type.Array(ListedAccount),
    /** The wards that the caller may give to an account. */
    wards: Type.Array(Ward),
    /** Whether the caller may give all wards, and the roles `administrator` and `auditor`. */
    allWards: Type.Boolean(),
    /** The server has no logins from before this time. */
    knownFrom: Instant,
  },
  closed,
);
export type AccountList = Static<typeof AccountList>;

/** The body of `POST /api/accounts/proof`: the password of the administrator. */
export const ProofBody = Type.Object({ password: Password }, closed);
export type ProofBody = Static<typeof ProofBody>;

/**
 * A secret that is valid for some minutes. It proves that the administrator has entered the password in this session.
 */
export const Proof = Type.Object({ proof: Type.String(), until: Instant }, closed);
export type Proof = Static<typeof Proof>;

const ProofField = Type.String({ maxLength: 100 });

/** The body of `POST /api/accounts`. */
export const AddAccountBody = Type.Object(
  {
    proof: ProofField,
    userId: Type.String({ minLength: 1, maxLength: 64 }),
    name: Type.String({ minLength: 1, maxLength: 80 }),
    role: Role,
    wards: AccountWards,
    ownsSound: OwnsSound,
  },
  closed,
);
export type AddAccountBody = Static<typeof AddAccountBody>;

/** What an administrator can do with an existing account. */
export const AccountAct = Type.Union([
  Type.Object({ type: Type.Enum(['disable', 'enable', 'end-sessions', 'reset-password']) }, closed),
  Type.Object({ type: Type.Literal('change-rights'), role: Role, wards: AccountWards, ownsSound: OwnsSound }, closed),
]);
export type AccountAct = Static<typeof AccountAct>;

/** The body of `POST /api/accounts/:userId`. */
export const AccountActBody = Type.Object(
  {
    proof: ProofField,
    /** The revision that the administrator has seen. */
    revision: Type.String({ maxLength: 64 }),
    act: AccountAct,
    /**
     * What the person loses by the act, as the administrator has confirmed after a refusal: the keys (`leftDutyKey`) of
     * the duties, and the text `calls` if the person has open calls.
     */
    leaves: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 2_000 })),
  },
  closed,
);
export type AccountActBody = Static<typeof AccountActBody>;

/**
 * The answer to an act. `oneTimePassword` is present if the act made a one-time password. No later answer has this
 * password.
 */
export const AccountChanged = Type.Object({ oneTimePassword: Type.Optional(Type.String()) }, closed);
export type AccountChanged = Static<typeof AccountChanged>;

/** A duty that a person would lose by an act. */
export const LeftDuty = Type.Object(
  {
    ward: Ward,
    duty: Type.Enum([...duties]),
    /** Absent for a duty of the whole ward. */
    bed: Type.Optional(Type.String()),
    /** The name of the person who is responsible after the act; absent if nobody is responsible. */
    next: Type.Optional(Type.String()),
    /** When the duty begins; absent if it has begun. */
    from: Type.Optional(Instant),
  },
  closed,
);
export type LeftDuty = Static<typeof LeftDuty>;

/**
 * The body of a refusal. `left`: the duties that the person would lose. Present if the administrator has not confirmed
 * this loss.
 */
export const AccountRefused = Type.Object(
  {
    code: Type.String(),
    message: Type.String(),
    left: Type.Optional(Type.Array(LeftDuty)),
    /** With `left`: the number of alarms to which the person is called or goes. */
    openCalls: Type.Optional(Type.Integer()),
  },
  closed,
);
export type AccountRefused = Static<typeof AccountRefused>;

/** The body of `POST /api/password`: the person's present password, and the password that she or he chose. */
export const PasswordBody = Type.Object({ password: Password, newPassword: Password }, closed);
export type PasswordBody = Static<typeof PasswordBody>;
