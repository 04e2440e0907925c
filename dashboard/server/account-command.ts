/**
 * The command line of local accounts:
 * `node dashboard/server/account.ts add --user nurse1 --name "Nora" --role nurse --wards icu --password-stdin --file accounts.json`
 * `… disable --user nurse1 --file accounts.json`, `… list --file accounts.json`
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { VigilError } from '../../contracts/errors.ts';
import { type Role, roles } from '../../contracts/messages/records.ts';
import { normalText, textFault, textFaultIn } from '../../contracts/text.ts';
import { readArguments } from '../../process/command.ts';
import { changeUserToOwnerOf } from '../../process/run-as.ts';
import type { Terminal } from '../../process/terminal.ts';
import { wardsFileNear } from '../../process/ward-zones.ts';
import { readWardsFile } from '../../process/wards-file.ts';
import { type Account, changeAccounts, readAccounts, userIdPattern } from './accounts/accounts.ts';
import { guessableFault } from './accounts/guessable.ts';
import { hashPassword, unmatchableHash, verifyPassword } from './accounts/password.ts';
import { passwordFault } from './core/password-rules.ts';
import { permissionsOf } from './core/rights.ts';
import { nearNames } from './core/wards.ts';

const usage = `Usage: node dashboard/server/account.ts <command> --file FILE
  add      --user ID --name NAME --role ${roles.join('|')} --wards A,B|* --password-stdin   (replaces the account of that id)
           --wards-file FILE   (the registry of wards; without it, wards.json beside FILE or in the folder above)
           --unregistered      (allows wards that are not in the registry yet)
           --owns-sound        (only for a display: it takes the sound of its ward by itself)
  disable  --user ID
  enable   --user ID
  check    --user ID --password-stdin   (prints the account and its permissions as JSON, for other command lines)
  show     --user ID   (prints the name, the role and the wards of an account as JSON, for other command lines)
  list`;

type Options = {
  file?: string;
  user?: string;
  name?: string;
  role?: string;
  wards?: string;
  'password-stdin'?: boolean;
  'wards-file'?: string;
  unregistered?: boolean;
  'owns-sound'?: boolean;
};

/** The options of each command, in addition to --file. */
const optionsOf: Readonly<Record<string, readonly string[]>> = {
  add: ['user', 'name', 'role', 'wards', 'password-stdin', 'wards-file', 'unregistered', 'owns-sound'],
  disable: ['user'],
  enable: ['user'],
  check: ['user', 'password-stdin'],
  show: ['user'],
  list: [],
};

const newEpoch = () => randomBytes(9).toString('base64url');

const settingsError = (message: string) => new VigilError('settings-invalid', message);

async function newAccount(options: Options, password: string): Promise<Account> {
  const { user = '', role = '', wards = '' } = options;
  const name = normalText(options.name ?? '');
  if (!userIdPattern.test(user))
    throw settingsError('--user must have 1 to 64 letters, digits, dots, dashes, underscores or @.');
  if (name === '' || name.length > 80) throw settingsError('--name must have 1 to 80 characters.');
  const nameFault = textFault(name);
  if (nameFault) throw settingsError(`--name ${nameFault}.`);
  if (!roles.includes(role as Role)) throw settingsError(`--role must be one of ${roles.join(', ')}.`);
  const names = wards.split(',').map((ward) => normalText(ward.trim()));
  const wardFault = textFaultIn(names);
  if (wardFault) throw settingsError(`--wards: ward ${Number(wardFault.path) + 1} ${wardFault.fault}.`);
  if (role !== 'auditor' && names.some((ward) => ward === '' || ward.length > 40))
    throw settingsError('--wards must be names of wards, separated by commas, or *.');
  if (role === 'display' && (names.length !== 1 || names[0] === '*'))
    throw settingsError('--wards must be exactly one ward for a display.');
  if (role !== 'display' && options['owns-sound']) throw settingsError('--owns-sound is only for --role display.');
  const fault = passwordFault(password, user) ?? (await guessableFault(password, [user, name, ...names]));
  if (fault) throw new VigilError(fault.code, fault.message);
  return {
    userId: user,
    name,
    role: role as Role,
    wards: names.filter((ward) => ward !== ''),
    password: await hashPassword(password),
    disabled: false,
    epoch: newEpoch(),
    ...(options['owns-sound'] && { ownsSound: true }),
  };
}

const roleAndWards = ({ role, wards, ownsSound }: Account) =>
  `${role} of ${wards.join(', ') || 'no ward'}${ownsSound ? ', takes the sound of its ward' : ''}`;

function didYouMean(names: Iterable<string>, typed: string): string {
  const similarNames = nearNames([...names], typed);
  return similarNames.length === 0 ? '' : ` Did you mean ${similarNames.join(' or ')}?`;
}

/**
 * Checks the wards of an account against the registry, because an account of a misspelt ward sees no alarms.
 * @returns a warning, or an empty text if all wards are registered
 * @throws VigilError `settings-invalid` if a ward is not registered; the message names the registered wards
 */
function wardsNote(wards: readonly string[], file: string, options: Options): string {
  const wardNames = wards.filter((ward) => ward !== '*');
  if (wardNames.length === 0) return '';
  const wardsFile = options['wards-file'] ?? wardsFileNear(file);
  if (wardsFile === undefined)
    return '\nNo registry of wards was found, so --wards was not checked. To check it, give the registry with --wards-file.';
  const names = readWardsFile(wardsFile).wards.map(({ ward }) => ward);
  const missing = wardNames.filter((ward) => !names.includes(ward));
  const [firstMissing] = missing;
  if (firstMissing === undefined) return '';
  if (options.unregistered) return `\nNot registered yet in ${wardsFile}: ${missing.join(', ')}.`;
  const registeredText = names.length === 0 ? 'none' : names.join(', ');
  throw settingsError(
    `--wards: ${firstMissing} is not registered in ${wardsFile}. Registered: ${registeredText}.${didYouMean(names, firstMissing)} To register a ward, see docs/operator.md, Wards and beds. To create the account before that, use --unregistered.`,
  );
}

async function passwordFrom(options: Options, terminal: Terminal): Promise<string> {
  if (!options['password-stdin']) throw settingsError('Give the password on standard input, with --password-stdin.');
  return (await terminal.readInput()).replace(/\r?\n$/, '');
}

/**
 * Returns the account of a user and password, and its permissions. An unknown user takes as long as a wrong password.
 * @throws VigilError `not-logged-in` if the user or the password is wrong, the account is disabled, or the password is
 * a one-time password
 */
async function checkPassword(account: Account | undefined, password: string) {
  const isRight = await verifyPassword(password, account?.password ?? unmatchableHash);
  if (!account || !isRight || account.disabled) throw new VigilError('not-logged-in', 'User or password is wrong.');
  if (account.oneTimePasswordUntil !== undefined)
    throw new VigilError(
      'not-logged-in',
      'This is a one-time password: log in at a screen first, and choose a password.',
    );
  const { userId, name, role, wards } = account;
  return { actor: { userId, name, role }, wards, may: permissionsOf(role) };
}

/**
 * Reads the command and its options.
 * @throws VigilError `settings-invalid` for an unknown command, a missing option, or an option or argument that the
 * command does not have
 */
function readCommand(args: readonly string[]) {
  const options = {
    file: { type: 'string' },
    user: { type: 'string' },
    name: { type: 'string' },
    role: { type: 'string' },
    wards: { type: 'string' },
    'password-stdin': { type: 'boolean' },
    'wards-file': { type: 'string' },
    unregistered: { type: 'boolean' },
    'owns-sound': { type: 'boolean' },
  } as const;
  const { values, positionals } = readArguments(args, { allowPositionals: true, options }, (_, { message }) =>
    settingsError(message),
  );
  const [command = '', ...extraArguments] = positionals;
  const ownOptions = optionsOf[command];
  if (ownOptions === undefined || values.file === undefined) throw settingsError(usage);
  const wrongOption = Object.keys(values).find((option) => option !== 'file' && !ownOptions.includes(option));
  if (wrongOption !== undefined) throw settingsError(`--${wrongOption} does not belong to ${command}.`);
  if (extraArguments.length > 0 || (ownOptions.includes('user') && !values.user))
    throw settingsError(
      ownOptions.includes('user') ? `Name the account: ${command} --user ID.` : `${command} takes no name.`,
    );
  return { command, values, file: values.file };
}

/** Runs a command on the file of accounts. Returns the text to print. */
async function run(args: readonly string[], terminal: Terminal): Promise<string> {
  const { command, values, file } = readCommand(args);
  const { user = '' } = values;
  // If root ran this command and the dashboard runs as another user, the dashboard could not read the file.
  changeUserToOwnerOf(dirname(file));
  const isNew = !existsSync(file);
  // A misspelt file name must not look like a file without accounts.
  if (isNew && command !== 'add') throw settingsError(`There is no file ${file}.`);
  const accounts = isNew ? new Map<string, Account>() : readAccounts(file);
  switch (command) {
    case 'add': {
      const account = await newAccount(values, await passwordFrom(values, terminal));
      const note = wardsNote(account.wards, file, values);
      return changeAccounts(file, (latest, isNewFile) => {
        const former = latest.get(account.userId);
        latest.set(account.userId, account);
        const replaced = former && ` (replaces ${roleAndWards(former)}${former.disabled ? ', disabled' : ''})`;
        return `${account.userId}: ${roleAndWards(account)}${isNewFile ? `, in the new file ${file}` : (replaced ?? '')}${note}`;
      });
    }
    case 'disable':
    case 'enable':
      return changeAccounts(file, (latest) => {
        const account = latest.get(user);
        if (!account) throw settingsError(`There is no account ${user}.${didYouMean(latest.keys(), user)}`);
        // The new epoch ends all sessions of the account. So `enable` does not make a former session valid again.
        latest.set(user, { ...account, disabled: command === 'disable', epoch: newEpoch() });
        return `${user}: ${command}d`;
      });
    case 'check':
      return JSON.stringify(await checkPassword(accounts.get(user), await passwordFrom(values, terminal)));
    case 'show': {
      const account = accounts.get(user);
      if (!account) throw settingsError(`There is no account ${user}.${didYouMean(accounts.keys(), user)}`);
      const { userId, name, role, wards, disabled } = account;
      return JSON.stringify({ userId, name, role, wards, disabled });
    }
    case 'list':
      return [...accounts.values()]
        .map((a) => `${a.userId}\t${a.role}\t${a.wards.join(',')}${a.disabled ? '\tdisabled' : ''}`)
        .join('\n');
    default:
      throw settingsError(usage);
  }
}

/** The command line of local accounts. Prints the result, and returns the exit code. */
export async function accountCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  terminal.writeOut(`${await run(args, terminal)}\n`);
  return 0;
}
