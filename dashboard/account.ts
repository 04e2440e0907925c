/**
 * The command line of local accounts:
 * `node dashboard/account.ts add --user nurse1 --name "Nora" --role nurse --wards icu --password-stdin --file accounts.json`
 * `… disable --user nurse1 --file accounts.json`, `… list --file accounts.json`
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { VigilError } from '../contracts/errors.ts';
import { type Role, roles } from '../contracts/messages/records.ts';
import { becomeOwnerOf } from '../contracts/run-as.ts';
import { normalText, textFault, textFaultIn, visibleLines } from '../contracts/text.ts';
import { type Account, readAccounts, userIdPattern, writeAccounts } from './accounts/accounts.ts';
import { guessableFault } from './accounts/guessable.ts';
import { hashPassword, nobodysHash, verifyPassword } from './accounts/password.ts';
import { passwordFault } from './core/password-rules.ts';
import { permissionsOf } from './core/rights.ts';

const usage = `Usage: node dashboard/account.ts <command> --file FILE
  add      --user ID --name NAME --role ${roles.join('|')} --wards A,B|* --password-stdin   (replaces the account of that id)
  disable  --user ID
  enable   --user ID
  check    --user ID --password-stdin   (prints who it is and may do, as JSON, for other command lines)
  list`;

type Options = {
  file?: string;
  user?: string;
  name?: string;
  role?: string;
  wards?: string;
  'password-stdin'?: boolean;
};

const newEpoch = () => randomBytes(9).toString('base64url');

const bad = (message: string) => new VigilError('settings-invalid', message);

/** Builds an account from the options and the password that came on standard input. */
async function newAccount(options: Options, password: string): Promise<Account> {
  const { user = '', role = '', wards = '' } = options;
  const name = normalText(options.name ?? '');
  if (!userIdPattern.test(user)) throw bad('--user takes 1 to 64 letters, digits, dots, dashes or @.');
  if (name === '' || name.length > 80) throw bad('--name takes 1 to 80 characters.');
  const nameFault = textFault(name);
  if (nameFault) throw bad(`--name ${nameFault}.`);
  if (!roles.includes(role as Role)) throw bad(`--role is one of ${roles.join(', ')}.`);
  const names = wards.split(',').map((ward) => normalText(ward.trim()));
  const wardFault = textFaultIn(names);
  if (wardFault) throw bad(`--wards: ward ${Number(wardFault.at) + 1} ${wardFault.fault}.`);
  if (role !== 'auditor' && names.some((ward) => ward === '' || ward.length > 40))
    throw bad('--wards takes ward names, comma-separated, or *.');
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
  };
}

const wordsOf = ({ role, wards }: Account) => `${role} of ${wards.join(', ') || 'no ward'}`;

async function passwordFrom(options: Options): Promise<string> {
  if (!options['password-stdin']) throw bad('Give the password on standard input, with --password-stdin.');
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}

/** Who logs in with this password, without the hash. Takes as long for a user that does not exist. */
async function check(account: Account | undefined, password: string) {
  const right = await verifyPassword(password, account?.password ?? nobodysHash);
  if (!account || !right || account.disabled) throw new VigilError('not-logged-in', 'User or password is wrong.');
  const { userId, name, role, wards } = account;
  return { actor: { userId, name, role }, wards, may: permissionsOf(role) };
}

async function run(args: readonly string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      file: { type: 'string' },
      user: { type: 'string' },
      name: { type: 'string' },
      role: { type: 'string' },
      wards: { type: 'string' },
      'password-stdin': { type: 'boolean' },
    },
  });
  const { file, user = '' } = values;
  if (file === undefined) throw bad(usage);
  // What root wrote here a dashboard that runs as another user could not read.
  becomeOwnerOf(dirname(file));
  const isNew = !existsSync(file);
  // A file that is misspelt must not look like one without accounts.
  if (isNew && positionals[0] !== 'add') throw bad(`There is no file ${file}.`);
  const accounts = isNew ? new Map<string, Account>() : readAccounts(file);
  switch (positionals[0]) {
    case 'add': {
      const account = await newAccount(values, await passwordFrom(values));
      const before = accounts.get(account.userId);
      accounts.set(account.userId, account);
      writeAccounts(file, accounts);
      const replaced = before && ` (replaces ${wordsOf(before)}${before.disabled ? ', disabled' : ''})`;
      return `${account.userId}: ${wordsOf(account)}${isNew ? `, in the new file ${file}` : (replaced ?? '')}`;
    }
    case 'disable':
    case 'enable': {
      const account = accounts.get(user);
      if (!account) throw bad(`There is no account ${user}.`);
      // Its sessions are over, also those of before it was disabled.
      accounts.set(user, { ...account, disabled: positionals[0] === 'disable', epoch: newEpoch() });
      writeAccounts(file, accounts);
      return `${user}: ${positionals[0]}d`;
    }
    case 'check':
      return JSON.stringify(await check(accounts.get(user), await passwordFrom(values)));
    case 'list':
      return [...accounts.values()]
        .map((a) => `${a.userId}\t${a.role}\t${a.wards.join(',')}${a.disabled ? '\tdisabled' : ''}`)
        .join('\n');
    default:
      throw bad(usage);
  }
}

try {
  console.log(await run(process.argv.slice(2)));
} catch (error) {
  console.error(visibleLines((error as Error).message));
  process.exitCode = 1;
}
